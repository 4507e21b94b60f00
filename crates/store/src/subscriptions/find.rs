//! Subscriptions, by id and by what they carry.

use domain::{ConnectionId, CustomerId, SubscriptionId};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use super::SubscriptionRow;
use crate::StoreError;

/// A subscription by id.
pub async fn find(
    conn: &impl ConnectionTrait,
    id: SubscriptionId,
) -> Result<Option<SubscriptionRow>, StoreError> {
    let _ = (conn, id);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Subscriptions by id, in no order; those that are not there are left out.
pub async fn find_many(
    conn: &impl ConnectionTrait,
    ids: &[SubscriptionId],
) -> Result<Vec<SubscriptionRow>, StoreError> {
    let _ = (conn, ids);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// A subscription by Ion's id.
pub async fn find_by_ion(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ion_id: &str,
) -> Result<Option<SubscriptionRow>, StoreError> {
    let _ = (conn, connection, ion_id);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// A subscription by the vendor's id; a live one, where there are several.
pub async fn find_by_resource(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    resource_id: &str,
) -> Result<Option<SubscriptionRow>, StoreError> {
    let _ = (conn, connection, resource_id);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// All subscriptions of a customer of ours: live ones first, then by when they are due.
pub async fn list_of_customer(
    conn: &impl ConnectionTrait,
    customer: CustomerId,
) -> Result<Vec<SubscriptionRow>, StoreError> {
    let _ = (conn, customer);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Live subscriptions of an Ion customer to one SKU: what an order of it would double.
pub async fn list_live_of(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ion_customer_id: &str,
    product_ion_id: &str,
    sku_id: &str,
) -> Result<Vec<SubscriptionRow>, StoreError> {
    let _ = (conn, connection, ion_customer_id, product_ion_id, sku_id);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Live subscriptions that renew or end from `from` on and before `until`, by when.
pub async fn renewals(
    conn: &impl ConnectionTrait,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<SubscriptionRow>, StoreError> {
    let _ = (conn, from, until);
    Err(StoreError::Missing("this query is not written yet; it"))
}
