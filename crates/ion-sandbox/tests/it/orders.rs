//! Orders: what comes back, what is refused, what of the answer is unknown.

use std::time::Duration;

use serde_json::{Value, json};

use crate::shop::{ACCOUNT, last, new, refusals, shop, update};

#[tokio::test]
async fn an_order_comes_back_whole_and_ends_in_a_subscription() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    let path = format!("{ACCOUNT}/customers/{customer}/orders/");
    let sent = new(&offer, "PO-2041");
    let (status, text) = client.try_call("POST", &path, Some(&sent)).await.unwrap();
    assert_eq!(status, 200, "{text}");
    let order: Value = serde_json::from_str(&text).unwrap();
    let id = last(&order["name"]);
    assert_eq!(id.len(), 6);
    assert_eq!(
        order["name"],
        format!("accounts/10412/customers/{customer}/orders/{id}")
    );
    assert_eq!(
        (&order["referenceId"], &order["status"]),
        (&json!("PO-2041"), &json!("NEW"))
    );
    assert_eq!(order["createTime"], "2026-11-23T10:00:00Z");
    let item = &order["orderItems"][0];
    assert_eq!(
        (&item["action"], &item["providerName"]),
        (&json!("CREATE"), &json!("AZURE"))
    );
    assert_eq!(
        (
            &item["quantity"],
            &item["endCustomerPO"],
            &item["resellerPO"]
        ),
        (&json!(5), &json!("C-77"), &json!("R-12"))
    );
    assert!(item["name"].as_str().unwrap().contains("/orderItems/"));
    // The digits of the catalog, not those of a float.
    assert!(
        text.contains(&format!(
            r#""price":{},"cost":{},"currencyCode":"EUR""#,
            offer.price, offer.price
        )),
        "{text}"
    );

    let states = async || {
        let order = client
            .read(&format!("customers/{customer}/orders/{id}"))
            .await;
        order["status"].as_str().unwrap().to_owned()
    };
    for expected in ["NEW", "CONFIRMED", "IN_PROGRESS", "COMPLETED", "COMPLETED"] {
        assert_eq!(states().await, expected);
        client.sandbox.advance(Duration::from_secs(2));
    }
    let view = client.sandbox.portal().order(&id).unwrap();
    assert_eq!(view.updated.to_string(), "2026-11-23T10:00:06Z");
    let subscription = client.sandbox.subscriptions().pop().unwrap();
    assert_eq!(view.items[0].subscription.as_ref(), Some(&subscription.id));
    assert_eq!(
        (subscription.quantity, subscription.price.as_str()),
        (5, offer.price.as_str())
    );
    assert_eq!(subscription.order_id.as_ref(), Some(&id));
    assert_eq!(subscription.start.to_string(), "2026-11-23T10:00:06Z");
    assert_eq!(subscription.end.to_string(), "2027-11-23T10:00:06Z");
    assert_eq!(
        subscription.cancel_until.unwrap().to_string(),
        "2026-11-30T10:00:06Z"
    );
}

#[tokio::test]
async fn orders_that_are_wrong_are_refused_in_ions_words() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    let refused = async |change: &dyn Fn(&mut Value)| {
        let mut body = new(&offer, "r");
        change(&mut body["orderItems"][0]);
        let (status, body) = client.place(&customer, &body).await;
        assert_eq!((status, &body["code"]), (400, &json!(3)), "{body}");
        assert_eq!(body["error"], "BAD_REQUEST: Invalid provisioning data");
        assert_eq!(body["details"][0]["requestId"].as_str().unwrap().len(), 20);
        let told = refusals(&body);
        told.iter()
            .map(|(code, detail)| format!("{code}|{detail}"))
            .collect::<Vec<_>>()
    };
    let without = |name: &'static str| {
        move |item: &mut Value| drop(item.as_object_mut().unwrap().remove(name))
    };
    let missing = |name: &str| {
        format!(
            "COMM-VL-001 |The '{name}' attribute must be present in the 'order.orderItem' object."
        )
    };
    for name in [
        "productId",
        "skuId",
        "planId",
        "action",
        "quantity",
        "attributes",
    ] {
        assert_eq!(refused(&without(name)).await, [missing(name)]);
    }
    assert_eq!(
        refused(&|item| item["quantity"] = 0.into()).await,
        [missing("quantity")]
    );
    assert_eq!(
        refused(&|item| item["action"] = "DELETE".into()).await,
        [
            "COMM-VL-002|The 'order.orderItem.action' must be equal to one of the allowed values: ['CREATE', 'UPDATE']."
        ]
    );
    assert!(refused(&|item| item["quantity"] = (-1).into()).await[0].starts_with("COMM-VL-002|"));
    assert_eq!(
        refused(&|item| item["action"] = "UPDATE".into()).await,
        [
            "COMM-VL-003|The 'resourceId' attribute must be present in the 'order.orderItem' object when 'action' is 'UPDATE'."
        ]
    );
    assert_eq!(
        refused(
            &|item| item["attributes"] = json!([{"name": "renewalSetting", "value": "auto-off"}])
        )
        .await,
        [
            "COMM-VL-004|The 'domainName' attribute must be present in the 'Order.orderItem.attributes' array when the provider is 'AZURE' and the action is 'CREATE'."
        ]
    );
    assert!(
        refused(&|item| item["attributes"][1]["value"] = "never".into()).await[0]
            .starts_with("COMM-VL-002|")
    );
    assert!(
        refused(&|item| item["skuId"] = "nothing".into()).await[0]
            .starts_with("COMM-VL-002|The skuId 'nothing'")
    );
    assert!(
        refused(&|item| item["planId"] = "nothing".into()).await[0]
            .starts_with("COMM-VL-002|The planId 'nothing'")
    );
    let (status, body) = client.place(&customer, &json!({"referenceId": "r"})).await;
    assert_eq!((status, refusals(&body)[0].0), (400, "COMM-VL-001 "));

    let mut body = new(&offer, "r");
    body["orderItems"][0]["productId"] = "AWS-EC".into();
    let (status, told) = client.place(&customer, &body).await;
    assert_eq!(
        (status, &told["message"]),
        (404, &json!("listing AWS-EC not found"))
    );
    let (status, told) = client.place("99", &new(&offer, "r")).await;
    assert_eq!(
        (status, &told["message"]),
        (
            404,
            &json!("resource 'accounts/10412/customers/99' not found")
        )
    );
    let mut body = new(&offer, "r");
    body["orderItems"][0]["quantity"] = "many".into();
    let (status, told) = client.place(&customer, &body).await;
    assert_eq!(
        (status, &told["error"], &told["code"]),
        (400, &json!("INVALID_ARGUMENT"), &json!(400))
    );
    assert!(client.sandbox.orders().is_empty() && client.sandbox.ledger().orders().count() == 0);
    assert_eq!(client.sandbox.ledger().order_posts().count(), 18);
}

