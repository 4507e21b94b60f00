//! One thin file per job.

mod deliver_notice;
mod import_catalog;
mod prune;

use engine::Engine;
use store::queue::{Job, Payload};
use tokio_util::sync::CancellationToken;

use crate::Outcome;

/// Carries out a job. `cancel` asks it to stop at the next good place.
pub(crate) async fn run(
    engine: &Engine,
    job: &Job,
    retention: &Retention,
    cancel: CancellationToken,
) -> Outcome {
    match &job.payload {
        Payload::ImportCatalog { connection, run } => {
            import_catalog::run(engine, job, *connection, *run, cancel).await
        }
        Payload::DeliverNotice { notice, channel } => {
            deliver_notice::run(engine, job, *notice, channel).await
        }
        Payload::Prune => prune::run(engine, retention).await,
    }
}

pub(crate) use prune::Retention;
