//! Which reminders of which end were given.

use domain::{ConnectionId, SubscriptionId};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use crate::{StoreError, Tx};

/// How many days before this end reminders were given.
pub async fn reminders_given(
    conn: &impl ConnectionTrait,
    subscription: SubscriptionId,
    due_at: Timestamp,
) -> Result<Vec<u16>, StoreError> {
    let _ = (conn, subscription, due_at);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Reminders given of ends from `from` on and before `until`: subscription, end, days before.
pub async fn given_many(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<(SubscriptionId, Timestamp, u16)>, StoreError> {
    let _ = (conn, connection, from, until);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Notes that reminders are given: subscription, end, days before. One that was given stays as it is.
pub async fn give_reminders(
    tx: &Tx,
    reminders: &[(SubscriptionId, Timestamp, u16)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let _ = (tx, reminders, now);
    Err(StoreError::Missing("this query is not written yet; it"))
}
