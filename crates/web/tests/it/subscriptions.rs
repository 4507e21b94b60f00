//! Subscriptions as people see and change them in a browser: list, one, its changes, renewals, and what other pages show of them.

use std::collections::BTreeMap;

use domain::access::Role;
use domain::customer::{Customer, CustomerField};
use domain::subscription::{Subscription, SubscriptionEventKind, SubscriptionState};
use domain::{
    Amount, BillingPeriod, Clock as _, ConnectionId, CustomerId, RunId, Scale, SubscriptionId, Term,
};
use http::StatusCode;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use store::orders::OrderSetting;
use store::subscriptions::{self, NewSubscription, SubscriptionEventRow};

use crate::house::{Answer, HOST, House, Plan};

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
        &["BEGIN:VEVENT"],
        &["DESCRIPTION", "EUR"],
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

#[tokio::test]
async fn a_change_is_previewed_refused_in_words_and_becomes_a_draft() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let customer = house.somebody("Hedgehog Logistics Oy").await;
    let ids = house
        .sells(
            connection,
            vec![Sold {
                customer: Some(customer),
                customer_name: "Hedgehog Logistics Oy",
                seats: Some(74),
                due: Some(house.in_days(26)),
                ..Sold::default()
            }],
        )
        .await;
    let path = format!("/subscriptions/{}", ids[0]);
    let change = format!("{path}/change");
    let sales = house.browser(Role::Sales).await;
    shows(
        &sales.get(&path).await,
        &[
            "Renews by itself",
            "1,287.60",
            "74 × 17.40",
            "20.0\u{202f}%",
            "Change seats",
            "value=\"74\"",
            "Fewer only from the renewal on.",
            "Too late to cancel",
            "HL-0907",
            "name=\"what\" value=\"renewal_off\"",
            "r-s1",
        ],
        &["value=\"cancel\""],
    );
    // By script, the part alone; without it, the page with what was typed.
    let form = [
        ("what", "seats"),
        ("seats", "80"),
        ("when", "now"),
        ("do", "preview"),
    ];
    let whole = sales.post(&change, &form).await;
    shows(
        &whole,
        &[
            "<html",
            "value=\"80\"",
            "6 more seats × 17.40",
            "104.40 EUR a month",
            "Bound until",
            "Review: 80 seats now",
        ],
        &[],
    );
    // What of it the preview says; the words of what can be done stand there as well.
    for (when, there, not_there) in [
        (
            "now",
            ["No seats can be taken away now", "19 Dec 2026"],
            "4 seats fewer",
        ),
        (
            "renewal",
            ["4 seats fewer", "Review: 70 seats at the renewal"],
            "class=\"bad",
        ),
    ] {
        let fewer = [
            ("what", "seats"),
            ("seats", "70"),
            ("when", when),
            ("do", "preview"),
        ];
        let seen = sales.post(&change, &fewer).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
        let from = seen.text.find("id=\"effect\"").unwrap();
        let to = from + seen.text[from..].find("</form>").unwrap();
        let effect = &seen.text[from..to];
        for part in there {
            assert!(effect.contains(part), "{part} is missing: {effect}");
        }
        assert!(
            !effect.contains(not_there),
            "{not_there} is there: {effect}"
        );
    }
    let nonsense = [("what", "seats"), ("seats", "<b>many</b>"), ("do", "draft")];
    let refused = sales.post(&change, &nonsense).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "whole number of seats",
        "&#60;b&#62;many",
        "Nothing was ordered",
    ] {
        assert!(refused.text.contains(part), "{part}: {}", refused.text);
    }
    let refused = sales.post(&change, &[("what", "cancel")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("You can turn the renewal off"),
        "{}",
        refused.text
    );
    let gone = sales
        .post(
            &format!("/subscriptions/{NOBODY}/change"),
            &[("what", "suspend")],
        )
        .await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    // Each of these becomes a draft that its review opens for; nothing is sent.
    for (what, seats, words) in [
        ("seats", "80", "80 seats instead of 74"),
        ("renewal_off", "", "turn its renewal off"),
        ("suspend", "", "suspend it"),
    ] {
        let made = sales
            .post(
                &change,
                &[("what", what), ("seats", seats), ("when", "now")],
            )
            .await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        let to = made.header("location").to_owned();
        assert!(
            to.starts_with("/orders/") && to.ends_with("/edit/review"),
            "{to}"
        );
        shows(
            &sales.get(&path).await,
            &["On its way", words, "Draft"],
            &[],
        );
    }
    let later = sales
        .post(
            &change,
            &[("what", "seats"), ("seats", "70"), ("when", "renewal")],
        )
        .await;
    assert_eq!(later.status, StatusCode::SEE_OTHER, "{}", later.text);
    shows(
        &sales.get(&path).await,
        &["70 seats instead of 74, on 19 Dec 2026"],
        &[],
    );
}

