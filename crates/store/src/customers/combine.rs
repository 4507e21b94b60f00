//! Customers of ours that were made one.

use domain::{CombineId, CustomerId};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::CombineRow;
use crate::sql::{Row, exec, json_text, micros, row, rows, values};
use crate::{StoreError, Tx};

/// Remembers what two were before they were made one.
pub async fn insert_combine(tx: &Tx, combine: &CombineRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO customer_combine (id, kept_id, other_id, before, at, actor) VALUES ($1, $2, $3, $4, $5, $6)";
    let bound = values![
        combine.id.0,
        combine.kept.0,
        combine.other.0,
        json_text(&combine.before),
        micros(combine.at),
        combine.actor.clone()
    ];
    exec(tx, sql, bound).await.map(drop)
}

/// One by id.
pub async fn find_combine(
    conn: &impl ConnectionTrait,
    id: CombineId,
) -> Result<Option<CombineRow>, StoreError> {
    row(
        conn,
        "SELECT * FROM customer_combine WHERE id = $1",
        values![id.0],
    )
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// What became a part of a customer, and was not split since; the latest first.
pub async fn list_combines(
    conn: &impl ConnectionTrait,
    customer: CustomerId,
) -> Result<Vec<CombineRow>, StoreError> {
    let sql = "SELECT * FROM customer_combine WHERE kept_id = $1 AND split_at IS NULL ORDER BY at DESC, id DESC";
    rows(conn, sql, values![customer.0])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Notes that two are two again.
pub async fn mark_split(
    tx: &Tx,
    id: CombineId,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE customer_combine SET split_at = $2, split_by = $3 WHERE id = $1";
    exec(tx, sql, values![id.0, micros(now), by])
        .await
        .map(drop)
}

fn read(row: &Row) -> Result<CombineRow, StoreError> {
    Ok(CombineRow {
        id: row.get::<Uuid>("id")?.into(),
        kept: row.get::<Uuid>("kept_id")?.into(),
        other: row.get::<Uuid>("other_id")?.into(),
        before: row.json("customer_combine", "before")?,
        at: row.time("at")?,
        actor: row.get("actor")?,
        split_at: row.time_opt("split_at")?,
    })
}
