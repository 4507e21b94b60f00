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

/// A stored second this far ahead is another replica's clock; further ahead, a clock was wrong.
const SKEW: i64 = 10_000_000;

/// Draws up to `want` requests of this second's budget. Each statement stands alone, so no transaction is needed.
pub async fn take(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    per_second: u32,
    want: u32,
    now: Timestamp,
) -> Result<Slice, StoreError> {
    let now = micros(now);
    let second = now - now.rem_euclid(1_000_000);
    // A replica whose clock is behind draws from the second that the others are in: the clocks differ, the budget is one.
    let sql = "UPDATE rate_budget SET taken = CASE WHEN window_start BETWEEN $2 AND $6 THEN taken ELSE 0 END + $3, window_start = CASE WHEN window_start BETWEEN $2 AND $6 THEN window_start ELSE $2 END
         WHERE connection_id = $1 AND not_before <= $4 AND (CASE WHEN window_start BETWEEN $2 AND $6 THEN taken ELSE 0 END) + $3 <= $5";
    let per_second = per_second.max(1);
    let mut wanted = want.clamp(1, per_second);
    let mut known = false;
    loop {
        if exec(
            conn,
            sql,
            values![
                connection.0,
                second,
                i64::from(wanted),
                now,
                i64::from(per_second),
                second + SKEW
            ],
        )
        .await?
            == 1
        {
            return Ok(Slice::Granted(wanted));
        }
        if !known {
            let sql = "INSERT INTO rate_budget (connection_id, window_start, taken, not_before) VALUES ($1, $2, 0, 0) ON CONFLICT (connection_id) DO NOTHING";
            known = true;
            if exec(conn, sql, values![connection.0, second]).await? == 1 {
                continue;
            }
        }
        if wanted == 1 {
            break;
        }
        wanted /= 2;
    }
    let not_before = row(
        conn,
        "SELECT not_before FROM rate_budget WHERE connection_id = $1",
        values![connection.0],
    )
    .await?
    .map_or(Ok(0), |row| row.get::<i64>("not_before"))?;
    let until = if not_before > now {
        not_before
    } else {
        second + 1_000_000
    };
    Ok(Slice::Wait(Duration::from_micros(
        u64::try_from(until - now).unwrap_or(1000).max(1000),
    )))
}

/// Lets nobody send before this time.
pub async fn set_not_before(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO rate_budget (connection_id, window_start, taken, not_before) VALUES ($1, 0, 0, $2)
         ON CONFLICT (connection_id) DO UPDATE SET not_before = CASE WHEN rate_budget.not_before > excluded.not_before THEN rate_budget.not_before ELSE excluded.not_before END";
    exec(conn, sql, values![connection.0, micros(at)])
        .await
        .map(drop)
}
