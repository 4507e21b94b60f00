//! Which orders are looked at by themselves, and when.

use domain::order::OrderState;
use store::orders;
use store::testing::for_both;

use super::bed::{draft, in_state, insert, save};
use crate::make::{Make, seconds};

#[tokio::test]
async fn orders_are_due_each_for_its_own_reason() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let now = make.now();
        let mut all: Vec<_> = (1..)
            .zip(OrderState::ALL)
            .map(|(number, state)| in_state(draft(&make, connection, number), *state, &make))
            .collect();
        for order in &mut all {
            order.next_look_at = Some(now + seconds(10));
            order.scheduled_for = Some(now + seconds(30));
        }
        insert(&store, &all).await;
        let due = async |after: u64| {
            let found = orders::due(store.read(), now + seconds(after), 50)
                .await
                .unwrap();
            found.iter().map(|(_, state)| *state).collect::<Vec<_>>()
        };
        assert_eq!(due(9).await, []);
        let looked_for = [
            OrderState::Unconfirmed,
            OrderState::Placed,
            OrderState::OnHold,
            OrderState::InProgress,
        ];
        assert_eq!(due(10).await, looked_for);
        assert_eq!(due(30).await.last(), Some(&OrderState::Scheduled));
        assert_eq!(due(59).await.len(), 5);
        assert_eq!(
            due(60).await.last(),
            Some(&OrderState::Submitting),
            "its worker went away"
        );
        assert_eq!(due(999_999).await.len(), 6, "nothing else ever is");
        let first = orders::due(store.read(), now + seconds(60), 2)
            .await
            .unwrap();
        assert_eq!(first.len(), 2);
        let mut rests = all
            .iter()
            .find(|order| order.state == OrderState::Placed)
            .unwrap()
            .clone();
        rests.next_look_at = None;
        assert!(save(&store, &rests, 1).await);
        assert_eq!(due(10).await.len(), 3);

        let open = orders::list_open(store.read(), connection).await.unwrap();
        let states: Vec<OrderState> = open
            .iter()
            .map(|id| all.iter().find(|order| order.id == *id).unwrap().state)
            .collect();
        assert_eq!(
            states,
            [
                OrderState::Scheduled,
                OrderState::Submitting,
                OrderState::Unconfirmed,
                OrderState::Placed,
                OrderState::OnHold,
                OrderState::InProgress
            ]
        );
        let second = make.connection(&store, "1002").await;
        assert_eq!(orders::list_open(store.read(), second).await.unwrap(), []);
    })
    .await;
}
