//! Orders, by id and by what they carry.

use domain::{ConnectionId, OrderId};
use sea_orm::ConnectionTrait;

use super::OrderRow;
use crate::StoreError;

/// An order by id.
pub async fn find(
    conn: &impl ConnectionTrait,
    id: OrderId,
) -> Result<Option<OrderRow>, StoreError> {
    let _ = (conn, id);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// An order by its number.
pub async fn find_by_number(
    conn: &impl ConnectionTrait,
    number: u64,
) -> Result<Option<OrderRow>, StoreError> {
    let _ = (conn, number);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// An order by Ion's id.
pub async fn find_by_ion(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ion_id: &str,
) -> Result<Option<OrderRow>, StoreError> {
    let _ = (conn, connection, ion_id);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// An order by our reference.
pub async fn find_by_reference(
    conn: &impl ConnectionTrait,
    reference: &str,
) -> Result<Option<OrderRow>, StoreError> {
    let _ = (conn, reference);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Orders by Ion's ids, in no order; those that are not there are left out.
pub async fn find_many_by_ion(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ion_ids: &[String],
) -> Result<Vec<OrderRow>, StoreError> {
    let _ = (conn, connection, ion_ids);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Orders by our references, in no order; those that are not there are left out.
pub async fn find_many_by_reference(
    conn: &impl ConnectionTrait,
    references: &[String],
) -> Result<Vec<OrderRow>, StoreError> {
    let _ = (conn, references);
    Err(StoreError::Missing("this query is not written yet; it"))
}
