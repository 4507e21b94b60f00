//! How many there are and what they cost is right after whatever happened.

use domain::subscription::SubscriptionState as State;
use domain::{ConnectionId, Term};
use store::Store;
use store::subscriptions::{self, SubscriptionFilter, VendorCost};
use store::testing::for_both;

use super::bed::{found, gone, new, write};
use crate::make::Make;

fn cost(vendor: &str, subscriptions: u64, cost: i64, sale: i64, of_sold: i64) -> VendorCost {
    VendorCost {
        vendor: vendor.to_owned(),
        currency: "EUR".parse().unwrap(),
        subscriptions,
        cost_units: cost * 1_000_000,
        sale_units: sale * 1_000_000,
        cost_of_sold_units: of_sold * 1_000_000,
    }
}

async fn costs(store: &Store) -> Vec<VendorCost> {
    subscriptions::cost_by_vendor(store.read()).await.unwrap()
}

async fn vendors(store: &Store) -> u64 {
    subscriptions::count_vendors(store.read()).await.unwrap()
}

#[tokio::test]
async fn costs_of_live_ones_are_summed_by_vendor_and_currency() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let mut all: Vec<_> = (1..8).map(|id| new(&make, &id.to_string())).collect();
        all[1].vendor = "Acronis".to_owned();
        all[2].sale_units = None;
        all[3].monthly_units = None;
        all[3].vendor = "Adobe".to_owned();
        all[4].subscription.state = State::Cancelled;
        all[5].subscription.currency = Some("USD".parse().unwrap());
        // No price is so high; it must not break the sums of others.
        all[6].monthly_units = Some(i64::MAX);
        write(&store, &make, connection, &all).await;
        let dollars = VendorCost {
            currency: "USD".parse().unwrap(),
            ..cost("Microsoft", 1, 100, 120, 100)
        };
        let before = [
            cost("Microsoft", 2, 200, 120, 100),
            cost("Acronis", 1, 100, 120, 100),
            dollars.clone(),
        ];
        assert_eq!(costs(&store).await, before);
        assert_eq!(subscriptions::count_live(store.read()).await.unwrap(), 6);
        assert_eq!(vendors(&store).await, 3, "one has no price that is known");
        write(&store, &make, connection, &all).await;
        assert_eq!(costs(&store).await, before, "written again");

        let tx = store.begin().await.unwrap();
        let sales = [
            (all[0].id, Some(150_000_000), Some(333)),
            (all[1].id, None, None),
            (all[3].id, Some(1), Some(1)),
            (domain::SubscriptionId::new(&make.ids), Some(1), None),
        ];
        subscriptions::set_sale_many(&tx, &sales).await.unwrap();
        subscriptions::set_sale_many(&tx, &sales).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            costs(&store).await,
            [
                cost("Microsoft", 2, 200, 150, 100),
                cost("Acronis", 1, 100, 0, 0),
                dollars.clone(),
            ]
        );
        let row = super::bed::read(&store, all[0].id).await;
        assert_eq!(
            (row.sale_units, row.margin_permille),
            (Some(150_000_000), Some(333))
        );

        for one in &all[..2] {
            gone(&store, &make, one.id).await;
            gone(&store, &make, one.id).await;
        }
        assert_eq!(
            costs(&store).await,
            [cost("Microsoft", 1, 100, 0, 0), dollars]
        );
        assert_eq!(subscriptions::count_live(store.read()).await.unwrap(), 4);
        assert_eq!(vendors(&store).await, 2);
        all[0].subscription.state = State::Suspended;
        write(&store, &make, connection, &all).await;
        assert_eq!(costs(&store).await, before, "back, with its own prices");
    })
    .await;
}

/// Counted one by one, by way of a filter that the tally knows nothing of.
async fn one_by_one(store: &Store, connection: ConnectionId) -> Vec<(State, u64)> {
    let filter = SubscriptionFilter {
        text: "premium".to_owned(),
        connection: Some(connection),
        ..SubscriptionFilter::default()
    };
    let facets = subscriptions::facets(store.read(), &filter).await.unwrap();
    facets.states
}

#[tokio::test]
async fn whatever_is_written_the_tally_counts_what_is_there() {
    for_both(|store| async move {
        let make = Make::new();
        let connections = [
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        ];
        let mut number = 7_u64;
        // Always the same numbers, with no order to be seen in them.
        let mut next = |below: u64| {
            number = number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from((number >> 33) % below).unwrap()
        };
        for _ in 0..60 {
            let connection = connections[next(2)];
            let mut batch = Vec::new();
            for _ in 0..next(6) {
                let mut one = new(&make, &next(12).to_string());
                one.subscription.state = State::ALL[next(8)];
                one.subscription.term = Term::ALL[next(4)];
                one.subscription.auto_renew = [None, Some(true), Some(false)][next(3)];
                one.vendor = ["Microsoft", "Acronis"][next(2)].to_owned();
                one.monthly_units = [None, Some(100_000_000)][next(2)];
                batch.push(one);
            }
            write(&store, &make, connection, &batch).await;
            if let Some(known) = subscriptions::known(store.read(), connection)
                .await
                .unwrap()
                .get(next(12))
            {
                gone(&store, &make, known.id).await;
            }
        }
        let mut live = 0;
        for connection in connections {
            let filter = SubscriptionFilter {
                connection: Some(connection),
                ..SubscriptionFilter::default()
            };
            let facets = subscriptions::facets(store.read(), &filter).await.unwrap();
            assert_eq!(facets.states, one_by_one(&store, connection).await);
            live += found(&store, &filter).await.len();
            let with_ended = SubscriptionFilter {
                with_ended: true,
                ..filter
            };
            let known = subscriptions::known(store.read(), connection)
                .await
                .unwrap();
            assert_eq!(found(&store, &with_ended).await.len(), known.len());
        }
        let counted = subscriptions::count_live(store.read()).await.unwrap();
        assert_eq!(counted, live as u64);
    })
    .await;
}

#[tokio::test]
async fn writers_at_once_count_what_is_there_in_the_end() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let make = &make;
        let writers = (0..16).map(|writer| {
            let store = store.clone();
            async move {
                let batch: Vec<_> = (0..5)
                    .map(|id| {
                        let mut one = new(make, &id.to_string());
                        one.subscription.state = State::ALL[(writer + id) % 8];
                        one
                    })
                    .collect();
                write(&store, make, connection, &batch).await;
                let known = subscriptions::known(store.read(), connection)
                    .await
                    .unwrap();
                gone(&store, make, known[writer % 5].id).await;
            }
        });
        futures::future::join_all(writers).await;
        let filter = SubscriptionFilter {
            with_ended: true,
            ..SubscriptionFilter::default()
        };
        assert_eq!(found(&store, &filter).await.len(), 5);
        let live = SubscriptionFilter::default();
        let facets = subscriptions::facets(store.read(), &live).await.unwrap();
        assert_eq!(facets.states, one_by_one(&store, connection).await);
    })
    .await;
}
