//! Orders written: numbered, inserted, saved against the version that was read.

use domain::OrderId;

use super::OrderRow;
use crate::{StoreError, Tx};

/// The next number; nobody else gets it until the transaction ends.
pub async fn next_number(tx: &Tx) -> Result<u64, StoreError> {
    let _ = (tx,);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Makes an order.
pub async fn insert(tx: &Tx, order: &OrderRow) -> Result<(), StoreError> {
    let _ = (tx, order);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Makes orders.
pub async fn insert_many(tx: &Tx, orders: &[OrderRow]) -> Result<(), StoreError> {
    let _ = (tx, orders);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Writes an order where it still is of this version, which then is one more; `order.version` is not looked at. False: somebody else changed it.
pub async fn save(tx: &Tx, order: &OrderRow, expected_version: u64) -> Result<bool, StoreError> {
    let _ = (tx, order, expected_version);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Deletes a draft that was never submitted, where it still is of this version.
pub async fn remove_draft(tx: &Tx, id: OrderId, expected_version: u64) -> Result<bool, StoreError> {
    let _ = (tx, id, expected_version);
    Err(StoreError::Missing("this query is not written yet; it"))
}
