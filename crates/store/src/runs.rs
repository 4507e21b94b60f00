//! Runs: one execution of an import, its counts, its log and its checkpoint.

use domain::run::{RunCounts, RunKind, RunStatus};
use domain::{ConnectionId, RunId};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend};
use uuid::Uuid;

use crate::StoreError;
use crate::connections::signed;
use crate::db::{Turn, take_turn};
use crate::sql::{Row, count, exec, json_text, micros, row, rows, values};

/// A run as stored.
#[derive(Debug, Clone)]
pub struct RunRow {
    /// Its id.
    pub id: RunId,
    /// Its number, for people.
    pub number: u64,
    /// The connection.
    pub connection: ConnectionId,
    /// What it does.
    pub kind: RunKind,
    /// Its state.
    pub status: RunStatus,
    /// Compares every row, not only hashes.
    pub full: bool,
    /// The first complete import of its connection: it writes no change report.
    pub baseline: bool,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// When a worker took it up first.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Counts.
    pub counts: RunCounts,
    /// What it does at the moment, in words.
    pub step: String,
    /// When counts and step were written.
    pub progress_at: Option<Timestamp>,
    /// Where it goes on after an interruption.
    pub checkpoint: Option<String>,
    /// How it ended, in words.
    pub outcome: Option<String>,
    /// A person asked it to stop.
    pub stop_requested: bool,
}

/// One line of a run's log.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// `info`, `warn` or `bad`.
    pub level: String,
    /// What happened.
    pub message: String,
}

/// Inserts a run that waits for a worker. Gives its number. Call it in a transaction: numbers are given out one by one.
pub async fn insert(
    conn: &impl ConnectionTrait,
    id: RunId,
    connection: ConnectionId,
    kind: RunKind,
    full: bool,
    requested_by: &str,
    at: Timestamp,
) -> Result<u64, StoreError> {
    take_turn(conn, Turn::NumberRun).await?;
    let number = count(conn, "SELECT COALESCE(MAX(number), 0) + 1 FROM run", vec![]).await?;
    let baseline = count(conn, "SELECT COUNT(*) FROM run WHERE connection_id = $1 AND kind = $2 AND status IN ('done', 'done_set_aside', 'needs_decision')", values![connection.0, kind.as_str()]).await? == 0;
    let expected = count(
        conn,
        "SELECT COUNT(*) FROM product WHERE connection_id = $1 AND state <> 'withdrawn'",
        values![connection.0],
    )
    .await?;
    let counts = RunCounts {
        expected: u64::try_from(expected).unwrap_or(0),
        ..RunCounts::default()
    };
    exec(
        conn,
        "INSERT INTO run (id, number, connection_id, kind, status, full_compare, baseline, requested_by, requested_at, counts, step) VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7, $8, $9, 'Waiting for a worker')",
        values![id.0, number, connection.0, kind.as_str(), full, baseline, requested_by, micros(at), json_text(&counts)],
    )
    .await?;
    Ok(u64::try_from(number).unwrap_or(0))
}

