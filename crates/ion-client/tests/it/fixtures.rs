//! Published replies decode without losing a member that the types claim.

use ion_client::{Customer, Item, Product};
use serde_json::Value;

use crate::leaves::{assert_keeps_all, assert_keeps_all_but};
use crate::servers::{answering, client, json};

/// Members of the published products that no type claims. They stand in `Item::raw`.
const UNCLAIMED: [&str; 5] = [
    "/id",
    "previewAuthToken",
    "icon",
    "supportPlan",
    "supportPlanAsProductPlan",
];

async fn product(text: &str) -> Item<Product> {
    let server = answering([json(200, text)]).await;
    client(&server.uri())
        .products("1")
        .get("x")
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_published_list_of_products() {
    let published = include_str!("../../../../fixtures/ion/list-products-item-sdk-sample.json");
    let server = answering([json(200, format!(r#"{{"products":[{published}]}}"#))]).await;
    let page = client(&server.uri())
        .products("123")
        .list()
        .send()
        .await
        .unwrap();
    assert_eq!(page.items[0].raw(), published.trim());
    assert_eq!(page.items[0].id().as_deref(), Some("FakeProduct-es"));
    let product = page.items[0].decode().unwrap();
    assert_keeps_all_but(&UNCLAIMED, published, &product);
    assert_eq!(
        product.updated().unwrap().to_string(),
        "2024-01-02T00:00:00Z"
    );
}

#[tokio::test]
async fn a_published_product_without_its_secret() {
    let published = include_str!("../../../../fixtures/ion/get-product-sdk-sample.json");
    let item = product(published).await;
    assert!(published.contains("FAKE-TOKEN-12345"));
    for told in [
        item.raw().to_owned(),
        format!("{item:?}"),
        format!("{:?}", item.decode()),
    ] {
        assert!(!told.contains("FAKE-TOKEN-12345"), "{told}");
    }
    assert_keeps_all_but(&UNCLAIMED, published, &item.decode().unwrap());
}

#[tokio::test]
async fn published_customers() {
    let published = include_str!("../../../../fixtures/ion/list-customers-sdk-sample.json");
    let server = answering([json(200, format!(r#"{{"customers":{published}}}"#))]).await;
    let page = client(&server.uri())
        .customers("0")
        .list()
        .send()
        .await
        .unwrap();
    let each: Vec<Value> = serde_json::from_str(published).unwrap();
    for (item, published) in page.items.iter().zip(each) {
        // The id beside the name was added by others.
        assert_keeps_all_but(&["/id"], &published.to_string(), &item.decode().unwrap());
        assert_eq!(item.id().as_deref(), published["id"].as_str());
    }
    assert!(!page.items.is_empty());
}

#[tokio::test]
async fn described_cloud_profiles() {
    let described = include_str!("../../../../fixtures/ion/get-cloud-profiles-by-description.json");
    let whole: Value = serde_json::from_str(described).unwrap();
    let server = answering([
        json(200, described),
        json(200, r#"{"customerId":"49957"}"#),
        json(200, "{}"),
    ])
    .await;
    let ion = client(&server.uri());
    let profiles = ion.customers("1").cloud_profiles("49957").await.unwrap();
    let each = whole["customerCloudProfiles"].as_array().unwrap();
    assert_eq!(profiles.len(), each.len());
    for (profile, described) in profiles.iter().zip(each) {
        assert_keeps_all(&described.to_string(), profile);
    }
    let microsoft = &profiles[0];
    assert_eq!(microsoft.agreement_status.as_deref(), Some("ACCEPTED"));
    assert_eq!(microsoft.gdap_roles.as_ref().map(Vec::len), Some(2));
    assert_eq!(profiles[2].enabled, Some(false));
    // A customer without any: the member is left out, or all are.
    for _ in 0..2 {
        let none = ion.customers("1").cloud_profiles("49957").await.unwrap();
        assert!(none.is_empty());
    }
    let requests = server.received_requests().await.unwrap();
    assert_eq!(
        requests[0].url.path(),
        "/api/v3/accounts/1/customers/49957/cloudProfiles"
    );
}

#[tokio::test]
async fn the_password_of_a_new_customer_is_never_seen() {
    let created = r#"{"name":"accounts/1/customers/2","user":{"name":"DEFAULT ACCOUNT USER","userName":"x","password":"hunter2"}}"#;
    let server = answering([json(200, created)]).await;
    let item: Item<Customer> = client(&server.uri()).customers("1").get("2").await.unwrap();
    assert!(!format!("{item:?}{}", item.raw()).contains("hunter2"));
}

/// Every member that the types of the catalog claim, by the names of the official description.
const WHOLE: &str = r#"{"name":"accounts/1/products/P","type":"SUBSCRIPTION_PRODUCT","disabled":true,"categories":["c1"],"verticals":["v1"],
"hasPublishedVersions":true,"hasUnpublishedChanges":true,"idsInUse":["i1"],"termUid":"t1","isSharedProduct":true,"hideFromMarketplace":true,
"tagsValues":[{"name":"tv","displayName":"tv name","tagDisplayName":"tag","tagName":"tn"}],"etag":"e1","createTime":"2024-01-08T08:50:50Z",
"updateTime":"2024-01-08T08:50:56.475Z","legacyProductId":"l1",
"marketing":{"displayName":"m1","caption":"m2","description":"<p>m3</p>","searchKeywords":["k1"],"defaultImage":{"title":"i2","content":"i3","type":"i4"}},
"definition":{"productLanguage":"en","supportedCurrencies":["EUR","SEK"],"billingMode":"PREPAY","features":[{"id":"f1","displayName":"f2"}],
"usageUnits":[{"id":"u1","displayName":"u2","unitDisplayName":"u3"}],
"usages":[{"id":"u4","type":"USAGE_TYPE_CONSUMABLE","consumable":{"unit":"u5","chargeMode":"u6","tiers":[{"displayName":"u7","price":{"EUR":5.06e-6},"max":"-1"}]}}],
"skus":[{"id":"s1","displayName":"s2","alias":"s3","description":"s4","cancelTiming":"END_OF_TERM","includedAddOns":["a1"],"availableAddOns":["a2"],
"taxCode":"s5","productId":"s6","productCloudProviderName":"s7","pricebookPrice":811.94534500000009,"pricebookCurrency":"SEK","pricebookMasterPrice":"900.10",
"pricebookDetails":{"SkuId":"000D","Market":7},"productAvailability":false,"disabled":true,
"plans":[{"id":"p1","displayName":"p2","billingPeriod":"MONTHLY","approvalRequired":true,"productId":"p3","pricebookPrice":1,"pricebookCurrency":"EUR",
"pricebookMasterPrice":2.50,"pricebookDetails":{},"productAvailability":true,"priceDisplay":"p4","mpnId":"CFQ7TTC0LCHC:0002:P1Y:M",
"phases":[{"type":"UNLIMITED_PHASE","duration":{"unit":"MONTH","count":3,"unlimited":true},"fixedPrice":{"EUR":0},"recurringPrice":{"SEK":63.8452759,"EUR":1e1},
"usages":[{"usage":"r1","displayName":"r2","price":{"EUR":0.00000506}}]}]}]}],
"addOns":[{"id":"o1","displayName":"o2","alias":"o3","description":"o4","alignment":"PURCHASE_DATE","cancelTiming":"o5","allowMultiple":true,"taxCode":"o6",
"productId":"o7","productCloudProviderName":"o8","pricebookPrice":3.30,"pricebookCurrency":"o9","pricebookMasterPrice":4.40,"pricebookDetails":{"UnitOfMeasure":"o10"},
"productAvailability":true,"disabled":false,"plans":[]}],
"customFields":[{"name":"x1","content":"x2","type":"STRING"}]}}"#;

#[tokio::test]
async fn every_claimed_member_is_read_and_every_digit_kept() {
    let product = product(WHOLE).await.decode().unwrap();
    let printed = format!("{product:?}");
    assert!(
        !printed.contains("None"),
        "{}",
        printed.replace("None", ">>> None <<<")
    );
    // As written here, since a JSON value of this test would go by a binary float.
    for number in [
        "811.94534500000009",
        "900.10",
        "5.06e-6",
        "63.8452759",
        "1e1",
        "0.00000506",
        "2.50",
        "3.30",
        "4.40",
    ] {
        assert!(
            printed.contains(&format!("ExactDecimal(\"{number}\")")),
            "{number}"
        );
    }
    let definition = product.definition.unwrap();
    let sku = &definition.skus.unwrap()[0];
    assert_eq!(
        sku.pricebook_details.as_ref().unwrap()[1],
        ("Market".to_owned(), "7".to_owned())
    );
    let phase = &sku.plans.as_ref().unwrap()[0].phases.as_ref().unwrap()[0];
    assert_eq!(phase.duration.as_ref().unwrap().count, Some(3));
    let consumable = definition.usages.unwrap()[0].consumable.clone().unwrap();
    assert_eq!(consumable.tiers.unwrap()[0].max, Some(-1));
}

#[tokio::test]
async fn a_usage_may_be_an_id() {
    let text =
        r#"{"definition":{"skus":[{"plans":[{"phases":[{"usages":["u4",{"usage":"r1"}]}]}]}]}}"#;
    let printed = format!("{:?}", product(text).await.decode().unwrap());
    for id in ["u4", "r1"] {
        let usage = format!("Usage {{ usage: Some(\"{id}\"), display_name: None, price: None }}");
        assert!(printed.contains(&usage), "{printed}");
    }
}

#[tokio::test]
async fn a_time_that_cannot_be_read_is_kept_as_text() {
    let product = product(r#"{"createTime":"yesterday","updateTime":"2024-01-08T08:50:56.475Z"}"#)
        .await
        .decode()
        .unwrap();
    assert_eq!(
        (product.create_time.as_deref(), product.created()),
        (Some("yesterday"), None)
    );
    assert_eq!(
        product.updated().unwrap().to_string(),
        "2024-01-08T08:50:56.475Z"
    );
}

#[tokio::test]
async fn empty_messages_and_nulls_are_nothing() {
    let text = r#"{"name":null,"marketing":{},"definition":{"skus":[{"plans":[{"phases":[{"duration":{},"recurringPrice":{}}],"pricebookPrice":null}]}],"addOns":null}}"#;
    let product = product(text).await.decode().unwrap();
    assert_eq!(product.name, None);
    let definition = product.definition.unwrap();
    assert_eq!(definition.add_ons, None);
    assert_eq!(
        definition.skus.unwrap()[0].plans.as_ref().unwrap()[0].pricebook_price,
        None
    );
}
