//! Drafts that changes of the catalog touch.

use domain::{ConnectionId, OrderId};
use sea_orm::ConnectionTrait;

use crate::{StoreError, Tx};

/// Drafts of a connection with a line of one of these variants: Ion's ids of product, SKU and plan.
pub async fn list_drafts_of(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    variants: &[(String, String, String)],
) -> Result<Vec<OrderId>, StoreError> {
    let _ = (conn, connection, variants);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Notes that a price of these drafts moved; each that did not have the note yet is of a new version.
pub async fn mark_price_moved(tx: &Tx, ids: &[OrderId]) -> Result<(), StoreError> {
    let _ = (tx, ids);
    Err(StoreError::Missing("this query is not written yet; it"))
}
