//! The audit log: one chain, whoever appends, and every change to it is found.

use domain::Clock as _;
use store::audit::{Actor, Chain, append, list, verify};
use store::testing::for_both;
use store::{Backend, ConnectionTrait as _, Store};

use crate::make::Make;

async fn fill(make: &Make, store: &Store, entries: usize) {
    for number in 1..=entries {
        let tx = store.begin().await.unwrap();
        append(
            &tx,
            &make.clock,
            &Actor::cli(),
            "user.create",
            &format!("Person {number}"),
            "role sales",
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }
}

/// As somebody would who can write the database and wants to hide something.
async fn tamper(store: &Store, sql: &str) {
    let guards = match store.backend() {
        Backend::Sqlite => {
            "DROP TRIGGER IF EXISTS audit_no_update; DROP TRIGGER IF EXISTS audit_no_delete"
        }
        Backend::Postgres => "DROP TRIGGER IF EXISTS audit_append_only ON audit",
    };
    store.write().execute_unprepared(guards).await.unwrap();
    assert_eq!(
        store
            .write()
            .execute_unprepared(sql)
            .await
            .unwrap()
            .rows_affected(),
        1,
        "{sql}"
    );
}

#[tokio::test]
async fn many_who_append_at_once_make_one_chain() {
    for_both(|store| async move {
        let make = Make::new();
        let now = make.clock.now();
        let writers = (0..8).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let clock = domain::ManualClock::new(now);
                for number in 0..5 {
                    let tx = store.begin().await.unwrap();
                    append(
                        &tx,
                        &clock,
                        &Actor::system(),
                        "test.append",
                        &format!("{writer}/{number}"),
                        "",
                    )
                    .await
                    .unwrap();
                    tx.commit().await.unwrap();
                }
            })
        });
        for writer in futures::future::join_all(writers).await {
            writer.unwrap();
        }
        assert_eq!(verify(store.read()).await.unwrap(), Chain::Whole(40));
    })
    .await;
}

#[tokio::test]
async fn an_entry_that_was_rolled_back_leaves_no_gap() {
    for_both(|store| async move {
        let make = Make::new();
        assert_eq!(verify(store.read()).await.unwrap(), Chain::Whole(0));
        fill(&make, &store, 2).await;
        let tx = store.begin().await.unwrap();
        append(&tx, &make.clock, &Actor::cli(), "never", "was", "")
            .await
            .unwrap();
        drop(tx);
        fill(&make, &store, 1).await;
        assert_eq!(verify(store.read()).await.unwrap(), Chain::Whole(3));
    })
    .await;
}

#[tokio::test]
async fn the_database_refuses_to_change_or_delete_entries() {
    for_both(|store| async move {
        let make = Make::new();
        fill(&make, &store, 2).await;
        for sql in [
            "UPDATE audit SET actor = 'nobody' WHERE number = 1",
            "DELETE FROM audit WHERE number = 2",
        ] {
            let error = store.write().execute_unprepared(sql).await.unwrap_err();
            assert!(error.to_string().contains("append-only"), "{error}");
        }
        assert_eq!(verify(store.read()).await.unwrap(), Chain::Whole(2));
    })
    .await;
}

#[tokio::test]
async fn whatever_is_changed_is_found() {
    for_both(|store| async move {
        let make = Make::new();
        fill(&make, &store, 4).await;
        for column in ["actor", "via", "action", "about", "detail"] {
            let before = format!("UPDATE audit SET {column} = {column} || 'x' WHERE number = 3");
            tamper(&store, &before).await;
            assert_eq!(verify(store.read()).await.unwrap(), Chain::Broken(3), "{column}");
            tamper(&store, &format!("UPDATE audit SET {column} = substr({column}, 1, length({column}) - 1) WHERE number = 3")).await;
            assert_eq!(verify(store.read()).await.unwrap(), Chain::Whole(4), "{column} is as it was");
        }
        tamper(&store, "UPDATE audit SET at = at + 1 WHERE number = 2").await;
        assert_eq!(verify(store.read()).await.unwrap(), Chain::Broken(2));
        tamper(&store, "UPDATE audit SET at = at - 1 WHERE number = 2").await;
        tamper(&store, "DELETE FROM audit WHERE number = 4").await;
        assert_eq!(verify(store.read()).await.unwrap(), Chain::Broken(4), "cut off at the end");
        tamper(&store, "DELETE FROM audit WHERE number = 1").await;
        assert_eq!(verify(store.read()).await.unwrap(), Chain::Broken(1));
    })
    .await;
}

#[tokio::test]
async fn entries_are_found_by_any_letter_case_and_signs_are_only_signs() {
    for_both(|store| async move {
        let make = Make::new();
        fill(&make, &store, 12).await;
        let found = async |before, text: &str, limit| -> Vec<u64> {
            list(store.read(), before, text, limit)
                .await
                .unwrap()
                .iter()
                .map(|row| row.number)
                .collect()
        };
        assert_eq!(found(None, "", 2).await, [12, 11]);
        assert_eq!(found(Some(11), "", 2).await, [10, 9]);
        assert_eq!(found(None, "PERSON 1", 9).await, [12, 11, 10, 1]);
        assert_eq!(found(None, "%", 9).await, [] as [u64; 0]);
        assert_eq!(found(None, "n_1", 9).await, [] as [u64; 0]);
    })
    .await;
}