#[tokio::test]
async fn what_is_not_for_sale_is_not_sold() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    assert!(
        client
            .sandbox
            .catalog()
            .set_disabled(&offer.product_id, true)
    );
    let (status, told) = client.place(&customer, &new(&offer, "r")).await;
    assert_eq!((status, refusals(&told)[0].0), (400, "COMM-VL-002"));
    assert!(client.sandbox.catalog().remove(&offer.product_id));
    assert_eq!(client.place(&customer, &new(&offer, "r")).await.0, 404);
    client.turn("may-place-orders", "false");
    let (status, told) = client.place(&customer, &new(&offer, "r")).await;
    assert_eq!(
        (status, &told["message"]),
        (403, &json!("User does not have access to this resource."))
    );
}

#[tokio::test]
async fn add_ons_are_sold_with_the_sku_that_lists_them() {
    let client = shop().await;
    let customer = client.customer(0);
    let offer = client.offer(|one| one.provider == "AZURE" && !one.add_ons.is_empty());
    let add_on = |id: &str, plan: &str| json!({"id": id, "addOnId": id, "planId": plan, "action": "CREATE", "quantity": 2});
    let mut order = new(&offer, "a");
    let catalog = client.sandbox.catalog();
    let (id, plans) = &offer.add_ons[0];
    let product = client.read(&format!("products/{}", offer.product_id)).await;
    let sku = product["definition"]["skus"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == offer.sku_id.as_str())
        .unwrap();
    assert_eq!(sku["availableAddOns"][0], id.as_str());
    order["orderItems"][0]["addOns"] = json!([add_on(id, &plans[0])]);
    let (status, body) = client.place(&customer, &order).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["orderItems"][0]["addOns"][0]["quantity"], 2);
    client.wait();
    assert_eq!(client.sandbox.subscriptions().len(), 2);

    order["orderItems"][0]["addOns"] = json!([add_on("elsewhere", &plans[0])]);
    let (status, told) = client.place(&customer, &order).await;
    assert_eq!(status, 400);
    assert!(
        refusals(&told)[0]
            .1
            .contains("is not available with the sku")
    );
    let other = catalog
        .offers()
        .into_iter()
        .find(|one| one.product_id == offer.product_id && one.add_ons.is_empty() && one.for_sale);
    if let Some(other) = other {
        let mut order = new(&other, "b");
        order["orderItems"][0]["addOns"] = json!([add_on(id, &plans[0])]);
        assert_eq!(client.place(&customer, &order).await.0, 400);
    }
}

#[tokio::test]
async fn a_domain_is_needed_always_or_of_new_tenants() {
    let client = shop().await;
    let offer = client.microsoft("P1M");
    let mut order = new(&offer, "r");
    order["orderItems"][0]["attributes"]
        .as_array_mut()
        .unwrap()
        .remove(0);
    client.turn("domain-name-needed", "new-tenant");
    let mut taken = Vec::new();
    for nth in 0..10 {
        let customer = client.customer(nth);
        let profile = client
            .read(&format!("customers/{customer}/cloudProfile"))
            .await;
        let (status, _) = client.place(&customer, &order).await;
        assert_eq!(status == 200, profile.get("id").is_some());
        taken.push(status);
    }
    assert!(taken.contains(&200) && taken.contains(&400), "{taken:?}");
}

