//! Lists of orders: search as you type, filters, sorts, counts, and where a list goes on.

use domain::{ConnectionId, OrderId};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use super::{OrderCounts, OrderFilter, OrderHit, OrderPage};
use crate::StoreError;

/// A part of the orders that match, and how many there are.
pub async fn search(
    conn: &impl ConnectionTrait,
    filter: &OrderFilter,
) -> Result<OrderPage, StoreError> {
    let _ = (conn, filter);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// How many orders stand how, and how many wait for a person at this time.
pub async fn counts(
    conn: &impl ConnectionTrait,
    connection: Option<ConnectionId>,
    now: Timestamp,
) -> Result<OrderCounts, StoreError> {
    let _ = (conn, connection, now);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Orders as lists show them, in the order of these ids; those that are not there are left out.
pub async fn find_hits(
    conn: &impl ConnectionTrait,
    ids: &[OrderId],
) -> Result<Vec<OrderHit>, StoreError> {
    let _ = (conn, ids);
    Err(StoreError::Missing("this query is not written yet; it"))
}
