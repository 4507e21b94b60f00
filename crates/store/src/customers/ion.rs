//! Ion's customers, as they were last shown.

use domain::ConnectionId;
use domain::customer::{CustomerField, IonCustomer};
use jiff::Timestamp;
use rules::customers::name::fold;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::batch::{
    decode, email_column, encode, insert_rows, like, name_column, part_of, parts, places, words,
};
use super::{IonRow, Known, KnownLink};
use crate::sql::{Row, count, exec, from_micros, json_text, micros, row, rows, values};
use crate::{StoreError, Tx};

/// Keeps what Ion showed: they are there, and no longer missed.
pub async fn upsert_many(
    tx: &Tx,
    connection: ConnectionId,
    customers: &[(IonCustomer, [u8; 32])],
    now: Timestamp,
) -> Result<(), StoreError> {
    let made = customers.iter().map(|(customer, hash)| {
        let get = |field| customer.fields.get(field);
        values![
            connection.0,
            customer.ion_id.clone(),
            customer.uid.clone(),
            json_text(&customer.fields),
            get(CustomerField::Organisation),
            name_column(get(CustomerField::Organisation)),
            email_column(get(CustomerField::Email)),
            search_words(customer),
            customer.active,
            customer.created_at.map(micros),
            customer.updated_at.map(micros),
            hash.to_vec(),
            micros(now),
            micros(now)
        ]
    });
    let head = "INSERT INTO ion_customer (connection_id, ion_id, uid, fields, organisation, organisation_key, email_key, search, active, ion_created_at, ion_updated_at, hash, first_seen_at, changed_at) VALUES ";
    let tail = " ON CONFLICT (connection_id, ion_id) DO UPDATE SET uid = excluded.uid, fields = excluded.fields, organisation = excluded.organisation,
        organisation_key = excluded.organisation_key, email_key = excluded.email_key, search = excluded.search, active = excluded.active,
        ion_created_at = excluded.ion_created_at, ion_updated_at = excluded.ion_updated_at, hash = excluded.hash, changed_at = excluded.changed_at,
        missed = 0, gone_at = NULL";
    insert_rows(tx, head, tail, made.collect()).await
}

fn search_words(customer: &IonCustomer) -> String {
    let mut all: Vec<&str> = vec![&customer.ion_id];
    all.extend(
        customer
            .fields
            .all()
            .map(|(_, text)| text)
            .filter(|text| !text.is_empty()),
    );
    fold(&all.join("\n"))
}

/// One of Ion's.
pub async fn find_ion(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ion_id: &str,
) -> Result<Option<IonRow>, StoreError> {
    let sql = "SELECT * FROM ion_customer WHERE connection_id = $1 AND ion_id = $2";
    row(conn, sql, values![connection.0, ion_id])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// Several of Ion's, in no order.
pub async fn find_ion_many(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ids: &[String],
) -> Result<Vec<IonRow>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for part in parts(ids) {
        let sql = format!(
            "SELECT * FROM ion_customer WHERE connection_id = $1 AND ion_id IN ({})",
            places(1, part.len())
        );
        for row in rows(conn, sql, with_ids(connection, part)).await? {
            found.push(read(&row)?);
        }
    }
    Ok(found)
}

fn with_ids(connection: ConnectionId, ids: &[String]) -> Vec<Value> {
    let mut bound = values![connection.0];
    bound.extend(ids.iter().map(|id| Value::from(id.clone())));
    bound
}

