//! An order is made once and saved over nobody's change.

use domain::order::{OrderOrigin, OrderState, OrderTotals};
use store::StoreError;
use store::orders::{self, OrderFailure, OrderSort};
use store::testing::for_both;

use super::bed::{add_on, add_up, at_ion, draft, in_state, insert, line, read, save, totals};
use crate::make::{Make, seconds};

/// Two rows are the same in all that is stored.
fn told(order: &orders::OrderRow) -> String {
    format!("{order:?}")
}

#[tokio::test]
async fn what_was_stored_is_read_back() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let mut order = draft(&make, connection, 2041);
        insert(&store, std::slice::from_ref(&order)).await;
        assert_eq!(told(&read(&store, order.id).await), told(&order));
        make.clock.advance(seconds(60));
        order = in_state(order, OrderState::Failed, &make);
        order.content.lines.push(line("Acronis", "Backup"));
        order.content.lines[0].add_ons.push(add_on("Teams"));
        add_up(&mut order);
        order.payload = Some(serde_json::json!({"referenceId": "IB-2041", "n": 1.25}));
        order.ion = Some(at_ion("o-1", "IB-2041"));
        order.ion_id = Some("o-1".to_owned());
        order.failure = Some(OrderFailure {
            message: "The domain is taken.".to_owned(),
            what_to_do: "Choose another one.".to_owned(),
            faults: Vec::new(),
            field: Some("lines[0].attributes.domainName".to_owned()),
            request_id: Some("r-1".to_owned()),
        });
        for at in [
            &mut order.scheduled_for,
            &mut order.sent_at,
            &mut order.looked_at,
            &mut order.next_look_at,
            &mut order.not_found_at,
            &mut order.polled_at,
            &mut order.cancel_asked_at,
            &mut order.stuck_at,
        ] {
            make.clock.advance(seconds(1));
            *at = Some(make.now());
        }
        (order.sends, order.looks, order.polls) = (2, 3, 4);
        order.looked_complete = true;
        assert!(save(&store, &order, 1).await);
        order.version = 2;
        assert_eq!(told(&read(&store, order.id).await), told(&order));
    })
    .await;
}

#[tokio::test]
async fn of_two_who_save_one_wins() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let order = draft(&make, connection, 1);
        insert(&store, std::slice::from_ref(&order)).await;
        let (mut one, mut other) = (order.clone(), order.clone());
        one.content.note = "one".to_owned();
        other.content.note = "other".to_owned();
        other.content.lines.clear();
        let (first, second) = tokio::join!(save(&store, &one, 1), save(&store, &other, 1));
        assert!(first != second, "{first} {second}");
        let kept = read(&store, order.id).await;
        assert_eq!(kept.version, 2);
        assert_eq!(kept.content.note, if first { "one" } else { "other" });
        let hits = orders::find_hits(store.read(), &[order.id]).await.unwrap();
        assert_eq!(hits[0].lines, u64::from(first), "lines go with the rest");
        assert!(!save(&store, &one, 1).await, "of an old version");
        assert!(!save(&store, &one, 3).await, "of one that is not there yet");
        assert!(save(&store, &one, 2).await);
    })
    .await;
}

#[tokio::test]
async fn numbers_references_and_ids_of_ion_are_there_once() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, second) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let mut first = draft(&make, connection, 1);
        first.ion_id = Some("o-1".to_owned());
        insert(&store, &[first]).await;
        let refused = async |change: fn(&mut orders::OrderRow)| {
            let mut order = draft(&make, connection, 2);
            change(&mut order);
            let tx = store.begin().await.unwrap();
            let error = orders::insert(&tx, &order).await.unwrap_err();
            assert!(matches!(error, StoreError::Conflict { .. }), "{error:?}");
        };
        refused(|order| order.number = 1).await;
        refused(|order| order.reference = "IB-1".to_owned()).await;
        refused(|order| order.ion_id = Some("o-1".to_owned())).await;
        let mut there = draft(&make, second, 3);
        there.ion_id = Some("o-1".to_owned());
        // What others call their orders is their affair: even as one of ours is called.
        let mut elsewhere = [4, 5].map(|number| draft(&make, connection, number));
        for order in &mut elsewhere {
            order.origin = OrderOrigin::Ion;
            order.reference = "IB-1".to_owned();
        }
        let [one, other] = elsewhere;
        insert(&store, &[there, one, other]).await;
    })
    .await;
}

