//! Orders: each is placed once, whatever happens to the answer.

use std::time::Duration;

use futures::StreamExt as _;
use ion_client::{
    Effect, Error, OrderAction, OrderDraft, OrderLineDraft, OrderSort, PageToken, WriteError,
};
use serde_json::{Value, json as value};
use tokio::net::TcpListener;

use crate::servers::{
    Tokens, answering, authorizations, client, client_with, count, html, json, queries, raw,
    request, settings,
};

const PLACED: &str = r#"{"name":"accounts/1/customers/2/orders/3","status":"NEW"}"#;

pub(crate) fn draft() -> OrderDraft {
    OrderDraft {
        reference_id: "ib-7".into(),
        display_name: "Microsoft 365 for Kettle".into(),
        lines: vec![OrderLineDraft {
            reference_id: "ib-7-1".into(),
            action: OrderAction::Create,
            product_id: "Microsoft365EandFNCE-isvnlnce".into(),
            sku_id: "USCFQ7TTC0LCHC0002".into(),
            plan_id: "Monthly---Annual-Commit-n15".into(),
            quantity: 5,
            resource_id: None,
            attributes: vec![("domainName".into(), "kettle.onmicrosoft.com".into())],
            provider_name: None,
            end_customer_po: Some("C-77".into()),
            reseller_po: None,
            add_ons: Vec::new(),
        }],
    }
}

async fn refused(answers: Vec<wiremock::ResponseTemplate>) -> (WriteError, usize) {
    let server = answering(answers).await;
    let ion = client(&server.uri());
    let error = ion.orders("1").create("2", &draft()).await.unwrap_err();
    (error, count(&server).await)
}

#[tokio::test]
async fn an_order_is_posted_to_its_customer() {
    let server = answering([json(200, PLACED)]).await;
    let ion = client(&server.uri());
    let reply = ion.orders("1").create("2", &draft()).await.unwrap();
    let order = reply.item.decode().unwrap();
    assert_eq!(
        (order.account_id(), order.customer_id(), order.id()),
        (Some("1"), Some("2"), Some("3"))
    );
    assert_eq!(order.status.as_deref(), Some("NEW"));
    assert!(reply.secrets.is_empty());
    let sent = &server.received_requests().await.unwrap()[0];
    assert_eq!(
        (sent.method.as_str(), sent.url.path()),
        ("POST", "/api/v3/accounts/1/customers/2/orders")
    );
    let expected = value!({
        "referenceId": "ib-7",
        "displayName": "Microsoft 365 for Kettle",
        "orderItems": [{
            "referenceId": "ib-7-1", "action": "CREATE", "productId": "Microsoft365EandFNCE-isvnlnce",
            "skuId": "USCFQ7TTC0LCHC0002", "planId": "Monthly---Annual-Commit-n15", "quantity": 5,
            "endCustomerPO": "C-77", "attributes": [{"name": "domainName", "value": "kettle.onmicrosoft.com"}],
        }],
    });
    assert_eq!(sent.body_json::<Value>().unwrap(), expected);
}

#[tokio::test]
async fn a_stored_body_is_posted_as_it_was_stored() {
    let server = answering([json(200, PLACED)]).await;
    let stored = serde_json::to_string(&draft().to_json()).unwrap();
    let stored: Value = serde_json::from_str(&stored).unwrap();
    let ion = client(&server.uri());
    ion.orders("1").create_raw("2", &stored).await.unwrap();
    let sent = &server.received_requests().await.unwrap()[0];
    assert_eq!(sent.body_json::<Value>().unwrap(), draft().to_json());
}

