//! What happened with subscriptions, line by line.

use domain::{RunId, SubscriptionId};
use sea_orm::ConnectionTrait;

use super::SubscriptionEventRow;
use crate::{StoreError, Tx};

/// Adds lines to the histories of subscriptions, in this order.
pub async fn add_events(tx: &Tx, events: &[SubscriptionEventRow]) -> Result<(), StoreError> {
    let _ = (tx, events);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// What happened with a subscription, the newest first.
pub async fn list_events(
    conn: &impl ConnectionTrait,
    subscription: SubscriptionId,
) -> Result<Vec<SubscriptionEventRow>, StoreError> {
    let _ = (conn, subscription);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// What a run found, the newest first.
pub async fn list_events_of_run(
    conn: &impl ConnectionTrait,
    run: RunId,
    limit: u32,
) -> Result<Vec<SubscriptionEventRow>, StoreError> {
    let _ = (conn, run, limit);
    Err(StoreError::Missing("this query is not written yet; it"))
}
