//! Which orders are open, and which are to be looked at now.

use domain::order::OrderState;
use domain::{ConnectionId, OrderId};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use crate::StoreError;

/// Orders that are confirmed and have not ended; the oldest first.
pub async fn list_open(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<OrderId>, StoreError> {
    let _ = (conn, connection);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Open orders to look at now: their time has come, or they are about to be sent for longer than a minute.
pub async fn due(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(OrderId, OrderState)>, StoreError> {
    let _ = (conn, now, limit);
    Err(StoreError::Missing("this query is not written yet; it"))
}
