//! The life of an order: states, cancel, what people, the vendor and faults make of it.

use std::time::Duration;

use ion_sandbox::{Action, PortalOrder, write_faults};
use serde_json::{Value, json};

use crate::shop::{ACCOUNT, last, new, refusals, shop};

const POST: &str = "POST /api/v3/accounts/*/customers/*/orders";

#[tokio::test]
async fn a_missing_renewal_setting_is_refused_at_once_or_in_the_end() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    let mut order = new(&offer, "r");
    order["orderItems"][0]["attributes"]
        .as_array_mut()
        .unwrap()
        .pop();
    let (status, told) = client.place(&customer, &order).await;
    assert_eq!((status, refusals(&told)[0].0), (400, "MSFT_CR_033"));
    client.turn("missing-renewal-setting", "async");
    let (status, body) = client.place(&customer, &order).await;
    assert_eq!(status, 200);
    client.wait();
    let id = last(&body["name"]);
    let order = client.read(&format!("customers/-/orders/{id}")).await;
    assert_eq!(order["status"], "ERROR");
    assert_eq!(
        (
            &order["errors"][0]["code"],
            &order["orderItems"][0]["errors"][0]["code"]
        ),
        (&json!("MSFT_CR_033"), &json!("MSFT_CR_033"))
    );
    assert!(client.sandbox.subscriptions().is_empty());
}

#[tokio::test]
async fn members_and_first_states_follow_their_knobs() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    client.turn("order-times-missing", "true");
    client.turn("order-item-price", "absent");
    let order = client.order(&customer, &offer, "r").await;
    for member in ["createTime", "updateTime", "total"] {
        assert!(order.get(member).is_none(), "{member}");
    }
    for member in ["createTime", "updateTime", "price", "cost", "subTotal"] {
        assert!(order["orderItems"][0].get(member).is_none(), "{member}");
    }
    for status in ["ON_HOLD", "CONFIRMED"] {
        client.turn("order-first-status", status);
        let order = client.order(&customer, &offer, status).await;
        assert_eq!(order["status"], status);
    }
    client.turn("order-step-s", "0");
    client.turn("order-first-status", "NEW");
    let order = client.order(&customer, &offer, "at once").await;
    assert_eq!(order["status"], "NEW");
    let id = last(&order["name"]);
    assert_eq!(
        client
            .read(&format!("customers/{customer}/orders/{id}"))
            .await["status"],
        "COMPLETED"
    );
}

#[tokio::test]
async fn an_order_is_cancelled_while_it_is_new_or_on_hold() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    let cancel = async |id: &str| {
        let path = format!("{ACCOUNT}/customers/{customer}/orders/{id}:cancel");
        client.call("POST", &path, None).await
    };
    let new = last(&client.order(&customer, &offer, "new").await["name"]);
    let held = last(&client.order(&customer, &offer, "held").await["name"]);
    let late = last(&client.order(&customer, &offer, "late").await["name"]);
    assert!(client.sandbox.portal().hold_order(&held));
    let (status, body) = cancel(&new).await;
    assert_eq!((status, &body["status"]), (200, &json!("CANCELED")));
    client.sandbox.advance(Duration::from_secs(2));
    assert_eq!(cancel(&held).await.0, 200);
    let (status, told) = cancel(&late).await;
    assert_eq!(
        (status, &told["error"]),
        (412, &json!("FAILED_PRECONDITION"))
    );
    client.turn("order-wrong-state-cancel", "400");
    assert_eq!(cancel(&late).await.0, 400);
    let (status, told) = cancel("1899").await;
    let words = format!("resource 'accounts/10412/customers/{customer}/orders/1899' not found");
    assert_eq!((status, &told["message"]), (404, &json!(words)));
    client.wait();
    assert_eq!(client.sandbox.subscriptions().len(), 1);
    assert_eq!(client.sandbox.ledger().cancels().count(), 2);
}

