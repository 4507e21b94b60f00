//! Two rows that turned out to be one order.

use domain::OrderId;

use crate::sql::{exec, values};
use crate::{StoreError, Tx};

/// An order that was first seen as placed elsewhere is ours after all: what points at it points at ours, and it goes.
pub async fn take_place_of(tx: &Tx, seen: OrderId, ours: OrderId) -> Result<(), StoreError> {
    for table in ["subscription_content", "subscription_event"] {
        let sql = format!("UPDATE {table} SET order_id = $2 WHERE order_id = $1");
        exec(tx, sql, values![seen.0, ours.0]).await?;
    }
    for table in ["order_event", "order_secret", "order_line", "order_body"] {
        let sql = format!("DELETE FROM {table} WHERE order_id = $1");
        exec(tx, sql, values![seen.0]).await?;
    }
    exec(tx, "DELETE FROM order_head WHERE id = $1", values![seen.0])
        .await
        .map(drop)
}
