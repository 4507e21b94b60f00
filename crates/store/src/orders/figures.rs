//! What orders cost by month, and how long they take.

use std::time::Duration;

use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use super::MonthlySpend;
use crate::StoreError;

/// What was bought from then on, by month, vendor and currency; by orders that Ion took.
pub async fn spend_by_month(
    conn: &impl ConnectionTrait,
    from: Timestamp,
) -> Result<Vec<MonthlySpend>, StoreError> {
    let _ = (conn, from);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// How long orders of a vendor take: the median of the last fifty that were carried out. Nothing where none was.
pub async fn usual_time(
    conn: &impl ConnectionTrait,
    vendor: &str,
) -> Result<Option<Duration>, StoreError> {
    let _ = (conn, vendor);
    Err(StoreError::Missing("this query is not written yet; it"))
}
