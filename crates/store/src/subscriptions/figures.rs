//! What live subscriptions cost, and how many there are.

use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use super::VendorCost;
use crate::StoreError;
use crate::sql::{count, micros, rows, values};

/// What live subscriptions cost a month, by vendor and currency; the dearest first. Those without a known price are left out.
pub async fn cost_by_vendor(conn: &impl ConnectionTrait) -> Result<Vec<VendorCost>, StoreError> {
    let sum = |column| format!("CAST(SUM({column}) AS BIGINT) AS {column}");
    let sql = format!(
        "SELECT vendor, currency, {}, {}, {}, {} FROM subscription_tally WHERE live = TRUE AND currency <> '' GROUP BY vendor, currency ORDER BY 4 DESC, vendor, currency",
        sum("subscriptions"),
        sum("cost_units"),
        sum("sale_units"),
        sum("cost_of_sold_units")
    );
    rows(conn, sql, vec![])
        .await?
        .iter()
        .map(|row| {
            Ok(VendorCost {
                vendor: row.get("vendor")?,
                currency: row.word("subscription_tally", "currency")?,
                subscriptions: row.count("subscriptions")?,
                cost_units: row.get("cost_units")?,
                sale_units: row.get("sale_units")?,
                cost_of_sold_units: row.get("cost_of_sold_units")?,
            })
        })
        .collect()
}

/// How many live subscriptions renew or end from `from` on and before `until`.
pub async fn count_due(
    conn: &impl ConnectionTrait,
    from: Timestamp,
    until: Timestamp,
) -> Result<u64, StoreError> {
    let sql =
        "SELECT COUNT(*) FROM subscription WHERE live = TRUE AND due_at >= $1 AND due_at < $2";
    let found = count(conn, sql, values![micros(from), micros(until)]).await?;
    Ok(u64::try_from(found).unwrap_or(0))
}

/// How many subscriptions are live.
pub async fn count_live(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let sql = "SELECT CAST(SUM(subscriptions) AS BIGINT) FROM subscription_tally WHERE live = TRUE";
    Ok(u64::try_from(count(conn, sql, vec![]).await?).unwrap_or(0))
}

/// Of how many vendors live subscriptions are, whether their price is known or not. Those whose product was never read name none.
pub async fn count_vendors(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(DISTINCT vendor) FROM subscription_tally WHERE live = TRUE AND subscriptions > 0 AND vendor <> ''";
    Ok(u64::try_from(count(conn, sql, vec![]).await?).unwrap_or(0))
}
