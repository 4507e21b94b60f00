//! What renews or ends, and which reminders of it were given.

use store::subscriptions;
use store::testing::for_both;

use super::bed::{gone, new, write};
use crate::make::{Make, noon, seconds};

#[tokio::test]
async fn renewals_are_live_ones_by_when_they_are_due() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let at = |after| Some(noon() + seconds(after));
        let mut all: Vec<_> = (1..8).map(|id| new(&make, &id.to_string())).collect();
        all[0].subscription.renews_at = at(300);
        all[1].subscription.renews_at = at(100);
        all[1].subscription.ends_at = at(900);
        // It ends: what it would have renewed at does not matter.
        all[2].subscription.auto_renew = Some(false);
        all[2].subscription.renews_at = at(50);
        all[2].subscription.ends_at = at(200);
        all[3].subscription.auto_renew = None;
        all[3].subscription.ends_at = at(400);
        all[4].subscription.renews_at = at(150);
        all[4].subscription.state = domain::subscription::SubscriptionState::Expired;
        all[5].subscription.renews_at = at(160);
        write(&store, &make, connection, &all).await;
        gone(&store, &make, all[5].id).await;
        let due = async |from: u64, until: u64| {
            let (from, until) = (noon() + seconds(from), noon() + seconds(until));
            let rows = subscriptions::renewals(store.read(), from, until)
                .await
                .unwrap();
            let count = subscriptions::count_due(store.read(), from, until)
                .await
                .unwrap();
            assert_eq!(count, rows.len() as u64);
            for row in &rows {
                let due = row.due_at().unwrap();
                assert!(from <= due && due < until, "{due}");
            }
            let ids = rows.into_iter().map(|row| row.subscription.ion_id);
            ids.collect::<Vec<_>>()
        };
        assert_eq!(due(0, 99_999).await, ["2", "3", "1", "4"]);
        assert_eq!(due(100, 300).await, ["2", "3"], "the end is not in it");
        assert_eq!(due(500, 99_999).await, [""; 0], "7 is never due");
    })
    .await;
}

#[tokio::test]
async fn a_reminder_is_given_once_for_each_end() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, second) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let (one, other) = (new(&make, "1"), new(&make, "1"));
        write(&store, &make, connection, std::slice::from_ref(&one)).await;
        write(&store, &make, second, std::slice::from_ref(&other)).await;
        let (first, next) = (noon() + seconds(3600), noon() + seconds(7200));
        let give = async |days: &[(domain::SubscriptionId, jiff::Timestamp, u16)]| {
            let tx = store.begin().await.unwrap();
            subscriptions::give_reminders(&tx, days, make.now())
                .await
                .unwrap();
            tx.commit().await.unwrap();
        };
        give(&[
            (one.id, first, 30),
            (one.id, first, 60),
            (other.id, first, 30),
        ])
        .await;
        give(&[(one.id, first, 30), (one.id, next, 60)]).await;
        let given = async |due| {
            subscriptions::reminders_given(store.read(), one.id, due)
                .await
                .unwrap()
        };
        assert_eq!(given(first).await, [60, 30]);
        assert_eq!(given(next).await, [60], "a new end, all anew");
        let many = async |connection, until| {
            subscriptions::given_many(store.read(), connection, first, until)
                .await
                .unwrap()
        };
        assert_eq!(
            many(connection, next).await,
            [(one.id, first, 60), (one.id, first, 30)]
        );
        assert_eq!(many(connection, next + seconds(1)).await.len(), 3);
        assert_eq!(many(second, next).await, [(other.id, first, 30)]);
    })
    .await;
}