#[tokio::test]
async fn people_and_the_vendor_move_orders_as_they_like() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    let portal = client.sandbox.portal();
    let id = portal.place_order(&offer.order(&customer, 3)).unwrap();
    let order = client
        .read(&format!("customers/{customer}/orders/{id}"))
        .await;
    let cart = order["cartId"].as_str().unwrap();
    assert_eq!(
        order["referenceId"],
        format!("customers/{customer}/carts/{cart}")
    );
    assert!(
        order["displayName"]
            .as_str()
            .unwrap()
            .starts_with("Cart - ")
    );
    assert!(client.sandbox.orders()[0].request.is_none());
    assert!(portal.hold_order(&id));
    client.wait();
    assert_eq!(portal.order(&id).unwrap().status, "ON_HOLD");
    assert_eq!(portal.move_order_on(&id).as_deref(), Some("CONFIRMED"));
    assert_eq!(portal.complete_order(&id).as_deref(), Some("COMPLETED"));
    assert!(!portal.hold_order(&id) && portal.move_order_on(&id).is_none());
    assert!(
        portal
            .place_order(&PortalOrder {
                customer_id: "1".to_owned(),
                ..offer.order(&customer, 1)
            })
            .is_none()
    );

    portal.fail_next_order("MSFT_CR_099", "No.");
    client.order(&customer, &offer, "doomed").await;
    client.order(&customer, &offer, "fine").await;
    client.wait();
    let states: Vec<String> = client
        .sandbox
        .orders()
        .into_iter()
        .map(|one| one.status)
        .collect();
    assert_eq!(states, ["COMPLETED", "ERROR", "COMPLETED"]);
    assert_eq!(client.sandbox.orders()[1].errors[0].detail, "No.");
    let id = portal.place_order(&offer.order(&customer, 3)).unwrap();
    assert!(portal.fail_order(&id, "X", "Y") && !portal.cancel_order(&id));
    assert!(portal.remove_order(&id) && !portal.remove_order(&id));
    assert_eq!(
        client
            .call(
                "GET",
                &format!("{ACCOUNT}/customers/{customer}/orders/{id}"),
                None
            )
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn one_line_fails_and_the_other_goes_through() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    let mut order = new(&offer, "two");
    let mut second = order["orderItems"][0].clone();
    second["attributes"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "customTermEndDate", "value": "2020-01-01"}));
    order["orderItems"].as_array_mut().unwrap().push(second);
    let (status, body) = client.place(&customer, &order).await;
    assert_eq!(status, 200, "{body}");
    client.wait();
    let order = client.sandbox.orders().pop().unwrap();
    let states: Vec<&str> = order.items.iter().map(|one| one.status.as_str()).collect();
    assert_eq!(
        (order.status.as_str(), states),
        ("ERROR", vec!["COMPLETED", "ERROR"])
    );
    assert_eq!(client.sandbox.subscriptions().len(), 1);
}

#[tokio::test]
async fn a_new_tenant_comes_with_a_login_that_the_knob_hides() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    let mut order = new(&offer, "tenant");
    order["orderItems"][0]["attributes"][0]["value"] = "brandnewtenant".into();
    let (_, body) = client.place(&customer, &order).await;
    let id = last(&body["name"]);
    assert!(!body.to_string().contains("password"));
    client.wait();
    let attributes = async || {
        let order = client
            .read(&format!("customers/{customer}/orders/{id}"))
            .await;
        order["orderItems"][0]["attributes"]
            .as_array()
            .unwrap()
            .clone()
    };
    let all = attributes().await;
    assert!(
        all.iter().any(|one| one["name"] == "userName"
            && one["value"] == "admin@brandnewtenant.onmicrosoft.com")
    );
    assert!(all.iter().any(|one| one["name"] == "password"));
    client.turn("order-shows-password", "false");
    assert_eq!(attributes().await.len(), all.len() - 2);
    // Somebody else cannot have it.
    let (_, body) = client.place(&client.customer(1), &order).await;
    client.wait();
    assert_eq!(
        client
            .sandbox
            .portal()
            .order(&last(&body["name"]))
            .unwrap()
            .status,
        "ERROR"
    );
}

