//! The history of customers.

use domain::{ChangeId, CustomerId, RunId};
use jiff::Timestamp;
use rules::customers::rule::Rule;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::batch::{insert_rows, parts, places};
use super::{ChangeKind, ChangeRow, Way};
use crate::sql::{Row, exec, micros, row, rows, values};
use crate::{StoreError, Tx};

/// Adds lines.
pub async fn add_changes(tx: &Tx, lines: &[ChangeRow]) -> Result<(), StoreError> {
    let made = lines.iter().map(|line| {
        values![
            line.id.0,
            line.customer.0,
            line.connection.map(|id| id.0),
            line.ion_id.clone(),
            line.run.map(|id| id.0),
            micros(line.at),
            line.kind.as_str(),
            line.way.as_str(),
            line.field.clone(),
            line.before.clone(),
            line.after.clone(),
            line.rule.map(Rule::as_str),
            line.actor.clone(),
            line.request_id.clone(),
            line.note.clone()
        ]
    });
    let head = "INSERT INTO customer_change (id, customer_id, connection_id, ion_id, run_id, at, kind, way, field, before, after, rule, actor, request_id, note) VALUES ";
    insert_rows(tx, head, "", made.collect()).await
}

/// The history of a customer, the newest line first.
pub async fn list_changes(
    conn: &impl ConnectionTrait,
    customer: CustomerId,
    before: Option<ChangeId>,
    limit: u32,
) -> Result<Vec<ChangeRow>, StoreError> {
    let sql = "SELECT * FROM customer_change WHERE customer_id = $1 AND ($2 OR id < $3) ORDER BY id DESC LIMIT $4";
    let bound = values![
        customer.0,
        before.is_none(),
        before.map_or(Uuid::nil(), |id| id.0),
        i64::from(limit)
    ];
    rows(conn, sql, bound).await?.iter().map(read).collect()
}

/// What a run did, in its order, with the name of each customer.
pub async fn list_run_changes(
    conn: &impl ConnectionTrait,
    run: RunId,
    after: Option<ChangeId>,
    limit: u32,
) -> Result<Vec<(ChangeRow, String)>, StoreError> {
    let sql =
        "SELECT x.*, c.organisation FROM customer_change x JOIN customer c ON c.id = x.customer_id
         WHERE x.run_id = $1 AND ($2 OR x.id > $3) ORDER BY x.id LIMIT $4";
    let bound = values![
        run.0,
        after.is_none(),
        after.map_or(Uuid::nil(), |id| id.0),
        i64::from(limit)
    ];
    rows(conn, sql, bound)
        .await?
        .iter()
        .map(|row| Ok((read(row)?, row.get("organisation")?)))
        .collect()
}

/// How many lines of each kind a run wrote.
pub async fn count_run_changes(
    conn: &impl ConnectionTrait,
    run: RunId,
) -> Result<Vec<(ChangeKind, Way, u64)>, StoreError> {
    let sql = "SELECT kind, way, COUNT(*) AS lines FROM customer_change WHERE run_id = $1 GROUP BY kind, way ORDER BY kind, way";
    rows(conn, sql, values![run.0])
        .await?
        .iter()
        .map(|row| {
            Ok((
                row.word("customer_change", "kind")?,
                row.word("customer_change", "way")?,
                row.count("lines")?,
            ))
        })
        .collect()
}

/// One line.
pub async fn find_change(
    conn: &impl ConnectionTrait,
    id: ChangeId,
) -> Result<Option<ChangeRow>, StoreError> {
    row(
        conn,
        "SELECT * FROM customer_change WHERE id = $1",
        values![id.0],
    )
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// Notes that lines were taken back.
pub async fn mark_undone(
    tx: &Tx,
    ids: &[ChangeId],
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    for part in parts(ids) {
        let sql = format!(
            "UPDATE customer_change SET undone_at = $1, undone_by = $2 WHERE id IN ({})",
            places(2, part.len())
        );
        let mut bound = values![micros(now), by];
        bound.extend(part.iter().map(|id| Value::from(id.0)));
        exec(tx, sql, bound).await?;
    }
    Ok(())
}

fn read(row: &Row) -> Result<ChangeRow, StoreError> {
    Ok(ChangeRow {
        id: row.get::<Uuid>("id")?.into(),
        customer: row.get::<Uuid>("customer_id")?.into(),
        connection: row.get::<Option<Uuid>>("connection_id")?.map(Into::into),
        ion_id: row.get("ion_id")?,
        run: row.get::<Option<Uuid>>("run_id")?.map(Into::into),
        at: row.time("at")?,
        kind: row.word("customer_change", "kind")?,
        way: row.word("customer_change", "way")?,
        field: row.get("field")?,
        before: row.get("before")?,
        after: row.get("after")?,
        rule: row
            .get::<Option<String>>("rule")?
            .and_then(|rule| rule.parse().ok()),
        actor: row.get("actor")?,
        request_id: row.get("request_id")?,
        note: row.get("note")?,
        undone_at: row.time_opt("undone_at")?,
        undone_by: row.get("undone_by")?,
    })
}