/// A run by id.
pub async fn find(conn: &impl ConnectionTrait, id: RunId) -> Result<Option<RunRow>, StoreError> {
    row(conn, "SELECT * FROM run WHERE id = $1", values![id.0])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// A run by its number.
pub async fn find_by_number(
    conn: &impl ConnectionTrait,
    number: u64,
) -> Result<Option<RunRow>, StoreError> {
    row(
        conn,
        "SELECT * FROM run WHERE number = $1",
        values![signed(number)],
    )
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// The run of a connection that has not ended, if any.
pub async fn find_unfinished(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    kind: RunKind,
) -> Result<Option<RunRow>, StoreError> {
    let sql = "SELECT * FROM run WHERE connection_id = $1 AND kind = $2 AND status IN ('queued', 'running', 'interrupted') ORDER BY number DESC LIMIT 1";
    row(conn, sql, values![connection.0, kind.as_str()])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// The run of a connection that waits for a person's decision, the last one if any.
pub async fn find_undecided(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    kind: RunKind,
) -> Result<Option<RunRow>, StoreError> {
    let sql = "SELECT * FROM run WHERE connection_id = $1 AND kind = $2 AND status = 'needs_decision' ORDER BY number DESC LIMIT 1";
    row(conn, sql, values![connection.0, kind.as_str()])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// Writes what became of a run of this kind that waited for a decision; gives whether there was one. When it ended stays as it was.
pub async fn settle(
    conn: &impl ConnectionTrait,
    id: RunId,
    kind: RunKind,
    counts: &RunCounts,
    outcome: &str,
) -> Result<bool, StoreError> {
    let status = if counts.set_aside > 0 {
        RunStatus::DoneSetAside
    } else {
        RunStatus::Done
    };
    let sql = "UPDATE run SET status = $3, counts = $4, outcome = $5 WHERE id = $1 AND kind = $2 AND status = 'needs_decision'";
    let bound = values![
        id.0,
        kind.as_str(),
        status.as_str(),
        json_text(counts),
        outcome
    ];
    Ok(exec(conn, sql, bound).await? == 1)
}

/// The last runs, the newest first, of one connection or of all.
pub async fn list(
    conn: &impl ConnectionTrait,
    connection: Option<ConnectionId>,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<RunRow>, StoreError> {
    let sql = "SELECT * FROM run WHERE number < $1 AND ($2 OR connection_id = $3) ORDER BY number DESC LIMIT $4";
    let values = values![
        before.map_or(i64::MAX, signed),
        connection.is_none(),
        connection.map_or(Uuid::nil(), |id| id.0),
        i64::from(limit)
    ];
    rows(conn, sql, values).await?.iter().map(read).collect()
}

/// The last run that ended with the catalog read.
pub async fn find_last_complete(conn: &impl ConnectionTrait) -> Result<Option<RunRow>, StoreError> {
    let sql = "SELECT * FROM run WHERE kind = $1 AND status IN ('done', 'done_set_aside', 'needs_decision') ORDER BY number DESC LIMIT 1";
    row(conn, sql, values![RunKind::CatalogImport.as_str()])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// When the latest of the first imports ended, which find everything new. None while the first one runs.
pub async fn first_imports_ended(
    conn: &impl ConnectionTrait,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MAX(finished_at) AS ended FROM run WHERE baseline AND kind = $1";
    row(conn, sql, values![RunKind::CatalogImport.as_str()])
        .await?
        .map_or(Ok(None), |row| row.time_opt("ended"))
}

/// Marks that a worker took the run up, for the first time or again.
pub async fn mark_running(
    conn: &impl ConnectionTrait,
    id: RunId,
    at: Timestamp,
) -> Result<(), StoreError> {
    exec(conn, "UPDATE run SET status = 'running', started_at = COALESCE(started_at, $2), progress_at = $2 WHERE id = $1", values![id.0, micros(at)]).await.map(drop)
}

/// Marks that the run's worker went away.
pub async fn mark_interrupted(conn: &impl ConnectionTrait, id: RunId) -> Result<(), StoreError> {
    exec(conn, "UPDATE run SET status = 'interrupted', step = 'Interrupted, resumes by itself' WHERE id = $1 AND status = 'running'", values![id.0]).await.map(drop)
}

/// Forgets a run that found nothing: the time of the last look says it. Its job keeps its id.
pub async fn forget(conn: &impl ConnectionTrait, id: RunId) -> Result<(), StoreError> {
    exec(conn, "DELETE FROM run_log WHERE run_id = $1", values![id.0]).await?;
    exec(conn, "DELETE FROM run WHERE id = $1", values![id.0])
        .await
        .map(drop)
}

/// Ends a run that did not end and will not go on; its counts stay as they are.
pub async fn give_up(
    conn: &impl ConnectionTrait,
    id: RunId,
    outcome: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE run SET status = 'failed', outcome = $2, finished_at = $3, progress_at = $3, step = '' WHERE id = $1 AND status IN ('queued', 'running', 'interrupted')";
    Ok(exec(conn, sql, values![id.0, outcome, micros(at)]).await? == 1)
}

/// Ends a run.
pub async fn finish(
    conn: &impl ConnectionTrait,
    id: RunId,
    status: RunStatus,
    counts: &RunCounts,
    outcome: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE run SET status = $2, counts = $3, outcome = $4, finished_at = $5, progress_at = $5, step = '', checkpoint = NULL WHERE id = $1";
    exec(
        conn,
        sql,
        values![
            id.0,
            status.as_str(),
            json_text(counts),
            outcome,
            micros(at)
        ],
    )
    .await
    .map(drop)
}

/// Writes how far a run is.
pub async fn set_progress(
    conn: &impl ConnectionTrait,
    id: RunId,
    counts: &RunCounts,
    step: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    exec(
        conn,
        "UPDATE run SET counts = $2, step = $3, progress_at = $4 WHERE id = $1",
        values![id.0, json_text(counts), step, micros(at)],
    )
    .await
    .map(drop)
}

/// Writes where a run goes on after an interruption, with the counts up to there.
pub async fn set_checkpoint(
    conn: &impl ConnectionTrait,
    id: RunId,
    counts: &RunCounts,
    checkpoint: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    exec(
        conn,
        "UPDATE run SET counts = $2, checkpoint = $3, progress_at = $4 WHERE id = $1",
        values![id.0, json_text(counts), checkpoint, micros(at)],
    )
    .await
    .map(drop)
}

/// Asks a run to stop.
pub async fn request_stop(conn: &impl ConnectionTrait, id: RunId) -> Result<bool, StoreError> {
    Ok(exec(conn, "UPDATE run SET stop_requested = TRUE WHERE id = $1 AND status IN ('queued', 'running', 'interrupted')", values![id.0]).await? == 1)
}

/// Whether a person asked the run to stop.
pub async fn stop_requested(conn: &impl ConnectionTrait, id: RunId) -> Result<bool, StoreError> {
    Ok(count(
        conn,
        "SELECT COUNT(*) FROM run WHERE id = $1 AND stop_requested",
        values![id.0],
    )
    .await?
        > 0)
}

/// Adds a line to a run's log. Call it in a transaction: worker and browser may both write to it.
pub async fn log(
    conn: &impl ConnectionTrait,
    id: RunId,
    level: &str,
    message: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    if conn.get_database_backend() == DbBackend::Postgres {
        row(
            conn,
            "SELECT number FROM run WHERE id = $1 FOR NO KEY UPDATE",
            values![id.0],
        )
        .await?;
    }
    exec(
        conn,
        "INSERT INTO run_log (run_id, seq, at, level, message) SELECT $1, COALESCE(MAX(seq), 0) + 1, $2, $3, $4 FROM run_log WHERE run_id = $1",
        values![id.0, micros(at), level, message],
    )
    .await
    .map(drop)
}

/// The log of a run, the oldest line first.
pub async fn list_log(conn: &impl ConnectionTrait, id: RunId) -> Result<Vec<LogLine>, StoreError> {
    rows(
        conn,
        "SELECT at, level, message FROM run_log WHERE run_id = $1 ORDER BY seq",
        values![id.0],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(LogLine {
            at: row.time("at")?,
            level: row.get("level")?,
            message: row.get("message")?,
        })
    })
    .collect()
}

fn read(row: &Row) -> Result<RunRow, StoreError> {
    Ok(RunRow {
        id: row.get::<Uuid>("id")?.into(),
        number: row.count("number")?,
        connection: row.get::<Uuid>("connection_id")?.into(),
        kind: row.word("run", "kind")?,
        status: row.word("run", "status")?,
        full: row.get("full_compare")?,
        baseline: row.get("baseline")?,
        requested_by: row.get("requested_by")?,
        requested_at: row.time("requested_at")?,
        started_at: row.time_opt("started_at")?,
        finished_at: row.time_opt("finished_at")?,
        counts: row.json("run", "counts")?,
        step: row.get("step")?,
        progress_at: row.time_opt("progress_at")?,
        checkpoint: row.get("checkpoint")?,
        outcome: row.get("outcome")?,
        stop_requested: row.get("stop_requested")?,
    })
}
