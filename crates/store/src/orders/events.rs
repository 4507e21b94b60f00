//! What happened with orders, line by line.

use domain::OrderId;
use sea_orm::ConnectionTrait;

use super::OrderEventRow;
use crate::{StoreError, Tx};

/// Adds lines to the timelines of orders, in this order.
pub async fn add_events(tx: &Tx, events: &[OrderEventRow]) -> Result<(), StoreError> {
    let _ = (tx, events);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// The timeline of an order, the newest first.
pub async fn list_events(
    conn: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Vec<OrderEventRow>, StoreError> {
    let _ = (conn, order);
    Err(StoreError::Missing("this query is not written yet; it"))
}
