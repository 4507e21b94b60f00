use ion_client::{Class, Error};

use crate::servers::{Tokens, answering, client, client_with, count, json, settings};

/// 4 kB that become 4 MB.
const BOMB: &[u8] = include_bytes!("bomb.json.gz");

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read_to_its_end() {
    let large = format!(r#"{{"products":[],"x":"{}"}}"#, "0".repeat(100_000));
    let bomb = json(200, BOMB).insert_header("content-encoding", "gzip");
    for answer in [json(200, large), bomb] {
        let server = answering([answer]).await;
        let mut settings = settings(&server.uri());
        settings.max_body = 65_536;
        let ion = client_with(&settings, Tokens::up_to(1));
        let error = ion.products("1").list().send().await.unwrap_err();
        assert!(
            matches!(error, Error::TooLarge { limit: 65_536 }),
            "{error}"
        );
        assert_eq!(error.class(), Class::Bug);
        assert_eq!(count(&server).await, 1);
    }
}

#[tokio::test]
async fn a_compressed_answer_is_read() {
    let server = answering([json(200, BOMB).insert_header("content-encoding", "gzip")]).await;
    let page = client(&server.uri())
        .products("1")
        .list()
        .send()
        .await
        .unwrap();
    assert!(page.bytes > 4_000_000);
}

#[tokio::test]
async fn nesting_without_end_costs_one_item_and_no_stack() {
    let deep = format!("{}1{}", "[".repeat(500_000), "]".repeat(500_000));
    let body = format!(
        r#"{{"products":[{{"name":"accounts/1/products/a","marketing":{deep}}},{{"name":"accounts/1/products/b","unknown":{deep}}},{{"name":"accounts/1/products/c","previewAuthToken":{deep}}}]}}"#
    );
    let server = answering([json(200, body)]).await;
    let page = client(&server.uri())
        .products("1")
        .list()
        .send()
        .await
        .unwrap();
    let ids: Vec<_> = page.items.iter().map(|item| item.id().unwrap()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(page.items[0].decode().unwrap_err().path, "$.marketing");
    assert!(page.items[1].decode().is_ok());
    assert_eq!(
        page.items[2].raw(),
        r#"{"name":"accounts/1/products/c","previewAuthToken":""}"#
    );
}

#[tokio::test]
async fn bytes_that_are_no_text_cost_their_letters_only() {
    let body = [b"{\"customers\":[{\"customerName\":\"Andr\xe9\"}]}".as_slice()].concat();
    let server = answering([json(200, body)]).await;
    let page = client(&server.uri())
        .customers("1")
        .list()
        .send()
        .await
        .unwrap();
    let customer = page.items[0].decode().unwrap();
    assert_eq!(customer.customer_name.as_deref(), Some("Andr\u{fffd}"));
}

#[tokio::test]
async fn json_of_another_shape_is_told_with_its_path() {
    for (body, told) in [
        (r#"{"products":{}}"#, "$.products"),
        (r#"{"products":[{]}"#, "$.products"),
        (r#"{"products":[]} {}"#, "$"),
    ] {
        let server = answering([json(200, body)]).await;
        let error = client(&server.uri())
            .products("1")
            .list()
            .send()
            .await
            .unwrap_err();
        assert!(
            matches!(&error, Error::Decode(error) if error.path == told),
            "{error:?}"
        );
        assert_eq!(error.class(), Class::Bug);
    }
}
