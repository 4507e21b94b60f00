//! Subscriptions: what updates, time and the portal do with them, the single one, the stock at the start.

use std::time::Duration;

use ion_sandbox::{SandboxConfig, SubscriptionView};
use serde_json::json;

use crate::Client;
use crate::shop::{ACCOUNT, items, last, shop, shop_with, update};

const DAY: u64 = 86_400;

impl Client {
    /// Orders a change, and waits for its end. Gives the state of the order and its first error.
    async fn change(&self, customer: &str, body: &serde_json::Value) -> (String, String) {
        let (status, order) = self.place(customer, body).await;
        assert_eq!(status, 200, "{order}");
        self.wait();
        let order = self.sandbox.portal().order(&last(&order["name"])).unwrap();
        let error = order.errors.first().map(|one| one.detail.clone());
        (order.status, error.unwrap_or_default())
    }

    fn held(&self, id: &str) -> SubscriptionView {
        self.sandbox.portal().subscription(id).unwrap()
    }
}

#[tokio::test]
async fn an_update_sets_the_new_total_and_the_rest_of_its_attributes() {
    let client = shop().await;
    let offer = client.microsoft("P1Y");
    let (customer, id) = client.bought(0, &offer).await;
    let done = ("COMPLETED".to_owned(), String::new());
    assert_eq!(
        client.change(&customer, &update(&offer, &id, 9, &[])).await,
        done
    );
    assert_eq!(client.held(&id).quantity, 9);
    let more = [
        ("renewalSetting", "auto-off"),
        ("statusUpdate", "suspended"),
        ("friendlyName", "For the office"),
    ];
    assert_eq!(
        client
            .change(&customer, &update(&offer, &id, 9, &more))
            .await,
        done
    );
    let held = client.held(&id);
    assert_eq!(
        (held.auto_renew, held.status.as_str(), held.name.as_str()),
        (false, "suspended", "For the office")
    );
    let (status, words) = client
        .change(&customer, &update(&offer, &id, 12, &[]))
        .await;
    assert_eq!(
        (status.as_str(), words.as_str()),
        (
            "ERROR",
            "Seats of a suspended subscription cannot be changed."
        )
    );
    assert_eq!(
        client
            .change(
                &customer,
                &update(&offer, &id, 12, &[("statusUpdate", "ACTIVE")])
            )
            .await,
        done
    );
    assert_eq!(
        (client.held(&id).status.as_str(), client.held(&id).quantity),
        ("active", 12)
    );
    let detail = client
        .read(&format!("customers/{customer}/subscriptions/{id}"))
        .await;
    let logs = &detail["activityLogs"];
    assert_eq!(
        (&logs["totalCount"], &logs["items"][0]["actionDetails"]),
        (&json!("4"), &json!("New Quantity: 12; Status: active; "))
    );
    assert_eq!(logs["items"][3]["actionType"], "Subscription Created");
    assert_eq!(detail["lastUpdatedDate"], logs["items"][0]["actionDate"]);
}

#[tokio::test]
async fn seats_and_subscriptions_are_given_back_within_the_window_only() {
    let client = shop().await;
    let offer = client.microsoft("P1Y");
    let (customer, id) = client.bought(0, &offer).await;
    assert_eq!(
        client
            .change(&customer, &update(&offer, &id, 3, &[]))
            .await
            .0,
        "COMPLETED"
    );
    client.sandbox.advance(Duration::from_secs(8 * DAY));
    let (status, words) = client.change(&customer, &update(&offer, &id, 2, &[])).await;
    assert_eq!(status, "ERROR");
    assert!(
        words.starts_with("Reducing the seats of the subscription is allowed until 2026-11-30T"),
        "{words}"
    );
    let gone = [("statusUpdate", "deleted")];
    let (status, words) = client
        .change(&customer, &update(&offer, &id, 3, &gone))
        .await;
    assert_eq!(
        (status.as_str(), words.starts_with("Cancelling")),
        ("ERROR", true),
        "{words}"
    );
    assert_eq!(
        client
            .change(&customer, &update(&offer, &id, 30, &[]))
            .await
            .0,
        "COMPLETED"
    );

    client.turn("cancel-window-days", "15");
    let (customer, id) = client.bought(1, &offer).await;
    client.sandbox.advance(Duration::from_secs(14 * DAY));
    assert_eq!(
        client
            .change(&customer, &update(&offer, &id, 5, &gone))
            .await
            .0,
        "COMPLETED"
    );
    let held = client.held(&id);
    assert_eq!((held.status.as_str(), held.auto_renew), ("deleted", false));
    // It stays in the list, and can no longer be changed.
    assert_eq!(
        items(&client, &format!("subscriptionId={id}")).await[0]["subscriptionStatus"],
        "deleted"
    );
    assert_eq!(
        client
            .change(&customer, &update(&offer, &id, 6, &[]))
            .await
            .0,
        "ERROR"
    );

    // Others have no window.
    let google = client.offer(|one| one.provider == "GWS");
    let (customer, id) = client.bought(2, &google).await;
    client.sandbox.advance(Duration::from_secs(20 * DAY));
    assert_eq!(
        client
            .change(&customer, &update(&google, &id, 1, &[]))
            .await
            .0,
        "COMPLETED"
    );
}

