//! Pairs that look alike, and what people said of them.

use std::collections::HashSet;

use store::customers::{self, PairCause, PairRow, PairState};
use store::testing::for_both;

use super::bed::theirs;
use super::bed::{insert, named, pair, show};
use crate::make::Make;

#[tokio::test]
async fn a_pair_that_was_rejected_is_not_proposed_again_unless_ion_names_it() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let id = insert(&store, &make, &named("Kettle", "a@b.example")).await;
        show(&store, &make, connection, theirs("42", "Kettle Ltd")).await;
        let now = make.now();
        let waiting = async || {
            customers::list_pairs(store.read(), None, "", None, 10)
                .await
                .unwrap()
                .2
        };
        let tx = store.begin().await.unwrap();
        customers::propose(&tx, &[pair(id, connection, "42", now)])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(waiting().await, 1);
        let tx = store.begin().await.unwrap();
        customers::decide_pair(&tx, connection, id, "42", PairState::Rejected, "kim", now)
            .await
            .unwrap();
        customers::propose(&tx, &[pair(id, connection, "42", now)])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(waiting().await, 0);
        assert_eq!(
            customers::list_rejected(store.read(), connection)
                .await
                .unwrap(),
            [(id, "42".to_owned())]
        );
        let refused = PairRow {
            cause: PairCause::Refused,
            ..pair(id, connection, "42", now)
        };
        let tx = store.begin().await.unwrap();
        customers::propose(&tx, &[refused]).await.unwrap();
        let gone = customers::withdraw_pairs(&tx, connection, &[])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            (waiting().await, gone.len()),
            (1, 0),
            "what Ion named stays until a person decides"
        );
    })
    .await;
}

#[tokio::test]
async fn pairs_that_wait_come_likeliest_first_and_none_is_left_out() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, other) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let now = make.now();
        let mut waiting = Vec::new();
        for number in 0..30_u8 {
            let ion_id = format!("{number}");
            let id = insert(&store, &make, &named(&format!("Ours {number}"), "")).await;
            // The same id at two connections is two customers of Ion's.
            for connection in [connection, other] {
                show(&store, &make, connection, theirs(&ion_id, "Theirs")).await;
                waiting.push(PairRow {
                    score: 50 + number % 3,
                    ..pair(id, connection, &ion_id, now)
                });
            }
        }
        let tx = store.begin().await.unwrap();
        customers::propose(&tx, &waiting).await.unwrap();
        customers::propose(&tx, &[]).await.unwrap();
        tx.commit().await.unwrap();
        for limit in [1, 7, 60] {
            let (mut seen, mut after) = (Vec::new(), None::<String>);
            loop {
                let (rows, next, total) =
                    customers::list_pairs(store.read(), None, "", after.as_deref(), limit)
                        .await
                        .unwrap();
                assert_eq!(total, 60);
                seen.extend(rows);
                after = next;
                if after.is_none() {
                    break;
                }
            }
            assert!(seen.is_sorted_by(|one, other| one.score >= other.score));
            let found: HashSet<_> = seen
                .iter()
                .map(|row| (row.connection, row.customer))
                .collect();
            assert_eq!((seen.len(), found.len()), (60, 60), "in parts of {limit}");
        }
        let conn = store.read();
        let lost = customers::list_pairs(conn, None, "", Some("x"), 10).await;
        assert!(matches!(lost, Err(store::StoreError::Missing(_))));
        let named = customers::list_pairs(conn, Some(other), "ours 29", None, 10).await;
        let (rows, ..) = named.unwrap();
        assert_eq!(
            (rows[0].local_name.as_str(), rows[0].remote_name.as_str()),
            ("Ours 29", "Theirs")
        );
        let first = &waiting[0];
        assert_eq!(
            customers::list_pairs_of(conn, first.customer)
                .await
                .unwrap()
                .len(),
            2
        );
        let kept = customers::find_pair(conn, connection, first.customer, "0").await;
        assert_eq!(kept.unwrap().unwrap().signals, first.signals);
        assert_eq!(
            customers::proposed_sets(conn, connection)
                .await
                .unwrap()
                .len(),
            30
        );

        // One that is linked takes its other pairs along; those of the other connection stay.
        let tx = store.begin().await.unwrap();
        let gone = customers::drop_pairs_of(&tx, connection, Some(first.customer), None)
            .await
            .unwrap();
        assert_eq!(gone, [first.customer]);
        let gone = customers::drop_pairs_of(&tx, connection, None, Some("1"))
            .await
            .unwrap();
        assert_eq!(gone, [waiting[2].customer]);
        let keep = [(waiting[4].customer, "2".to_owned())];
        let gone = customers::withdraw_pairs(&tx, connection, &keep)
            .await
            .unwrap();
        assert_eq!(gone.len(), 27);
        tx.commit().await.unwrap();
        assert_eq!(
            customers::proposed_sets(store.read(), connection)
                .await
                .unwrap(),
            keep
        );
        assert_eq!(
            customers::proposed_sets(store.read(), other)
                .await
                .unwrap()
                .len(),
            30
        );
    })
    .await;
}