#[tokio::test]
async fn a_number_is_given_once_whoever_asks_and_whatever_is_deleted() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let next = async || {
            let tx = store.begin().await.unwrap();
            let number = orders::next_number(&tx).await.unwrap();
            let order = draft(&make, connection, number);
            orders::insert(&tx, &order).await.unwrap();
            tx.commit().await.unwrap();
            (number, order.id)
        };
        let mut given = futures::future::join_all((0..8).map(|_| next())).await;
        given.sort_unstable();
        let numbers: Vec<u64> = given.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
        let (_, last) = given[7];
        let tx = store.begin().await.unwrap();
        assert!(orders::remove_draft(&tx, last, 1).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(next().await.0, 9, "people may remember O-8");
        let tx = store.begin().await.unwrap();
        assert_eq!(orders::next_number(&tx).await.unwrap(), 10);
        drop(tx);
        assert_eq!(next().await.0, 10, "what never was, took no number");
    })
    .await;
}

#[tokio::test]
async fn lists_show_the_first_line_in_words_and_the_sums_of_one_currency() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let title = async |number: u64, change: fn(&mut orders::OrderRow)| {
            let mut order = draft(&make, connection, number);
            change(&mut order);
            insert(&store, std::slice::from_ref(&order)).await;
            orders::find_hits(store.read(), &[order.id]).await.unwrap()[0]
                .title
                .clone()
        };
        use domain::order::OrderAction as Action;
        assert_eq!(title(1, |_| ()).await, "Premium, 10 seats, 1 year");
        let named = title(2, |order| {
            order.content.lines[0].sku_name = "Business Premium".to_owned();
            order.content.lines[0].quantity = 1;
            order.content.lines[0].term = domain::Term::Unknown;
        });
        assert_eq!(named.await, "Business Premium, 1 seat");
        let more = title(3, |order| {
            order.action = Action::Seats;
            order.content.lines[0].quantity_before = Some(7);
        });
        assert_eq!(more.await, "Premium, +3 seats, now 10");
        let fewer = title(4, |order| {
            order.action = Action::Seats;
            order.content.lines[0].quantity_before = Some(30);
        });
        assert_eq!(fewer.await, "Premium, \u{2212}20 seats, now 10");
        assert_eq!(
            title(5, |order| order.action = Action::Cancel).await,
            "Premium, cancel"
        );
        let several = title(6, |order| {
            order.content.lines.push(line("Microsoft", "Teams"));
            order.content.lines.push(line("Microsoft", "Visio"));
        });
        assert_eq!(several.await, "Premium, Teams");
        let elsewhere = title(7, |order| {
            order.content.lines.clear();
            order.ion = Some(at_ion("o-7", "x"));
        });
        assert_eq!(elsewhere.await, "Order o-7");
        assert_eq!(title(8, |order| order.content.lines.clear()).await, "");

        let mut order = draft(&make, connection, 9);
        let hit = async |order: &orders::OrderRow| {
            let hits = orders::find_hits(store.read(), &[order.id]).await.unwrap();
            (hits[0].currency, hits[0].monthly_units, hits[0].bound_units)
        };
        insert(&store, std::slice::from_ref(&order)).await;
        let euro = Some(super::bed::euro());
        assert_eq!(
            hit(&order).await,
            (euro, Some(100_000_000), Some(1_200_000_000))
        );
        let monthly = *totals(&order).monthly.first_key_value().unwrap().1;
        order.totals = Some(OrderTotals {
            bound: [("USD".parse().unwrap(), monthly)].into(),
            ..totals(&order).clone()
        });
        assert!(save(&store, &order, 1).await);
        assert_eq!(
            hit(&order).await,
            (euro, Some(100_000_000), None),
            "two currencies are never one row of sums"
        );
        order.totals = None;
        assert!(save(&store, &order, 2).await);
        assert_eq!(hit(&order).await, (None, None, None));
        let filter = orders::OrderFilter {
            sort: OrderSort::Bound,
            ..orders::OrderFilter::default()
        };
        let page = orders::search(store.read(), &filter).await.unwrap();
        assert_eq!(page.orders.last().unwrap().number, 9, "unknown comes last");
    })
    .await;
}
