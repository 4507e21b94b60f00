//! Bodies that we send, held to bodies that clients send which are known to work, and to those that the description draws.

use std::collections::BTreeSet;

use ion_client::{
    AddOnDraft, CartAddOnDraft, CartDraft, CartItemDraft, Checkout, CheckoutLine, CustomerDraft,
    OrderAction, OrderDraft, OrderLineDraft, ProviderProducts, ReportQuery, ReportRange,
};
use serde_json::{Value, json};

use crate::servers::{answering, client, json as answer};

macro_rules! published {
    ($file:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!("../../../../fixtures/ion/", $file)))
            .unwrap()
    };
}

/// The draft of which a published body was made, and what is not the draft's to say.
fn draft_of(body: &Value) -> OrderDraft {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let some = |value: &Value| value.as_str().map(str::to_owned);
    let number = |value: &Value| u32::try_from(value.as_u64().unwrap()).unwrap();
    let action = |value: &Value| match value.as_str().unwrap() {
        "CREATE" => OrderAction::Create,
        _ => OrderAction::Update,
    };
    let each = |value: &Value| value.as_array().cloned().unwrap_or_default();
    OrderDraft {
        reference_id: text(&body["referenceId"]),
        display_name: text(&body["displayName"]),
        lines: each(&body["orderItems"])
            .iter()
            .map(|line| OrderLineDraft {
                reference_id: text(&line["referenceId"]),
                action: action(&line["action"]),
                product_id: text(&line["productId"]),
                sku_id: text(&line["skuId"]),
                plan_id: text(&line["planId"]),
                quantity: number(&line["quantity"]),
                resource_id: some(&line["resourceId"]),
                attributes: each(&line["attributes"])
                    .iter()
                    .map(|one| (text(&one["name"]), text(&one["value"])))
                    .collect(),
                provider_name: some(&line["providerName"]),
                end_customer_po: some(&line["endCustomerPO"]),
                reseller_po: some(&line["resellerPO"]),
                add_ons: each(&line["addOns"])
                    .iter()
                    .map(|one| AddOnDraft {
                        add_on_id: text(&one["addOnId"]),
                        plan_id: text(&one["planId"]),
                        action: action(&one["action"]),
                        quantity: number(&one["quantity"]),
                    })
                    .collect(),
            })
            .collect(),
    }
}

#[test]
fn orders_are_sent_as_clients_send_them_that_work() {
    for body in [
        published!("bnwein-New-Order-request.json"),
        published!("bnwein-Set-Subscription-suspend-request.json"),
        published!("laravel-google-update-order-request.json"),
        published!("postman-5b-Place-Order-NCE-request.json"),
        published!("postman-5d-Update-Order-request.json"),
        published!("postman-5g-Increase-Seats-request.json"),
        published!("postman-5h-Toggle-Autorenewal-OFF-request.json"),
        published!("rewst-add-seat-request.json"),
        published!("rewst-create-subscription-request.json"),
        published!("skeleton-CreateOrder-request.json"),
    ] {
        assert_eq!(draft_of(&body).to_json(), body);
    }
    // This one sends two members that Ion does not describe, and passes over.
    let mut body = published!("angular-update-order-request.json");
    let ours = draft_of(&body).to_json();
    body.as_object_mut().unwrap().remove("name");
    body["orderItems"][0]
        .as_object_mut()
        .unwrap()
        .remove("providerId");
    assert_eq!(ours, body);
}

#[test]
fn what_ion_requires_is_sent_even_where_it_is_empty() {
    let line = draft_of(&json!({"orderItems": [{"action": "UPDATE", "quantity": 0}]}));
    let expected = json!({"orderItems": [
        {"action": "UPDATE", "productId": "", "skuId": "", "planId": "", "quantity": 0, "attributes": []}
    ]});
    assert_eq!(line.to_json(), expected);
}

/// The body of the only request that this call makes.
async fn sent(call: impl AsyncFnOnce(&ion_client::IonClient)) -> Value {
    let server = answering([answer(200, "{}")]).await;
    call(&client(&server.uri())).await;
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].headers["content-type"], "application/json");
    requests[0].body_json().unwrap()
}

/// Where which kind of value stands.
fn shape(value: &Value) -> BTreeSet<String> {
    fn walk(value: &Value, path: &str, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => members
                .iter()
                .for_each(|(name, member)| walk(member, &format!("{path}.{name}"), into)),
            Value::Array(items) => items
                .iter()
                .for_each(|item| walk(item, &format!("{path}[]"), into)),
            Value::Number(_) => drop(into.insert(format!("{path} number"))),
            Value::Bool(_) => drop(into.insert(format!("{path} bool"))),
            _ => drop(into.insert(format!("{path} text"))),
        }
    }
    let mut into = BTreeSet::new();
    walk(value, "", &mut into);
    into
}

