//! Carts: answers without a body, and writes that go out once.

use futures::StreamExt as _;
use ion_client::{CartDraft, CartItemDraft, Checkout, Effect, Error};
use wiremock::ResponseTemplate;

use crate::servers::{answering, client, count, html, json, queries};

#[tokio::test]
async fn a_cart_is_made_with_201_and_deleted_with_204() {
    let server = answering([
        json(201, r#"{"name":"customers/2/carts/112","status":"OPEN"}"#),
        ResponseTemplate::new(204),
        ResponseTemplate::new(204),
        json(200, "{}"),
    ])
    .await;
    let ion = client(&server.uri());
    let carts = ion.carts("2");
    let cart = carts.create(&CartDraft::default()).await.unwrap();
    assert_eq!(cart.decode().unwrap().id(), Some("112"));
    carts.delete("112").await.unwrap();
    carts.items("112").delete("151").await.unwrap();
    carts.delete("112").await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[1].url.path(), "/api/v3/customers/2/carts/112");
    assert_eq!(
        requests[2].url.path(),
        "/api/v3/customers/2/carts/112/cartItems/151"
    );
    assert!(requests[1].body.is_empty());
}

#[tokio::test]
async fn a_web_page_is_no_proof_that_a_cart_is_gone() {
    let server = answering([html(200), json(404, r#"{"error":"NOT_FOUND"}"#)]).await;
    let ion = client(&server.uri());
    let error = ion.carts("2").delete("3").await.unwrap_err();
    assert!(matches!(error.error, Error::NotIon { .. }), "{error:?}");
    assert_eq!(error.effect, Effect::Unclear);
    let error = ion.carts("2").delete("3").await.unwrap_err();
    assert_eq!(error.effect, Effect::None);
}

#[tokio::test]
async fn a_checkout_gives_an_order_and_is_never_repeated() {
    let order =
        r#"{"name":"accounts/5212/customers/2/orders/891011","cartId":"112","status":"ON_HOLD"}"#;
    let server = answering([json(200, order), json(500, "{}"), json(200, order)]).await;
    let ion = client(&server.uri());
    let reply = ion
        .carts("2")
        .checkout("112", &Checkout::default())
        .await
        .unwrap();
    let order = reply.item.decode().unwrap();
    assert_eq!(
        (order.id(), order.cart_id.as_deref()),
        (Some("891011"), Some("112"))
    );
    let checkout = Checkout::default();
    let error = ion.carts("2").checkout("112", &checkout).await.unwrap_err();
    assert_eq!((error.effect, count(&server).await), (Effect::Unclear, 2));
    let requests = server.received_requests().await.unwrap();
    assert_eq!(
        requests[0].url.path(),
        "/api/v3/customers/2/carts/112:checkout"
    );
}

#[tokio::test]
async fn an_item_goes_into_the_cart_once() {
    let server = answering([html(502), json(200, "{}")]).await;
    let ion = client(&server.uri());
    let items = ion.carts("2");
    let items = items.items("3");
    let error = items.create(&CartItemDraft::default()).await.unwrap_err();
    assert_eq!((error.effect, count(&server).await), (Effect::Unclear, 1));
}

#[tokio::test]
async fn a_list_of_carts_tells_no_total_and_ends_with_an_empty_part() {
    let server = answering([
        json(
            200,
            r#"{"carts":[{"name":"customers/2/carts/1"},{"name":"customers/2/carts/2"}]}"#,
        ),
        json(200, "{}"),
    ])
    .await;
    let ion = client(&server.uri());
    let parts: Vec<_> = ion
        .carts("2")
        .list("OPEN")
        .pages()
        .map(Result::unwrap)
        .collect()
        .await;
    assert_eq!(
        (parts.len(), parts[0].items.len(), parts[0].total),
        (2, 2, None)
    );
    assert_eq!(
        queries(&server, "status").await,
        [Some("OPEN".to_owned()), Some("OPEN".to_owned())]
    );
}

#[tokio::test]
async fn a_product_is_enabled_with_an_empty_answer_or_an_empty_object() {
    let refusal =
        include_str!("../../../../fixtures/ion/error-400-ProductAlreadyEnabledError.json");
    let server = answering([
        json(200, "{}"),
        ResponseTemplate::new(200),
        json(400, refusal),
        html(200),
    ])
    .await;
    let ion = client(&server.uri());
    let products = ion.products("1");
    products.enable("A-b").await.unwrap();
    products.disable("A-b").await.unwrap();
    assert_eq!(
        products.enable("A-b").await.unwrap_err().effect,
        Effect::None
    );
    assert_eq!(
        products.enable("A-b").await.unwrap_err().effect,
        Effect::Unclear
    );
    let requests = server.received_requests().await.unwrap();
    assert_eq!(
        requests[0].url.path(),
        "/api/v3/accounts/1/products/A-b:enable"
    );
    assert_eq!(
        requests[1].url.path(),
        "/api/v3/accounts/1/products/A-b:disable"
    );
}
