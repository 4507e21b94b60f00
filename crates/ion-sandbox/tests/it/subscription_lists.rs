//! Lists of subscriptions: offset, sort, filters, the shape of an item.

use std::collections::BTreeSet;

use ion_sandbox::{Action, Fault};
use serde_json::{Value, json};

use crate::shop::{ACCOUNT, items, shop_with};

/// Names of all members, those of lists once.
fn members(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

#[tokio::test]
async fn the_list_goes_by_offset_in_the_order_of_customers() {
    let client = shop_with(250).await;
    let page = client.read("subscriptions").await;
    assert_eq!(
        (
            page["items"].as_array().unwrap().len(),
            &page["paginationResponse"]
        ),
        (100, &json!({"totalSize": 250}))
    );
    let all = items(&client, "pagination.limit=1000").await;
    let key = |one: &Value| {
        let number = |name: &str| one[name].as_str().unwrap().parse::<u64>().unwrap();
        (number("customerId"), number("id"))
    };
    assert!(all.len() == 250 && all.iter().is_sorted_by_key(key));
    let mut walked = Vec::new();
    for offset in (0..).step_by(60).take(6) {
        walked.extend(
            items(
                &client,
                &format!("pagination.limit=60&pagination.offset={offset}&pageToken=x"),
            )
            .await,
        );
    }
    assert_eq!(walked, all);
    let behind = client.read("subscriptions?pagination.offset=900").await;
    assert_eq!(behind, json!({"paginationResponse": {"totalSize": 250}}));
    assert_eq!(
        client.read("subscriptions?customerId=1").await,
        json!({"paginationResponse": {}})
    );
    client.turn("max-subscription-limit", "3");
    assert_eq!(items(&client, "pagination.limit=1000").await.len(), 3);
    for wrong in [
        "pagination.limit=many",
        "pagination.sortOrder=UP",
        "subscriptionStatus=active",
        "customerId=x",
        "endDate=soon",
    ] {
        let path = format!("{ACCOUNT}/subscriptions?{wrong}");
        assert_eq!(client.call("GET", &path, None).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn the_list_is_sorted_as_asked_unless_the_knob_says_otherwise() {
    let client = shop_with(120).await;
    let plain = items(&client, "pagination.limit=1000").await;
    for by in [
        "lastUpdatedDate",
        "subscriptionEndDate",
        "customerName",
        "last_updated_date",
    ] {
        let up = items(
            &client,
            &format!("pagination.limit=1000&pagination.sortBy={by}&pagination.sortOrder=ASC"),
        )
        .await;
        let member = if by.contains('_') {
            "lastUpdatedDate"
        } else {
            by
        };
        let text = |one: &Value| {
            one[member]
                .as_str()
                .unwrap()
                .replace('Z', ".000Z")
                .chars()
                .take(23)
                .collect::<String>()
        };
        assert!(up.iter().is_sorted_by_key(text), "{by}");
        assert_ne!(up, plain);
        let down = items(
            &client,
            &format!("pagination.limit=1000&pagination.sortBy={by}&pagination.sortOrder=DESC"),
        )
        .await;
        assert!(down.iter().eq(up.iter().rev()), "{by}");
    }
    assert_eq!(
        items(&client, "pagination.limit=1000&pagination.sortBy=colour").await,
        plain
    );
    client.turn("subscription-sort-ignored", "true");
    assert_eq!(
        items(
            &client,
            "pagination.limit=1000&pagination.sortBy=lastUpdatedDate&pagination.sortOrder=DESC"
        )
        .await,
        plain
    );
}

#[tokio::test]
async fn every_filter_finds_its_own_and_is_ignored_by_its_knob() {
    let client = shop_with(250).await;
    let all = items(&client, "pagination.limit=1000").await;
    for (filter, member, value) in [
        ("customerId", "customerId", None),
        ("subscriptionId", "subscriptionId", None),
        ("subscription_id", "subscriptionId", None),
        ("resellerId", "resellerId", None),
        ("providerId", "cloudProviderId", None),
        ("billingTerm", "subscriptionBillingTerm", None),
        ("billingCycle", "subscriptionBillingCycle", None),
        ("totalLicense", "subscriptionTotalLicenses", None),
        ("ccpProductId", "ccpProductId", None),
        ("customerPo", "customerPO", None),
        ("resellerPo", "resellerPO", None),
        ("customerName", "customerName", None),
        ("subscriptionName", "subscriptionName", None),
        ("resourceType", "resourceType", None),
        (
            "subscriptionStatus",
            "subscriptionStatus",
            Some("SUSPENDED"),
        ),
    ] {
        let one = all.iter().find(|one| one.get(member).is_some()).unwrap();
        let wanted = value.unwrap_or_else(|| one[member].as_str().unwrap());
        let url = reqwest::Url::parse_with_params("http://x/", [(filter, wanted)]).unwrap();
        let query = format!("pagination.limit=1000&{}", url.query().unwrap());
        let found = items(&client, &query).await;
        let fits = |one: &&Value| {
            one[member]
                .as_str()
                .is_some_and(|text| text.to_lowercase().contains(&wanted.to_lowercase()))
        };
        assert!(
            !found.is_empty() && found.iter().all(|one| fits(&one)),
            "{filter}"
        );
        assert!(found.len() <= all.iter().filter(fits).count(), "{filter}");
    }
    // One L or two.
    let cancelled = items(
        &client,
        "pagination.limit=1000&subscriptionStatus=CANCELLED",
    )
    .await;
    let spelt: BTreeSet<_> = cancelled
        .iter()
        .map(|one| one["subscriptionStatus"].as_str().unwrap())
        .collect();
    assert_eq!(
        spelt.into_iter().collect::<Vec<_>>(),
        ["canceled", "cancelled"]
    );
    let ends = items(&client, "pagination.limit=1000&endDateRange.fixedDateRange.startDate=2026-11-23T10:00:00Z&endDateRange.fixedDateRange.endDate=2026-12-23").await;
    assert!(!ends.is_empty() && ends.len() < all.len());
    assert!(ends.iter().all(|one| {
        one["subscriptionEndDate"]
            .as_str()
            .unwrap()
            .starts_with("2026-1")
    }));
    let begun = items(
        &client,
        "pagination.limit=1000&startDateRange.relativeDateRange=MONTH_TO_DATE",
    )
    .await;
    assert!(
        !begun.is_empty()
            && begun.iter().all(|one| one["subscriptionStartDate"]
                .as_str()
                .unwrap()
                .starts_with("2026-11"))
    );
    let ended = items(&client, "pagination.limit=1000&endDate=2026-11-20").await;
    assert!(
        !ended.is_empty()
            && ended
                .iter()
                .all(|one| one["subscriptionEndDate"].as_str().unwrap() < "2026-11-21")
    );
    assert!(
        items(&client, "customField.field=CRM&customField.value=1")
            .await
            .is_empty()
    );
    client.turn("filters-ignored", "true");
    assert_eq!(
        items(
            &client,
            "pagination.limit=1000&customerId=1&subscriptionStatus=SUSPENDED"
        )
        .await
        .len(),
        250
    );
}

#[tokio::test]
async fn a_subscription_has_the_members_of_the_captured_ones() {
    let client = shop_with(250).await;
    let captured: Value = serde_json::from_str(include_str!(
        "../../../../fixtures/ion/list-subscriptions-real-response.json"
    ))
    .unwrap();
    let mut known = BTreeSet::new();
    for one in captured["items"].as_array().unwrap() {
        known.extend(members(one));
    }
    let all = items(&client, "pagination.limit=1000").await;
    let mut told = BTreeSet::new();
    for one in &all {
        told.extend(members(one));
        for number in ["id", "customerId", "resellerId", "isvId", "cloudProviderId"] {
            assert!(one[number].is_string());
        }
        for member in ["price", "cost", "margin", "total", "msrp"] {
            assert!(one[member].is_number(), "{member}");
        }
    }
    assert_eq!(told, known);
    let missing = |member: &str| all.iter().filter(|one| one.get(member).is_none()).count();
    for member in [
        "resellerPO",
        "customerPO",
        "mfgPartNumber",
        "ccpProductInfo",
        "cancellationAllowedUntilDate",
    ] {
        assert!(missing(member) > 0, "{member}");
    }
    let detail: Value = serde_json::from_str(include_str!(
        "../../../../fixtures/ion/get-subscription-real-response.json"
    ))
    .unwrap();
    let one = &all
        .iter()
        .find(|one| {
            one.get("customerPO").is_some()
                && one.get("resellerPO").is_some()
                && one.get("mfgPartNumber").is_some()
                && one.get("renewalDate").is_some()
        })
        .unwrap();
    let path = format!(
        "customers/{}/subscriptions/{}",
        one["customerId"].as_str().unwrap(),
        one["id"].as_str().unwrap()
    );
    let shown = client.read(&path).await;
    assert_eq!(members(&shown), members(&detail));
    assert_eq!(
        members(&shown["activityLogs"]["items"][0]),
        members(&detail["activityLogs"]["items"][0])
    );
    assert_eq!(
        members(&shown["ccpProductInfo"]),
        members(&detail["ccpProductInfo"])
    );
}

#[tokio::test]
async fn pages_go_wrong_in_each_way() {
    let client = shop_with(60).await;
    let page = async |action| {
        let fault = Fault {
            path: "GET /api/v3/accounts/*/subscriptions".into(),
            skip: 0,
            times: 1,
            every: 1,
            action,
        };
        client.sandbox.inject(fault);
        items(&client, "pagination.limit=20&pagination.offset=20").await
    };
    let right = items(&client, "pagination.limit=20&pagination.offset=20").await;
    assert_eq!(page(Action::ShortPage).await, right[..1]);
    assert!(page(Action::EmptyPage).await.is_empty());
    assert_eq!(
        page(Action::DuplicatePage).await,
        items(&client, "pagination.limit=20").await
    );
    assert_eq!(page(Action::MovedItems).await[10..], right[..10]);
    assert_ne!(page(Action::Resorted).await, right);
}
