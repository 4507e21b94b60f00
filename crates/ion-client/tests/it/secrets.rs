//! A first log-in at a vendor comes with an order, is handed over once, and stands nowhere else.

use std::cell::RefCell;
use std::fmt::Write as _;

use ion_client::{Checkout, Order, OrderReply};
use secrecy::ExposeSecret as _;
use tracing::Metadata;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};

use crate::orders::draft;
use crate::servers::{answering, client, json};

const USER: &str = "admin@kettle.onmicrosoft.com";
const PASSWORD: &str = "Wd7!kettle-first";

/// An order as Ion answers: a line without a log-in, one with, one with another vendor's user, which is no secret.
fn answer() -> String {
    format!(
        r#"{{"name":"accounts/1/customers/2/orders/3","orderItems":[
        {{"productId":"a","attributes":[{{"name":"domainName","value":"x"}}]}},
        {{"productId":"b","attributes":[{{"name":"userName","value":"{USER}"}},{{"name":"domainName","value":"kettle"}},{{"name":"password","value":"{PASSWORD}"}}]}},
        {{"productId":"c","attributes":[{{"name":"userName","value":"ada"}}]}}]}}"#
    )
}

fn assert_handed_over(reply: &OrderReply) {
    let [secret] = reply.secrets.as_slice() else {
        panic!("{} secrets", reply.secrets.len());
    };
    assert_eq!(secret.line, 1);
    assert_eq!(secret.user_name.expose_secret(), USER);
    assert_eq!(secret.password.expose_secret(), PASSWORD);
    let order = reply.item.decode().unwrap();
    for told in [
        format!("{reply:?}"),
        reply.item.raw().to_owned(),
        format!("{order:?}"),
    ] {
        assert_silent(&told);
    }
    assert_kept(&order);
}

fn assert_silent(told: &str) {
    assert!(!told.contains(USER) && !told.contains(PASSWORD), "{told}");
}

/// What is no secret is as it came.
fn assert_kept(order: &Order) {
    let lines = order.order_items.as_ref().unwrap();
    assert_eq!(lines[1].attribute("domainName"), Some("kettle"));
    assert_eq!(lines[1].attribute("password"), Some(""));
    assert_eq!(lines[2].attribute("userName"), Some("ada"));
}

#[tokio::test]
async fn every_answer_that_is_an_order_hands_them_over() {
    let server = answering((0..4).map(|_| json(200, answer()))).await;
    let ion = client(&server.uri());
    assert_handed_over(&ion.orders("1").get("2", "3").await.unwrap());
    assert_handed_over(&ion.orders("1").create("2", &draft()).await.unwrap());
    assert_handed_over(&ion.orders("1").cancel("2", "3").await.unwrap());
    let checkout = Checkout::default();
    assert_handed_over(&ion.carts("2").checkout("7", &checkout).await.unwrap());
}

#[tokio::test]
async fn lists_drop_them() {
    let server = answering([json(200, format!(r#"{{"orders":[{}]}}"#, answer()))]).await;
    let page = client(&server.uri())
        .orders("1")
        .list()
        .send()
        .await
        .unwrap();
    let order = page.items[0].decode().unwrap();
    assert_silent(&format!("{page:?}{}{order:?}", page.items[0].raw()));
    assert_kept(&order);
}

#[tokio::test]
async fn however_they_are_written() {
    let written = r#"{"orderItems":[{"attributes":[null,7,{"name":"x"},{"value":"Wd7!kettle\u002dfirst","name":"p\u0061ssword"},{"name":"USERNAME","value":"admin@kettle.onmicrosoft.com"}]},
        {"attributes":[{"name":"password","value":70012345}]},{"attributes":7},{"attributes":{"password":"Wd7!kettle-first"}}]}"#;
    let server = answering([json(200, written)]).await;
    let reply = client(&server.uri())
        .orders("1")
        .get("2", "3")
        .await
        .unwrap();
    let told: Vec<_> = reply
        .secrets
        .iter()
        .map(|one| {
            (
                one.line,
                one.user_name.expose_secret(),
                one.password.expose_secret(),
            )
        })
        .collect();
    assert_eq!(told, [(0, USER, PASSWORD), (1, "", "70012345")]);
    let error = reply.item.decode().unwrap_err();
    let told = format!("{}{error:?}{error}", reply.item.raw());
    assert_silent(&told);
    assert!(
        !told.contains("u002dfirst") && !told.contains("70012345"),
        "{told}"
    );
}

#[tokio::test]
async fn no_error_tells_them() {
    let whole = answer();
    for body in [
        format!("[{whole}]"),
        format!("[{}", &whole[..whole.len() / 2]),
        whole[..whole.len() - 40].to_owned(),
        format!("{whole} trailing }}"),
        whole.replacen(r#""accounts/1/customers/2/orders/3""#, "7", 1),
    ] {
        for status in [200, 400, 500] {
            let server = answering((0..5).map(|_| json(status, body.clone()))).await;
            let ion = client(&server.uri());
            let told = match ion.orders("1").create("2", &draft()).await {
                Ok(reply) => format!("{reply:?}{:?}", reply.item.decode()),
                Err(error) => format!("{error:?}{error}{}", error.error),
            };
            assert_silent(&told);
            let told = match ion.orders("1").get("2", "3").await {
                Ok(reply) => format!("{reply:?}{:?}", reply.item.decode()),
                Err(error) => format!("{error:?}{error}"),
            };
            assert_silent(&told);
        }
    }
}

thread_local! {
    /// What was traced by this thread, which runs one test and its client.
    static TRACED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Writes down every event and span, with all that stands in them.
struct Listener;

struct Told;

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        TRACED.with_borrow_mut(|told| write!(told, "{field}={value:?} ").unwrap());
    }
}

impl tracing::Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Told);
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Told);
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Told);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn no_trace_tells_them() {
    // For the whole process: one of this thread alone would be deaf to what other tests reached first.
    tracing::subscriber::set_global_default(Listener).unwrap();
    let server = answering([
        json(503, answer()),
        json(200, answer()),
        json(200, answer()),
    ])
    .await;
    let ion = client(&server.uri());
    ion.orders("1").get("2", "3").await.unwrap();
    ion.orders("1").create("2", &draft()).await.unwrap();
    let told = TRACED.with_borrow(String::clone);
    assert!(
        told.contains("ion answered") && told.contains("is repeated"),
        "{told}"
    );
    assert_silent(&told);
    assert!(!told.contains("kettle.onmicrosoft.com"), "{told}");
}
