//! Subscriptions as people see and change them in a browser: list, one, its changes, renewals, and what other pages show of them.

mod around;
mod change;

use std::collections::BTreeMap;

use domain::access::Role;
use domain::customer::{Customer, CustomerField};
use domain::subscription::{Subscription, SubscriptionEventKind, SubscriptionState};
use domain::{
    Amount, BillingPeriod, Clock as _, ConnectionId, CustomerId, Scale, SubscriptionId, Term,
};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use store::orders::OrderSetting;
use store::subscriptions::{self, NewSubscription, SubscriptionEventRow};

use crate::house::{Answer, House};

const NOBODY: &str = "01890000-0000-7000-8000-000000000000";
const HOSTILE: &str = "Café & Söhne <b>\"'\u{1f375}</b><script>alert(1)</script>";

/// A subscription to put into the store; what tests do not name is that of a licence of Microsoft for a year.
pub(crate) struct Sold<'a> {
    pub(crate) ion_id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) customer_name: &'a str,
    pub(crate) seats: Option<u32>,
    pub(crate) cost: Option<&'a str>,
    pub(crate) currency: &'a str,
    pub(crate) due: Option<Timestamp>,
    pub(crate) auto_renew: Option<bool>,
    pub(crate) state: SubscriptionState,
    pub(crate) vendor: &'a str,
    pub(crate) product: &'a str,
    pub(crate) term: Term,
}

impl Default for Sold<'_> {
    fn default() -> Self {
        Self {
            ion_id: "s1",
            name: "Business Premium",
            customer: None,
            customer_name: "Tin Lantern Studios",
            seats: Some(15),
            cost: Some("17.40"),
            currency: "EUR",
            due: None,
            auto_renew: Some(true),
            state: SubscriptionState::Active,
            vendor: "Microsoft",
            product: "ion-Premium",
            term: Term::P1Y,
        }
    }
}

impl House {
    /// Writes subscriptions as a reading would.
    pub(crate) async fn sells(
        &self,
        connection: ConnectionId,
        all: Vec<Sold<'_>>,
    ) -> Vec<SubscriptionId> {
        let now = self.clock.now();
        let new: Vec<NewSubscription> = all.iter().map(|one| self.new_subscription(one)).collect();
        let ids = new.iter().map(|one| one.id).collect();
        let tx = self.store.begin().await.unwrap();
        subscriptions::upsert_many(&tx, connection, &new, now)
            .await
            .unwrap();
        let setting = OrderSetting {
            subscriptions_read_at: Some(now - SignedDuration::from_mins(11)),
            ..OrderSetting::default()
        };
        store::orders::save_setting(&tx, connection, &setting)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        ids
    }

    fn new_subscription(&self, of: &Sold<'_>) -> NewSubscription {
        let amount = |text: &str| Amount::parse(text, Scale::Price).unwrap();
        let cost = of.cost.map(amount);
        let monthly = cost
            .as_ref()
            .map(|cost| cost.units() * i64::from(of.seats.unwrap_or(1)));
        NewSubscription {
            id: SubscriptionId::new(&*self.ids),
            subscription: Subscription {
                ion_id: of.ion_id.to_owned(),
                resource_id: format!("r-{}", of.ion_id),
                name: of.name.to_owned(),
                ion_customer_id: "50201".to_owned(),
                ion_customer_name: of.customer_name.to_owned(),
                provider_id: "30".to_owned(),
                resource_type: "AZURE::Subscription".to_owned(),
                product_ion_id: of.product.to_owned(),
                sku_id: format!("sku-{}", of.name),
                plan_id: "plan".to_owned(),
                product_name: of.name.to_owned(),
                sku_name: of.name.to_owned(),
                plan_name: "yearly".to_owned(),
                part_number: Some("CFQ7TTC0LCHC:0002:P1Y:M".to_owned()),
                state: of.state,
                state_word: of.state.to_string(),
                seats: of.seats,
                term: of.term,
                billing: BillingPeriod::Monthly,
                currency: Some(of.currency.parse().unwrap()),
                cost,
                price: None,
                list: None,
                purchased_at: Some("2025-01-10T00:00:00Z".parse().unwrap()),
                starts_at: Some("2026-01-10T00:00:00Z".parse().unwrap()),
                ends_at: of.due,
                renews_at: of.due.filter(|_| of.auto_renew != Some(false)),
                cancellable_until: None,
                auto_renew: of.auto_renew,
                trial: false,
                reseller_po: "HL-0907".to_owned(),
                customer_po: String::new(),
                updated_at: None,
            },
            hash: [7; 32],
            vendor: of.vendor.to_owned(),
            product: None,
            customer: of.customer,
            customer_name: of.customer_name.to_owned(),
            sale_units: monthly.map(|units| units / 4 * 5),
            monthly_units: monthly,
            margin_permille: monthly.map(|_| 200),
            order: None,
        }
    }

