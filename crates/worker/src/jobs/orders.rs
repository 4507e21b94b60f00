//! Sends orders, searches for them, asks how they stand, and reads what changed at Ion.

use std::time::Duration;

use domain::{ConnectionId, OrderId};
use engine::Engine;
use engine::orders::{JobEnd, SubmitError};
use store::queue::Job;

use super::import_catalog::chain;
use crate::Outcome;

pub(super) async fn submit(engine: &Engine, job: &Job, order: OrderId) -> Outcome {
    ended(engine, job, engine::orders::submit(engine, order).await)
}

pub(super) async fn follow(engine: &Engine, job: &Job, order: OrderId) -> Outcome {
    ended(engine, job, engine::orders::follow(engine, order).await)
}

pub(super) async fn cancel(
    engine: &Engine,
    job: &Job,
    order: OrderId,
    requested_by: &str,
) -> Outcome {
    let end = engine::orders::cancel(engine, order, requested_by).await;
    ended(engine, job, end)
}

pub(super) async fn read(engine: &Engine, job: &Job, connection: ConnectionId) -> Outcome {
    ended(engine, job, engine::orders::read(engine, connection).await)
}

pub(super) async fn read_template(
    engine: &Engine,
    job: &Job,
    connection: ConnectionId,
    (vendor, provider, action): (&str, &str, &str),
) -> Outcome {
    let end = engine::orders::read_template(engine, connection, vendor, provider, action).await;
    ended(engine, job, end)
}

pub(super) async fn read_cloud_profiles(
    engine: &Engine,
    job: &Job,
    connection: ConnectionId,
    ion_customer_id: &str,
) -> Outcome {
    let end = engine::orders::read_cloud_profiles(engine, connection, ion_customer_id).await;
    ended(engine, job, end)
}

/// The shortest pause after a try that failed.
const SHORTEST: Duration = Duration::from_secs(5);
/// The longest.
const LONGEST: Duration = Duration::from_secs(600);

/// An order keeps its place for as long as it takes: a try that failed counts as none, and the pause grows with the age of the job.
fn ended(engine: &Engine, job: &Job, end: Result<JobEnd, SubmitError>) -> Outcome {
    match end {
        Ok(JobEnd::Done) => Outcome::Done,
        Ok(JobEnd::Again(after)) => Outcome::Again(after, None),
        Ok(JobEnd::Failed(why)) => Outcome::Failed(why),
        Err(error) => {
            let age = job.created_at.duration_until(engine.clock().now());
            let age = Duration::try_from(age).unwrap_or_default();
            Outcome::Again(age.clamp(SHORTEST, LONGEST), Some(chain(&error)))
        }
    }
}
