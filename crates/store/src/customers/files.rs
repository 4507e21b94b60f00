//! Files of customers that somebody brought.

use domain::FileId;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::batch::{insert_rows, parts, places};
use super::{FileLine, FileOutcome, FileRow, FileState};
use crate::connections::signed;
use crate::sql::{Row, count, exec, json_text, micros, row, rows, values};
use crate::{StoreError, Tx};

/// Keeps a file that was read and compared.
pub async fn insert_file(tx: &Tx, file: &FileRow, lines: &[FileLine]) -> Result<(), StoreError> {
    let sql = "INSERT INTO customer_file (id, name, format, columns, state, brought_at, brought_by) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let bound = values![
        file.id.0,
        file.name.clone(),
        file.format.clone(),
        json_text(&file.columns),
        file.state.as_str(),
        micros(file.brought_at),
        file.brought_by.clone()
    ];
    exec(tx, sql, bound).await?;
    let made = lines.iter().map(|line| {
        values![
            file.id.0,
            signed(line.line),
            line.outcome.as_str(),
            line.name.clone(),
            line.customer.map(|id| id.0),
            line.version.map(signed),
            json_text(&line.content),
            line.message.clone(),
            line.field.clone(),
            line.chosen
        ]
    });
    let head = "INSERT INTO customer_file_row (file_id, line, outcome, name, customer_id, version, content, message, field, chosen) VALUES ";
    insert_rows(tx, head, "", made.collect()).await
}

/// A file by id.
pub async fn find_file(
    conn: &impl ConnectionTrait,
    id: FileId,
) -> Result<Option<FileRow>, StoreError> {
    row(
        conn,
        "SELECT * FROM customer_file WHERE id = $1",
        values![id.0],
    )
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// The last files, the newest first.
pub async fn list_files(
    conn: &impl ConnectionTrait,
    limit: u32,
) -> Result<Vec<FileRow>, StoreError> {
    let sql = "SELECT * FROM customer_file ORDER BY brought_at DESC, id DESC LIMIT $1";
    rows(conn, sql, values![i64::from(limit)])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Rows of a file in their order, behind a line; and how many there are in all.
pub async fn list_lines(
    conn: &impl ConnectionTrait,
    file: FileId,
    outcome: Option<FileOutcome>,
    after: Option<u64>,
    limit: u32,
) -> Result<(Vec<FileLine>, u64), StoreError> {
    let mut sql = "FROM customer_file_row WHERE file_id = $1".to_owned();
    let mut bound: Vec<Value> = values![file.0];
    if let Some(outcome) = outcome {
        bound.push(outcome.as_str().into());
        sql.push_str(" AND outcome = $2");
    }
    let total = count(conn, format!("SELECT COUNT(*) {sql}"), bound.clone()).await?;
    bound.extend(values![after.map_or(-1, signed), i64::from(limit)]);
    let at = bound.len();
    let sql = format!(
        "SELECT * {sql} AND line > ${} ORDER BY line LIMIT ${at}",
        at - 1
    );
    let found = rows(conn, sql, bound)
        .await?
        .iter()
        .map(read_line)
        .collect::<Result<_, _>>()?;
    Ok((found, u64::try_from(total).unwrap_or(0)))
}

/// Rows by outcome: how many, how many of them chosen.
pub async fn line_counts(
    conn: &impl ConnectionTrait,
    file: FileId,
) -> Result<Vec<(FileOutcome, u64, u64)>, StoreError> {
    let sql = "SELECT outcome, COUNT(*) AS lines, SUM(CASE WHEN chosen THEN 1 ELSE 0 END) AS picked FROM customer_file_row WHERE file_id = $1 GROUP BY outcome ORDER BY outcome";
    rows(conn, sql, values![file.0])
        .await?
        .iter()
        .map(|row| {
            Ok((
                row.word("customer_file_row", "outcome")?,
                row.count("lines")?,
                row.count("picked")?,
            ))
        })
        .collect()
}

/// Chooses rows, or leaves them out: the named ones, or those of an outcome. What cannot be read stays out.
pub async fn set_line_chosen(
    tx: &Tx,
    file: FileId,
    lines: Option<&[u64]>,
    outcome: Option<FileOutcome>,
    on: bool,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE customer_file_row SET chosen = $2 WHERE file_id = $1 AND outcome <> 'not_readable' AND applied_at IS NULL";
    if let Some(lines) = lines {
        for part in parts(lines) {
            let mut bound = values![file.0, on];
            bound.extend(part.iter().map(|line| Value::from(signed(*line))));
            exec(
                tx,
                format!("{SQL} AND line IN ({})", places(2, part.len())),
                bound,
            )
            .await?;
        }
        return Ok(());
    }
    match outcome {
        Some(outcome) => exec(
            tx,
            format!("{SQL} AND outcome = $3"),
            values![file.0, on, outcome.as_str()],
        )
        .await
        .map(drop),
        None => exec(tx, SQL, values![file.0, on]).await.map(drop),
    }
}

/// Notes that a row was applied, and why it failed where it did. False where it was noted before: who applies the same file at the same
/// time waits here, and then leaves the row.
pub async fn mark_line(
    tx: &Tx,
    file: FileId,
    line: u64,
    result: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE customer_file_row SET applied_at = $3, result = $4 WHERE file_id = $1 AND line = $2 AND applied_at IS NULL";
    exec(tx, sql, values![file.0, signed(line), micros(now), result])
        .await
        .map(|changed| changed > 0)
}

/// Ends a file.
pub async fn settle_file(
    tx: &Tx,
    id: FileId,
    state: FileState,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE customer_file SET state = $2, applied_at = $3 WHERE id = $1";
    exec(tx, sql, values![id.0, state.as_str(), micros(now)])
        .await
        .map(drop)
}

fn read(row: &Row) -> Result<FileRow, StoreError> {
    Ok(FileRow {
        id: row.get::<Uuid>("id")?.into(),
        name: row.get("name")?,
        format: row.get("format")?,
        columns: row.json("customer_file", "columns")?,
        state: row.word("customer_file", "state")?,
        brought_at: row.time("brought_at")?,
        brought_by: row.get("brought_by")?,
        applied_at: row.time_opt("applied_at")?,
    })
}

fn read_line(row: &Row) -> Result<FileLine, StoreError> {
    Ok(FileLine {
        line: row.count("line")?,
        outcome: row.word("customer_file_row", "outcome")?,
        name: row.get("name")?,
        customer: row.get::<Option<Uuid>>("customer_id")?.map(Into::into),
        version: row
            .get::<Option<i64>>("version")?
            .and_then(|version| u64::try_from(version).ok()),
        content: row.json("customer_file_row", "content")?,
        message: row.get("message")?,
        field: row.get("field")?,
        chosen: row.get("chosen")?,
        applied_at: row.time_opt("applied_at")?,
        result: row.get("result")?,
    })
}
