//! One run of the reading.

use domain::run::{RunCounts, RunStatus};
use domain::{ConnectionId, RunId};
use store::queue::Job;
use tokio_util::sync::CancellationToken;

use super::error::SubscriptionSyncError;
use crate::Engine;

/// Which reading to carry out.
#[derive(Debug, Clone, Copy)]
pub struct SubscriptionSyncJob {
    /// The connection.
    pub connection: ConnectionId,
    /// Its run.
    pub run: RunId,
}

/// How a reading ended. The run's row says the same, unless it found nothing and left none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionSyncEnd {
    /// State of the run. [`RunStatus::Interrupted`]: the process was asked to stop, and the run begins anew with the next call.
    pub status: RunStatus,
    /// What was read and written.
    pub counts: RunCounts,
}

/// Reads all subscriptions of a connection.
pub async fn sync(
    engine: &Engine,
    job: SubscriptionSyncJob,
    claim: Option<&Job>,
    cancel: CancellationToken,
) -> Result<SubscriptionSyncEnd, SubscriptionSyncError> {
    let _ = (engine, job, claim, cancel);
    Err(SubscriptionSyncError::Missing("the reading"))
}
