//! A client that orders: what every test of orders and subscriptions does.

use std::time::Duration;

use ion_sandbox::{ClockMode, Knobs, OfferView, SandboxConfig};
use serde_json::{Value, json};

use crate::Client;

pub(crate) const ACCOUNT: &str = "accounts/10412";

/// A sandbox whose time stands still, with customers and products and no subscription.
pub(crate) async fn shop() -> Client {
    shop_with(0).await
}

pub(crate) async fn shop_with(subscriptions: usize) -> Client {
    Client::start(SandboxConfig {
        customers: 30,
        products: 300,
        subscriptions,
        clock: ClockMode::Driven,
        control_key: Some("key".to_owned()),
        // Tests let months pass.
        knobs: Knobs {
            access_life_s: 1_000_000_000,
            ..Knobs::default()
        },
        ..SandboxConfig::default()
    })
    .await
}

/// What an error of an order says: each code with its detail.
pub(crate) fn refusals(body: &Value) -> Vec<(&str, &str)> {
    let errors = body["details"][0]["errors"].as_array().unwrap().iter();
    errors
        .map(|one| {
            (
                one["code"].as_str().unwrap(),
                one["detail"].as_str().unwrap(),
            )
        })
        .collect()
}

pub(crate) fn last(name: &Value) -> String {
    let name = name.as_str().unwrap();
    name.rsplit('/').next().unwrap().to_owned()
}

impl Client {
    /// An offer of Microsoft's new commerce with this term, billed each month.
    pub(crate) fn microsoft(&self, term: &str) -> OfferView {
        self.offer(|one| {
            one.provider == "AZURE"
                && one.term.as_deref() == Some(term)
                && one.billing == "MONTHLY"
                && !one.by_use
        })
    }

    pub(crate) fn offer(&self, fits: impl Fn(&OfferView) -> bool) -> OfferView {
        let mut offers = self.sandbox.catalog().offers().into_iter();
        offers.find(|one| one.for_sale && fits(one)).unwrap()
    }

    pub(crate) fn customer(&self, nth: usize) -> String {
        self.sandbox.portal().ids()[nth].clone()
    }

    pub(crate) async fn place(&self, customer: &str, body: &Value) -> (u16, Value) {
        let path = format!("{ACCOUNT}/customers/{customer}/orders");
        self.call("POST", &path, Some(body)).await
    }

    /// Places an order that is right. Gives its JSON.
    pub(crate) async fn order(&self, customer: &str, offer: &OfferView, reference: &str) -> Value {
        let (status, body) = self.place(customer, &new(offer, reference)).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    pub(crate) async fn read(&self, path: &str) -> Value {
        let (status, body) = self.call("GET", &format!("{ACCOUNT}/{path}"), None).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Longer than any order of the usual knobs takes.
    pub(crate) fn wait(&self) {
        self.sandbox.advance(Duration::from_secs(60));
    }

    /// A subscription that came of an order. Gives its customer and its vendor's id.
    pub(crate) async fn bought(&self, nth: usize, offer: &OfferView) -> (String, String) {
        let customer = self.customer(nth);
        self.order(&customer, offer, "bought").await;
        self.wait();
        let all = self.sandbox.subscriptions();
        (customer, all.last().unwrap().subscription_id.clone())
    }
}

/// An order of a new subscription, with all that its vendor needs.
pub(crate) fn new(offer: &OfferView, reference: &str) -> Value {
    let attributes = match offer.provider.as_str() {
        "AZURE" => {
            json!([{"name": "domainName", "value": "contoso.example"}, {"name": "renewalSetting", "value": "auto-on"}])
        }
        "GWS" => {
            json!([{"name": "customerDomain", "value": "a.example"}, {"name": "alternateEmail", "value": "a@b.example"}])
        }
        _ => json!([]),
    };
    json!({"referenceId": reference, "displayName": format!("Order {reference}"), "orderItems": [{
        "referenceId": "line-1", "action": "CREATE", "productId": offer.product_id, "skuId": offer.sku_id, "planId": offer.plan_id,
        "quantity": 5, "endCustomerPO": "C-77", "resellerPO": "R-12", "attributes": attributes,
    }]})
}

/// A change of a subscription.
pub(crate) fn update(
    offer: &OfferView,
    resource: &str,
    quantity: i64,
    more: &[(&str, &str)],
) -> Value {
    let mut attributes = vec![json!({"name": "operations", "value": "updatesubscription"})];
    let more = more
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}));
    attributes.extend(more);
    json!({"orderItems": [{
        "action": "UPDATE", "productId": offer.product_id, "skuId": offer.sku_id, "planId": offer.plan_id, "quantity": quantity,
        "resourceId": resource, "attributes": attributes,
    }]})
}

/// Subscriptions that a query lists.
pub(crate) async fn items(client: &Client, query: &str) -> Vec<Value> {
    let page = client.read(&format!("subscriptions?{query}")).await;
    page["items"].as_array().cloned().unwrap_or_default()
}
