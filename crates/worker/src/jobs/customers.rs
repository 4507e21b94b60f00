//! Compares customers, carries out plans, and brings single customers to Ion.

use domain::run::RunStatus;
use domain::{ConnectionId, CustomerId, RunId};
use engine::Engine;
use engine::customers::{PushEnd, PushError, SyncError, SyncJob, SyncMode};
use store::queue::Job;
use tokio_util::sync::CancellationToken;

use super::import_catalog::{chain, give_up};
use crate::Outcome;

pub(super) async fn sync(
    engine: &Engine,
    job: &Job,
    (connection, run, mode): (ConnectionId, RunId, SyncMode),
    cancel: CancellationToken,
) -> Outcome {
    let sync = SyncJob {
        connection,
        run,
        mode,
    };
    match engine::customers::sync(engine, sync, Some(job), cancel).await {
        Ok(end) => match end.status {
            RunStatus::Interrupted | RunStatus::Running | RunStatus::Queued => Outcome::Interrupted,
            RunStatus::Stopped => Outcome::Cancelled,
            RunStatus::Failed => Outcome::Failed("the run says why".to_owned()),
            RunStatus::Done | RunStatus::DoneSetAside | RunStatus::NeedsDecision => Outcome::Done,
        },
        // Whatever is said of the job now is not ours to say: the queue does not listen.
        Err(SyncError::Taken) => Outcome::Interrupted,
        Err(error @ (SyncError::Missing(_) | SyncError::NoConnection | SyncError::NoPlan)) => {
            Outcome::Failed(error.to_string())
        }
        Err(error) => {
            let text = chain(&error);
            if job.attempt >= job.max_attempts {
                give_up(engine, run, &text).await;
            }
            Outcome::Retry(text)
        }
    }
}

pub(super) async fn push(
    engine: &Engine,
    connection: ConnectionId,
    customer: CustomerId,
    run: Option<RunId>,
) -> Outcome {
    ended(engine::customers::push(engine, connection, customer, run).await)
}

pub(super) async fn create(
    engine: &Engine,
    connection: ConnectionId,
    customer: CustomerId,
    run: Option<RunId>,
    requested_by: &str,
) -> Outcome {
    ended(engine::customers::create(engine, connection, customer, run, requested_by).await)
}

/// A refusal is told on the customer; the job did its work.
fn ended(end: Result<PushEnd, PushError>) -> Outcome {
    match end {
        Ok(_) => Outcome::Done,
        Err(error) => Outcome::Retry(chain(&error)),
    }
}
