//! Readings as runs: refused, failed, stopped, taken up again.

use domain::connection::ConnectionStatus;
use domain::notice::NoticeKind;
use domain::run::RunStatus;
use engine::orders::OrderError;
use engine::subscriptions::{SubscriptionSyncJob, sync};
use ion_sandbox::{Action, BodyKind, Knobs};
use store::runs;
use tokio_util::sync::CancellationToken;

use super::bed::{Bed, config, kim, on_sqlite, short_pages};

#[tokio::test]
async fn one_reading_of_a_connection_waits_at_a_time() {
    on_sqlite(|store| async move {
        let bed = Bed::bare(store, config(5, Knobs::default())).await;
        let first = bed
            .engine
            .request_subscription_sync(bed.connection, &kim())
            .await
            .unwrap();
        let second = bed
            .engine
            .request_subscription_sync(bed.connection, &kim())
            .await
            .unwrap();
        assert!(!first.already_running && second.already_running);
        assert_eq!((first.run, first.job), (second.run, second.job));
        bed.worker.drain().await.unwrap();
        let third = bed
            .engine
            .request_subscription_sync(bed.connection, &kim())
            .await
            .unwrap();
        assert!(!third.already_running);
        let unknown = domain::ConnectionId::new(bed.engine.ids());
        assert!(matches!(
            bed.engine.request_subscription_sync(unknown, &kim()).await,
            Err(OrderError::NoConnection)
        ));
    })
    .await;
}

#[tokio::test]
async fn a_reading_that_fails_says_why_once_and_the_next_good_one_takes_it_back() {
    on_sqlite(|store| async move {
        let bed = Bed::bare(store, config(30, short_pages(7))).await;
        let failure = |code| Action::Status {
            code,
            body: BodyKind::Platform,
            retry_after: None,
        };
        bed.disturb(failure(403), 2, 0);
        let run = bed.read().await;
        let (status, outcome) = bed.outcome(run).await;
        assert_eq!(status, RunStatus::Failed);
        assert!(outcome.contains("may not read subscriptions"), "{outcome}");
        // What was read before is there.
        assert!(!bed.stored().await.is_empty());
        let open = |notices: &[store::notices::NoticeRow]| {
            notices
                .iter()
                .filter(|notice| notice.kind == NoticeKind::SubscriptionSyncFailed)
                .filter(|notice| notice.resolved_at.is_none())
                .count()
        };
        assert_eq!(open(&bed.notices().await), 1);
        bed.read().await;
        assert_eq!(open(&bed.notices().await), 1, "told once");
        bed.lab.sandbox.clear_faults();
        bed.read().await;
        assert_eq!(open(&bed.notices().await), 0);
        assert_eq!(bed.stored().await.len(), 30);
    })
    .await;
}

#[tokio::test]
async fn a_reading_that_is_stopped_keeps_what_it_read() {
    on_sqlite(|store| async move {
        let bed = Bed::bare(store, config(30, short_pages(7))).await;
        let asked = bed
            .engine
            .request_subscription_sync(bed.connection, &kim())
            .await
            .unwrap();
        bed.engine.request_stop(asked.run, &kim()).await.unwrap();
        bed.worker.drain().await.unwrap();
        let (status, outcome) = bed.outcome(asked.run).await;
        assert_eq!(status, RunStatus::Stopped);
        assert!(outcome.starts_with("Stopped after"), "{outcome}");
        let kept = bed.stored().await.len();
        assert!(kept < 30, "{kept}");
        bed.read().await;
        assert_eq!(bed.stored().await.len(), 30);
    })
    .await;
}

#[tokio::test]
async fn a_reading_whose_process_stops_is_taken_up_again() {
    on_sqlite(|store| async move {
        let bed = Bed::bare(store, config(30, short_pages(7))).await;
        let asked = bed
            .engine
            .request_subscription_sync(bed.connection, &kim())
            .await
            .unwrap();
        let stopping = CancellationToken::new();
        stopping.cancel();
        bed.worker.run_one(asked.job, stopping).await.unwrap();
        let row = runs::find(bed.store.read(), asked.run)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.status, RunStatus::Interrupted);
        bed.worker.drain().await.unwrap();
        assert_eq!(bed.outcome(asked.run).await.0, RunStatus::Done);
        assert_eq!(bed.stored().await.len(), 30);
        // An ended run is not carried out a second time.
        let job = SubscriptionSyncJob {
            connection: bed.connection,
            run: asked.run,
            gone_up_to: None,
        };
        bed.lab.sandbox.clear_ledger();
        let again = sync(&bed.engine, job, None, bed.never()).await.unwrap();
        assert_eq!((again.status, bed.list_requests()), (RunStatus::Done, 0));
    })
    .await;
}

#[tokio::test]
async fn a_connection_without_a_login_is_not_read() {
    on_sqlite(|store| async move {
        let bed = Bed::bare(store, config(5, Knobs::default())).await;
        bed.engine
            .remove_connection(bed.connection, &kim())
            .await
            .unwrap();
        let row = store::connections::find(bed.store.read(), bed.connection)
            .await
            .unwrap();
        assert!(row.is_none_or(|row| row.login.status == ConnectionStatus::Removed));
        let refused = bed
            .engine
            .request_subscription_sync(bed.connection, &kim())
            .await;
        assert!(
            matches!(
                refused,
                Err(OrderError::Refused(_) | OrderError::NoConnection)
            ),
            "{refused:?}"
        );
    })
    .await;
}
