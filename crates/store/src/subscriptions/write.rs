//! Subscriptions as Ion shows them, written.

use domain::{ConnectionId, SubscriptionId};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use super::{KnownSubscription, NewSubscription};
use crate::{StoreError, Tx};

/// What a reading compares with: every subscription of a connection, small.
pub async fn known(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<KnownSubscription>, StoreError> {
    let _ = (conn, connection);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Writes what Ion shows. One that is there keeps its id, its order and when it was first seen; it is neither missed nor gone.
pub async fn upsert_many(
    tx: &Tx,
    connection: ConnectionId,
    subscriptions: &[NewSubscription],
    now: Timestamp,
) -> Result<(), StoreError> {
    let _ = (tx, connection, subscriptions, now);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Notes that these were read, and were as they are here.
pub async fn touch_many(
    tx: &Tx,
    connection: ConnectionId,
    ion_ids: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    let _ = (tx, connection, ion_ids, now);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Notes that a complete reading did not show these.
pub async fn add_missed(
    tx: &Tx,
    connection: ConnectionId,
    ion_ids: &[String],
) -> Result<(), StoreError> {
    let _ = (tx, connection, ion_ids);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Notes that these are gone from Ion.
pub async fn set_gone(tx: &Tx, ids: &[SubscriptionId], now: Timestamp) -> Result<(), StoreError> {
    let _ = (tx, ids, now);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Writes sale price and margin, for when margin rules change: sale of all seats a month in 10^-6, margin in thousandths.
pub async fn set_sale_many(
    tx: &Tx,
    sales: &[(SubscriptionId, Option<i64>, Option<i64>)],
) -> Result<(), StoreError> {
    let _ = (tx, sales);
    Err(StoreError::Missing("this query is not written yet; it"))
}
