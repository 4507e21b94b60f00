//! Renewals, readings, and what other pages show of subscriptions.

use super::Sold;
use super::shows;
use crate::house::HOST;
use crate::house::House;
use crate::house::Plan;
use domain::Clock as _;
use domain::RunId;
use domain::access::Role;
use domain::subscription::SubscriptionEventKind;
use http::StatusCode;
use jiff::tz::TimeZone;
use store::subscriptions;
use store::subscriptions::SubscriptionEventRow;

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