    /// A customer of ours.
    pub(crate) async fn somebody(&self, name: &str) -> CustomerId {
        let id = CustomerId::new(&*self.ids);
        let mut customer = Customer::default();
        customer.fields.set(CustomerField::Organisation, name);
        let tx = self.store.begin().await.unwrap();
        store::customers::insert(
            &tx,
            id,
            &customer,
            &BTreeMap::new(),
            "kim",
            self.clock.now(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn event(
        &self,
        of: SubscriptionId,
        kind: SubscriptionEventKind,
        before: &str,
        after: &str,
    ) {
        let event = SubscriptionEventRow {
            subscription: of,
            at: self.clock.now() - SignedDuration::from_hours(30),
            kind,
            before: before.to_owned(),
            after: after.to_owned(),
            run: None,
            order: None,
        };
        let tx = self.store.begin().await.unwrap();
        subscriptions::add_events(&tx, &[event]).await.unwrap();
        tx.commit().await.unwrap();
    }

    fn in_days(&self, days: i64) -> Timestamp {
        self.clock.now() + SignedDuration::from_hours(24 * days)
    }
}

/// All that is there, and all that is not.
pub(crate) fn shows(answer: &Answer, there: &[&str], not_there: &[&str]) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    for part in there {
        assert!(
            answer.text.contains(part),
            "{part} is missing: {}",
            answer.text
        );
    }
    for part in not_there {
        assert!(
            !answer.text.contains(part),
            "{part} is there: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn the_empty_list_says_what_to_do_and_reading_is_asked_for() {
    let house = House::new().await;
    let sales = house.browser(Role::Sales).await;
    shows(
        &sales.get("/subscriptions").await,
        &["No subscriptions yet", "once an account is connected"],
        &["Read the subscriptions"],
    );
    house.connection("Nordics", false).await;
    shows(
        &sales.get("/subscriptions").await,
        &[
            "Read the subscriptions",
            "action=\"/subscriptions/read\"",
            "None read yet.",
        ],
        &[],
    );
    shows(
        &sales.get("/subscriptions/renewals").await,
        &["No subscriptions yet"],
        &["class=\"cal"],
    );
    let reader = house.browser(Role::ReadOnly).await;
    shows(
        &reader.get("/subscriptions").await,
        &["No subscriptions yet"],
        &["/subscriptions/read"],
    );
    let asked = sales.post("/subscriptions/read", &[]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{asked:?}");
    let run = asked.header("location").to_owned();
    shows(
        &sales.get(&run).await,
        &[
            "Subscription sync 1",
            "Read Ion’s subscriptions",
            "Stop reading",
        ],
        &[],
    );
    // One at a time: asked again, it is the same run.
    let again = sales.post("/subscriptions/read", &[]).await;
    assert_eq!(again.header("location"), run);
    shows(
        &sales.get("/subscriptions").await,
        &["are read now", "Follow it"],
        &["Read the subscriptions"],
    );
}

#[tokio::test]
async fn the_list_is_searched_filtered_sorted_paged_and_taken_out() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let other = house.connection("Sand", true).await;
    let customer = house.somebody("Hedgehog Logistics Oy").await;
    let mut all = vec![
        Sold {
            ion_id: "hostile",
            customer_name: HOSTILE,
            name: "=HYPERLINK(1)",
            due: Some(house.in_days(40)),
            ..Sold::default()
        },
        Sold {
            ion_id: "ends",
            customer: Some(customer),
            customer_name: "Hedgehog Logistics Oy",
            state: SubscriptionState::Ends,
            auto_renew: Some(false),
            due: Some(house.in_days(20)),
            ..Sold::default()
        },
        Sold {
            ion_id: "soon",
            due: Some(house.in_days(2)),
            seats: Some(6),
            ..Sold::default()
        },
        Sold {
            ion_id: "use",
            name: "Azure plan",
            seats: None,
            cost: None,
            term: Term::Unknown,
            auto_renew: None,
            ..Sold::default()
        },
        Sold {
            ion_id: "over",
            name: "Visio",
            state: SubscriptionState::Expired,
            due: Some(house.in_days(-20)),
            ..Sold::default()
        },
    ];
    let names: Vec<String> = (0..60).map(|number| format!("bulk-{number:02}")).collect();
    all.extend(names.iter().map(|name| Sold {
        ion_id: name,
        customer_name: "Bulk Ltd",
        due: Some(house.in_days(100)),
        ..Sold::default()
    }));
    house.sells(connection, all).await;
    house
        .sells(
            other,
            vec![Sold {
                ion_id: "test",
                customer_name: "Sandy Box",
                ..Sold::default()
            }],
        )
        .await;
    let sales = house.browser(Role::Sales).await;
    let page = sales.get("/subscriptions").await;
    shows(
        &page,
        &[
            "1–50 of 65 subscriptions",
            "rel=\"next\"",
            "Read from Ion 11 min ago",
            "65 live.",
            "Cost per month (EUR)",
            "25 Nov, 2 d",
            "decided",
            "Café &#38; Söhne &#60;b&#62;",
        ],
        &["<script>alert(1)", "<b>\"", "Visio"],
    );
    // What renews first stands first; the seats are not a bare zero.
    let at = |text: &str| page.text.find(text).unwrap();
    assert!(at("25 Nov, 2 d") < at("decided"));
    let next = page
        .text
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .find(|href| href.contains("after="))
        .unwrap()
        .replace("&#38;", "&");
    let second = sales.part(&next).await;
    shows(
        &second,
        &[
            "15 more of 65 subscriptions",
            "id=\"chips\"",
            // Last, as nothing of them renews or ends.
            "any time",
            "no term",
            ">TEST<",
        ],
        &["<html"],
    );
    for (query, there, not_there) in [
        ("q=hedgehog", "1–1 of 1 subscription", "Bulk"),
        ("state=ends", "1–1 of 1 subscription", "Bulk"),
        ("state=all&size=200", "Visio", "nothing"),
        ("renewal=off", "Hedgehog", "Bulk"),
        ("due=7", "25 Nov", "Hedgehog"),
        ("term=unknown", "Azure plan", "Bulk"),
        (
            "vendor=Nobody",
            "No subscription fits these filters",
            "Bulk",
        ),
        (
            "q=nobodyatall",
            "No subscription fits “nobodyatall”",
            "Bulk",
        ),
        (&format!("customer={customer}"), "Hedgehog", "Bulk"),
        ("due_from=2026-12-13&due_to=2026-12-13", "Hedgehog", "Bulk"),
    ] {
        shows(
            &sales.part(&format!("/subscriptions?{query}")).await,
            &[there],
            &[not_there],
        );
    }
    for bad in [
        "sort=evil",
        "state=evil",
        "due=0",
        "due_from=evil",
        "customer=evil",
    ] {
        let answer = sales.get(&format!("/subscriptions?{bad}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    shows(
        &sales.get("/subscriptions?columns=vendor,state").await,
        &["<th class=\"t-hide\" scope=\"col\">Vendor"],
        &["Cost per month (EUR)</a>", "Last day to stop</th>"],
    );
    let csv = sales.get("/subscriptions/export.csv?q=hyperlink").await;
    shows(&csv, &["'=HYPERLINK(1)", "cost_per_month"], &[]);
    assert_eq!(csv.text.lines().count(), 2, "{}", csv.text);
    let json = sales
        .get("/subscriptions/export.json?state=all")
        .await
        .json();
    assert_eq!(json.as_array().unwrap().len(), 66);
    shows(
        &sales.get("/jump?q=azure").await,
        &["Subscriptions", "Azure plan"],
        &[],
    );
}

#[tokio::test]
async fn who_may_not_see_costs_sees_none_anywhere() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let customer = house.somebody("Hedgehog Logistics Oy").await;
    let ids = house
        .sells(
            connection,
            vec![Sold {
                customer: Some(customer),
                cost: Some("173.91"),
                seats: Some(10),
                due: Some(house.in_days(5)),
                ..Sold::default()
            }],
        )
        .await;
    house
        .event(
            ids[0],
            SubscriptionEventKind::Price,
            "171.23 EUR",
            "173.91 EUR",
        )
        .await;
    house
        .import(
            connection,
            vec![house.product("Premium", "Microsoft", "173.91")],
        )
        .await;
    let id = ids[0];
    let sales = house.browser(Role::Sales).await;
    let paths = [
        "/".to_owned(),
        "/subscriptions".to_owned(),
        "/subscriptions/renewals".to_owned(),
        "/subscriptions/renewals?view=year".to_owned(),
        format!("/subscriptions/{id}"),
        format!("/customers/{customer}/subscriptions"),
    ];
    let money = ["173.91", "171.23", "1,739.10", "20.0\u{202f}%", "20,869.20"];
    let reader = house.browser(Role::ReadOnly).await;
    for path in &paths {
        let seen = sales.get(path).await;
        assert!(
            money.iter().any(|text| seen.text.contains(text)),
            "{path} shows no money: {}",
            seen.text
        );
        shows(&reader.get(path).await, &[], &money);
    }
    for path in ["/subscriptions?sort=cost", "/subscriptions?sort=-margin"] {
        let answer = reader.get(path).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
    let feed = sales.get("/renewals.ics").await;
    shows(&feed, &["BEGIN:VEVENT", "DESCRIPTION:"], &[]);
    assert_eq!(feed.header("content-type"), "text/calendar; charset=utf-8");
    shows(
        &reader.get("/renewals.ics").await,
        &["BEGIN:VEVENT", "DESCRIPTION:Can be stopped until"],
        &["EUR", "Binds", "margin"],
    );
    for path in ["/subscriptions/export.csv", "/settings/margins"] {
        assert_eq!(
            reader.get(path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    // Nor may a reader change anything; the page offers nothing of it.
    shows(
        &reader.get(&format!("/subscriptions/{id}")).await,
        &["What can be done, until when"],
        &["Change seats", "Cancel…", "/change"],
    );
    let change = reader
        .post(
            &format!("/subscriptions/{id}/change"),
            &[("what", "cancel")],
        )
        .await;
    assert_eq!(change.status, StatusCode::FORBIDDEN);
}
