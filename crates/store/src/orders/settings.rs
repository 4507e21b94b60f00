//! How far the orders and subscriptions of a connection were read.

use std::time::Duration;

use domain::ConnectionId;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use super::OrderSetting;
use crate::{StoreError, Tx};

/// How far a connection was read; nothing of it where it never was.
pub async fn setting(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<OrderSetting, StoreError> {
    let _ = (conn, connection);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Stores how far a connection was read.
pub async fn save_setting(
    tx: &Tx,
    connection: ConnectionId,
    setting: &OrderSetting,
) -> Result<(), StoreError> {
    let _ = (tx, connection, setting);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Connections whose orders (first) or subscriptions (second) are to be read now; orders are read again after `poll`.
pub async fn due_readings(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    poll: Duration,
) -> Result<Vec<(ConnectionId, bool, bool)>, StoreError> {
    let _ = (conn, now, poll);
    Err(StoreError::Missing("this query is not written yet; it"))
}
