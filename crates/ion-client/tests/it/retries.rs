use std::sync::Arc;
use std::time::Duration;

use ion_client::{Class, Error, IonClient, ProviderProducts};
use wiremock::ResponseTemplate;

use crate::servers::{
    Budget, Tokens, answering, client, client_with, count, html, json, raw, settings,
};

const EMPTY: &str = r#"{"products":[]}"#;

#[tokio::test]
async fn a_read_is_repeated_until_ion_recovers() {
    let unavailable = include_str!("../../../../fixtures/ion/error-503-GenericPriceBookError.json");
    let server = answering([json(503, unavailable), html(502), json(200, EMPTY)]).await;
    client(&server.uri())
        .products("1")
        .list()
        .send()
        .await
        .unwrap();
    assert_eq!(count(&server).await, 3);
}

#[tokio::test]
async fn patience_ends() {
    let server = answering((0..9).map(|_| html(502))).await;
    let error = client(&server.uri())
        .products("1")
        .list()
        .send()
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::NotIon { status: 502, .. }),
        "{error}"
    );
    assert!(matches!(error.class(), Class::Transient { .. }));
    assert_eq!(count(&server).await, 4);
}

#[tokio::test]
async fn bulk_prices_change_nothing_and_are_repeated_like_a_read() {
    let answer = r#"{"plans":[{"productId":"A","pricebookPrice":811.94534500000009,"pricebookDetails":{"SkuId":7,"Market":"SE"}}]}"#;
    let server = answering([html(503), json(200, answer)]).await;
    let wanted = ProviderProducts {
        provider: "azure".into(),
        external_ids: vec!["A".into(), "B".into()],
    };
    let ion = client(&server.uri());
    let pricing = ion
        .products("1")
        .pricing(&[wanted], Some(42))
        .await
        .unwrap();
    let price = &pricing.plans.unwrap()[0];
    assert_eq!(
        price.pricebook_price.as_ref().unwrap().as_str(),
        "811.94534500000009"
    );
    let details = price.pricebook_details.as_deref().unwrap();
    assert_eq!(
        details,
        [
            ("SkuId".to_owned(), "7".to_owned()),
            ("Market".to_owned(), "SE".to_owned())
        ]
    );
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert_eq!(request.url.path(), "/api/v3/accounts/1/products:pricing");
        let body: serde_json::Value = request.body_json().unwrap();
        let expected = serde_json::json!({
            "externalProductWithProvider": [{"provider": "azure", "externalProducts": ["A", "B"]}],
            "priceBookCustomerId": 42,
        });
        assert_eq!(body, expected);
    }
}

#[tokio::test]
async fn the_budget_hears_of_a_pause_before_the_request_is_repeated() {
    for (status, header) in [
        (429, "7"),
        (503, "7"),
        (429, "Mon, 23 Nov 2026 10:00:07 GMT"),
    ] {
        let busy = ResponseTemplate::new(status)
            .insert_header("retry-after", header)
            .insert_header("date", "Mon, 23 Nov 2026 10:00:00 GMT");
        let server = answering([busy, json(200, EMPTY)]).await;
        let budget = Arc::new(Budget::default());
        let ion =
            IonClient::new(&settings(&server.uri()), Tokens::up_to(1), budget.clone()).unwrap();
        ion.products("1").list().send().await.unwrap();
        assert_eq!(
            *budget.pauses.lock().unwrap(),
            [Duration::from_secs(7)],
            "{status} {header}"
        );
        assert_eq!(count(&server).await, 2);
    }
}

#[tokio::test]
async fn a_pause_longer_than_our_patience_is_handed_on() {
    let busy = ResponseTemplate::new(429).insert_header("retry-after", "3600");
    let server = answering([busy]).await;
    let budget = Arc::new(Budget::default());
    let ion = IonClient::new(&settings(&server.uri()), Tokens::up_to(1), budget.clone()).unwrap();
    let error = ion.products("1").list().send().await.unwrap_err();
    let hour = Duration::from_hours(1);
    assert_eq!(error.class(), Class::Transient { after: Some(hour) });
    assert_eq!(*budget.pauses.lock().unwrap(), [hour]);
    assert_eq!(count(&server).await, 1);
}

