//! Orders written: numbered, inserted, saved against the version that was read.

use domain::OrderId;
use domain::order::OrderState;
use jiff::Timestamp;
use sea_orm::Value;
use uuid::Uuid;

use super::OrderRow;
use super::columns::{LINE, body, fixed, head, lines};
use crate::connections::signed;
use crate::customers::batch::{insert_rows, parts, places};
use crate::db::{Turn, take_turn};
use crate::sql::{count, exec, micros, row, rows, values};
use crate::{StoreError, Tx};

/// Where the last number is kept: a draft that was deleted takes its number with it.
const LAST_NUMBER: &str = "order_number";

/// The next number; nobody else gets it, now or later, unless the transaction is dropped.
pub async fn next_number(tx: &Tx) -> Result<u64, StoreError> {
    take_turn(tx, Turn::NumberOrder).await?;
    let given = row(
        tx,
        "SELECT value FROM setting WHERE name = $1",
        values![LAST_NUMBER],
    )
    .await?
    .map(|row| row.get::<String>("value"))
    .transpose()?
    .and_then(|text| text.parse::<i64>().ok())
    .unwrap_or(0);
    let used = count(
        tx,
        "SELECT COALESCE(MAX(number), 0) FROM order_head",
        vec![],
    )
    .await?;
    let next = given.max(used) + 1;
    let sql = "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    exec(tx, sql, values![LAST_NUMBER, next.to_string()]).await?;
    Ok(u64::try_from(next).unwrap_or(1))
}

/// Makes an order, with the version that it names. A number, a reference of ours or an id of Ion's that is there already is a conflict.
pub async fn insert(tx: &Tx, order: &OrderRow) -> Result<(), StoreError> {
    insert_many(tx, std::slice::from_ref(order)).await
}

/// Makes orders, each with the version that it names.
pub async fn insert_many(tx: &Tx, orders: &[OrderRow]) -> Result<(), StoreError> {
    let (mut heads, mut bodies, mut all_lines) = (Vec::new(), Vec::new(), Vec::new());
    let mut names = Vec::new();
    for order in orders {
        let mut columns = fixed(order);
        columns.extend(head(order));
        columns.push(("version", signed(order.version).into()));
        let values;
        (names, values) = columns.into_iter().unzip();
        heads.push(values);
        let mut values = values![order.id.0];
        values.extend(body(order).into_iter().map(|(_, value)| value));
        bodies.push(values);
        all_lines.extend(lines(order));
    }
    let sql = format!("INSERT INTO order_head ({}) VALUES ", names.join(", "));
    insert_rows(tx, &sql, "", heads).await?;
    let sql = "INSERT INTO order_body (order_id, content, totals, payload, ion, failure) VALUES ";
    insert_rows(tx, sql, "", bodies).await?;
    insert_lines(tx, all_lines).await
}

async fn insert_lines(tx: &Tx, lines: Vec<Vec<Value>>) -> Result<(), StoreError> {
    insert_rows(
        tx,
        &format!("INSERT INTO order_line ({LINE}) VALUES "),
        "",
        lines,
    )
    .await
}

/// Writes an order where it still is of this version, which then is one more. False: somebody else changed it, or it is gone.
///
/// Of the row, `version`, `number`, who made it and `has_secret` are not looked at: what was kept by [`super::keep_logins`] says the last.
pub async fn save(tx: &Tx, order: &OrderRow, expected_version: u64) -> Result<bool, StoreError> {
    let (set, mut bound) = assignments(head(order));
    bound.extend(values![order.id.0, signed(expected_version)]);
    let at = bound.len();
    let sql = format!(
        "UPDATE order_head SET {set}, version = version + 1 WHERE id = ${} AND version = ${at}",
        at - 1
    );
    if exec(tx, sql, bound).await? != 1 {
        return Ok(false);
    }
    let (set, mut bound) = assignments(body(order));
    bound.push(order.id.0.into());
    let sql = format!(
        "UPDATE order_body SET {set} WHERE order_id = ${}",
        bound.len()
    );
    exec(tx, sql, bound).await?;
    let sql = "DELETE FROM order_line WHERE order_id = $1";
    exec(tx, sql, values![order.id.0]).await?;
    insert_lines(tx, lines(order)).await?;
    Ok(true)
}

/// `a = $1, b = $2`, and the values.
fn assignments(columns: Vec<(&'static str, Value)>) -> (String, Vec<Value>) {
    let (mut set, mut bound) = (Vec::new(), Vec::new());
    for (place, (name, value)) in (1..).zip(columns) {
        set.push(format!("{name} = ${place}"));
        bound.push(value);
    }
    (set.join(", "), bound)
}

/// Drafts of which nothing ever was confirmed or sent.
const NEVER_SUBMITTED: &str =
    "submitted_at IS NULL AND sent_at IS NULL AND sends = 0 AND ion_id IS NULL";

/// Deletes a draft that was never submitted, where it still is of this version; its number is not given again.
pub async fn remove_draft(tx: &Tx, id: OrderId, expected_version: u64) -> Result<bool, StoreError> {
    let sql = format!(
        "UPDATE order_head SET version = version WHERE id = $1 AND version = $2 AND state = $3 AND {NEVER_SUBMITTED}"
    );
    let bound = values![id.0, signed(expected_version), OrderState::Draft.as_str()];
    if exec(tx, sql, bound).await? != 1 {
        return Ok(false);
    }
    remove(tx, &[id]).await?;
    Ok(true)
}

/// Deletes drafts without a line that nobody touched since this time. Whatever was confirmed once is kept for ever.
pub async fn prune_drafts(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    let sql = format!(
        "SELECT id FROM order_head WHERE state = $1 AND lines = 0 AND edited_at < $2 AND {NEVER_SUBMITTED}"
    );
    let bound = values![OrderState::Draft.as_str(), micros(before)];
    let ids: Vec<OrderId> = rows(tx, sql, bound)
        .await?
        .iter()
        .map(|row| Ok(row.get::<Uuid>("id")?.into()))
        .collect::<Result<_, StoreError>>()?;
    remove(tx, &ids).await?;
    Ok(ids.len() as u64)
}

async fn remove(tx: &Tx, ids: &[OrderId]) -> Result<(), StoreError> {
    for part in parts(ids) {
        for (table, column) in [
            ("order_event", "order_id"),
            ("order_secret", "order_id"),
            ("order_line", "order_id"),
            ("order_body", "order_id"),
            ("order_head", "id"),
        ] {
            let sql = format!(
                "DELETE FROM {table} WHERE {column} IN ({})",
                places(0, part.len())
            );
            exec(tx, sql, part.iter().map(|id| id.0.into()).collect()).await?;
        }
    }
    Ok(())
}
