//! Workers' signs of life, and the calendar.

use domain::WorkerId;
use store::testing::for_both;
use store::workers;

use crate::make::{Make, seconds};

#[tokio::test]
async fn a_worker_is_alive_while_it_says_so() {
    for_both(|store| async move {
        let make = Make::new();
        let (one, two) = (WorkerId::new(&make.ids), WorkerId::new(&make.ids));
        workers::beat(&store.write(), one, "host", 1, "worker", make.now())
            .await
            .unwrap();
        make.clock.advance(seconds(60));
        workers::beat(&store.write(), two, "host", 2, "worker", make.now())
            .await
            .unwrap();
        let alive = async || {
            workers::count_since(store.read(), make.now() - seconds(30))
                .await
                .unwrap()
        };
        assert_eq!(alive().await, 1);
        workers::beat(&store.write(), one, "host", 1, "worker", make.now())
            .await
            .unwrap();
        assert_eq!(alive().await, 2);
        workers::leave(&store.write(), two).await.unwrap();
        assert_eq!(alive().await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_due_is_moved_on_by_one_worker() {
    for_both(|store| async move {
        let make = Make::new();
        let due = make.now();
        assert_eq!(
            workers::next_due(store.read(), "import").await.unwrap(),
            None
        );
        assert!(
            workers::advance(&store.write(), "import", None, due, due)
                .await
                .unwrap()
        );
        assert!(
            !workers::advance(&store.write(), "import", None, due, due)
                .await
                .unwrap()
        );
        let moved = (0..6).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                workers::advance(&store.write(), "import", Some(due), due + seconds(60), due)
                    .await
                    .unwrap()
            })
        });
        let moved = futures::future::join_all(moved)
            .await
            .into_iter()
            .filter(|moved| *moved.as_ref().unwrap())
            .count();
        assert_eq!(moved, 1);
        assert_eq!(
            workers::next_due(store.read(), "import").await.unwrap(),
            Some(due + seconds(60))
        );
    })
    .await;
}
