//! How a connection's customers are synced.

use domain::ConnectionId;
use domain::connection::ConnectionStatus;
use jiff::Timestamp;
use rules::customers::decide::Policy;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::SyncSetting;
use crate::sql::{exec, json_text, micros, row, rows, values};
use crate::{StoreError, Tx};

/// How a connection's customers are synced; the defaults where nothing is stored.
pub async fn sync_setting(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<SyncSetting, StoreError> {
    let Some(row) = row(
        conn,
        "SELECT * FROM sync_setting WHERE connection_id = $1",
        values![connection.0],
    )
    .await?
    else {
        return Ok(SyncSetting::default());
    };
    Ok(SyncSetting {
        policy: row.json("sync_setting", "policy")?,
        paused: row.get("paused")?,
        first_applied_at: row.time_opt("first_applied_at")?,
        first_applied_by: row.get("first_applied_by")?,
        matched_at: row.time_opt("matched_at")?,
        last_run_at: row.time_opt("last_run_at")?,
        last_change_at: row.time_opt("last_change_at")?,
        next_run_at: row.time_opt("next_run_at")?,
    })
}

/// Makes the row of a connection, where there is none.
async fn ensure(tx: &Tx, connection: ConnectionId) -> Result<(), StoreError> {
    let sql = "INSERT INTO sync_setting (connection_id, policy) VALUES ($1, $2) ON CONFLICT (connection_id) DO NOTHING";
    exec(
        tx,
        sql,
        values![connection.0, json_text(&Policy::default())],
    )
    .await
    .map(drop)
}

/// Stores who wins, and whether it syncs by itself.
pub async fn save_policy(
    tx: &Tx,
    connection: ConnectionId,
    policy: &Policy,
    paused: bool,
) -> Result<(), StoreError> {
    ensure(tx, connection).await?;
    let sql = "UPDATE sync_setting SET policy = $2, paused = $3 WHERE connection_id = $1";
    exec(tx, sql, values![connection.0, json_text(policy), paused])
        .await
        .map(drop)
}

/// Notes that a person applied the first plan: from now on, writes may go to Ion.
pub async fn mark_first_applied(
    tx: &Tx,
    connection: ConnectionId,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    ensure(tx, connection).await?;
    let sql = "UPDATE sync_setting SET first_applied_at = $2, first_applied_by = $3 WHERE connection_id = $1 AND first_applied_at IS NULL";
    exec(tx, sql, values![connection.0, micros(now), by])
        .await
        .map(drop)
}

/// Notes that both sides were compared, and when the next time is.
pub async fn note_run(
    tx: &Tx,
    connection: ConnectionId,
    now: Timestamp,
    changed: bool,
    next: Timestamp,
) -> Result<(), StoreError> {
    ensure(tx, connection).await?;
    let sql = "UPDATE sync_setting SET last_run_at = $2, last_change_at = CASE WHEN $3 THEN $2 ELSE last_change_at END, next_run_at = $4 WHERE connection_id = $1";
    exec(
        tx,
        sql,
        values![connection.0, micros(now), changed, micros(next)],
    )
    .await
    .map(drop)
}

/// Notes that unlinked customers were matched.
pub async fn note_matched(
    tx: &Tx,
    connection: ConnectionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    ensure(tx, connection).await?;
    exec(
        tx,
        "UPDATE sync_setting SET matched_at = $2 WHERE connection_id = $1",
        values![connection.0, micros(now)],
    )
    .await
    .map(drop)
}

/// Has the next run match unlinked customers anew.
pub async fn forget_matching(tx: &Tx, connection: ConnectionId) -> Result<(), StoreError> {
    let sql = "UPDATE sync_setting SET matched_at = NULL WHERE connection_id = $1 AND matched_at IS NOT NULL";
    exec(tx, sql, values![connection.0]).await.map(drop)
}

/// Connections whose next look at Ion is due; paused ones, and those that nobody asked a first sync for, are left out.
pub async fn due(
    conn: &impl ConnectionTrait,
    now: Timestamp,
) -> Result<Vec<ConnectionId>, StoreError> {
    let sql = "SELECT s.connection_id FROM sync_setting s JOIN connection c ON c.id = s.connection_id
         WHERE s.next_run_at <= $1 AND NOT s.paused AND c.status IN ($2, $3, $4) ORDER BY s.next_run_at";
    let bound = values![
        micros(now),
        ConnectionStatus::Active.as_str(),
        ConnectionStatus::Rechecking.as_str(),
        ConnectionStatus::Unclear.as_str()
    ];
    rows(conn, sql, bound)
        .await?
        .iter()
        .map(|row| Ok(row.get::<Uuid>("connection_id")?.into()))
        .collect()
}
