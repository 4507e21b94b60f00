//! Writes to Ion: the intent first, then what came of it.

use domain::{ConnectionId, CustomerId, WriteId};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{WriteKind, WriteRow, WriteState};
use crate::sql::{Row, exec, json_text, micros, row, rows, values};
use crate::{StoreError, Tx};

/// Stores an intent.
pub async fn begin_write(tx: &Tx, write: &WriteRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO customer_write (id, connection_id, customer_id, ion_id, kind, state, sent, run_id, requested_by, started_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let bound = values![
        write.id.0,
        write.connection.0,
        write.customer.0,
        write.ion_id.clone(),
        write.kind.as_str(),
        write.state.as_str(),
        json_text(&write.sent),
        write.run.map(|run| run.0),
        write.requested_by.clone(),
        micros(write.started_at)
    ];
    exec(tx, sql, bound).await.map(drop)
}

/// Stores what came of it.
pub async fn finish_write(
    tx: &Tx,
    id: WriteId,
    state: WriteState,
    ion_id: Option<&str>,
    outcome: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE customer_write SET state = $2, ion_id = COALESCE($3, ion_id), outcome = $4, finished_at = $5 WHERE id = $1";
    exec(
        tx,
        sql,
        values![id.0, state.as_str(), ion_id, outcome, micros(now)],
    )
    .await
    .map(drop)
}

/// The write of a customer whose outcome is not known yet, the latest.
pub async fn find_open_write(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    customer: CustomerId,
    kind: WriteKind,
) -> Result<Option<WriteRow>, StoreError> {
    let sql = "SELECT * FROM customer_write WHERE connection_id = $1 AND customer_id = $2 AND kind = $3 AND state = 'started' ORDER BY started_at DESC LIMIT 1";
    row(conn, sql, values![connection.0, customer.0, kind.as_str()])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// A write by id.
pub async fn find_write(
    conn: &impl ConnectionTrait,
    id: WriteId,
) -> Result<Option<WriteRow>, StoreError> {
    row(
        conn,
        "SELECT * FROM customer_write WHERE id = $1",
        values![id.0],
    )
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// The last writes of a customer, the newest first.
pub async fn list_writes(
    conn: &impl ConnectionTrait,
    customer: CustomerId,
    limit: u32,
) -> Result<Vec<WriteRow>, StoreError> {
    let sql = "SELECT * FROM customer_write WHERE customer_id = $1 ORDER BY started_at DESC, id DESC LIMIT $2";
    rows(conn, sql, values![customer.0, i64::from(limit)])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Keeps a first password, sealed.
pub async fn set_write_password(tx: &Tx, id: WriteId, sealed: &[u8]) -> Result<(), StoreError> {
    exec(
        tx,
        "UPDATE customer_write SET password = $2 WHERE id = $1",
        values![id.0, sealed.to_vec()],
    )
    .await
    .map(drop)
}

/// Gives a first password and forgets it.
pub async fn take_write_password(tx: &Tx, id: WriteId) -> Result<Option<Vec<u8>>, StoreError> {
    let found = row(
        tx,
        "SELECT password FROM customer_write WHERE id = $1 AND password IS NOT NULL",
        values![id.0],
    )
    .await?;
    let Some(found) = found else { return Ok(None) };
    let sealed: Vec<u8> = found.get("password")?;
    let taken = exec(
        tx,
        "UPDATE customer_write SET password = NULL WHERE id = $1 AND password IS NOT NULL",
        values![id.0],
    )
    .await?;
    Ok((taken == 1).then_some(sealed))
}

/// Every first password that waits to be seen, for a change of the key.
pub async fn list_write_passwords(
    conn: &impl ConnectionTrait,
) -> Result<Vec<(WriteId, Vec<u8>)>, StoreError> {
    let sql = "SELECT id, password FROM customer_write WHERE password IS NOT NULL ORDER BY id";
    rows(conn, sql, values![])
        .await?
        .iter()
        .map(|row| Ok((row.get::<Uuid>("id")?.into(), row.get("password")?)))
        .collect()
}

fn read(row: &Row) -> Result<WriteRow, StoreError> {
    Ok(WriteRow {
        id: row.get::<Uuid>("id")?.into(),
        connection: row.get::<Uuid>("connection_id")?.into(),
        customer: row.get::<Uuid>("customer_id")?.into(),
        ion_id: row.get("ion_id")?,
        kind: row.word("customer_write", "kind")?,
        state: row.word("customer_write", "state")?,
        sent: row.json("customer_write", "sent")?,
        run: row.get::<Option<Uuid>>("run_id")?.map(Into::into),
        requested_by: row.get("requested_by")?,
        started_at: row.time("started_at")?,
        finished_at: row.time_opt("finished_at")?,
        outcome: row.get("outcome")?,
        has_password: row.get::<Option<Vec<u8>>>("password")?.is_some(),
    })
}
