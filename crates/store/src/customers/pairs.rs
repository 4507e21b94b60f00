//! Pairs that look alike, and what people said of them.

use std::collections::HashSet;

use domain::{ConnectionId, CustomerId};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::batch::{decode, encode, insert_rows, like, part_of, words};
use super::{PairRow, PairState};
use crate::sql::{Row, count, exec, json_text, micros, row, rows, values};
use crate::{StoreError, Tx};

/// Proposes pairs, or says anew what they have in common. What a person rejected stays so, but for a pair that Ion named itself.
pub async fn propose(tx: &Tx, pairs: &[PairRow]) -> Result<(), StoreError> {
    let made = pairs.iter().map(|pair| {
        values![
            pair.connection.0,
            pair.customer.0,
            pair.ion_id.clone(),
            i64::from(pair.score),
            json_text(&pair.signals),
            PairState::Proposed.as_str(),
            pair.cause.as_str(),
            micros(pair.since)
        ]
    });
    let head = "INSERT INTO customer_pair (connection_id, customer_id, ion_id, score, signals, state, cause, since) VALUES ";
    let tail = " ON CONFLICT (connection_id, customer_id, ion_id) DO UPDATE SET score = excluded.score, signals = excluded.signals, cause = excluded.cause, state = 'proposed'
        WHERE (customer_pair.state = 'proposed' OR excluded.cause = 'refused')
          AND (customer_pair.score <> excluded.score OR customer_pair.signals <> excluded.signals OR customer_pair.cause <> excluded.cause OR customer_pair.state <> 'proposed')";
    insert_rows(tx, head, tail, made.collect()).await
}

/// Forgets pairs that no longer look alike. Gives the customers whose pairs went.
pub async fn withdraw_pairs(
    tx: &Tx,
    connection: ConnectionId,
    keep: &[(CustomerId, String)],
) -> Result<Vec<CustomerId>, StoreError> {
    let keep: HashSet<&(CustomerId, String)> = keep.iter().collect();
    let sql = "SELECT customer_id, ion_id FROM customer_pair WHERE connection_id = $1 AND state = 'proposed' AND cause = 'matched'";
    let mut gone = Vec::new();
    for pair in rows(tx, sql, values![connection.0]).await? {
        let pair = (
            CustomerId(pair.get("customer_id")?),
            pair.get::<String>("ion_id")?,
        );
        if !keep.contains(&pair) {
            let sql = "DELETE FROM customer_pair WHERE connection_id = $1 AND customer_id = $2 AND ion_id = $3";
            exec(tx, sql, values![connection.0, pair.0.0, pair.1]).await?;
            gone.push(pair.0);
        }
    }
    Ok(gone)
}

/// Remembers what a person said of a pair.
pub async fn decide_pair(
    tx: &Tx,
    connection: ConnectionId,
    customer: CustomerId,
    ion_id: &str,
    state: PairState,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO customer_pair (connection_id, customer_id, ion_id, score, signals, state, cause, since, decided_at, decided_by) VALUES ($1, $2, $3, 0, '[]', $4, 'matched', $5, $5, $6)
         ON CONFLICT (connection_id, customer_id, ion_id) DO UPDATE SET state = excluded.state, decided_at = excluded.decided_at, decided_by = excluded.decided_by";
    Ok(exec(
        tx,
        sql,
        values![
            connection.0,
            customer.0,
            ion_id,
            state.as_str(),
            micros(now),
            by
        ],
    )
    .await?
        == 1)
}

/// Forgets the open pairs of one of ours, or of one of Ion's. Gives the customers whose pairs went.
pub async fn drop_pairs_of(
    tx: &Tx,
    connection: ConnectionId,
    customer: Option<CustomerId>,
    ion_id: Option<&str>,
) -> Result<Vec<CustomerId>, StoreError> {
    let sql = "DELETE FROM customer_pair WHERE connection_id = $1 AND state = 'proposed' AND ($2 OR customer_id = $3) AND ($4 OR ion_id = $5) RETURNING customer_id";
    let bound = values![
        connection.0,
        customer.is_none(),
        customer.map_or(Uuid::nil(), |id| id.0),
        ion_id.is_none(),
        ion_id.unwrap_or_default()
    ];
    rows(tx, sql, bound)
        .await?
        .iter()
        .map(|row| Ok(row.get::<Uuid>("customer_id")?.into()))
        .collect()
}

const NAMES: &str = "SELECT p.*, c.organisation AS local_name, i.organisation AS remote_name";
const BOTH: &str = "FROM customer_pair p JOIN customer c ON c.id = p.customer_id JOIN ion_customer i ON i.connection_id = p.connection_id AND i.ion_id = p.ion_id";

