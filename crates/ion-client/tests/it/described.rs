//! Published and described orders, subscriptions, carts, reports and templates, decoded without a loss.

use ion_client::{ReportBody, TemplateFilter};
use serde_json::Value;

use crate::leaves::{assert_keeps_all, assert_keeps_all_but};
use crate::servers::{answering, client, json};

macro_rules! fixture {
    ($file:literal) => {
        include_str!(concat!("../../../../fixtures/ion/", $file))
    };
}

#[tokio::test]
async fn orders() {
    for published in [
        fixture!("list-account-orders-item-sdk-sample.json"),
        fixture!("list-customer-orders-item-sdk-sample.json"),
    ] {
        let server = answering([
            json(200, format!(r#"{{"orders":[{published}]}}"#)),
            json(200, published),
        ])
        .await;
        let ion = client(&server.uri());
        let page = ion.orders("123").list().send().await.unwrap();
        assert_eq!(page.items[0].raw(), published.trim());
        assert_eq!(page.items[0].id().as_deref(), Some("891011"));
        let order = page.items[0].decode().unwrap();
        assert_keeps_all(published, &order);
        assert_eq!(order.id(), Some("891011"));
        assert_eq!(order.account_id(), Some("123"));
        assert_eq!(order.updated().unwrap().to_string(), "2023-01-15T09:35:10Z");
        let line = &order.order_items.as_ref().unwrap()[0];
        assert_eq!((line.id(), line.quantity), (Some("121314"), Some(2)));
        // Later than the order's own.
        assert_eq!(line.updated().unwrap().to_string(), "2025-03-10T10:15:30Z");
        let reply = ion.orders("123").get("4567", "891011").await.unwrap();
        assert_eq!(reply.item.decode().unwrap(), order);
    }
}

#[tokio::test]
async fn every_described_member_of_an_order() {
    let described = fixture!("get-order-by-description.json");
    let checked_out = fixture!("checkout-cart-by-description.json");
    let server = answering([json(200, described), json(200, checked_out)]).await;
    let ion = client(&server.uri());
    let reply = ion.orders("1").get("2", "3").await.unwrap();
    let order = reply.item.decode().unwrap();
    // What no type claims of a plan, in an order as in the catalog.
    assert_keeps_all_but(&["icon", "supportPlan"], described, &order);
    assert_eq!(
        order.customer_id(),
        Some("49957"),
        "the name goes before the member"
    );
    let reply = ion.orders("1").get("2", "3").await.unwrap();
    let order = reply.item.decode().unwrap();
    // The description draws these two beside the answer's members, for want of an indent.
    assert_keeps_all(checked_out, &order);
    assert_eq!(order.order_items.unwrap()[0].quantity, Some(100_091));
}

#[tokio::test]
async fn an_order_without_a_name_is_known_by_its_members() {
    let server = answering([json(
        200,
        r#"{"accountId":1,"customerId":"2","orderId":3,"errors":[{"code":" COMM-VL-001 "}],"total":98.50}"#,
    )])
    .await;
    let reply = client(&server.uri())
        .orders("1")
        .get("2", "3")
        .await
        .unwrap();
    let order = reply.item.decode().unwrap();
    assert_eq!(
        (order.account_id(), order.customer_id(), order.id()),
        (Some("1"), Some("2"), Some("3"))
    );
    assert_eq!(order.total.unwrap().as_str(), "98.50");
    assert_eq!(
        order.errors.unwrap()[0].code.as_deref(),
        Some("COMM-VL-001")
    );
}

#[tokio::test]
async fn a_list_of_subscriptions_as_it_was_captured() {
    let published = fixture!("list-subscriptions-real-response.json");
    let whole: Value = serde_json::from_str(published).unwrap();
    let server = answering([json(200, published)]).await;
    let ion = client(&server.uri());
    let part = ion.subscriptions("17017").list().send().await.unwrap();
    assert_eq!((part.total, part.items.len()), (Some(7), 7));
    let each = whole["items"].as_array().unwrap();
    for (item, published) in part.items.iter().zip(each) {
        assert_keeps_all(&published.to_string(), &item.decode().unwrap());
    }
    let first = part.items[0].decode().unwrap();
    assert!(first.is_active());
    assert_eq!(first.licenses(), Some(3));
    assert_eq!(first.price.unwrap().as_str(), "63.8452759");
    assert_eq!(first.total.unwrap().as_str(), "191.5358277");
    let totals: Vec<_> = part
        .items
        .iter()
        .filter_map(|item| Some(item.decode().unwrap().total?.as_str().to_owned()))
        .collect();
    assert!(
        totals.contains(&"811.9453450000001".to_owned()),
        "{totals:?}"
    );
}

#[tokio::test]
async fn amounts_of_a_subscription_keep_digits_that_no_binary_float_holds() {
    let server = answering([json(
        200,
        r#"{"items":[{"price":811.94534500000009,"cost":"5.06e-6","margin":-0.10,"customerCost":1,"msrp":1e2,
            "billingData":[{"sellerCost":12345678901234567890.12,"usageQuantity":3}]}]}"#,
    )])
    .await;
    let ion = client(&server.uri());
    let part = ion.subscriptions("1").list().send().await.unwrap();
    let one = part.items[0].decode().unwrap();
    let billed = &one.billing_data.unwrap()[0];
    let read = [
        one.price,
        one.cost,
        one.margin,
        one.customer_cost,
        one.msrp,
        billed.seller_cost.clone(),
        billed.usage_quantity.clone(),
    ];
    let read: Vec<_> = read
        .iter()
        .map(|amount| amount.as_ref().unwrap().as_str())
        .collect();
    assert_eq!(
        read,
        [
            "811.94534500000009",
            "5.06e-6",
            "-0.10",
            "1",
            "1e2",
            "12345678901234567890.12",
            "3"
        ]
    );
}

