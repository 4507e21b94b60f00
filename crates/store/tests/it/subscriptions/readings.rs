//! What readings of Ion leave behind.

use domain::OrderId;
use domain::subscription::SubscriptionState;
use store::subscriptions::{self, SubscriptionFilter};
use store::testing::for_both;

use super::bed::{customer, found, gone, new, read, write};
use crate::make::{Make, seconds};

#[tokio::test]
async fn what_was_written_is_read_back() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let tea = customer(&store, &make, "Tea").await;
        let order = OrderId::new(&make.ids);
        let product = domain::ProductId::new(&make.ids);
        let mut one = new(&make, "1");
        (one.customer, one.order, one.product) = (Some(tea), Some(order), Some(product));
        one.subscription.renews_at = Some(make.now() + seconds(60));
        write(&store, &make, connection, std::slice::from_ref(&one)).await;
        let row = read(&store, one.id).await;
        assert_eq!(row.subscription, one.subscription);
        assert_eq!(row.connection, connection);
        assert_eq!((row.hash, row.missed, row.gone_at), ([1; 32], 0, None));
        assert_eq!(
            (row.customer, row.product, row.order),
            (Some(tea), Some(product), Some(order))
        );
        assert_eq!(
            (row.vendor.as_str(), row.customer_name.as_str()),
            ("Microsoft", "Tea Ltd")
        );
        assert_eq!(
            (row.monthly_units, row.sale_units, row.margin_permille),
            (Some(100_000_000), Some(120_000_000), Some(167))
        );
        let now = make.now();
        assert_eq!(
            (row.first_seen_at, row.changed_at, row.read_at),
            (now, now, now)
        );
        let by_ion = subscriptions::find_by_ion(store.read(), connection, "1").await;
        assert_eq!(by_ion.unwrap().unwrap().id, one.id);
        let many = subscriptions::find_many(store.read(), &[one.id])
            .await
            .unwrap();
        assert_eq!(many.len(), 1);
        let none = subscriptions::find_by_ion(store.read(), connection, "2").await;
        assert!(none.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn one_that_is_there_keeps_id_order_and_when_it_was_first_seen() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, second) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let (first, order) = (make.now(), OrderId::new(&make.ids));
        let one = new(&make, "1");
        write(&store, &make, connection, std::slice::from_ref(&one)).await;
        write(&store, &make, second, &[new(&make, "1")]).await;
        make.clock.advance(seconds(60));
        let mut changed = new(&make, "1");
        changed.subscription.seats = Some(12);
        changed.hash = [2; 32];
        changed.order = Some(order);
        // A list that shifts while it is read shows one twice.
        let mut twice = changed.clone();
        twice.id = domain::SubscriptionId::new(&make.ids);
        write(&store, &make, connection, &[twice, changed.clone()]).await;
        let row = read(&store, one.id).await;
        assert_eq!(row.subscription.seats, Some(12));
        assert_eq!((row.first_seen_at, row.changed_at), (first, make.now()));
        assert_eq!(row.order, Some(order), "known now");
        let again = make.now();
        make.clock.advance(seconds(60));
        changed.order = Some(OrderId::new(&make.ids));
        write(&store, &make, connection, &[changed]).await;
        let row = read(&store, one.id).await;
        assert_eq!(row.order, Some(order), "it came of one order");
        assert_eq!((row.changed_at, row.read_at), (again, make.now()));
        assert_eq!(subscriptions::count_live(store.read()).await.unwrap(), 2);
        let known = subscriptions::known(store.read(), connection)
            .await
            .unwrap();
        assert_eq!(known.len(), 1);
        assert_eq!((known[0].id, known[0].hash), (one.id, [2; 32]));
        let tx = store.begin().await.unwrap();
        let other = OrderId::new(&make.ids);
        subscriptions::link_order(&tx, one.id, other).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(read(&store, one.id).await.order, Some(order));
    })
    .await;
}

#[tokio::test]
async fn what_a_reading_misses_is_counted_and_then_gone_until_it_returns() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let (one, other) = (new(&make, "1"), new(&make, "2"));
        write(&store, &make, connection, &[one.clone(), other.clone()]).await;
        let ids = |id: &str| vec![id.to_owned()];
        let tx = store.begin().await.unwrap();
        for _ in 0..2 {
            subscriptions::add_missed(&tx, connection, &ids("1"))
                .await
                .unwrap();
        }
        make.clock.advance(seconds(60));
        subscriptions::touch_many(&tx, connection, &ids("2"), make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let known = async |ion_id: &str| {
            let known = subscriptions::known(store.read(), connection)
                .await
                .unwrap();
            let one = known
                .into_iter()
                .find(|known| known.ion_id == ion_id)
                .unwrap();
            (one.missed, one.gone)
        };
        assert_eq!(
            (known("1").await, known("2").await),
            ((2, false), (0, false))
        );
        assert_eq!(read(&store, other.id).await.read_at, make.now());
        let tx = store.begin().await.unwrap();
        subscriptions::touch_many(&tx, connection, &ids("1"), make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            known("1").await,
            (0, false),
            "shown again, it is not missed"
        );

        let since = make.now();
        gone(&store, &make, one.id).await;
        make.clock.advance(seconds(60));
        gone(&store, &make, one.id).await;
        let row = read(&store, one.id).await;
        assert_eq!(row.gone_at, Some(since), "since the first time");
        assert!(!row.is_live());
        assert_eq!(known("1").await, (0, true));
        let any = SubscriptionFilter::default();
        assert_eq!(found(&store, &any).await, ["2"]);
        write(&store, &make, connection, std::slice::from_ref(&one)).await;
        let row = read(&store, one.id).await;
        assert!(row.is_live());
        assert_eq!(row.changed_at, make.now(), "that it is back is a change");
        assert_eq!(found(&store, &any).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_subscription_is_found_by_what_changes_are_ordered_by() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, second) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let mut ended = new(&make, "1");
        ended.subscription.resource_id = "same".to_owned();
        ended.subscription.state = SubscriptionState::Cancelled;
        let mut live = new(&make, "2");
        live.subscription.resource_id = "same".to_owned();
        let mut without = new(&make, "3");
        without.subscription.resource_id = String::new();
        make.clock.advance(seconds(1));
        write(&store, &make, connection, &[live.clone(), without]).await;
        make.clock.advance(seconds(1));
        write(&store, &make, connection, &[ended]).await;
        let find = async |connection, id: &str| {
            let found = subscriptions::find_by_resource(store.read(), connection, id).await;
            found.unwrap().map(|row| row.id)
        };
        assert_eq!(find(connection, "same").await, Some(live.id));
        assert_eq!(find(second, "same").await, None);
        assert_eq!(find(connection, "").await, None, "no id is nobody's");
    })
    .await;
}
