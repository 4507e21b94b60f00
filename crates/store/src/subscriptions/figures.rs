//! What live subscriptions cost, and how many there are.

use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use super::VendorCost;
use crate::StoreError;

/// What live subscriptions cost a month, by vendor and currency; the dearest first.
pub async fn cost_by_vendor(conn: &impl ConnectionTrait) -> Result<Vec<VendorCost>, StoreError> {
    let _ = (conn,);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// How many live subscriptions renew or end from `from` on and before `until`.
pub async fn count_due(
    conn: &impl ConnectionTrait,
    from: Timestamp,
    until: Timestamp,
) -> Result<u64, StoreError> {
    let _ = (conn, from, until);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// How many subscriptions are live.
pub async fn count_live(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let _ = (conn,);
    Err(StoreError::Missing("this query is not written yet; it"))
}
