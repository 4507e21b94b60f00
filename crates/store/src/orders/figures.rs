//! What orders cost by month, and how long they take.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::Currency;
use domain::order::OrderState;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sea_orm::ConnectionTrait;

use super::MonthlySpend;
use super::columns::vendor_column;
use crate::StoreError;
use crate::sql::{from_micros, micros, rows, values};

const DAY: i64 = 86_400_000_000;

/// States of orders that Ion took, and did not call off or fail.
const TAKEN: [OrderState; 4] = [
    OrderState::Placed,
    OrderState::OnHold,
    OrderState::InProgress,
    OrderState::Completed,
];

/// What was bought from then on, by month, vendor and currency; by orders that Ion took, wherever they were placed. The first month first.
///
/// What was given back or ended is not taken off: a month says what was bought in it.
pub async fn spend_by_month(
    conn: &impl ConnectionTrait,
    from: Timestamp,
) -> Result<Vec<MonthlySpend>, StoreError> {
    let taken = TAKEN.map(|state| format!("'{state}'")).join(", ");
    let sql = format!(
        "SELECT h.placed_at / {DAY} AS day, l.vendor, l.currency,
           CAST(SUM(l.monthly_units) AS BIGINT) AS cost, CAST(COALESCE(SUM(l.sale_units), 0) AS BIGINT) AS sale,
           SUM(CASE WHEN l.sale_units IS NULL THEN 1 ELSE 0 END) AS unsold
         FROM order_head h JOIN order_line l ON l.order_id = h.id
         WHERE h.placed_at IS NOT NULL AND h.placed_at >= $1 AND h.state IN ({taken})
           AND l.add_on = 0 AND l.monthly_units > 0 AND l.currency IS NOT NULL
         GROUP BY h.placed_at / {DAY}, l.vendor, l.currency"
    );
    let mut months: BTreeMap<(Date, String, Currency), (i64, Option<i64>)> = BTreeMap::new();
    for row in rows(conn, sql, values![micros(from)]).await? {
        let day = from_micros(row.get::<i64>("day")? * DAY).to_zoned(TimeZone::UTC);
        let key = (
            day.date().first_of_month(),
            row.get("vendor")?,
            row.word("order_line", "currency")?,
        );
        let (cost, sale) = months.entry(key).or_insert((0, Some(0)));
        *cost = cost.saturating_add(row.get("cost")?);
        let more: i64 = row.get("sale")?;
        *sale = sale
            .filter(|_| row.count("unsold").is_ok_and(|unsold| unsold == 0))
            .map(|sale| sale.saturating_add(more));
    }
    let spend = months
        .into_iter()
        .map(
            |((month, vendor, currency), (cost_units, sale_units))| MonthlySpend {
                month,
                vendor,
                currency,
                cost_units,
                sale_units,
            },
        );
    Ok(spend.collect())
}

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
