//! The request budget: drawn by all replicas together, and nobody sends before the time that Ion named.

use std::time::Duration;

use store::budget::{Slice, set_not_before, take};
use store::testing::for_both;

use crate::make::{Make, seconds};

#[tokio::test]
async fn a_second_gives_its_budget_once_whoever_asks() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1").await;
        let now = make.now();
        let replicas = (0..8).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut granted = 0;
                while let Slice::Granted(requests) =
                    take(&store.write(), connection, 25, 10, now).await.unwrap()
                {
                    granted += requests;
                }
                granted
            })
        });
        let granted: u32 = futures::future::join_all(replicas)
            .await
            .into_iter()
            .map(Result::unwrap)
            .sum();
        assert_eq!(granted, 25);
        assert_eq!(
            take(&store.write(), connection, 25, 10, now).await.unwrap(),
            Slice::Wait(seconds(1))
        );
        assert_eq!(
            take(&store.write(), connection, 25, 10, now + seconds(1))
                .await
                .unwrap(),
            Slice::Granted(10)
        );
    })
    .await;
}

#[tokio::test]
async fn clocks_that_differ_share_one_second() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1").await;
        let (behind, ahead) = (make.now(), make.now() + seconds(3));
        let mut granted = 0;
        for now in [behind, ahead, behind, ahead, behind, ahead].repeat(4) {
            if let Slice::Granted(requests) =
                take(&store.write(), connection, 20, 10, now).await.unwrap()
            {
                granted += requests;
            }
        }
        assert!(
            granted <= 40,
            "{granted}: two budgets at most, the one before and the one after the jump"
        );
        // A clock that was wrong by an hour and is right again does not stop everybody for an hour.
        take(&store.write(), connection, 20, 10, behind + seconds(3600))
            .await
            .unwrap();
        assert_eq!(
            take(&store.write(), connection, 20, 10, behind)
                .await
                .unwrap(),
            Slice::Granted(10)
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_sends_before_the_time_that_was_set() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1").await;
        let now = make.now();
        set_not_before(&store.write(), connection, now + seconds(30))
            .await
            .unwrap();
        set_not_before(&store.write(), connection, now + seconds(5))
            .await
            .unwrap();
        assert_eq!(
            take(&store.write(), connection, 20, 10, now).await.unwrap(),
            Slice::Wait(seconds(30)),
            "the later one holds"
        );
        assert_eq!(
            take(&store.write(), connection, 20, 10, now + seconds(30))
                .await
                .unwrap(),
            Slice::Granted(10)
        );
        let Slice::Wait(wait) = take(&store.write(), connection, 5, 10, now + seconds(30))
            .await
            .unwrap()
        else {
            panic!("over budget")
        };
        assert!(wait <= Duration::from_secs(1));
    })
    .await;
}
