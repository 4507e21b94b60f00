//! What was bought, and how long it took.

use std::time::Duration;

use domain::order::{OrderAction, OrderOrigin, OrderState};
use jiff::Timestamp;
use store::orders::{self, MonthlySpend, OrderRow};
use store::testing::for_both;

use super::bed::{add_on, at_ion, draft, euro, in_state, insert, line, price};
use crate::make::Make;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn placed(make: &Make, connection: domain::ConnectionId, number: u64, on: &str) -> OrderRow {
    let mut order = in_state(draft(make, connection, number), OrderState::Completed, make);
    order.submitted_at = Some(at(on));
    order
}

/// Orders of two months: some that count, some that do not.
fn bought(make: &Make, connection: domain::ConnectionId) -> Vec<OrderRow> {
    let january = placed(make, connection, 1, "2026-01-31T23:59:59Z");
    let mut february = placed(make, connection, 2, "2026-02-01T00:00:00Z");
    february.content.lines[0].add_ons.push(add_on("Teams"));
    february.content.lines.push(line("Acronis", "Backup"));
    february.content.lines[1].price = Some(price("3", None));
    let mut dollars = placed(make, connection, 3, "2026-02-10T00:00:00Z");
    let of = dollars.content.lines[0].price.as_mut().unwrap();
    of.currency = "USD".parse().unwrap();
    of.sale = None;
    let mut seats = placed(make, connection, 4, "2026-02-20T00:00:00Z");
    seats.action = OrderAction::Seats;
    seats.content.lines[0].resource_id = Some("r".to_owned());
    seats.content.lines[0].quantity_before = Some(8);
    let mut fewer = seats.clone();
    fewer.id = domain::OrderId::new(&make.ids);
    (fewer.number, fewer.reference) = (5, "IB-5".to_owned());
    fewer.content.lines[0].quantity_before = Some(30);
    let mut failed = placed(make, connection, 6, "2026-02-20T00:00:00Z");
    failed.state = OrderState::Failed;
    let mut unpriced = placed(make, connection, 7, "2026-02-20T00:00:00Z");
    unpriced.content.lines[0].price = None;
    let mut elsewhere = placed(make, connection, 8, "2026-02-21T00:00:00Z");
    elsewhere.origin = OrderOrigin::Ion;
    elsewhere.submitted_at = None;
    elsewhere.ion = Some(at_ion("o-8", "x"));
    elsewhere.ion.as_mut().unwrap().created_at = Some(at("2026-02-22T00:00:00Z"));
    vec![
        january, february, dollars, seats, fewer, failed, unpriced, elsewhere,
    ]
}

#[tokio::test]
async fn a_month_says_what_ion_took_by_vendor_and_currency() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        insert(&store, &bought(&make, connection)).await;
        let spend = |month: &str, vendor: &str, currency: &str, cost, sale| MonthlySpend {
            month: month.parse().unwrap(),
            vendor: vendor.to_owned(),
            currency: currency.parse().unwrap(),
            cost_units: cost,
            sale_units: sale,
        };
        let found = orders::spend_by_month(store.read(), at("2026-01-01T00:00:00Z"))
            .await
            .unwrap();
        assert_eq!(euro().to_string(), "EUR");
        assert_eq!(
            found,
            [
                spend(
                    "2026-01-01",
                    "Microsoft",
                    "EUR",
                    100_000_000,
                    Some(120_000_000)
                ),
                spend("2026-02-01", "Acronis", "EUR", 30_000_000, None),
                // 100 + 1 for what comes with it, 20 for two more seats, 100 in the portal.
                spend(
                    "2026-02-01",
                    "Microsoft",
                    "EUR",
                    221_000_000,
                    Some(266_000_000)
                ),
                spend("2026-02-01", "Microsoft", "USD", 100_000_000, None),
            ]
        );
        let found = orders::spend_by_month(store.read(), at("2026-02-15T00:00:00Z"))
            .await
            .unwrap();
        assert_eq!(
            found,
            [spend(
                "2026-02-01",
                "Microsoft",
                "EUR",
                120_000_000,
                Some(144_000_000)
            )]
        );
    })
    .await;
}

#[tokio::test]
async fn the_usual_time_is_the_median_of_the_last_fifty() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let begun = at("2026-01-01T00:00:00Z");
        let took = |number: u64, minutes: u64| {
            let mut order = placed(&make, connection, number, "2026-01-01T00:00:00Z");
            // The later its number, the later it ended.
            order.submitted_at = Some(begun + Duration::from_secs(number * 86_400));
            order.ended_at = order
                .submitted_at
                .map(|at| at + Duration::from_secs(minutes * 60));
            order
        };
        let usual = async || orders::usual_time(store.read(), "Microsoft").await.unwrap();
        insert(
            &store,
            &(1..5).map(|number| took(number, 500)).collect::<Vec<_>>(),
        )
        .await;
        assert_eq!(usual().await, None, "four are too few");
        insert(&store, &[took(5, 500)]).await;
        assert_eq!(usual().await, Some(Duration::from_secs(500 * 60)));
        let mut aside = [took(60, 9000), took(61, 9000), took(62, 9000)];
        aside[0].state = OrderState::Failed;
        aside[1].content.lines[0].vendor = "Acronis".to_owned();
        aside[2].submitted_at = None;
        insert(&store, &aside).await;
        let fifty: Vec<_> = (6..56).map(|number| took(number, number)).collect();
        insert(&store, &fifty).await;
        assert_eq!(
            usual().await,
            Some(Duration::from_secs(31 * 60)),
            "of 6 to 55 minutes; what is older does not count"
        );
    })
    .await;
}
