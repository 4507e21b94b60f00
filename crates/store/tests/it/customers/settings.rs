//! How a connection's customers are synced, and when next.

use domain::ConnectionId;
use domain::connection::ConnectionStatus;
use domain::customer::{CustomerField as Field, Winner};
use rules::customers::decide::Policy;
use store::customers;
use store::testing::for_both;
use store::{ConnectionTrait as _, Store};

use crate::make::{Make, seconds};

async fn due(store: &Store, make: &Make) -> Vec<ConnectionId> {
    customers::due(store.read(), make.now()).await.unwrap()
}

#[tokio::test]
async fn a_connection_is_synced_as_people_said() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let setting = async || {
            customers::sync_setting(store.read(), connection)
                .await
                .unwrap()
        };
        assert_eq!(
            format!("{:?}", setting().await),
            format!("{:?}", customers::SyncSetting::default())
        );
        let policy = Policy {
            winner: Winner::Newest,
            fields: [(Field::City, Winner::Ion)].into(),
            create_in_ion: true,
        };
        let tx = store.begin().await.unwrap();
        customers::save_policy(&tx, connection, &policy, true)
            .await
            .unwrap();
        customers::mark_first_applied(&tx, connection, "kim", make.now())
            .await
            .unwrap();
        customers::mark_first_applied(&tx, connection, "ada", make.now() + seconds(9))
            .await
            .unwrap();
        customers::note_matched(&tx, connection, make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let kept = setting().await;
        assert_eq!((&kept.policy, kept.paused), (&policy, true));
        assert_eq!(
            (kept.first_applied_at, kept.first_applied_by.as_deref()),
            (Some(make.now()), Some("kim")),
            "the first time counts"
        );
        assert_eq!(kept.matched_at, Some(make.now()));
        let tx = store.begin().await.unwrap();
        customers::forget_matching(&tx, connection).await.unwrap();
        customers::save_policy(&tx, connection, &Policy::default(), false)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let kept = setting().await;
        assert_eq!(
            (kept.matched_at, kept.policy, kept.paused),
            (None, Policy::default(), false)
        );
        assert!(kept.first_applied_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_sync_is_due_when_its_time_has_come() {
    for_both(|store| async move {
        let make = Make::new();
        let (soon, later, never) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
            make.connection(&store, "1003").await,
        );
        let note = async |connection, changed, next| {
            let tx = store.begin().await.unwrap();
            customers::note_run(
                &tx,
                connection,
                make.now(),
                changed,
                make.now() + seconds(next),
            )
            .await
            .unwrap();
            tx.commit().await.unwrap();
        };
        note(later, true, 300).await;
        note(soon, false, 60).await;
        assert_eq!(due(&store, &make).await, []);
        let began = make.now();
        make.clock.advance(seconds(60));
        assert_eq!(due(&store, &make).await, [soon]);
        make.clock.advance(seconds(600));
        assert_eq!(
            due(&store, &make).await,
            [soon, later],
            "who waits longest comes first, and {never} was never asked for"
        );
        note(later, false, 300).await;
        let kept = customers::sync_setting(store.read(), later).await.unwrap();
        assert_eq!(
            (kept.last_run_at, kept.last_change_at),
            (Some(make.now()), Some(began))
        );
        let tx = store.begin().await.unwrap();
        customers::save_policy(&tx, soon, &Policy::default(), true)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(due(&store, &make).await, [], "a paused one is left alone");
        let tx = store.begin().await.unwrap();
        customers::save_policy(&tx, soon, &Policy::default(), false)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        for status in ConnectionStatus::ALL {
            store
                .write()
                .execute_unprepared(&format!("UPDATE connection SET status = '{status}'"))
                .await
                .unwrap();
            // Where the log-in may still work, Ion is read.
            let reads = matches!(
                status,
                ConnectionStatus::Active | ConnectionStatus::Rechecking | ConnectionStatus::Unclear
            );
            assert_eq!(due(&store, &make).await.contains(&soon), reads, "{status}");
        }
    })
    .await;
}