#[tokio::test]
async fn subscriptions() {
    let detail = fixture!("get-subscription-real-response.json");
    let sample = fixture!("get-subscription-sdk-sample.json");
    let described = fixture!("get-subscription-by-description.json");
    let server = answering([detail, sample, described].map(|body| json(200, body))).await;
    let ion = client(&server.uri());
    let get = || ion.subscriptions("1").get("2", "3").send();
    let subscription = get().await.unwrap().decode().unwrap();
    assert_keeps_all(detail, &subscription);
    let logs = subscription.activity_logs.unwrap();
    assert_eq!(
        (logs.total_count, logs.items.as_ref().map(Vec::len)),
        (Some(7), Some(7))
    );
    let newest = &logs.items.unwrap()[0];
    assert_eq!(
        newest.happened().unwrap().to_string(),
        "2024-08-16T14:49:52.371Z"
    );
    let subscription = get().await.unwrap().decode().unwrap();
    assert_keeps_all(sample, &subscription);
    assert_eq!(
        subscription.activity_logs.unwrap(),
        ion_client::ActivityLogs::default()
    );
    assert_keeps_all(described, &get().await.unwrap().decode().unwrap());
}

#[tokio::test]
async fn subscriptions_of_lists() {
    let sample = fixture!("list-subscriptions-item-sdk-sample.json");
    let described = fixture!("list-subscriptions-by-description.json");
    let server = answering([
        json(200, format!(r#"{{"items":[{sample}]}}"#)),
        json(200, described),
    ])
    .await;
    let ion = client(&server.uri());
    let part = ion.subscriptions("1").list().send().await.unwrap();
    assert_eq!(part.total, None);
    assert_keeps_all(sample, &part.items[0].decode().unwrap());
    let part = ion.subscriptions("1").list().send().await.unwrap();
    let whole: Value = serde_json::from_str(described).unwrap();
    assert_eq!(
        part.total,
        whole["paginationResponse"]["totalSize"].as_u64()
    );
    assert_keeps_all(
        &whole["items"][0].to_string(),
        &part.items[0].decode().unwrap(),
    );
}

#[tokio::test]
async fn carts() {
    let cart = fixture!("get-cart-by-description.json");
    let item = fixture!("get-cart-item-by-description.json");
    let list = fixture!("list-cart-items-by-description.json");
    let list_again = list.replace("cartitems", "cartItems");
    let server = answering([
        json(200, cart),
        json(200, item),
        json(200, list),
        json(200, list_again),
    ])
    .await;
    let carts = client(&server.uri());
    let carts = carts.carts("2");
    assert_keeps_all(cart, &carts.get("3").await.unwrap().decode().unwrap());
    let read = carts.items("3").get("4").await.unwrap().decode().unwrap();
    assert_keeps_all(item, &read);
    let whole: Value = serde_json::from_str(list).unwrap();
    for _ in 0..2 {
        let items = carts.items("3").list().await.unwrap();
        assert_eq!(items.len(), 1);
        assert_keeps_all(
            &whole["cartitems"][0].to_string(),
            &items[0].decode().unwrap(),
        );
    }
}

#[tokio::test]
async fn reports() {
    let real = fixture!("get-report-metadata-real-response.json");
    let described = fixture!("get-report-by-description.json");
    let list = fixture!("list-reports-sdk-sample.json");
    let server = answering([real, described, list].map(|body| json(200, body))).await;
    let ion = client(&server.uri());
    let reports = ion.reports("1");
    let report = reports.get("49038", true).await.unwrap().decode().unwrap();
    assert_keeps_all(real, &report);
    assert_eq!(
        report.created().unwrap().to_string(),
        "2024-08-29T12:34:29Z"
    );
    let rates = report.specs.unwrap().conversion_rates.unwrap();
    assert_eq!(rates[0].rate.as_ref().unwrap().as_str(), "11.345857683403");
    assert_keeps_all(
        described,
        &reports.get("1", true).await.unwrap().decode().unwrap(),
    );
    let listed = reports.list(None).await.unwrap();
    let whole: Value = serde_json::from_str(list).unwrap();
    assert_eq!(listed.len(), 1);
    assert_keeps_all(
        &whole["reports"][0].to_string(),
        &listed[0].decode().unwrap(),
    );
}

#[tokio::test]
async fn data_and_details_of_reports() {
    let data = fixture!("get-report-data-by-description.json");
    let details = fixture!("get-report-details-by-description.json");
    let server = answering([data, details].map(|body| json(200, body))).await;
    let ion = client(&server.uri());
    let asked = ReportBody::from_text("{}").unwrap();
    let told = ion.reports("1").data("2", &asked).await.unwrap();
    let whole: Value = serde_json::from_str(data).unwrap();
    let report = told.report.unwrap().decode().unwrap();
    assert_keeps_all(&whole["report"].to_string(), &report);
    assert_eq!(told.rows.len(), 1);
    assert_keeps_all(
        &whole["results"]["rows"][0].to_string(),
        &told.rows[0].decode().unwrap(),
    );
    let number = |name: &str| whole[name].as_str().unwrap().parse().ok();
    assert_eq!(told.result_count, number("resultCount"));
    assert_eq!(told.available_rows, number("availableRowsCount"));
    assert_eq!(
        told.cache_timestamp.as_deref(),
        whole["cacheTimestamp"].as_str()
    );
    let told = ion.reports("1").details("2", &asked).await.unwrap();
    // Why reserved instances do not fit is left to the raw text.
    assert_keeps_all_but(&["misses"], details, &told.decode().unwrap());
}

#[tokio::test]
async fn templates() {
    let described = fixture!("list-provision-templates-by-description.json");
    let server = answering([json(200, described)]).await;
    let ion = client(&server.uri());
    let templates = ion
        .templates("1")
        .list(TemplateFilter::default())
        .await
        .unwrap();
    let whole: Value = serde_json::from_str(described).unwrap();
    assert_eq!(templates.len(), 1);
    assert_eq!(
        templates[0].json,
        whole["provisioningReferences"]["refs"][0]
    );
    assert_eq!(templates[0].id.as_deref(), Some("provisiontemplate33"));
    // `userName` and `password` are names here, and no secrets.
    let names = &templates[0].json["defs"]["attributes"]["properties"]["name"]["enum"];
    assert!(names.as_array().unwrap().contains(&"userName".into()));
}

#[tokio::test]
async fn programs() {
    let list = fixture!("list-programs-by-description.json");
    let updated = fixture!("update-programs-by-description.json");
    let server = answering([list, updated].map(|body| json(200, body))).await;
    let ion = client(&server.uri());
    let products = ion.products("1");
    assert_keeps_all(list, &products.programs("p").await.unwrap());
    let programs = products.update_program("p", "accounts/1/programs/2", "accounts/1");
    assert_keeps_all(updated, &programs.await.unwrap());
}

#[tokio::test]
async fn the_old_cloud_profile() {
    let described = fixture!("get-cloud-profile-by-description.json");
    let server = answering([json(200, described)]).await;
    let ion = client(&server.uri());
    let profile = ion
        .customers("1")
        .cloud_profile("2", "30", false)
        .await
        .unwrap();
    assert_keeps_all(described, &profile.decode().unwrap());
}
