//! Which orders wait for a person, and how many stand how.

use domain::order::OrderState;
use store::orders::{self, OrderFilter};
use store::testing::for_both;

use super::bed::{draft, in_state, insert, line, numbers, save};
use crate::make::{Make, seconds};

const DAY: u64 = 86_400;

#[tokio::test]
async fn what_waits_for_a_person_is_counted_and_listed() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let second = make.connection(&store, "1002").await;
        let old_failure = in_state(draft(&make, connection, 1), OrderState::Failed, &make);
        make.clock.advance(seconds(DAY));
        let mut all = vec![old_failure];
        for (number, state) in (2..).zip([
            OrderState::Failed,
            OrderState::Unconfirmed,
            OrderState::OnHold,
            OrderState::Placed,
            OrderState::Completed,
            OrderState::Cancelled,
            OrderState::Scheduled,
            OrderState::Submitting,
            OrderState::InProgress,
        ]) {
            all.push(in_state(draft(&make, connection, number), state, &make));
        }
        let mut stuck = in_state(draft(&make, second, 11), OrderState::Placed, &make);
        stuck.stuck_at = Some(make.now());
        let mut ended = in_state(draft(&make, connection, 12), OrderState::Completed, &make);
        ended.stuck_at = Some(make.now());
        let mut moved = draft(&make, connection, 13);
        moved.price_moved = true;
        let plain = draft(&make, connection, 14);
        all.extend([stuck.clone(), ended, moved.clone(), plain.clone()]);
        insert(&store, &all).await;
        make.clock.advance(seconds(13 * DAY));
        let waiting = |now| OrderFilter {
            attention: true,
            now,
            descending: false,
            ..OrderFilter::default()
        };
        let now = Some(make.now());
        let found = numbers(&store, &waiting(now)).await;
        assert_eq!(found, [1, 2, 3, 4, 11, 13], "the failure is 14 days old");
        make.clock.advance(seconds(1));
        let now = Some(make.now());
        let found = numbers(&store, &waiting(now)).await;
        assert_eq!(found, [2, 3, 4, 11, 13]);
        assert_eq!(numbers(&store, &waiting(None)).await[0], 1);
        let count = async |connection| {
            orders::count_attention(store.read(), connection, make.now())
                .await
                .unwrap()
        };
        assert_eq!((count(None).await, count(Some(second)).await), (5, 1));

        stuck.stuck_at = None;
        assert!(save(&store, &stuck, 1).await);
        moved.price_moved = false;
        assert!(save(&store, &moved, 1).await);
        assert_eq!(numbers(&store, &waiting(now)).await, [2, 3, 4]);
        let tx = store.begin().await.unwrap();
        orders::mark_price_moved(&tx, &[plain.id]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(numbers(&store, &waiting(now)).await, [2, 3, 4, 14]);
    })
    .await;
}

#[tokio::test]
async fn orders_are_counted_by_state_and_vendor() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, second) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let mut both = draft(&make, connection, 1);
        both.content.lines.push(line("Acronis", "Backup"));
        both.content.lines.push(line("Acronis", "Archive"));
        let placed = in_state(draft(&make, second, 2), OrderState::Placed, &make);
        let failed = in_state(draft(&make, connection, 3), OrderState::Failed, &make);
        let mut empty = draft(&make, connection, 4);
        empty.content.lines.clear();
        insert(&store, &[both, placed, failed, empty]).await;
        let counts = orders::counts(store.read(), None, make.now())
            .await
            .unwrap();
        assert_eq!(
            counts.states,
            [
                (OrderState::Draft, 2),
                (OrderState::Failed, 1),
                (OrderState::Placed, 1)
            ]
        );
        let vendor = |name: &str, orders| (name.to_owned(), orders);
        assert_eq!(
            counts.vendors,
            [vendor("Microsoft", 3), vendor("Acronis", 1)]
        );
        assert_eq!(counts.attention, 1);
        let counts = orders::counts(store.read(), Some(second), make.now())
            .await
            .unwrap();
        assert_eq!(counts.states, [(OrderState::Placed, 1)]);
        assert_eq!(counts.vendors, [vendor("Microsoft", 1)]);
        assert_eq!(counts.attention, 0);
    })
    .await;
}