#[tokio::test]
async fn a_term_renews_itself_or_expires() {
    let client = shop().await;
    let offer = client.microsoft("P1M");
    let (_, on) = client.bought(0, &offer).await;
    let (_, off) = client.bought(1, &offer).await;
    assert!(client.sandbox.portal().set_auto_renew(&off, false));
    let first = client.held(&on);
    assert!(client.sandbox.catalog().set_price(
        &offer.product_id,
        &offer.sku_id,
        &offer.plan_id,
        "99.5"
    ));
    assert_eq!(
        client.held(&on).price,
        offer.price,
        "a term has its price until it ends"
    );
    client.sandbox.advance(Duration::from_secs(70 * DAY));
    let held = client.held(&on);
    assert_eq!(
        (held.status.as_str(), held.price.as_str()),
        ("active", "99.5")
    );
    assert_eq!(held.start.to_string(), "2027-01-23T10:00:06Z");
    assert_eq!(held.updated, held.start);
    assert_eq!(
        held.cancel_until
            .unwrap()
            .duration_since(held.start)
            .as_hours(),
        7 * 24
    );
    assert!(held.end > first.end);
    let expired = client.held(&off);
    assert_eq!(
        (expired.status.as_str(), expired.end),
        ("expired", expired.updated)
    );
    assert!(!client.sandbox.portal().renew(&off) && client.sandbox.portal().renew(&on));
    assert_eq!(client.held(&on).start.to_string(), "2027-02-23T10:00:06Z");
    // The end of the term that was rolled early rolls nothing again.
    client.sandbox.advance(Duration::from_secs(30 * DAY));
    assert_eq!(client.held(&on).start.to_string(), "2027-02-23T10:00:06Z");
}

#[tokio::test]
async fn a_renewal_shows_at_once_or_after_a_refresh() {
    let client = shop().await;
    client.turn("renewal-shows", "after-refresh");
    let offer = client.microsoft("P1M");
    let (customer, id) = client.bought(0, &offer).await;
    let path = format!("customers/{customer}/subscriptions/{id}");
    let before = client.read(&path).await;
    client.sandbox.advance(Duration::from_secs(40 * DAY));
    let stale = client.read(&path).await;
    assert_eq!(
        (&stale["renewalDate"], &stale["lastUpdatedDate"]),
        (&before["renewalDate"], &before["lastUpdatedDate"])
    );
    let fresh = client.read(&format!("{path}?refresh=true")).await;
    assert_ne!(fresh["renewalDate"], before["renewalDate"]);
    assert_ne!(fresh["lastUpdatedDate"], before["lastUpdatedDate"]);
    assert_eq!(client.read(&path).await, fresh);
}

#[tokio::test]
async fn a_subscription_shows_late_where_the_knob_says_so() {
    let client = shop().await;
    client.turn("subscription-after-s", "30");
    let offer = client.microsoft("P1Y");
    let (customer, order) = (
        client.customer(0),
        client.order(&client.customer(0), &offer, "r").await,
    );
    client.sandbox.advance(Duration::from_secs(7));
    assert_eq!(
        client
            .sandbox
            .portal()
            .order(&last(&order["name"]))
            .unwrap()
            .status,
        "COMPLETED"
    );
    let held = client.sandbox.subscriptions().pop().unwrap();
    assert!(!held.shown && items(&client, "").await.is_empty());
    let path = format!("{ACCOUNT}/customers/{customer}/subscriptions/{}", held.id);
    assert_eq!(client.call("GET", &path, None).await.0, 404);
    client.sandbox.advance(Duration::from_secs(30));
    assert_eq!(
        items(&client, &format!("customerId={customer}"))
            .await
            .len(),
        1
    );
    assert_eq!(client.call("GET", &path, None).await.0, 200);
}

