//! What subscriptions cost by month.

use domain::subscription::SubscriptionState as State;
use jiff::Timestamp;
use store::Store;
use store::subscriptions::{self, MonthlyCost};
use store::testing::for_both;

use super::bed::{gone, new, write};
use crate::make::Make;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

type Month = (i8, String, i64, (i64, i64));

/// Months from January to April of 2026: month, vendor, cost, and sale with the cost of what is sold; whole units.
async fn months(store: &Store) -> Vec<Month> {
    let day = |text: &str| text.parse().unwrap();
    subscriptions::cost_by_month(store.read(), day("2026-01-01"), day("2026-04-28"))
        .await
        .unwrap()
        .into_iter()
        .map(|row: MonthlyCost| {
            assert_eq!((row.month.year(), row.month.day()), (2026, 1));
            (
                row.month.month(),
                row.vendor,
                row.cost_units / 1_000_000,
                (
                    row.sale_units / 1_000_000,
                    row.cost_of_sold_units / 1_000_000,
                ),
            )
        })
        .collect()
}

fn of(month: i8, vendor: &str, cost: i64, sold: (i64, i64)) -> Month {
    (month, vendor.to_owned(), cost, sold)
}

#[tokio::test]
async fn a_month_costs_what_there_was_in_it() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let mut all: Vec<_> = (0..7).map(|id| new(&make, &id.to_string())).collect();
        // There always.
        all[0].subscription.purchased_at = None;
        // From February on, though its present term began later.
        all[1].subscription.purchased_at = Some(at("2026-02-28T23:59:59Z"));
        all[1].subscription.starts_at = Some(at("2026-03-28T00:00:00Z"));
        // From March on, without a sale price.
        all[2].subscription.starts_at = Some(at("2026-03-01T00:00:00Z"));
        all[2].vendor = "Acronis".to_owned();
        all[2].sale_units = None;
        // Cancelled in March: that was February alone, since a month that ends within is not counted.
        all[3].subscription.purchased_at = Some(at("2026-02-01T00:00:00Z"));
        all[3].subscription.state = State::Cancelled;
        all[3].subscription.updated_at = Some(at("2026-03-20T00:00:00Z"));
        all[3].subscription.ends_at = Some(at("2027-02-01T00:00:00Z"));
        // Ended before, begins after, has no price.
        all[4].subscription.state = State::Expired;
        all[4].subscription.ends_at = Some(at("2025-12-31T23:59:59Z"));
        all[5].subscription.purchased_at = Some(at("2026-05-01T00:00:00Z"));
        all[6].monthly_units = None;
        write(&store, &make, connection, &all).await;
        let before = [
            of(1, "Microsoft", 100, (120, 100)),
            of(2, "Microsoft", 300, (360, 300)),
            of(3, "Acronis", 100, (0, 0)),
            of(3, "Microsoft", 200, (240, 200)),
            of(4, "Acronis", 100, (0, 0)),
            of(4, "Microsoft", 200, (240, 200)),
        ];
        assert_eq!(months(&store).await, before);
        write(&store, &make, connection, &all).await;
        assert_eq!(months(&store).await, before, "written again");

        let sale = [
            (all[1].id, None, None),
            (all[2].id, Some(150_000_000), None),
        ];
        let tx = store.begin().await.unwrap();
        subscriptions::set_sale_many(&tx, &sale).await.unwrap();
        tx.commit().await.unwrap();
        let priced = months(&store).await;
        assert_eq!(priced[2], of(3, "Acronis", 100, (150, 100)));
        assert_eq!(priced[3], of(3, "Microsoft", 200, (120, 100)));

        // Gone now, which is in March: it was there in the months before.
        gone(&store, &make, all[0].id).await;
        let mut without = priced;
        without[3] = of(3, "Microsoft", 100, (0, 0));
        without[5] = of(4, "Microsoft", 100, (0, 0));
        assert_eq!(months(&store).await, without);
        // One that never ended, was gone and came back is there as before.
        write(&store, &make, connection, &all).await;
        assert_eq!(months(&store).await, before);
    })
    .await;
}
