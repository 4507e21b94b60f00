use domain::subscription::SubscriptionState;
use serde_json::{Value, json};

use super::*;

const CAPTURED: &str =
    include_str!("../../../../../fixtures/ion/list-subscriptions-real-response.json");

fn read(json: &Value) -> Result<Subscription, Unreadable> {
    let shown: ion_client::Subscription =
        serde_json::from_str(&json.to_string()).expect("a subscription");
    from_ion(&shown)
}

fn captured() -> Vec<Value> {
    let list: Value = serde_json::from_str(CAPTURED).unwrap();
    list["items"].as_array().unwrap().clone()
}

/// One with all members, changed as wished.
fn changed(change: impl FnOnce(&mut Value)) -> Result<Subscription, Unreadable> {
    let mut one = captured().remove(0);
    change(&mut one);
    read(&one)
}

#[test]
fn the_captured_list_is_read_whole() {
    let all: Vec<Subscription> = captured().iter().map(|one| read(one).unwrap()).collect();
    assert_eq!(all.len(), 7);
    let first = &all[0];
    assert_eq!(
        (first.ion_id.as_str(), first.ion_customer_id.as_str()),
        ("2277242", "306870")
    );
    assert_eq!(first.seats, Some(3));
    assert_eq!(
        (first.term, first.billing),
        (Term::P1M, BillingPeriod::Monthly)
    );
    assert_eq!(first.cost.as_ref().unwrap().text(), "63.8452759");
    assert_eq!(first.cost.as_ref().unwrap().units(), 63_845_276);
    assert_eq!(first.currency.unwrap().as_str(), "SEK");
    assert_eq!(first.state, SubscriptionState::Active);
    assert_eq!(first.customer_po, "123456789");
    assert_eq!(
        first.sku_name,
        "Microsoft 365 Business Basic EEA (no Teams)"
    );
    // What lacks POs, part number and the like is read all the same.
    assert!(all.iter().any(|one| one.part_number.is_none()));
    assert!(all.iter().any(|one| one.customer_po.is_empty()));
}

#[test]
fn what_is_billed_by_use_has_no_term_and_no_price() {
    let azure: Vec<Subscription> = captured()
        .iter()
        .map(|one| read(one).unwrap())
        .filter(|one| one.product_ion_id == "MSAZURE-demo")
        .collect();
    assert_eq!(azure.len(), 3);
    for one in azure {
        assert_eq!((one.ends_at, one.renews_at), (None, None));
        assert_eq!((one.cost, one.list), (None, None));
        assert_eq!(one.state, SubscriptionState::Active, "it does not end");
    }
}

#[test]
fn states_are_read_in_any_case_and_spelling() {
    use SubscriptionState as S;
    for (word, state) in [
        ("active", S::Active),
        ("ACTIVE", S::Active),
        ("Suspended", S::Suspended),
        ("canceled", S::Cancelled),
        ("CANCELLED", S::Cancelled),
        ("deleted", S::Cancelled),
        ("EXPIRED", S::Expired),
        ("pending", S::Pending),
        ("", S::Unknown),
        ("frozen", S::Unknown),
    ] {
        let read = changed(|one| one["subscriptionStatus"] = json!(word)).unwrap();
        assert_eq!(
            (read.state, read.state_word.as_str()),
            (state, word),
            "{word}"
        );
    }
    let off = changed(|one| one["autoRenew"] = json!(false)).unwrap();
    assert_eq!((off.state, off.auto_renew), (S::Ends, Some(false)));
    let off = changed(|one| {
        one.as_object_mut().unwrap().remove("autoRenew");
        one["subscriptionRenewStatus"] = json!("DISABLED");
    });
    assert_eq!(off.unwrap().auto_renew, Some(false));
    let unsaid = changed(|one| {
        one.as_object_mut().unwrap().remove("autoRenew");
        one.as_object_mut()
            .unwrap()
            .remove("subscriptionRenewStatus");
    });
    assert_eq!(unsaid.unwrap().auto_renew, None);
    let trial = changed(|one| one["isTrial"] = json!(true)).unwrap();
    assert_eq!(trial.state, S::Trial);
}

#[test]
fn members_come_as_texts_as_numbers_and_not_at_all() {
    let numbers = changed(|one| {
        one["id"] = json!(2_277_242);
        one["customerId"] = json!(306_870);
        one["subscriptionTotalLicenses"] = json!(12);
        one["cost"] = json!("63.10");
    })
    .unwrap();
    assert_eq!(
        (numbers.ion_id.as_str(), numbers.seats),
        ("2277242", Some(12))
    );
    assert_eq!(numbers.cost.unwrap().units(), 63_100_000);
    let bare = read(&json!({"id": "7"})).unwrap();
    assert_eq!(
        (bare.ion_id.as_str(), bare.seats, bare.cost, bare.term),
        ("7", None, None, Term::Unknown)
    );
    let ids = changed(|one| {
        one.as_object_mut().unwrap().remove("ccpProductId");
    })
    .unwrap();
    assert_eq!(ids.product_ion_id, "Microsoft365EandFNCE-demonce");
    let other_po = changed(|one| {
        one.as_object_mut().unwrap().remove("customerPO");
        one["customerPo"] = json!("C-9");
    })
    .unwrap();
    assert_eq!(other_po.customer_po, "C-9");
    // The term stands in the part number where Ion does not say it.
    let from_part = changed(|one| {
        one.as_object_mut()
            .unwrap()
            .remove("subscriptionBillingTerm");
        one["mfgPartNumber"] = json!("CFQ7TTC0LH18:000D:P1Y:M");
    })
    .unwrap();
    assert_eq!(from_part.term, Term::P1Y);
    let zero = changed(|one| one["renewalDate"] = json!("0001-01-01T00:00:00Z")).unwrap();
    assert_eq!(zero.renews_at, None);
}

#[test]
fn what_cannot_be_believed_is_told_with_its_place() {
    for (member, value, path) in [
        (
            "subscriptionTotalLicenses",
            json!("many"),
            "$.subscriptionTotalLicenses",
        ),
        (
            "subscriptionTotalLicenses",
            json!("-3"),
            "$.subscriptionTotalLicenses",
        ),
        ("renewalDate", json!("next week"), "$.renewalDate"),
        ("cost", json!(-5), "$.cost"),
        ("cost", json!(99_999_999_999_999_999_i64), "$.cost"),
        ("currency", json!("kronor"), "$.currency"),
        (
            "subscriptionName",
            json!("x".repeat(5000)),
            "$.subscriptionName",
        ),
        ("id", json!(""), "$.id"),
    ] {
        let wrong = changed(|one| one[member] = value.clone());
        assert_eq!(wrong.unwrap_err().path, path, "{member}: {value}");
    }
}

#[test]
fn a_time_alone_and_digits_that_are_no_price_are_no_change() {
    let one = changed(|_| ()).unwrap();
    let later = changed(|one| one["lastUpdatedDate"] = json!("2026-01-01T00:00:00Z")).unwrap();
    let noise = changed(|one| {
        one["cost"] = serde_json::from_str("63.84527590000001").unwrap();
    })
    .unwrap();
    assert_eq!(hash(&one), hash(&later));
    assert_eq!(hash(&one), hash(&noise));
    for different in [
        changed(|one| one["cost"] = json!(63.85)),
        changed(|one| one["subscriptionTotalLicenses"] = json!("4")),
        changed(|one| one["resellerPO"] = json!("2")),
    ] {
        assert_ne!(hash(&one), hash(&different.unwrap()));
    }
}
