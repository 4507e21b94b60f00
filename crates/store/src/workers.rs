//! Processes that run jobs, and what is due by the calendar.

use domain::WorkerId;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use crate::StoreError;
use crate::sql::{count, exec, micros, row, values};

/// Says that a worker is alive.
pub async fn beat(
    conn: &impl ConnectionTrait,
    id: WorkerId,
    host: &str,
    pid: u32,
    roles: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO worker (id, host, pid, roles, started_at, seen_at) VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at";
    exec(
        conn,
        sql,
        values![id.0, host, i64::from(pid), roles, micros(now)],
    )
    .await?;
    exec(
        conn,
        "DELETE FROM worker WHERE seen_at < $1",
        values![micros(now) - 86_400_000_000],
    )
    .await
    .map(drop)
}

/// Says that a worker went away.
pub async fn leave(conn: &impl ConnectionTrait, id: WorkerId) -> Result<(), StoreError> {
    exec(conn, "DELETE FROM worker WHERE id = $1", values![id.0])
        .await
        .map(drop)
}

/// Workers seen since this time.
pub async fn count_since(conn: &impl ConnectionTrait, since: Timestamp) -> Result<u64, StoreError> {
    Ok(u64::try_from(
        count(
            conn,
            "SELECT COUNT(*) FROM worker WHERE seen_at >= $1",
            values![micros(since)],
        )
        .await?,
    )
    .unwrap_or(0))
}

/// When this entry of the schedule is due next.
pub async fn next_due(
    conn: &impl ConnectionTrait,
    name: &str,
) -> Result<Option<Timestamp>, StoreError> {
    row(
        conn,
        "SELECT next_at FROM schedule WHERE name = $1",
        values![name],
    )
    .await?
    .map(|row| row.time("next_at"))
    .transpose()
}

/// Moves an entry of the schedule on, where it still is due at `expected`. True for the one worker that did.
pub async fn advance(
    conn: &impl ConnectionTrait,
    name: &str,
    expected: Option<Timestamp>,
    next_at: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = match expected {
        Some(expected) => {
            exec(
                conn,
                "UPDATE schedule SET next_at = $3, last_at = $4 WHERE name = $1 AND next_at = $2",
                values![name, micros(expected), micros(next_at), micros(now)],
            )
            .await?
        }
        None => exec(
            conn,
            "INSERT INTO schedule (name, next_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            values![name, micros(next_at)],
        )
        .await?,
    };
    Ok(changed == 1)
}
