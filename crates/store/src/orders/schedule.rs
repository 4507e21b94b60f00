//! Which orders are open, and which are to be looked at now.

use domain::order::OrderState;
use domain::{ConnectionId, OrderId};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::StoreError;
use crate::sql::{micros, rows, values};

/// States in which an order is confirmed and has not ended.
const OPEN: [OrderState; 6] = [
    OrderState::Submitting,
    OrderState::Unconfirmed,
    OrderState::Placed,
    OrderState::OnHold,
    OrderState::InProgress,
    OrderState::Scheduled,
];

/// Orders of a connection that are confirmed and have not ended; the oldest first.
pub async fn list_open(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<OrderId>, StoreError> {
    let open = OPEN.map(|state| format!("'{state}'")).join(", ");
    let sql = format!(
        "SELECT id FROM order_head WHERE connection_id = $1 AND state IN ({open}) ORDER BY number"
    );
    rows(conn, sql, values![connection.0])
        .await?
        .iter()
        .map(|row| Ok(row.get::<Uuid>("id")?.into()))
        .collect()
}

/// Orders to look at now, those first that wait longest: their time has come, or they are about to be sent for longer than a minute.
pub async fn due(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(OrderId, OrderState)>, StoreError> {
    let sql = "SELECT id, state FROM order_head WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at, number LIMIT $2";
    rows(conn, sql, values![micros(now), i64::from(limit)])
        .await?
        .iter()
        .map(|row| {
            Ok((
                row.get::<Uuid>("id")?.into(),
                row.word("order_head", "state")?,
            ))
        })
        .collect()
}
