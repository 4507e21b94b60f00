//! Readings asked for by a person, a program or the schedule: a run and its job, in one transaction.

use domain::{ConnectionId, JobId, RunId};
use store::audit::Actor;

use crate::Engine;
use crate::orders::OrderError;

/// A reading that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionSyncRequested {
    /// Its run.
    pub run: RunId,
    /// Its job.
    pub job: JobId,
    /// One waits or runs already; no second one was made.
    pub already_running: bool,
}

impl Engine {
    /// Asks for all subscriptions of a connection to be read. One reading of a connection waits or runs at a time.
    pub async fn request_subscription_sync(
        &self,
        connection: ConnectionId,
        actor: &Actor,
    ) -> Result<SubscriptionSyncRequested, OrderError> {
        let _ = (connection, actor);
        Err(OrderError::Refused("not written yet".to_owned()))
    }
}