/// One pair.
pub async fn find_pair(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    customer: CustomerId,
    ion_id: &str,
) -> Result<Option<PairRow>, StoreError> {
    let sql = format!(
        "{NAMES} {BOTH} WHERE p.connection_id = $1 AND p.customer_id = $2 AND p.ion_id = $3"
    );
    row(conn, sql, values![connection.0, customer.0, ion_id])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// Pairs that wait for a person, the likeliest first: a part; where it goes on; how many there are in all.
pub async fn list_pairs(
    conn: &impl ConnectionTrait,
    connection: Option<ConnectionId>,
    text: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<(Vec<PairRow>, Option<String>, u64), StoreError> {
    let mut condition = " WHERE p.state = 'proposed'".to_owned();
    let mut bound: Vec<Value> = Vec::new();
    if let Some(connection) = connection {
        bound.push(connection.0.into());
        condition.push_str(&format!(" AND p.connection_id = ${}", bound.len()));
    }
    for word in words(text) {
        bound.push(format!("%{}%", like(&word)).into());
        let at = bound.len();
        condition.push_str(&format!(
            " AND (c.search LIKE ${at} ESCAPE '!' OR i.search LIKE ${at} ESCAPE '!')"
        ));
    }
    let total = count(
        conn,
        format!("SELECT COUNT(*) {BOTH}{condition}"),
        bound.clone(),
    )
    .await?;
    if let Some(after) = after {
        let [score, customer, connection, ion_id] = decode(after)?;
        let (customer, connection): (Uuid, Uuid) = (part_of(&customer)?, part_of(&connection)?);
        bound.extend(values![
            part_of::<i64>(&score)?,
            customer,
            connection,
            ion_id
        ]);
        let at = bound.len();
        condition.push_str(&format!(
            " AND (p.score < ${0} OR p.score = ${0} AND (p.customer_id, p.connection_id, p.ion_id) > (${1}, ${2}, ${at}))",
            at - 3,
            at - 2,
            at - 1
        ));
    }
    bound.push(i64::from(limit).into());
    let sql = format!(
        "{NAMES} {BOTH}{condition} ORDER BY p.score DESC, p.customer_id, p.connection_id, p.ion_id LIMIT ${}",
        bound.len()
    );
    let found: Vec<PairRow> = rows(conn, sql, bound)
        .await?
        .iter()
        .map(read)
        .collect::<Result<_, _>>()?;
    let next = found
        .last()
        .filter(|_| found.len() == limit as usize)
        .map(|last| {
            encode(&[
                &last.score.to_string(),
                &last.customer.to_string(),
                &last.connection.to_string(),
                &last.ion_id,
            ])
        });
    Ok((found, next, u64::try_from(total).unwrap_or(0)))
}

/// The open pairs of one of ours, the likeliest first.
pub async fn list_pairs_of(
    conn: &impl ConnectionTrait,
    customer: CustomerId,
) -> Result<Vec<PairRow>, StoreError> {
    let sql = format!(
        "{NAMES} {BOTH} WHERE p.customer_id = $1 AND p.state = 'proposed' ORDER BY p.score DESC, p.ion_id"
    );
    rows(conn, sql, values![customer.0])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Pairs that a person said to be two.
pub async fn list_rejected(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<(CustomerId, String)>, StoreError> {
    sets(conn, connection, PairState::Rejected).await
}

/// Pairs that wait for a person, the likeliest first.
pub async fn proposed_sets(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<(CustomerId, String)>, StoreError> {
    sets(conn, connection, PairState::Proposed).await
}

async fn sets(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    state: PairState,
) -> Result<Vec<(CustomerId, String)>, StoreError> {
    let sql = "SELECT customer_id, ion_id FROM customer_pair WHERE connection_id = $1 AND state = $2 ORDER BY score DESC, customer_id, ion_id";
    rows(conn, sql, values![connection.0, state.as_str()])
        .await?
        .iter()
        .map(|row| Ok((CustomerId(row.get("customer_id")?), row.get("ion_id")?)))
        .collect()
}

fn read(row: &Row) -> Result<PairRow, StoreError> {
    Ok(PairRow {
        connection: row.get::<Uuid>("connection_id")?.into(),
        customer: row.get::<Uuid>("customer_id")?.into(),
        ion_id: row.get("ion_id")?,
        score: u8::try_from(row.count("score")?).unwrap_or(100),
        signals: row.json("customer_pair", "signals")?,
        state: row.word("customer_pair", "state")?,
        cause: row.word("customer_pair", "cause")?,
        since: row.time("since")?,
        decided_at: row.time_opt("decided_at")?,
        decided_by: row.get("decided_by")?,
        local_name: row.get("local_name")?,
        remote_name: row.get("remote_name")?,
    })
}
