//! What Ion no longer shows: gone once that is proven, never before.

use domain::run::RunStatus;
use ion_sandbox::{Action, Knobs};
use store::testing::for_both;

use super::bed::{Bed, config, on_sqlite, short_pages};

#[tokio::test]
async fn what_ion_does_not_know_by_id_is_gone_and_comes_back_when_it_is_shown() {
    for_both(|store| async move {
        let bed = Bed::start(store, 30).await;
        bed.read().await;
        let theirs = bed.running();
        assert!(bed.lab.sandbox.portal().remove_subscription(&theirs.id));
        bed.poll().await;
        let row = bed.row(&theirs.id).await;
        assert_eq!(row.gone_at, Some(bed.now()));
        assert!(!row.is_live());
        assert_eq!(bed.last(row.id).await, "gone  ->");
        // Nothing is told twice of it.
        bed.poll().await;
        assert_eq!(bed.told(row.id).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn where_ion_cannot_be_asked_by_id_it_takes_two_complete_readings() {
    on_sqlite(|store| async move {
        let bed = Bed::bare(store, config(30, short_pages(7))).await;
        bed.read().await;
        let theirs = bed.running();
        assert!(bed.lab.sandbox.portal().remove_subscription(&theirs.id));
        bed.refuse("/api/v3/accounts/*/customers/*", 500);
        let run = bed.read().await;
        assert_eq!(bed.outcome(run).await.0, RunStatus::Done);
        let row = bed.row(&theirs.id).await;
        assert_eq!((row.missed, row.gone_at), (1, None));
        // A reading that broke off counts nothing.
        bed.disturb(
            Action::Status {
                code: 503,
                body: ion_sandbox::BodyKind::Platform,
                retry_after: None,
            },
            2,
            0,
        );
        let run = bed.read().await;
        assert_eq!(bed.outcome(run).await.0, RunStatus::Failed);
        let row = bed.row(&theirs.id).await;
        assert_eq!((row.missed, row.gone_at), (1, None));
        bed.lab.sandbox.clear_faults();
        bed.refuse("/api/v3/accounts/*/customers/*", 500);
        bed.read().await;
        assert!(bed.row(&theirs.id).await.gone_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn the_id_that_ion_takes_is_found_out_before_anything_is_called_gone() {
    for ids in ["id", "guid", "both"] {
        on_sqlite(|store| async move {
            let mut knobs = short_pages(5);
            knobs.subscription_ids = ids.to_owned();
            let bed = Bed::bare(store, config(23, knobs)).await;
            bed.read().await;
            let (hidden, removed) = (bed.in_ion()[3].clone(), bed.running());
            assert_ne!(hidden.id, removed.id);
            assert!(bed.lab.sandbox.portal().remove_subscription(&removed.id));
            bed.read().await;
            assert!(bed.row(&removed.id).await.gone_at.is_some(), "{ids}");
            assert!(bed.row(&hidden.id).await.gone_at.is_none(), "{ids}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_list_that_lacks_most_of_them_is_not_believed() {
    on_sqlite(|store| async move {
        let bed = Bed::bare(store, config(60, Knobs::default())).await;
        bed.read().await;
        // The account shows nothing any more, as when its rights were cut; by id nothing can be asked.
        let all = bed.in_ion();
        for one in &all {
            bed.lab.sandbox.portal().remove_subscription(&one.id);
        }
        bed.refuse("/api/v3/accounts/*/customers/*", 403);
        for _ in 0..3 {
            let run = bed.read().await;
            let log = store::runs::list_log(bed.store.read(), run).await.unwrap();
            assert!(
                log.iter()
                    .any(|line| line.message.contains("unusually many")),
                "{log:?}"
            );
        }
        assert!(bed.stored().await.values().all(|row| row.gone_at.is_none()));
    })
    .await;
}

#[tokio::test]
async fn whether_most_are_gone_is_a_persons_to_say() {
    on_sqlite(|store| async move {
        let bed = Bed::bare(store, config(60, Knobs::default())).await;
        bed.read().await;
        let all = bed.in_ion();
        for one in all.iter().take(40) {
            bed.lab.sandbox.portal().remove_subscription(&one.id);
        }
        let gone = async || {
            let stored = bed.stored().await;
            stored.values().filter(|row| row.gone_at.is_some()).count()
        };
        let is_asked = async |run| {
            let log = store::runs::list_log(bed.store.read(), run).await.unwrap();
            log.iter()
                .any(|line| line.message.contains("once more by hand"))
        };
        // By themselves, readings never say so, however often.
        for _ in 0..3 {
            bed.poll().await;
            assert_eq!(gone().await, 0);
        }
        let runs = store::runs::list(bed.store.read(), Some(bed.connection), None, 1);
        assert!(is_asked(runs.await.unwrap()[0].id).await);
        // A person who was told so reads once more.
        let run = bed.read().await;
        assert_eq!(gone().await, 40);
        assert!(!is_asked(run).await);
    })
    .await;
}
