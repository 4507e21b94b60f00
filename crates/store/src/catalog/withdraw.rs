//! Products that a scan no longer showed: noted, withdrawn, or kept until a person decides.

use domain::run::{RunCounts, RunStatus};
use domain::{ConnectionId, ProductId, RunId};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::known::marks;
use crate::sql::{count, exec, json_text, micros, placeholders, rows, values};
use crate::{StoreError, Tx};

/// Products of one statement.
const PART: usize = 500;

/// Marks products as shown again by a scan, after one that did not show them.
pub async fn mark_seen_again(tx: &Tx, ids: &[ProductId]) -> Result<(), StoreError> {
    for part in ids.chunks(PART) {
        let sql = format!(
            "UPDATE product SET missed_scans = 0 WHERE id IN ({})",
            marks(1, part.len())
        );
        exec(tx, sql, part.iter().map(|id| id.0.into()).collect()).await?;
    }
    Ok(())
}

/// Notes that a complete scan did not show products, which stay for the time being.
pub async fn mark_missed(tx: &Tx, ids: &[ProductId]) -> Result<(), StoreError> {
    for part in ids.chunks(PART) {
        let sql = format!(
            "UPDATE product SET missed_scans = missed_scans + 1 WHERE id IN ({})",
            marks(1, part.len())
        );
        exec(tx, sql, part.iter().map(|id| id.0.into()).collect()).await?;
    }
    Ok(())
}

/// Marks products as withdrawn; nothing is deleted. `report` writes it into the run's changes. Gives how many were not withdrawn before.
pub async fn withdraw(
    tx: &Tx,
    run: RunId,
    ids: &[ProductId],
    report: bool,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut withdrawn = 0;
    for part in ids.chunks(PART) {
        if report {
            let sql = format!(
                "INSERT INTO catalog_change (run_id, product_id, seq, kind, label, before, after)
                 SELECT $1, id, ROW_NUMBER() OVER (ORDER BY name, id) + (SELECT COALESCE(MAX(seq), 0) FROM catalog_change WHERE run_id = $1),
                   'withdrawn', 'product', 'available', 'withdrawn'
                 FROM product WHERE state <> 'withdrawn' AND id IN ({})",
                marks(2, part.len())
            );
            let mut values = values![run.0];
            values.extend(part.iter().map(|id| id.0.into()));
            exec(tx, sql, values).await?;
        }
        let sql = format!(
            "UPDATE product SET state = 'withdrawn', withdrawn_at = $1, changed_at = $1, missed_scans = missed_scans + 1
             WHERE state <> 'withdrawn' AND id IN ({})",
            marks(2, part.len())
        );
        let mut values = values![micros(now)];
        values.extend(part.iter().map(|id| id.0.into()));
        withdrawn += exec(tx, sql, values).await?;
    }
    Ok(withdrawn)
}

/// Keeps products for a person to decide: this run would withdraw them.
pub async fn hold_withdrawals(tx: &Tx, run: RunId, ids: &[ProductId]) -> Result<(), StoreError> {
    for part in ids.chunks(PART) {
        let values = part
            .iter()
            .flat_map(|id| values![run.0, id.0])
            .collect::<Vec<_>>();
        let sql = format!(
            "INSERT INTO withdrawal (run_id, product_id) VALUES {} ON CONFLICT DO NOTHING",
            placeholders(part.len(), 2)
        );
        exec(tx, sql, values).await?;
    }
    Ok(())
}

/// What a person has to decide about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldProduct {
    /// The product.
    pub id: ProductId,
    /// Ion's id.
    pub ion_id: String,
    /// Its name.
    pub name: String,
    /// Its vendor.
    pub vendor: String,
}

/// Products that a run would withdraw, by name.
pub async fn list_held(
    conn: &impl ConnectionTrait,
    run: RunId,
    offset: u64,
    limit: u32,
) -> Result<Vec<HeldProduct>, StoreError> {
    let sql = "SELECT product.id, ion_id, name, vendor FROM withdrawal JOIN product ON product.id = withdrawal.product_id
         WHERE run_id = $1 ORDER BY name, product.id LIMIT $2 OFFSET $3";
    let values = values![run.0, i64::from(limit), crate::connections::signed(offset)];
    rows(conn, sql, values)
        .await?
        .iter()
        .map(|row| {
            Ok(HeldProduct {
                id: row.get::<Uuid>("id")?.into(),
                ion_id: row.get("ion_id")?,
                name: row.get("name")?,
                vendor: row.get("vendor")?,
            })
        })
        .collect()
}

/// How many products wait for a decision about this run.
pub async fn count_held(conn: &impl ConnectionTrait, run: RunId) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) FROM withdrawal WHERE run_id = $1";
    Ok(u64::try_from(count(conn, sql, values![run.0]).await?).unwrap_or(0))
}

/// Forgets what waited for a decision about this run.
pub async fn clear_held(tx: &Tx, run: RunId) -> Result<u64, StoreError> {
    exec(
        tx,
        "DELETE FROM withdrawal WHERE run_id = $1",
        values![run.0],
    )
    .await
}

/// Earlier imports of a connection that wait for a decision about what they would withdraw.
pub async fn list_undecided(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<RunId>, StoreError> {
    let sql = "SELECT id FROM run WHERE connection_id = $1 AND kind = 'catalog_import' AND status = 'needs_decision'
         ORDER BY number";
    rows(conn, sql, values![connection.0])
        .await?
        .iter()
        .map(|row| Ok(row.get::<Uuid>("id")?.into()))
        .collect()
}

/// Writes what became of an import that waited for a decision; gives whether there was one. When it ended stays as it was.
pub async fn settle_decision(
    tx: &Tx,
    run: RunId,
    status: RunStatus,
    counts: &RunCounts,
    outcome: &str,
) -> Result<bool, StoreError> {
    let sql = "UPDATE run SET status = $2, counts = $3, outcome = $4
         WHERE id = $1 AND kind = 'catalog_import' AND status = 'needs_decision'";
    let values = values![run.0, status.as_str(), json_text(counts), outcome];
    Ok(exec(tx, sql, values).await? == 1)
}

/// Products that still wait for a decision about this run, all of them.
pub async fn list_held_ids(
    conn: &impl ConnectionTrait,
    run: RunId,
) -> Result<Vec<ProductId>, StoreError> {
    let sql = "SELECT product_id FROM withdrawal WHERE run_id = $1";
    rows(conn, sql, values![run.0])
        .await?
        .iter()
        .map(|row| Ok(row.get::<Uuid>("product_id")?.into()))
        .collect()
}