#[tokio::test]
async fn what_proves_nothing_is_unclear_and_the_order_is_not_posted_again() {
    let error = include_str!("../../../../fixtures/ion/error-500-InternalServerError.json");
    for answer in [
        json(500, error),
        json(503, "{}"),
        json(503, "{}").insert_header("retry-after", "0"),
        html(502),
        html(200),
        json(200, r#"{"name":"accounts/1/cust"#),
        json(200, "[]"),
        json(200, ""),
        json(408, "{}"),
    ] {
        let (error, sent) = refused(vec![answer, json(200, PLACED)]).await;
        assert_eq!((error.effect, sent), (Effect::Unclear, 1), "{error:?}");
    }
}

#[tokio::test]
async fn a_cut_is_unclear_and_the_order_is_not_posted_again() {
    // Nothing at all, half a head, half a body.
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"name\":\"accounts/1";
    for answer in ["", "HTTP/1.1 2", half] {
        let (base, serving) = raw(vec![answer.as_bytes().to_vec()]).await;
        let ion = client(&base);
        let error = ion.orders("1").create("2", &draft()).await.unwrap_err();
        assert_eq!(error.effect, Effect::Unclear, "{answer:?}");
        assert_eq!(serving.await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn silence_is_unclear_and_the_order_is_not_posted_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings(&format!("http://{}", listener.local_addr().unwrap()));
    settings.timeout = Duration::from_secs(1);
    let ion = client_with(&settings, Tokens::up_to(1));
    let (draft, orders) = (draft(), ion.orders("1"));
    let serving = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        (request(&mut socket).await, socket)
    };
    let (error, (received, _socket)) = tokio::join!(orders.create("2", &draft), serving);
    let error = error.unwrap_err();
    assert!(matches!(error.error, Error::Timeout(_)), "{error:?}");
    assert_eq!(error.effect, Effect::Unclear);
    assert!(received.contains("ib-7"), "{received}");
    // Whoever would come a second time would be waiting here.
    let second = std::future::poll_fn(|context| {
        std::task::Poll::Ready(listener.poll_accept(context).is_ready())
    });
    assert!(!second.await);
}

#[tokio::test]
async fn a_refusal_proves_that_nothing_was_ordered_and_tells_what_is_wrong() {
    let codes = |error: WriteError| -> Vec<(String, String)> {
        assert_eq!(error.effect, Effect::None);
        let Error::Api(error) = error.error else {
            panic!("{error:?}")
        };
        let problems = error.problems().iter();
        problems
            .map(|one| (one.code.clone(), one.detail.clone()))
            .collect()
    };
    for (file, code, word) in [
        (
            include_str!("../../../../fixtures/ion/error-400-RequiredAttributesNotPresent.json"),
            "COMM-VL-001",
            "productId",
        ),
        (
            include_str!("../../../../fixtures/ion/error-400-AttributeValueNotAllowed.json"),
            "COMM-VL-002",
            "",
        ),
        (
            include_str!(
                "../../../../fixtures/ion/error-400-ResourceIdRequiredForUpdateAction.json"
            ),
            "COMM-VL-003",
            "resourceId",
        ),
        (
            include_str!(
                "../../../../fixtures/ion/error-400-AzureProviderCreateActionAttributes.json"
            ),
            "COMM-VL-004",
            "domainName",
        ),
    ] {
        let (error, sent) = refused(vec![json(400, file), json(200, PLACED)]).await;
        assert_eq!(sent, 1);
        let problems = codes(error);
        assert!(
            problems
                .iter()
                .any(|(known, detail)| known == code && detail.contains(word)),
            "{problems:?}"
        );
    }
    let two = r#"{"error":"E","message":"E","code":3,"details":[{"requestId":"176efaa5115cd4d84048",
        "errors":[{"code":"COMM-VL-001 ","detail":"a"},{"code":"COMM-VL-001 ","detail":"a"},{"detail":"b"},{"code":7}]}]}"#;
    let (error, _) = refused(vec![json(400, two)]).await;
    let expected = [("COMM-VL-001", "a"), ("COMM-VL-001", "a"), ("", "b")];
    assert_eq!(
        codes(error),
        expected.map(|(code, detail)| (code.to_owned(), detail.to_owned()))
    );
}

#[tokio::test]
async fn a_401_came_before_the_order_was_looked_at_and_is_repeated_once() {
    let unauthorized = || {
        json(
            401,
            r#"{"error":"UNAUTHENTICATED","message":"expired","code":401}"#,
        )
    };
    let server = answering([unauthorized(), json(200, PLACED)]).await;
    let ion = client(&server.uri());
    ion.orders("1").create("2", &draft()).await.unwrap();
    assert_eq!(
        authorizations(&server).await,
        ["Bearer token-1", "Bearer token-2"]
    );
    let (error, sent) = refused(vec![unauthorized(), unauthorized(), json(200, PLACED)]).await;
    assert_eq!((error.effect, sent), (Effect::None, 2));
    // Also where there would be more tokens to try.
    let server = answering([unauthorized(), unauthorized(), json(200, PLACED)]).await;
    let ion = client_with(&settings(&server.uri()), Tokens::up_to(9));
    let error = ion.orders("1").create("2", &draft()).await.unwrap_err();
    assert_eq!((error.effect, count(&server).await), (Effect::None, 2));
    // The second try is a try of its own: what comes of it may be unclear.
    let (error, sent) = refused(vec![unauthorized(), html(502), json(200, PLACED)]).await;
    assert_eq!((error.effect, sent), (Effect::Unclear, 2));
}

