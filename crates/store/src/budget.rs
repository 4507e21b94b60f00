//! The request budget of a connection, shared by all replicas: slices of requests, and the time before which nobody sends.

use std::time::Duration;

use domain::ConnectionId;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use crate::StoreError;
use crate::sql::{exec, micros, row, values};

/// What a replica may do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slice {
    /// Send this many requests.
    Granted(u32),
    /// Send none before this long.
    Wait(Duration),
}

/// Draws up to `want` requests of this second's budget.
pub async fn take(conn: &impl ConnectionTrait, connection: ConnectionId, per_second: u32, want: u32, now: Timestamp) -> Result<Slice, StoreError> {
    let now = micros(now);
    let second = now - now.rem_euclid(1_000_000);
    exec(conn, "INSERT INTO rate_budget (connection_id, window_start, taken, not_before) VALUES ($1, $2, 0, 0) ON CONFLICT (connection_id) DO NOTHING", values![connection.0, second]).await?;
    let sql = "UPDATE rate_budget SET taken = CASE WHEN window_start = $2 THEN taken ELSE 0 END + $3, window_start = $2
         WHERE connection_id = $1 AND not_before <= $4 AND (CASE WHEN window_start = $2 THEN taken ELSE 0 END) + $3 <= $5";
    let mut wanted = want.min(per_second).max(1);
    loop {
        if exec(conn, sql, values![connection.0, second, i64::from(wanted), now, i64::from(per_second.max(1))]).await? == 1 {
            return Ok(Slice::Granted(wanted));
        }
        if wanted == 1 {
            break;
        }
        wanted = 1;
    }
    let not_before = row(conn, "SELECT not_before FROM rate_budget WHERE connection_id = $1", values![connection.0]).await?.map_or(Ok(0), |row| row.get::<i64>("not_before"))?;
    let until = not_before.max(if not_before > now { 0 } else { second + 1_000_000 });
    Ok(Slice::Wait(Duration::from_micros(u64::try_from(until - now).unwrap_or(1000).max(1000))))
}

/// Lets nobody send before this time.
pub async fn set_not_before(conn: &impl ConnectionTrait, connection: ConnectionId, at: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO rate_budget (connection_id, window_start, taken, not_before) VALUES ($1, 0, 0, $2)
         ON CONFLICT (connection_id) DO UPDATE SET not_before = CASE WHEN rate_budget.not_before > excluded.not_before THEN rate_budget.not_before ELSE excluded.not_before END";
    exec(conn, sql, values![connection.0, micros(at)]).await.map(drop)
}
