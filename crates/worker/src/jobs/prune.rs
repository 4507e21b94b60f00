//! Deletes what retention lets go.

use std::time::Duration;

use engine::Engine;
use jiff::{SignedDuration, Timestamp};
use store::StoreError;

use crate::Outcome;

/// A draft without a line that nobody touched for so long.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How long things are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retention {
    /// Jobs that have ended.
    pub(crate) jobs: Duration,
}

pub(super) async fn run(engine: &Engine, retention: &Retention) -> Outcome {
    match prune(engine, retention).await {
        Ok(gone) => {
            tracing::info!(
                gone,
                "old jobs, sessions, answers, plans and empty drafts were deleted"
            );
            Outcome::Done
        }
        Err(error) => Outcome::Retry(error.to_string()),
    }
}

async fn prune(engine: &Engine, retention: &Retention) -> Result<u64, StoreError> {
    let now = engine.clock().now();
    let tx = engine.store().begin().await?;
    let mut gone = store::sessions::prune(&tx, now).await?;
    let before = now.checked_sub(retention.jobs).unwrap_or(Timestamp::MIN);
    gone += store::queue::prune(&tx, before).await?;
    gone += store::customers::prune_plans(&tx, before).await?;
    let before = now.checked_sub(FORGOTTEN).unwrap_or(Timestamp::MIN);
    gone += store::orders::prune_drafts(&tx, before).await?;
    tx.commit().await?;
    Ok(gone)
}
