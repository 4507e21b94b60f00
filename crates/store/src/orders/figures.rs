//! How long orders take.

use std::time::Duration;

use sea_orm::ConnectionTrait;

use super::columns::vendor_column;
use crate::StoreError;
use crate::sql::{rows, values};

/// How long orders of a vendor take: the median of the last fifty that were carried out. Nothing where too few were.
pub async fn usual_time(
    conn: &impl ConnectionTrait,
    vendor: &str,
) -> Result<Option<Duration>, StoreError> {
    let sql = "SELECT submitted_at, ended_at FROM order_head WHERE vendor = $1 AND state = 'completed' AND submitted_at IS NOT NULL AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 50";
    let mut took = Vec::new();
    for row in rows(conn, sql, values![vendor_column(vendor)]).await? {
        let (from, until) = (row.time("submitted_at")?, row.time("ended_at")?);
        took.push(Duration::try_from(until.duration_since(from)).unwrap_or_default());
    }
    Ok(rules::orders::follow::usual(&took))
}