#[tokio::test]
async fn what_is_not_known_is_said_and_what_is_over_is_not_changed() {
    let house = House::new().await;
    let connection = house.connection("Sandbox", true).await;
    let ids = house
        .sells(
            connection,
            vec![
                Sold {
                    ion_id: "strange",
                    customer_name: HOSTILE,
                    name: HOSTILE,
                    state: SubscriptionState::Unknown,
                    cost: None,
                    seats: None,
                    auto_renew: None,
                    term: Term::Unknown,
                    ..Sold::default()
                },
                Sold {
                    ion_id: "ended",
                    state: SubscriptionState::Expired,
                    due: Some(house.in_days(-3)),
                    ..Sold::default()
                },
            ],
        )
        .await;
    house
        .event(
            ids[0],
            SubscriptionEventKind::Details,
            "Name: <i>old</i>",
            "Name: <i>new</i>",
        )
        .await;
    let admin = house.browser(Role::Admin).await;
    shows(
        &admin.get(&format!("/subscriptions/{}", ids[0])).await,
        &[
            "is no customer here",
            "Ion says “unknown”",
            "not known",
            "no term",
            "any time",
            "TEST",
            "&#60;i&#62;old&#60;/i&#62; → &#60;i&#62;new",
            "Café &#38; Söhne &#60;b&#62;",
        ],
        &["<script>alert(1)", "<i>old", "Change seats"],
    );
    shows(
        &admin.get(&format!("/subscriptions/{}", ids[1])).await,
        &["Expired", "This subscription has ended"],
        &["Change seats</h2><span", "value=\"suspend\""],
    );
    assert_eq!(
        admin.get(&format!("/subscriptions/{NOBODY}")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_calendar_stands_by_the_readers_days_also_where_the_clocks_change() {
    let mut plan = Plan::new(store::Backend::Sqlite, &format!("http://{HOST}"));
    plan.settings.zone = TimeZone::get("Europe/Berlin").unwrap();
    let house = plan.build().await;
    // The clocks of Europe go forward on 28 March 2027; it is the Monday before.
    house
        .clock
        .advance(std::time::Duration::from_hours(24 * 7 * 17));
    let connection = house.connection("Nordics", false).await;
    let at = |text: &str| Some(text.parse().unwrap());
    let one = |ion_id, customer_name, due: &str| Sold {
        ion_id,
        customer_name,
        due: at(due),
        ..Sold::default()
    };
    house
        .sells(
            connection,
            vec![
                // Midnight of winter time in Berlin: the last day is the 25th.
                one("a", "Anna Ltd", "2027-03-25T23:00:00Z"),
                // Midnight of summer time.
                one("b", "Bert Ltd", "2027-04-19T22:00:00Z"),
                Sold {
                    auto_renew: Some(false),
                    ..one("c", "Cleo Ltd", "2027-03-28T21:30:00Z")
                },
                Sold {
                    seats: Some(700),
                    ..one("d", "Dora Ltd", "2027-04-10T12:00:00Z")
                },
            ],
        )
        .await;
    let sales = house.browser(Role::Sales).await;
    let page = sales.get("/subscriptions/renewals").await;
    let day = |iso: &str| {
        let from = page
            .text
            .find(&format!("datetime=\"{iso}\""))
            .unwrap_or_else(|| panic!("{iso} is missing"));
        let rest = &page.text[from..];
        let end = rest[1..]
            .find("class=\"day")
            .map_or(rest.len(), |end| end + 1);
        rest[..end].to_owned()
    };
    for (iso, parts) in [
        ("2027-03-25", ["ev b", "Anna Ltd: last day to stop"]),
        (
            "2027-03-28",
            ["ev a", "Cleo Ltd: 15 × Business Premium ends"],
        ),
        (
            "2027-04-20",
            ["3,132.00", "Bert Ltd: 15 × Business Premium renews"],
        ),
        ("2027-04-10", ["ev w", "146,160.00"]),
        ("2027-04-18", ["ev b", "Login ends"]),
    ] {
        for part in parts {
            assert!(day(iso).contains(part), "{iso}: {part}: {}", day(iso));
        }
    }
    assert_eq!(page.text.matches("class=\"day").count(), 42);
    shows(
        &page,
        &[
            "22 March – 2 May 2027",
            "3 d to stop",
            "1 of them can be stopped for 3 more days at most",
            "3 renewals that would bind 152,424.00 EUR, 1 end.",
            "d, large",
        ],
        &[],
    );
    shows(
        &sales.get("/subscriptions/renewals?view=year").await,
        &[
            "March 2027 – February 2028",
            "April 2027",
            "2 renew",
            "1 ends",
        ],
        &["class=\"day"],
    );
    shows(
        &sales.get("/subscriptions/renewals?from=2027-09-01").await,
        &["nothing renews or ends", "Today"],
        &[],
    );
    for bad in ["from=evil", "from=99999-01-01", "view=evil"] {
        let answer = sales.get(&format!("/subscriptions/renewals?{bad}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    let feed = sales.get("/renewals.ics").await;
    shows(
        &feed,
        &[
            "DTSTART:20270325T230000Z",
            "DTSTART:20270419T220000Z",
            "CATEGORIES:End",
        ],
        &[],
    );
}

#[tokio::test]
async fn products_customers_and_imports_show_what_is_sold() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let customer = house.somebody("Hedgehog Logistics Oy").await;
    house
        .import(
            connection,
            vec![house.product("Premium", "Microsoft", "17.40")],
        )
        .await;
    house
        .sells(
            connection,
            vec![Sold {
                customer: Some(customer),
                customer_name: "Hedgehog Logistics Oy",
                product: "ion-Premium",
                seats: Some(74),
                due: Some(house.in_days(26)),
                ..Sold::default()
            }],
        )
        .await;
    let sales = house.browser(Role::Sales).await;
    let list = sales.get("/products?q=premium").await;
    let product = list
        .text
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .find(|href| href.starts_with("/products/0"))
        .unwrap()
        .to_owned();
    shows(
        &sales.get(&product).await,
        &["Used by", "74 seats", "All 1", "No margin rule is for it"],
        &[],
    );
    shows(
        &sales
            .get(&format!("/customers/{customer}/subscriptions"))
            .await,
        &[
            "1,287.60",
            "1 subscription",
            "Next renewal",
            "Business Premium",
        ],
        &["does not read subscriptions yet"],
    );
    let other = house.somebody("Nobody Ltd").await;
    shows(
        &sales
            .get(&format!("/customers/{other}/subscriptions"))
            .await,
        &["No subscription of this customer was read"],
        &[],
    );
    shows(
        &sales.get("/").await,
        &[
            "Live subscriptions",
            "1,287.60",
            "Cost by vendor",
            "Renewals ahead",
        ],
        &[],
    );
}

#[tokio::test]
async fn a_reading_tells_what_it_found() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let ids = house.sells(connection, vec![Sold::default()]).await;
    let run = RunId::new(&*house.ids);
    let now = house.clock.now();
    let tx = house.store.begin().await.unwrap();
    let kind = domain::run::RunKind::SubscriptionSync;
    store::runs::insert(&tx, run, connection, kind, false, "Ionbridge", now)
        .await
        .unwrap();
    store::runs::mark_running(&tx, run, now).await.unwrap();
    let counts = domain::run::RunCounts {
        read: 1284,
        changed: 1,
        unchanged: 1283,
        ..Default::default()
    };
    let status = domain::run::RunStatus::Done;
    store::runs::finish(
        &tx,
        run,
        status,
        &counts,
        "1284 subscriptions of Ion read: 1 changed.",
        now,
    )
    .await
    .unwrap();
    let event = SubscriptionEventRow {
        subscription: ids[0],
        at: now,
        kind: SubscriptionEventKind::Seats,
        before: "12".to_owned(),
        after: "15".to_owned(),
        run: Some(run),
        order: None,
    };
    subscriptions::add_events(&tx, &[event]).await.unwrap();
    tx.commit().await.unwrap();
    let sales = house.browser(Role::Sales).await;
    shows(
        &sales.get(&format!("/activity/runs/{run}")).await,
        &[
            "Subscription sync 1",
            "1,284",
            "What changed",
            "3 seats more, now 15",
            "Tin Lantern Studios",
            "Read again",
        ],
        &["Import again", "/products/changes"],
    );
    shows(
        &sales.get("/activity/runs").await,
        &["Subscription sync", "1284 subscriptions of Ion read"],
        &[],
    );
}
