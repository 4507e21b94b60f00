//! How long orders take.

use std::time::Duration;

use domain::order::OrderState;
use jiff::Timestamp;
use store::orders::{self, OrderRow};
use store::testing::for_both;

use super::bed::{draft, in_state, insert};
use crate::make::Make;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn placed(make: &Make, connection: domain::ConnectionId, number: u64, on: &str) -> OrderRow {
    let mut order = in_state(draft(make, connection, number), OrderState::Completed, make);
    order.submitted_at = Some(at(on));
    order
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
