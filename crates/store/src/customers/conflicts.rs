//! Conflicts, and what people chose.

use std::collections::HashMap;

use domain::customer::CustomerField;
use domain::{ConnectionId, CustomerId};
use jiff::Timestamp;
use rules::customers::decide::{Choice, FieldDecision};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{ChoiceRow, ConflictRow, ConflictedRow};
use crate::sql::{Row, exec, micros, rows, values};
use crate::{StoreError, Tx};

/// Makes these the open fields of a link: others are settled, those that stay keep their time. Gives the fields that are new, or
/// whose values are new. Writes nothing where it says what is known.
pub async fn set_conflicts(
    tx: &Tx,
    connection: ConnectionId,
    customer: CustomerId,
    ion_id: &str,
    open: &[FieldDecision],
    now: Timestamp,
) -> Result<Vec<CustomerField>, StoreError> {
    let sql = "SELECT * FROM customer_conflict WHERE connection_id = $1 AND ion_id = $2";
    let known: Vec<ConflictRow> = rows(tx, sql, values![connection.0, ion_id])
        .await?
        .iter()
        .map(read)
        .collect::<Result<_, _>>()?;
    for settled in known
        .iter()
        .filter(|row| !open.iter().any(|decision| decision.field == row.field))
    {
        let sql =
            "DELETE FROM customer_conflict WHERE connection_id = $1 AND ion_id = $2 AND field = $3";
        exec(
            tx,
            sql,
            values![connection.0, ion_id, settled.field.as_str()],
        )
        .await?;
    }
    let mut opened = Vec::new();
    for decision in open {
        let before = known.iter().find(|row| row.field == decision.field);
        if before.is_none_or(|row| row.local != decision.local || row.remote != decision.remote) {
            opened.push(decision.field);
        } else if before.is_some_and(|row| {
            row.customer == customer && row.base == decision.base && row.rule == decision.rule
        }) {
            continue;
        }
        let sql = "INSERT INTO customer_conflict (connection_id, customer_id, ion_id, field, base, local, remote, rule, since) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (connection_id, ion_id, field) DO UPDATE SET customer_id = excluded.customer_id, base = excluded.base, local = excluded.local, remote = excluded.remote, rule = excluded.rule";
        let bound = values![
            connection.0,
            customer.0,
            ion_id,
            decision.field.as_str(),
            decision.base.clone(),
            decision.local.clone(),
            decision.remote.clone(),
            decision.rule.as_str(),
            micros(now)
        ];
        exec(tx, sql, bound).await?;
    }
    Ok(opened)
}

/// The open fields of one of ours.
pub async fn list_conflicts(
    conn: &impl ConnectionTrait,
    customer: CustomerId,
) -> Result<Vec<ConflictRow>, StoreError> {
    let sql = "SELECT * FROM customer_conflict WHERE customer_id = $1 ORDER BY connection_id, since, field";
    rows(conn, sql, values![customer.0])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Customers with open fields, those that wait longest first.
pub async fn list_conflicted(
    conn: &impl ConnectionTrait,
) -> Result<Vec<ConflictedRow>, StoreError> {
    let sql = "SELECT x.connection_id, x.customer_id, x.ion_id, c.number, c.organisation, COUNT(*) AS fields, MIN(x.since) AS since
         FROM customer_conflict x JOIN customer c ON c.id = x.customer_id
         GROUP BY x.connection_id, x.customer_id, x.ion_id, c.number, c.organisation ORDER BY MIN(x.since), c.organisation LIMIT 1000";
    rows(conn, sql, vec![])
        .await?
        .iter()
        .map(|row| {
            Ok(ConflictedRow {
                connection: row.get::<Uuid>("connection_id")?.into(),
                customer: row.get::<Uuid>("customer_id")?.into(),
                number: row.count("number")?,
                ion_id: row.get("ion_id")?,
                name: row.get("organisation")?,
                fields: row.count("fields")?,
                since: row.time("since")?,
            })
        })
        .collect()
}

/// Remembers what a person chose for a field.
pub async fn choose(
    tx: &Tx,
    connection: ConnectionId,
    ion_id: &str,
    row: &ChoiceRow,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO customer_choice (connection_id, ion_id, field, winner, local, remote, decided_at, decided_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (connection_id, ion_id, field) DO UPDATE SET winner = excluded.winner, local = excluded.local, remote = excluded.remote, decided_at = excluded.decided_at, decided_by = excluded.decided_by";
    let bound = values![
        connection.0,
        ion_id,
        row.choice.field.as_str(),
        row.choice.winner.as_str(),
        row.choice.local.clone(),
        row.choice.remote.clone(),
        micros(row.decided_at),
        row.decided_by.clone()
    ];
    exec(tx, sql, bound).await.map(drop)
}

/// What people chose of a link.
pub async fn list_choices(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ion_id: &str,
) -> Result<Vec<ChoiceRow>, StoreError> {
    let sql =
        "SELECT * FROM customer_choice WHERE connection_id = $1 AND ion_id = $2 ORDER BY field";
    rows(conn, sql, values![connection.0, ion_id])
        .await?
        .iter()
        .map(|row| {
            Ok(ChoiceRow {
                choice: choice(row)?,
                decided_at: row.time("decided_at")?,
                decided_by: row.get("decided_by")?,
            })
        })
        .collect()
}

/// What people chose of all links of a connection, by Ion's id.
pub async fn list_choices_many(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<HashMap<String, Vec<Choice>>, StoreError> {
    let mut all: HashMap<String, Vec<Choice>> = HashMap::new();
    for row in rows(
        conn,
        "SELECT * FROM customer_choice WHERE connection_id = $1",
        values![connection.0],
    )
    .await?
    {
        all.entry(row.get("ion_id")?)
            .or_default()
            .push(choice(&row)?);
    }
    Ok(all)
}

/// Forgets choices that were carried out.
pub async fn clear_choices(
    tx: &Tx,
    connection: ConnectionId,
    ion_id: &str,
    fields: &[CustomerField],
) -> Result<(), StoreError> {
    for field in fields {
        let sql =
            "DELETE FROM customer_choice WHERE connection_id = $1 AND ion_id = $2 AND field = $3";
        exec(tx, sql, values![connection.0, ion_id, field.as_str()]).await?;
    }
    Ok(())
}

fn choice(row: &Row) -> Result<Choice, StoreError> {
    Ok(Choice {
        field: row.word("customer_choice", "field")?,
        winner: row.word("customer_choice", "winner")?,
        local: row.get("local")?,
        remote: row.get("remote")?,
    })
}

fn read(row: &Row) -> Result<ConflictRow, StoreError> {
    Ok(ConflictRow {
        connection: row.get::<Uuid>("connection_id")?.into(),
        customer: row.get::<Uuid>("customer_id")?.into(),
        ion_id: row.get("ion_id")?,
        field: row.word("customer_conflict", "field")?,
        base: row.get("base")?,
        local: row.get("local")?,
        remote: row.get("remote")?,
        rule: row.word("customer_conflict", "rule")?,
        since: row.time("since")?,
    })
}
