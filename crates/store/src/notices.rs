//! Messages for people, and their way out by e-mail and webhook.

use domain::notice::{NoticeKind, Severity};
use domain::{ConnectionId, NoticeId, RunId};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::StoreError;
use crate::sql::{Row, exec, micros, row, rows, values};

/// A notice.
#[derive(Debug, Clone)]
pub struct NoticeRow {
    /// Id.
    pub id: NoticeId,
    /// What it is about.
    pub kind: NoticeKind,
    /// How much it matters.
    pub severity: Severity,
    /// About which connection.
    pub connection: Option<ConnectionId>,
    /// About which run.
    pub run: Option<RunId>,
    /// One line.
    pub title: String,
    /// What it means and what to do.
    pub text: String,
    /// When it was raised.
    pub created_at: Timestamp,
    /// When it no longer held.
    pub resolved_at: Option<Timestamp>,
}

/// Inserts a notice; false where one with this key was raised before.
pub async fn insert(
    conn: &impl ConnectionTrait,
    notice: &NoticeRow,
    dedupe_key: &str,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO notice (id, kind, severity, connection_id, run_id, title, message, created_at, dedupe_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (dedupe_key) DO NOTHING";
    let values = values![
        notice.id.0,
        notice.kind.as_str(),
        notice.severity.as_str(),
        notice.connection.map(|id| id.0),
        notice.run.map(|id| id.0),
        notice.title.clone(),
        notice.text.clone(),
        micros(notice.created_at),
        dedupe_key
    ];
    Ok(exec(conn, sql, values).await? == 1)
}

/// Marks every open notice about the login of a connection as no longer true; their keys are free again.
pub async fn resolve_connection(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    exec(conn, "UPDATE notice SET resolved_at = $2, dedupe_key = NULL WHERE connection_id = $1 AND run_id IS NULL AND resolved_at IS NULL AND kind LIKE 'connection.%'", values![connection.0, micros(now)]).await
}

/// Marks what was said of a connection as no longer true: of one kind only, or of all kinds but that one. Keys are free again.
pub async fn resolve_kind(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    kind: NoticeKind,
    scope: Scope,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let compared = match scope {
        Scope::Only => "kind = $3",
        Scope::Except => "kind <> $3 AND kind LIKE 'connection.%'",
    };
    let sql = format!(
        "UPDATE notice SET resolved_at = $2, dedupe_key = NULL WHERE connection_id = $1 AND run_id IS NULL AND resolved_at IS NULL AND {compared}"
    );
    exec(conn, sql, values![connection.0, micros(now), kind.as_str()]).await
}

/// Which kinds [`resolve_kind`] means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This one.
    Only,
    /// All about its login but this one.
    Except,
}

/// Marks the notices of a run as no longer true.
pub async fn resolve_run(
    conn: &impl ConnectionTrait,
    run: RunId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    exec(conn, "UPDATE notice SET resolved_at = $2, dedupe_key = NULL WHERE run_id = $1 AND resolved_at IS NULL", values![run.0, micros(now)]).await
}

/// Marks the notice of a key as no longer true; the key is free again.
pub async fn resolve_key(
    conn: &impl ConnectionTrait,
    key: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE notice SET resolved_at = COALESCE(resolved_at, $2), dedupe_key = NULL WHERE dedupe_key = $1";
    Ok(exec(conn, sql, values![key, micros(now)]).await? == 1)
}

/// Marks one notice as dealt with.
pub async fn resolve(
    conn: &impl ConnectionTrait,
    id: NoticeId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(exec(
        conn,
        "UPDATE notice SET resolved_at = $2 WHERE id = $1 AND resolved_at IS NULL",
        values![id.0, micros(now)],
    )
    .await?
        == 1)
}

/// What waits for a person, the worst first.
pub async fn list_open(conn: &impl ConnectionTrait) -> Result<Vec<NoticeRow>, StoreError> {
    let sql = "SELECT * FROM notice WHERE resolved_at IS NULL AND severity <> 'info' ORDER BY CASE severity WHEN 'bad' THEN 0 ELSE 1 END, created_at DESC LIMIT 50";
    rows(conn, sql, vec![]).await?.iter().map(read).collect()
}

/// The last notices, the newest first.
pub async fn list(conn: &impl ConnectionTrait, limit: u32) -> Result<Vec<NoticeRow>, StoreError> {
    rows(
        conn,
        "SELECT * FROM notice ORDER BY created_at DESC, id DESC LIMIT $1",
        values![i64::from(limit)],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// A notice by id.
pub async fn find(
    conn: &impl ConnectionTrait,
    id: NoticeId,
) -> Result<Option<NoticeRow>, StoreError> {
    row(conn, "SELECT * FROM notice WHERE id = $1", values![id.0])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// Writes what became of a delivery: `delivered`, `retrying` or `failed`.
pub async fn set_delivery(
    conn: &impl ConnectionTrait,
    notice: NoticeId,
    channel: &str,
    state: &str,
    error: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO notice_delivery (notice_id, channel, state, attempts, last_error, delivered_at) VALUES ($1, $2, $3, 1, $4, $5)
         ON CONFLICT (notice_id, channel) DO UPDATE SET state = excluded.state, attempts = notice_delivery.attempts + 1, last_error = excluded.last_error, delivered_at = excluded.delivered_at";
    let delivered = (state == "delivered").then(|| micros(now));
    exec(
        conn,
        sql,
        values![notice.0, channel, state, error, delivered],
    )
    .await
    .map(drop)
}

/// Whether a channel has taken a notice.
pub async fn was_delivered(
    conn: &impl ConnectionTrait,
    notice: NoticeId,
    channel: &str,
) -> Result<bool, StoreError> {
    let sql = "SELECT state FROM notice_delivery WHERE notice_id = $1 AND channel = $2 AND state = 'delivered'";
    Ok(row(conn, sql, values![notice.0, channel]).await?.is_some())
}

/// A delivery.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// The notice.
    pub notice: NoticeId,
    /// `email` or `webhook`.
    pub channel: String,
    /// `delivered`, `retrying` or `failed`.
    pub state: String,
    /// Tries so far.
    pub attempts: u64,
    /// Why the last one failed.
    pub last_error: Option<String>,
}

/// Deliveries of the last notices.
pub async fn list_deliveries(
    conn: &impl ConnectionTrait,
    limit: u32,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let sql = "SELECT notice_delivery.* FROM notice_delivery JOIN notice ON notice.id = notice_delivery.notice_id ORDER BY notice.created_at DESC LIMIT $1";
    rows(conn, sql, values![i64::from(limit)])
        .await?
        .iter()
        .map(|row| {
            Ok(DeliveryRow {
                notice: row.get::<Uuid>("notice_id")?.into(),
                channel: row.get("channel")?,
                state: row.get("state")?,
                attempts: row.count("attempts")?,
                last_error: row.get("last_error")?,
            })
        })
        .collect()
}

fn read(row: &Row) -> Result<NoticeRow, StoreError> {
    Ok(NoticeRow {
        id: row.get::<Uuid>("id")?.into(),
        kind: row.word("notice", "kind")?,
        severity: row.word("notice", "severity")?,
        connection: row.get::<Option<Uuid>>("connection_id")?.map(ConnectionId),
        run: row.get::<Option<Uuid>>("run_id")?.map(RunId),
        title: row.get("title")?,
        text: row.get("message")?,
        created_at: row.time("created_at")?,
        resolved_at: row.time_opt("resolved_at")?,
    })
}
