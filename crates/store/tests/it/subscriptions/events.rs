//! What happened with subscriptions.

use domain::OrderId;
use domain::subscription::SubscriptionEventKind as Kind;
use store::subscriptions::{self, SubscriptionEventRow};
use store::testing::for_both;

use super::bed::{new, write};
use crate::make::{Make, seconds};

#[tokio::test]
async fn a_history_tells_the_newest_first_by_subscription_and_by_run() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let (one, other) = (new(&make, "1"), new(&make, "2"));
        write(&store, &make, connection, &[one.clone(), other.clone()]).await;
        let run = make.run(&store, connection).await;
        let order = OrderId::new(&make.ids);
        let event = |id, kind, after: &str| SubscriptionEventRow {
            subscription: id,
            at: make.now(),
            kind,
            before: "10".to_owned(),
            after: after.to_owned(),
            run: Some(run),
            order: Some(order),
        };
        let add = async |events: &[SubscriptionEventRow]| {
            let tx = store.begin().await.unwrap();
            subscriptions::add_events(&tx, events).await.unwrap();
            tx.commit().await.unwrap();
        };
        let mut by_hand = event(one.id, Kind::Details, "by hand");
        by_hand.run = None;
        add(&[
            event(one.id, Kind::Seen, "a"),
            event(one.id, Kind::Seats, "b"),
        ])
        .await;
        make.clock.advance(seconds(1));
        let later = SubscriptionEventRow {
            at: make.now(),
            ..event(other.id, Kind::Gone, "c")
        };
        add(&[later, by_hand]).await;
        let after = |events: Vec<SubscriptionEventRow>| {
            let texts = events.into_iter().map(|event| event.after);
            texts.collect::<Vec<_>>()
        };
        let events = subscriptions::list_events(store.read(), one.id)
            .await
            .unwrap();
        assert_eq!(
            (events[1].kind, events[1].order),
            (Kind::Seats, Some(order))
        );
        assert_eq!((events[1].run, events[0].run), (Some(run), None));
        assert_eq!(after(events), ["by hand", "b", "a"]);
        let of_run = async |limit| {
            let events = subscriptions::list_events_of_run(store.read(), run, limit).await;
            after(events.unwrap())
        };
        assert_eq!(of_run(9).await, ["c", "b", "a"]);
        assert_eq!(of_run(1).await, ["c"]);
    })
    .await;
}
