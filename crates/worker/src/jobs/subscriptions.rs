//! Reads subscriptions, of a connection or of one customer, and works out what they are sold for.

use std::time::Duration;

use domain::run::RunStatus;
use domain::{ConnectionId, OrderId};
use engine::Engine;
use engine::orders::JobEnd;
use engine::subscriptions::{SubscriptionSyncError, SubscriptionSyncJob};
use store::queue::Job;
use tokio_util::sync::CancellationToken;

use super::import_catalog::{chain, give_up};
use crate::Outcome;

/// How long Ion is asked again after a failure for the subscriptions of one customer: the next full reading has them too.
const LONG_ENOUGH: Duration = Duration::from_secs(86_400);

pub(super) async fn sync(
    engine: &Engine,
    job: &Job,
    sync: SubscriptionSyncJob,
    cancel: CancellationToken,
) -> Outcome {
    match engine::subscriptions::sync(engine, sync, Some(job), cancel).await {
        Ok(end) => match end.status {
            RunStatus::Interrupted | RunStatus::Running | RunStatus::Queued => Outcome::Interrupted,
            RunStatus::Stopped => Outcome::Cancelled,
            RunStatus::Failed => Outcome::Failed("the run says why".to_owned()),
            RunStatus::Done | RunStatus::DoneSetAside | RunStatus::NeedsDecision => Outcome::Done,
        },
        // Whatever is said of the job now is not ours to say: the queue does not listen.
        Err(SubscriptionSyncError::Taken) => Outcome::Interrupted,
        // A worker that died behind the end of a run that found nothing left its job, and no run.
        Err(SubscriptionSyncError::Missing("the run")) => Outcome::Done,
        Err(error @ SubscriptionSyncError::Missing(_)) => Outcome::Failed(error.to_string()),
        Err(error) => {
            let text = chain(&error);
            if job.attempt >= job.max_attempts {
                give_up(engine, sync.run, &text).await;
            }
            Outcome::Retry(text)
        }
    }
}

pub(super) async fn read_of(
    engine: &Engine,
    job: &Job,
    connection: ConnectionId,
    ion_customer_id: &str,
    order: Option<OrderId>,
) -> Outcome {
    match engine::subscriptions::read_of(engine, connection, ion_customer_id, order).await {
        Ok(JobEnd::Done) => Outcome::Done,
        Ok(JobEnd::Again(after)) => Outcome::Again(after, None),
        Ok(JobEnd::Failed(why)) => Outcome::Failed(why),
        Err(error) => {
            let text = chain(&error);
            let age = job.created_at.duration_until(engine.clock().now());
            let age = Duration::try_from(age).unwrap_or_default();
            if age >= LONG_ENOUGH {
                return Outcome::Failed(text);
            }
            Outcome::Again(
                age.clamp(Duration::from_secs(5), Duration::from_secs(600)),
                Some(text),
            )
        }
    }
}

pub(super) async fn price(engine: &Engine) -> Outcome {
    match engine::margins::reprice(engine).await {
        Ok(written) => {
            tracing::info!(
                written,
                "what subscriptions are sold for was worked out anew"
            );
            Outcome::Done
        }
        Err(error) => Outcome::Retry(error.to_string()),
    }
}
