//! Catalog entries that could not be read.

use domain::{ConnectionId, RunId, SetAsideId};
use jiff::Timestamp;

use crate::sql::{exec, micros, values};
use crate::{StoreError, Tx};

/// A catalog entry that could not be read.
#[derive(Debug, Clone)]
pub struct SetAside {
    /// Our id.
    pub id: SetAsideId,
    /// Ion's id, or what stands for it.
    pub ion_id: String,
    /// Its name, as far as it could be read.
    pub name: String,
    /// Where the reading failed.
    pub json_path: String,
    /// Why.
    pub message: String,
    /// What was received, compressed, without payload secrets.
    pub raw: Vec<u8>,
}

/// Sets an entry aside, or notes that it still is. What was known of the product is kept.
pub async fn set_aside(
    tx: &Tx,
    connection: ConnectionId,
    run: RunId,
    entry: &SetAside,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO set_aside (id, connection_id, ion_id, name, json_path, message, raw, first_seen_at, last_run_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (connection_id, ion_id) WHERE resolved_at IS NULL DO UPDATE SET name = excluded.name,
           json_path = excluded.json_path, message = excluded.message, raw = excluded.raw, last_run_id = excluded.last_run_id";
    let values = values![
        entry.id.0,
        connection.0,
        entry.ion_id.clone(),
        entry.name.clone(),
        entry.json_path.clone(),
        entry.message.clone(),
        entry.raw.clone(),
        micros(now),
        run.0
    ];
    exec(tx, sql, values).await?;
    // A row that says so already is not written again.
    let sql = "UPDATE product SET state = 'set_aside', missed_scans = 0, withdrawn_at = NULL
         WHERE connection_id = $1 AND ion_id = $2 AND (state <> 'set_aside' OR missed_scans <> 0)";
    exec(tx, sql, values![connection.0, entry.ion_id.clone()])
        .await
        .map(drop)
}

/// Notes that an entry reads again. Nothing is written where it was not set aside.
pub async fn resolve_set_aside(
    tx: &Tx,
    connection: ConnectionId,
    ion_id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE set_aside SET resolved_at = $3 WHERE connection_id = $1 AND ion_id = $2 AND resolved_at IS NULL";
    exec(tx, sql, values![connection.0, ion_id, micros(now)])
        .await
        .map(drop)
}

/// Ion's ids of what is set aside now.
pub async fn list_set_aside_ids(
    conn: &impl sea_orm::ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT ion_id FROM set_aside WHERE connection_id = $1 AND resolved_at IS NULL";
    crate::sql::rows(conn, sql, values![connection.0])
        .await?
        .iter()
        .map(|row| row.get("ion_id"))
        .collect()
}

/// Resolves what the whole of a complete scan no longer showed as unreadable.
pub async fn resolve_not_seen(
    tx: &Tx,
    connection: ConnectionId,
    run: RunId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let sql = "UPDATE set_aside SET resolved_at = $3 WHERE connection_id = $1 AND last_run_id <> $2 AND resolved_at IS NULL";
    exec(tx, sql, values![connection.0, run.0, micros(now)]).await
}