/// Ion's customers with this e-mail; those that are gone among them.
pub async fn find_ion_by_email(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    email: &str,
) -> Result<Vec<IonRow>, StoreError> {
    let key = email_column(email);
    if key.is_empty() {
        return Ok(Vec::new());
    }
    let sql =
        "SELECT * FROM ion_customer WHERE connection_id = $1 AND email_key = $2 ORDER BY ion_id";
    rows(conn, sql, values![connection.0, key])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Notes one more complete list without them.
pub async fn add_miss(tx: &Tx, connection: ConnectionId, ids: &[String]) -> Result<(), StoreError> {
    for part in parts(ids) {
        let sql = format!(
            "UPDATE ion_customer SET missed = missed + 1 WHERE connection_id = $1 AND ion_id IN ({})",
            places(1, part.len())
        );
        exec(tx, sql, with_ids(connection, part)).await?;
    }
    Ok(())
}

/// Marks one as gone from Ion.
pub async fn mark_gone(
    tx: &Tx,
    connection: ConnectionId,
    ion_id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE ion_customer SET gone_at = $3, missed = missed + 1 WHERE connection_id = $1 AND ion_id = $2 AND gone_at IS NULL";
    exec(tx, sql, values![connection.0, ion_id, micros(now)])
        .await
        .map(drop)
}

/// Leaves one of Ion's out of sync, or takes it in again.
pub async fn set_ion_ignored(
    tx: &Tx,
    connection: ConnectionId,
    ion_id: &str,
    ignored: bool,
) -> Result<(), StoreError> {
    let sql = "UPDATE ion_customer SET ignored = $3 WHERE connection_id = $1 AND ion_id = $2 AND ignored <> $3";
    exec(tx, sql, values![connection.0, ion_id, ignored])
        .await
        .map(drop)
}

/// What a sync compares first: all of a connection's, small.
pub async fn list_known(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<Known>, StoreError> {
    let sql = "SELECT i.ion_id, i.hash, i.missed, i.gone_at, i.ignored, l.customer_id, l.revision,
           CASE WHEN l.settled_version = c.version THEN TRUE ELSE FALSE END AS settled,
           CASE WHEN c.archived_at IS NOT NULL THEN TRUE ELSE FALSE END AS archived
         FROM ion_customer i
         LEFT JOIN customer_link l ON l.connection_id = i.connection_id AND l.ion_id = i.ion_id
         LEFT JOIN customer c ON c.id = l.customer_id
         WHERE i.connection_id = $1";
    let found = rows(conn, sql, values![connection.0]).await?;
    found
        .iter()
        .map(|row| {
            let link = match row.get::<Option<Uuid>>("customer_id")? {
                None => None,
                Some(customer) => Some(KnownLink {
                    customer: customer.into(),
                    revision: row.count("revision")?,
                    settled: row.get("settled")?,
                    archived: row.get("archived")?,
                }),
            };
            Ok(Known {
                ion_id: row.get("ion_id")?,
                hash: hash(row)?,
                missed: small(row.count("missed")?),
                gone: row.get::<Option<i64>>("gone_at")?.is_some(),
                ignored: row.get("ignored")?,
                link,
            })
        })
        .collect()
}

/// Ion's customers that nobody is linked with and that are not gone.
pub async fn list_unlinked_ion(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<IonRow>, StoreError> {
    let sql = format!(
        "SELECT i.* FROM ion_customer i WHERE i.connection_id = $1 AND i.gone_at IS NULL AND {NOT_LINKED} ORDER BY i.ion_id"
    );
    rows(conn, sql, values![connection.0])
        .await?
        .iter()
        .map(read)
        .collect()
}

const NOT_LINKED: &str = "NOT EXISTS (SELECT 1 FROM customer_link l WHERE l.connection_id = i.connection_id AND l.ion_id = i.ion_id)";

/// What stands alone at Ion and waits for nobody.
const ONLY_IN_ION: &str = "i.gone_at IS NULL AND NOT i.ignored
    AND NOT EXISTS (SELECT 1 FROM customer_link l WHERE l.connection_id = i.connection_id AND l.ion_id = i.ion_id)
    AND NOT EXISTS (SELECT 1 FROM customer_pair p WHERE p.connection_id = i.connection_id AND p.ion_id = i.ion_id AND p.state = 'proposed')";

/// Ion's customers without one of ours: a part, by name; where it goes on; how many there are in all.
pub async fn list_only_in_ion(
    conn: &impl ConnectionTrait,
    connection: Option<ConnectionId>,
    text: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<(Vec<IonRow>, Option<String>, u64), StoreError> {
    list_where(conn, ONLY_IN_ION, connection, text, after, limit).await
}

/// Ion's customers that a person said to leave: a part, by name; where it goes on; how many there are in all.
pub async fn list_ignored_ion(
    conn: &impl ConnectionTrait,
    connection: Option<ConnectionId>,
    text: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<(Vec<IonRow>, Option<String>, u64), StoreError> {
    list_where(
        conn,
        // Said twice, for the index of those that stand aside.
        "(i.gone_at IS NOT NULL OR i.ignored) AND i.ignored AND i.gone_at IS NULL",
        connection,
        text,
        after,
        limit,
    )
    .await
}

/// Any of Ion's customers that is not gone, by a text: for a link by hand.
pub async fn search_ion(
    conn: &impl ConnectionTrait,
    connection: Option<ConnectionId>,
    text: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<(Vec<IonRow>, Option<String>, u64), StoreError> {
    let condition = format!("i.gone_at IS NULL AND {NOT_LINKED}");
    list_where(conn, &condition, connection, text, after, limit).await
}

async fn list_where(
    conn: &impl ConnectionTrait,
    condition: &str,
    connection: Option<ConnectionId>,
    text: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<(Vec<IonRow>, Option<String>, u64), StoreError> {
    let mut sql = format!("FROM ion_customer i WHERE {condition}");
    let mut bound: Vec<Value> = Vec::new();
    if let Some(connection) = connection {
        bound.push(connection.0.into());
        sql.push_str(&format!(" AND i.connection_id = ${}", bound.len()));
    }
    for word in words(text) {
        bound.push(format!("%{}%", like(&word)).into());
        sql.push_str(&format!(" AND i.search LIKE ${} ESCAPE '!'", bound.len()));
    }
    let total = count(conn, format!("SELECT COUNT(*) {sql}"), bound.clone()).await?;
    if let Some(after) = after {
        let [name, connection, ion_id] = decode(after)?;
        bound.extend(values![name, part_of::<Uuid>(&connection)?, ion_id]);
        let at = bound.len();
        sql.push_str(&format!(
            " AND (i.organisation_key, i.connection_id, i.ion_id) > (${}, ${}, ${at})",
            at - 2,
            at - 1
        ));
    }
    bound.push(i64::from(limit).into());
    let sql = format!(
        "SELECT i.* {sql} ORDER BY i.organisation_key, i.connection_id, i.ion_id LIMIT ${}",
        bound.len()
    );
    let found: Vec<IonRow> = rows(conn, sql, bound)
        .await?
        .iter()
        .map(read)
        .collect::<Result<_, _>>()?;
    let next = found
        .last()
        .filter(|_| found.len() == limit as usize)
        .map(|last| {
            let name = name_column(last.customer.fields.get(CustomerField::Organisation));
            encode(&[&name, &last.connection.to_string(), &last.customer.ion_id])
        });
    Ok((found, next, u64::try_from(total).unwrap_or(0)))
}

fn hash(row: &Row) -> Result<[u8; 32], StoreError> {
    let bytes: Vec<u8> = row.get("hash")?;
    Ok(bytes.try_into().unwrap_or_default())
}

fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn read(row: &Row) -> Result<IonRow, StoreError> {
    Ok(IonRow {
        connection: row.get::<Uuid>("connection_id")?.into(),
        customer: IonCustomer {
            ion_id: row.get("ion_id")?,
            uid: row.get("uid")?,
            fields: row.json("ion_customer", "fields")?,
            active: row.get("active")?,
            created_at: row.get::<Option<i64>>("ion_created_at")?.map(from_micros),
            updated_at: row.get::<Option<i64>>("ion_updated_at")?.map(from_micros),
        },
        hash: hash(row)?,
        missed: small(row.count("missed")?),
        gone_at: row.time_opt("gone_at")?,
        ignored: row.get("ignored")?,
        first_seen_at: row.time("first_seen_at")?,
        changed_at: row.time("changed_at")?,
    })
}