#[tokio::test]
async fn what_ion_means_is_not_asked_again() {
    let fixture = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/ion/");
        std::fs::read_to_string(format!("{folder}{name}")).unwrap()
    };
    for (answer, class) in [
        (
            json(400, fixture("error-400-OrgNameNotPresentError.json")),
            Class::Bug,
        ),
        (
            json(403, fixture("error-403-RBACFailed.json")),
            Class::Denied,
        ),
        (
            json(404, fixture("error-404-ProductNotFoundError.json")),
            Class::NotFound,
        ),
        (
            json(409, fixture("error-409-NoChangeInProductError.json")),
            Class::Conflict,
        ),
        (
            json(412, fixture("error-412-LanguageCodeInvalidError.json")),
            Class::Conflict,
        ),
        (html(403), Class::Config),
        (html(404), Class::Config),
    ] {
        let server = answering([answer]).await;
        let error = client(&server.uri())
            .products("1")
            .get("x")
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.class(), class, "{error}");
        assert_eq!(count(&server).await, 1, "{error}");
    }
}

#[tokio::test]
async fn a_web_page_in_place_of_data_is_named_as_such() {
    let server = answering((0..9).map(|_| html(200))).await;
    let error = client(&server.uri())
        .products("1")
        .list()
        .send()
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::NotIon { status: 200, ref excerpt } if excerpt.contains("Be right back")),
        "{error}"
    );
    assert_eq!(count(&server).await, 4);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_asked_for_again() {
    let whole = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{EMPTY}",
        EMPTY.len()
    );
    for cut in [
        "HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{\"products\":[",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nd\r\n{\"products\":[\r\n",
        // Nobody below can see that this one is cut: it lasts until the connection ends.
        "HTTP/1.0 200 OK\r\n\r\n{\"products\":[",
        "HTTP/1.1 200",
        "",
    ] {
        let (base, serving) = raw(vec![cut.into(), whole.clone().into()]).await;
        client(&base).products("1").list().send().await.unwrap();
        assert_eq!(serving.await.unwrap().len(), 2, "{cut}");
    }
}

#[tokio::test]
async fn a_cut_that_stays_is_told_as_one() {
    let cut = || b"HTTP/1.0 200 OK\r\n\r\n{\"products\":[".to_vec();
    let (base, serving) = raw(vec![cut(), cut(), cut(), cut()]).await;
    let error = client(&base).products("1").list().send().await.unwrap_err();
    assert!(matches!(error, Error::Cut { bytes: 13 }), "{error}");
    serving.await.unwrap();
}

#[tokio::test]
async fn silence_ends_with_a_time_out() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings(&format!("http://{}", listener.local_addr().unwrap()));
    settings.timeout = Duration::from_millis(100);
    settings.retry.attempts = 1;
    let error = client_with(&settings, Tokens::up_to(1))
        .products("1")
        .list()
        .send()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Timeout(_)), "{error:?}");
    assert!(matches!(error.class(), Class::Transient { after: None }));
}

#[tokio::test]
async fn credentials_never_follow_a_redirect() {
    let elsewhere = answering([json(200, EMPTY)]).await;
    for status in [301, 302, 303, 307, 308] {
        let away = ResponseTemplate::new(status).insert_header("location", elsewhere.uri());
        let server = answering([away]).await;
        let error = client(&server.uri())
            .products("1")
            .list()
            .send()
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::Redirect { status: told } if told == status),
            "{error}"
        );
        assert_eq!(error.class(), Class::Config);
        assert_eq!(count(&server).await, 1);
    }
    assert_eq!(count(&elsewhere).await, 0);
}

#[tokio::test]
async fn an_id_of_dots_is_never_sent() {
    let server = answering([]).await;
    let ion = client(&server.uri());
    for (account, id) in [("1", ".."), ("1", ""), ("..", "x"), ("", "x")] {
        let error = ion.customers(account).get(id).await.unwrap_err();
        assert!(matches!(error, Error::Address { .. }), "{error}");
    }
    assert_eq!(count(&server).await, 0);
}