#[tokio::test]
async fn carts_have_the_described_shape() {
    let cart = CartDraft {
        status: "OPEN".into(),
        display_name: "Cart 1".into(),
        user_name: "Ada".into(),
        payment_type: "CREDIT_CARD".into(),
        credit_card_name: "card".into(),
        currency: "EUR".into(),
    };
    let body = sent(async |ion| drop(ion.carts("2").create(&cart).await)).await;
    assert_eq!(
        shape(&body),
        shape(&published!("skeleton-CreateCart-request.json"))
    );
    assert_eq!(body["payment"]["paymentType"], "CREDIT_CARD");
    let body = sent(async |ion| drop(ion.carts("2").update("3", &cart).await)).await;
    assert_eq!(
        shape(&body),
        shape(&published!("skeleton-UpdateCart-request.json"))
    );
    let mut item = CartItemDraft {
        plan_name: "plan".into(),
        quantity: Some(5),
        payment_type: "OFFLINE".into(),
        credit_card_name: "card".into(),
        add_ons: vec![CartAddOnDraft {
            plan_id: "add-on".into(),
            display_name: "Add-on".into(),
            parent: "parent".into(),
            parent_identifier: "7".into(),
        }],
    };
    let body = sent(async |ion| drop(ion.carts("2").items("3").create(&item).await)).await;
    assert_eq!(
        shape(&body),
        shape(&published!("skeleton-createCartCartItem-request.json"))
    );
    let body = sent(async |ion| drop(ion.carts("2").items("3").update("4", &item).await)).await;
    assert_eq!(
        shape(&body),
        shape(&published!("skeleton-updateCartCartItem-request.json"))
    );
    item.add_ons.push(item.add_ons[0].clone());
    let body = sent(async |ion| drop(ion.carts("2").items("3").create(&item).await)).await;
    assert_eq!(body["addOns"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_checkout_has_the_described_shape() {
    let checkout = Checkout {
        total_calculated_value: 98,
        lines: vec![CheckoutLine {
            cart_item_id: "9007199254740993".into(),
            attributes: vec![("domainName".into(), "contoso.onmicrosoft.com".into())],
        }],
    };
    let body = sent(async |ion| drop(ion.carts("2").checkout("3", &checkout).await)).await;
    assert_eq!(
        shape(&body),
        shape(&published!("skeleton-CheckoutCart-request.json"))
    );
    assert_eq!(
        body["provisionData"][0]["cartItemId"],
        9_007_199_254_740_993_i64
    );
}

#[tokio::test]
async fn programs_and_prices_have_the_described_shape() {
    let body = sent(async |ion| {
        drop(
            ion.products("1")
                .update_program("p", "accounts/1/programs/2", "accounts/1")
                .await,
        );
    })
    .await;
    let published = published!("skeleton-BatchUpdateProductsPrograms-request.json");
    assert_eq!(shape(&body), shape(&published));
    let wanted = [ProviderProducts {
        provider: "azure".into(),
        external_ids: vec!["CFQ7TTC0LH18:0001".into()],
    }];
    let body = sent(async |ion| drop(ion.products("1").pricing(&wanted, Some(7)).await)).await;
    assert_eq!(
        shape(&body),
        shape(&published!("skeleton-GetProductPricing-request.json"))
    );
}

#[tokio::test]
async fn customers_have_the_described_shape() {
    let draft = CustomerDraft {
        organization: "o".into(),
        street: "s".into(),
        suite: "s".into(),
        city: "c".into(),
        state: "s".into(),
        zip: "z".into(),
        country: "US".into(),
        contact_name: "n".into(),
        email: "e".into(),
        title: "t".into(),
        phone: "p".into(),
        language: "EN".into(),
        ..CustomerDraft::default()
    };
    let body = sent(async |ion| drop(ion.customers("1").create(&draft).await)).await;
    assert_eq!(
        shape(&body),
        shape(&published!("skeleton-CreateCustomer-request.json"))
    );
    let body = sent(async |ion| drop(ion.customers("1").update("2", &draft).await)).await;
    assert_eq!(
        shape(&body),
        shape(&published!("skeleton-UpdateCustomer-request.json"))
    );
    // What clients send beyond the description is what the draft knows, or the name of the contact in two parts.
    let mut known = shape(&body);
    known.extend([".alternateEmail text", ".customerDomain text"].map(str::to_owned));
    for published in [
        published!("postman-2a-Create-Customer-US-request.json"),
        published!("postman-2b-Create-Customer-FR-request.json"),
        published!("postman-2e-Update-Customer-request.json"),
    ] {
        let more: Vec<String> = shape(&published).difference(&known).cloned().collect();
        let allowed = [
            ".name text",
            ".primaryContactFirstName text",
            ".primaryContactLastName text",
        ];
        assert!(
            more.iter().all(|one| allowed.contains(&one.as_str())),
            "{more:?}"
        );
    }
}

#[test]
fn reports_are_asked_as_clients_ask_that_work() {
    let mut query = ReportQuery {
        report_id: "12345".into(),
        module: "REPORTS_REPORTS_MODULE".into(),
        category: "BILLING_REPORTS".into(),
        range: ReportRange::Relative("MONTH_TO_DATE".into()),
        selected_columns: vec!["<= specs.allColumns of GET reports/{id}".into()],
    };
    assert_eq!(
        query.to_json(),
        published!("sdk-reportDataCsv-request.json")
    );
    query.range = ReportRange::Fixed {
        from: "2025-01-01T00:00:00Z".into(),
        to: "2025-01-31T23:59:59Z".into(),
    };
    query.selected_columns.clear();
    let mut published = published!("bi-reportDataCsv-request.json");
    // The id is a text with us: numbers of 64 bits are written so, and both are taken.
    published.as_object_mut().unwrap().remove("report_id");
    published["reportId"] = "12345".into();
    assert_eq!(query.to_json(), published);
}
