//! Imports the catalog of a connection.

use domain::run::RunStatus;
use domain::{ConnectionId, RunId};
use engine::Engine;
use engine::catalog::{ImportError, ImportJob};
use store::queue::Job;
use tokio_util::sync::CancellationToken;

use crate::Outcome;

pub(super) async fn run(
    engine: &Engine,
    job: &Job,
    connection: ConnectionId,
    run: RunId,
    cancel: CancellationToken,
) -> Outcome {
    match engine::catalog::import_claimed(engine, ImportJob { connection, run }, job, cancel).await
    {
        Ok(end) => match end.status {
            RunStatus::Interrupted | RunStatus::Running | RunStatus::Queued => Outcome::Interrupted,
            RunStatus::Stopped => Outcome::Cancelled,
            RunStatus::Failed => Outcome::Failed("the run says why".to_owned()),
            RunStatus::Done | RunStatus::DoneSetAside | RunStatus::NeedsDecision => Outcome::Done,
        },
        // Whatever is said of the job now is not ours to say: the queue does not listen.
        Err(ImportError::Taken) => Outcome::Interrupted,
        Err(error @ ImportError::Missing(_)) => Outcome::Failed(error.to_string()),
        Err(error) => {
            let text = chain(&error);
            if job.attempt >= job.max_attempts {
                give_up(engine, run, &text).await;
            }
            Outcome::Retry(text)
        }
    }
}

/// Ends the run of a job that is given up, so that nobody waits for it.
pub(super) async fn give_up(engine: &Engine, run: RunId, why: &str) {
    let now = engine.clock().now();
    let Ok(Some(row)) = store::runs::find(engine.store().read(), run).await else {
        return;
    };
    let ended = async {
        let tx = engine.store().begin().await?;
        store::runs::finish(
            &tx,
            run,
            RunStatus::Failed,
            &row.counts,
            &format!("Given up after many tries: {why}. What was read is saved."),
            now,
        )
        .await?;
        tx.commit().await
    };
    if let Err(error) = ended.await {
        tracing::warn!(error = %error, run = %run, "the run could not be ended");
    }
}

pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}