#[tokio::test]
async fn a_single_subscription_is_found_by_the_ids_of_the_knob() {
    let client = shop().await;
    let offer = client.microsoft("P1Y");
    let (customer, guid) = client.bought(0, &offer).await;
    let id = client.held(&guid).id;
    for (ids, expected) in [
        ("both", [200, 200]),
        ("id", [200, 404]),
        ("guid", [404, 200]),
    ] {
        client.turn("subscription-ids", ids);
        for (one, status) in [&id, &guid].into_iter().zip(expected) {
            let path = format!("{ACCOUNT}/customers/{customer}/subscriptions/{one}");
            let (found, body) = client.call("GET", &path, None).await;
            assert_eq!(found, status, "{ids} {one}");
            if status == 404 {
                assert_eq!(body["message"], "Subscription * not found");
            }
        }
    }
    let path = format!(
        "{ACCOUNT}/customers/{}/subscriptions/{guid}",
        client.customer(1)
    );
    assert_eq!(client.call("GET", &path, None).await.0, 404);
    client.turn("subscription-status-case", "upper");
    assert_eq!(items(&client, "").await[0]["subscriptionStatus"], "ACTIVE");
}

#[tokio::test]
async fn the_stock_has_each_kind_and_is_the_same_for_a_seed() {
    let client = shop_with(60).await;
    let all = client.sandbox.subscriptions();
    assert_eq!(all.len(), 60);
    let count =
        |fits: &dyn Fn(&SubscriptionView) -> bool| all.iter().filter(|one| fits(one)).count();
    for status in [
        "active",
        "suspended",
        "cancelled",
        "canceled",
        "expired",
        "deleted",
    ] {
        assert!(count(&|one| one.status == status) > 0, "{status}");
    }
    let now: jiff::Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    let soon = now + Duration::from_secs(28 * DAY);
    assert!(count(&|one| one.status == "active" && one.end > now && one.end < soon) > 3);
    assert!(count(&|one| one.status == "active" && !one.auto_renew && one.end > now) > 3);
    assert!(count(&|one| one.end == one.start) > 0, "by use");
    assert!(count(&|one| one.cancel_until.is_some_and(|until| until > now)) > 0);
    assert!(count(&|one| one.status == "active" && one.end <= now && one.end != one.start) == 0);
    let ids = client.sandbox.catalog().ids();
    assert_eq!(count(&|one| !ids.contains(&one.product_id)), 1);
    let customers = client.sandbox.portal().ids();
    assert_eq!(count(&|one| !customers.contains(&one.customer_id)), 1);
    assert!(all.iter().all(|one| one.order_id.is_some()));
    assert_eq!(shop_with(60).await.sandbox.subscriptions(), all);
    let none = Client::start(SandboxConfig {
        subscriptions: 9,
        products: 20,
        ..SandboxConfig::default()
    })
    .await;
    assert!(none.sandbox.subscriptions().is_empty());
}

#[tokio::test]
async fn people_change_subscriptions_in_the_portal() {
    let client = shop().await;
    let (portal, offer) = (client.sandbox.portal(), client.microsoft("P1Y"));
    let customer = client.customer(0);
    let id = portal.add_subscription(&offer.order(&customer, 4)).unwrap();
    assert!(client.held(&id).order_id.is_none());
    client.sandbox.advance(Duration::from_secs(5));
    assert!(portal.set_seats(&id, 7) && portal.rename_subscription(&id, "Renamed"));
    assert!(portal.set_subscription_status(&id, "Suspended"));
    let one = &items(&client, "").await[0];
    assert_eq!(
        (
            &one["subscriptionTotalLicenses"],
            &one["subscriptionName"],
            &one["subscriptionStatus"]
        ),
        (&json!("7"), &json!("Renamed"), &json!("suspended"))
    );
    assert_eq!(one["lastUpdatedDate"], "2026-11-23T10:00:05Z");
    assert!(portal.remove_subscription(&id) && !portal.set_seats(&id, 1));
    assert!(items(&client, "").await.is_empty());
}