#[tokio::test]
async fn references_are_echoed_as_the_knobs_say() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    let long = "0123456789012345678901234567890123456789";
    let mut sent = new(&offer, long);
    sent["orderItems"][0]["referenceId"] = long.into();
    sent["displayName"] = long.into();
    let (_, body) = client.place(&customer, &sent).await;
    let id = last(&body["name"]);
    let echo = async || {
        let order = client
            .read(&format!("customers/{customer}/orders/{id}"))
            .await;
        let text = |value: &Value| value.as_str().map_or(0, str::len);
        [
            &order["referenceId"],
            &order["orderItems"][0]["referenceId"],
            &order["displayName"],
        ]
        .map(text)
    };
    assert_eq!(echo().await, [40, 40, 40]);
    for (how, expected) in [
        ("order", [40, 0, 40]),
        ("items", [0, 40, 40]),
        ("none", [0, 0, 40]),
    ] {
        client.turn("reference-id-echo", how);
        assert_eq!(echo().await, expected);
    }
    client.turn("reference-id-echo", "both");
    client.turn("reference-id-cut", "32");
    assert_eq!(echo().await, [32, 32, 40]);
    client.turn("display-name-echo", "cut");
    assert_eq!(echo().await, [32, 32, 32]);
    client.turn("display-name-echo", "none");
    assert_eq!(echo().await, [32, 32, 0]);
    assert_eq!(client.sandbox.orders()[0].reference_id, long);
}

#[tokio::test]
async fn a_reference_that_comes_again_makes_a_second_order_or_does_not() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    let first = client.order(&customer, &offer, "same").await;
    let second = client.order(&customer, &offer, "same").await;
    assert_ne!(first["name"], second["name"]);
    client.turn("reference-id-repeat", "conflict");
    let (status, told) = client.place(&customer, &new(&offer, "same")).await;
    assert_eq!((status, &told["error"]), (409, &json!("ALREADY_EXISTS")));
    // Another customer's reference is another one.
    client.order(&client.customer(1), &offer, "same").await;
    client.turn("reference-id-repeat", "update");
    let mut again = new(&offer, "same");
    again["orderItems"][0]["quantity"] = 9.into();
    let (status, body) = client.place(&customer, &again).await;
    assert_eq!((status, &body["name"]), (200, &first["name"]));
    assert_eq!(body["orderItems"][0]["quantity"], 9);
    assert_eq!(
        (
            client.sandbox.orders().len(),
            client.sandbox.ledger().orders().count()
        ),
        (3, 4)
    );
}

#[tokio::test]
async fn a_new_price_counts_for_the_next_order() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    assert!(client.sandbox.catalog().set_price(
        &offer.product_id,
        &offer.sku_id,
        &offer.plan_id,
        "19.7"
    ));
    let path = format!("{ACCOUNT}/customers/{customer}/orders");
    let (_, text) = client
        .try_call("POST", &path, Some(&new(&offer, "r")))
        .await
        .unwrap();
    assert!(
        text.contains(r#""total":98.5"#) && text.contains(r#""price":19.7"#),
        "{text}"
    );
    let product = client.read(&format!("products/{}", offer.product_id)).await;
    assert!(product.to_string().contains(r#""pricebookPrice":19.7"#));
}

#[tokio::test]
async fn a_body_in_snake_case_is_an_order_too() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    let text = new(&offer, "snake").to_string();
    let mut text = text;
    for (camel, snake) in [
        ("orderItems", "order_items"),
        ("referenceId", "reference_id"),
        ("productId", "product_id"),
        ("skuId", "sku_id"),
        ("planId", "plan_id"),
    ] {
        text = text.replace(&format!("\"{camel}\""), &format!("\"{snake}\""));
    }
    let (status, body) = client
        .place(&customer, &serde_json::from_str(&text).unwrap())
        .await;
    assert_eq!((status, &body["referenceId"]), (200, &json!("snake")));
}

#[tokio::test]
async fn an_update_names_a_subscription_of_the_customer() {
    let client = shop().await;
    let offer = client.microsoft("P1Y");
    let (customer, resource) = client.bought(0, &offer).await;
    let (status, told) = client
        .place(&client.customer(1), &update(&offer, &resource, 6, &[]))
        .await;
    assert_eq!(status, 404, "{told}");
    let other = client.microsoft("P1M");
    let (status, told) = client
        .place(&customer, &update(&other, &resource, 6, &[]))
        .await;
    assert_eq!((status, refusals(&told)[0].0), (400, "COMM-VL-002"));
    let mut without = update(&offer, &resource, 6, &[]);
    without["orderItems"][0]["attributes"] = json!([]);
    let (status, told) = client.place(&customer, &without).await;
    assert_eq!((status, refusals(&told)[0].0), (400, "COMM-VL-004"));
    let (status, body) = client
        .place(&customer, &update(&offer, &resource, 6, &[]))
        .await;
    assert_eq!(
        (status, &body["orderItems"][0]["resourceId"]),
        (200, &json!(resource))
    );
}