#[tokio::test]
async fn an_order_is_cancelled_once_and_without_a_body() {
    let cancelled = r#"{"name":"accounts/1/customers/2/orders/3","status":"CANCELED"}"#;
    let server = answering([json(200, cancelled)]).await;
    let ion = client(&server.uri());
    let reply = ion.orders("1").cancel("2", "3").await.unwrap();
    assert_eq!(
        reply.item.decode().unwrap().status.as_deref(),
        Some("CANCELED")
    );
    let sent = &server.received_requests().await.unwrap()[0];
    assert_eq!(
        (sent.method.as_str(), sent.url.path(), sent.body.len()),
        ("POST", "/api/v3/accounts/1/customers/2/orders/3:cancel", 0)
    );
    let server = answering([json(500, "{}"), json(200, cancelled)]).await;
    let ion = client(&server.uri());
    let error = ion.orders("1").cancel("2", "3").await.unwrap_err();
    assert_eq!((error.effect, count(&server).await), (Effect::Unclear, 1));
    // No id is no order, and never the list.
    let error = ion.orders("1").cancel("2", "").await.unwrap_err();
    assert!(matches!(error.error, Error::Address { .. }), "{error:?}");
    assert_eq!((error.effect, count(&server).await), (Effect::None, 1));
}

#[tokio::test]
async fn a_list_of_an_account_sends_its_filters_with_each_token() {
    let page = |id: u8, next: &str| {
        let order = format!(r#"{{"name":"accounts/9/customers/4/orders/{id}"}}"#);
        json(
            200,
            format!(r#"{{"orders":[{order}],"nextPageToken":"{next}"}}"#),
        )
    };
    let server = answering([page(1, "b"), page(2, "")]).await;
    let ion = client(&server.uri());
    let list = ion.orders("1").list().page_size(50).status("COMPLETED");
    let list = list
        .customers(&["4", "5"])
        .accounts(&["9"])
        .providers(&["AZURE", "GOOGLE"]);
    let list = list
        .exclude_sub_accounts(false)
        .sort_by(OrderSort::UpdateTime)
        .descending(true);
    let pages: Vec<_> = list.pages().map(Result::unwrap).collect().await;
    let orders: Vec<_> = pages
        .iter()
        .flat_map(|page| &page.items)
        .map(|item| item.decode().unwrap())
        .collect();
    // Of a lower account, which the name alone tells.
    assert_eq!(orders[1].account_id(), Some("9"));
    assert_eq!(orders[1].customer_id(), Some("4"));
    for (name, expected) in [
        ("pageSize", "50"),
        ("status", "COMPLETED"),
        ("filter.customerIdList", "4,5"),
        ("filter.accountIdList", "9"),
        ("filter.providerNameList", "AZURE,GOOGLE"),
        ("filter.excludeSubAccounts", "false"),
        ("sortBy", "updateTime"),
        ("sortOrder", "DESC"),
    ] {
        let expected = Some(expected.to_owned());
        assert_eq!(
            queries(&server, name).await,
            [expected.clone(), expected],
            "{name}"
        );
    }
    assert_eq!(
        queries(&server, "pageToken").await,
        [None, Some("b".to_owned())]
    );
}

#[tokio::test]
async fn a_filter_that_names_nobody_is_not_sent() {
    let server = answering([json(200, "{}")]).await;
    let ion = client(&server.uri());
    let list = ion.orders("1").list().customers(&[]).accounts(&[]);
    list.providers(&[]).send().await.unwrap();
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(request.url.query(), Some("pageSize=200"));
}

#[tokio::test]
async fn a_list_of_all_customers_and_one_that_goes_on() {
    let server = answering([json(200, "{}"), json(200, "{}")]).await;
    let ion = client(&server.uri());
    let list = ion.orders("1").list_of("-").start_at(PageToken("t".into()));
    assert_eq!(list.pages().count().await, 1);
    ion.orders("1").list_of("7").send().await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(
        requests[0].url.path(),
        "/api/v3/accounts/1/customers/-/orders"
    );
    assert_eq!(
        requests[1].url.path(),
        "/api/v3/accounts/1/customers/7/orders"
    );
    assert_eq!(
        queries(&server, "pageToken").await,
        [Some("t".to_owned()), None]
    );
    assert_eq!(
        queries(&server, "pageSize").await.iter().flatten().count(),
        2
    );
}

#[tokio::test]
async fn an_order_that_is_not_there_is_told_as_that() {
    let missing = include_str!("../../../../fixtures/ion/error-404-OrderNotFoundError.json");
    let server = answering([json(404, missing)]).await;
    let ion = client(&server.uri());
    let error = ion.orders("10001").get("10991", "1899").await.unwrap_err();
    assert_eq!(error.class(), ion_client::Class::NotFound);
}