#[tokio::test]
async fn each_fault_of_a_post_has_its_effect_once_or_never() {
    for (n, fault) in write_faults(POST, 0).into_iter().enumerate() {
        let client = shop().await;
        let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
        let what = format!("{:?}", fault.action);
        let happens = matches!(
            fault.action,
            Action::StatusAfter { .. }
                | Action::CutAfter
                | Action::CutBody { .. }
                | Action::Delay { .. }
                | Action::EffectLater { .. }
        );
        client.sandbox.inject(fault);
        // A list is no order, and neither is a cancel.
        client
            .read(&format!("customers/{customer}/orders?pageSize=1"))
            .await;
        let path = format!("{ACCOUNT}/customers/{customer}/orders");
        let reference = format!("r{n}");
        drop(
            client
                .try_call("POST", &path, Some(&new(&offer, &reference)))
                .await,
        );
        client.sandbox.let_late_effects_happen();
        let ledger = client.sandbox.ledger();
        assert_eq!(ledger.order_posts().count(), 1, "{what}");
        let same = ledger.orders_with(&reference).count();
        assert_eq!(same, usize::from(happens), "{what}");
        let received: Vec<_> = ledger.orders().collect();
        assert_eq!(received.len(), usize::from(happens), "{what}");
        let held = client.sandbox.orders();
        assert_eq!(held.len(), usize::from(happens), "{what}");
        if let (Some(entry), Some(order)) = (received.first(), held.first()) {
            assert_eq!(entry.order.as_ref(), Some(&order.id), "{what}");
            assert_eq!(order.request, Some(entry.n), "{what}");
            assert_eq!(
                entry.sent.as_ref().unwrap()["referenceId"],
                reference,
                "{what}"
            );
            assert_eq!(order.reference_id, reference, "{what}");
        }
        assert_eq!(ledger.creates().count(), 0, "no customer was made: {what}");
    }
}

#[tokio::test]
async fn people_move_orders_and_subscriptions_on_the_page() {
    let client = shop().await;
    let nothing = json!({});
    let (_, made) = client.control("POST", "orders", &Value::Null).await;
    let id = made["id"].as_str().unwrap().to_owned();
    let (_, told) = client
        .control("POST", &format!("orders/{id}/move-on"), &nothing)
        .await;
    assert_eq!(told["order"]["status"], "CONFIRMED");
    assert_eq!(
        client
            .control("POST", &format!("orders/{id}/dance"), &nothing)
            .await
            .0,
        404
    );
    client
        .control("POST", &format!("orders/{id}/complete"), &nothing)
        .await;
    assert_eq!(
        client
            .control("POST", &format!("orders/{id}/hold"), &nothing)
            .await
            .0,
        409
    );
    let (_, told) = client
        .control("GET", "orders?text=completed", &nothing)
        .await;
    assert_eq!(
        (&told["found"], &told["orders"][0]["id"]),
        (&json!(1), &json!(id))
    );
    let (_, told) = client.control("GET", "subscriptions", &nothing).await;
    let subscription = told["subscriptions"][0]["id"].as_str().unwrap().to_owned();
    let act = async |action: &str, body: Value| {
        let path = format!("subscriptions/{subscription}/{action}");
        client.control("POST", &path, &body).await.1["subscription"].clone()
    };
    assert_eq!(act("seats", json!({"seats": 8})).await["quantity"], 8);
    assert_eq!(act("suspend", nothing.clone()).await["status"], "suspended");
    assert_eq!(
        act("auto-renew-off", nothing.clone()).await["auto_renew"],
        false
    );
    let (_, told) = client
        .control("GET", "offers?text=microsoft", &nothing)
        .await;
    let offer = &told["offers"][0];
    let product = offer["product_id"].as_str().unwrap();
    let price = json!({"sku": offer["sku_id"], "plan": offer["plan_id"], "price": "12.34"});
    assert_eq!(
        client
            .control("POST", &format!("products/{product}/price"), &price)
            .await
            .0,
        200
    );
    assert_eq!(
        client
            .control("POST", &format!("products/{product}/delete"), &nothing)
            .await
            .0,
        200
    );
    client.control("POST", "next-order/fail", &nothing).await;
    client
        .order(&client.customer(0), &client.microsoft("P1M"), "r")
        .await;
    client.wait();
    assert_eq!(client.sandbox.orders().pop().unwrap().status, "ERROR");
}
