//! Links: which customer of ours is which of Ion's.

use domain::customer::{CustomerField, CustomerFields};
use domain::{ConnectionId, CustomerId};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::batch::{decode, encode, insert_rows, like, part_of, parts, places, words};
use super::{LinkRow, Unlinked, WriteFailure};
use crate::connections::signed;
use crate::sql::{Row, count, exec, json_text, micros, row, rows, values};
use crate::{StoreError, Tx};

/// Links two. Each may be linked once in a connection; a second link is a conflict of the store.
pub async fn link(tx: &Tx, link: &LinkRow) -> Result<(), StoreError> {
    link_many(tx, std::slice::from_ref(link)).await
}

/// Links many pairs.
pub async fn link_many(tx: &Tx, links: &[LinkRow]) -> Result<(), StoreError> {
    let made = links.iter().map(|link| {
        values![
            link.customer.0,
            link.connection.0,
            link.ion_id.clone(),
            link.base.as_ref().map(json_text),
            signed(link.revision),
            link.settled_version.map(signed),
            link.failed.as_ref().map(|failed| failed.message.clone()),
            link.failed
                .as_ref()
                .and_then(|failed| failed.field)
                .map(CustomerField::as_str),
            link.failed.as_ref().map(|failed| micros(failed.at)),
            link.synced_at.map(micros),
            micros(link.linked_at),
            link.linked_by.clone(),
            link.rule.as_str()
        ]
    });
    let head = "INSERT INTO customer_link (customer_id, connection_id, ion_id, base, revision, settled_version, failed, failed_field, failed_at, synced_at, linked_at, linked_by, rule) VALUES ";
    insert_rows(tx, head, "", made.collect()).await
}

/// The link of one of Ion's.
pub async fn find_link(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ion_id: &str,
) -> Result<Option<LinkRow>, StoreError> {
    let sql = "SELECT * FROM customer_link WHERE connection_id = $1 AND ion_id = $2";
    row(conn, sql, values![connection.0, ion_id])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// The link of one of ours in a connection.
pub async fn find_link_of(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    customer: CustomerId,
) -> Result<Option<LinkRow>, StoreError> {
    let sql = "SELECT * FROM customer_link WHERE connection_id = $1 AND customer_id = $2";
    row(conn, sql, values![connection.0, customer.0])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// Every link of one of ours.
pub async fn list_links(
    conn: &impl ConnectionTrait,
    customer: CustomerId,
) -> Result<Vec<LinkRow>, StoreError> {
    let sql = "SELECT * FROM customer_link WHERE customer_id = $1 ORDER BY connection_id";
    rows(conn, sql, values![customer.0])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// The links of these of Ion's, in no order.
pub async fn list_links_many(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ids: &[String],
) -> Result<Vec<LinkRow>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for part in parts(ids) {
        let sql = format!(
            "SELECT * FROM customer_link WHERE connection_id = $1 AND ion_id IN ({})",
            places(1, part.len())
        );
        let mut bound = values![connection.0];
        bound.extend(part.iter().map(|id| Value::from(id.clone())));
        for row in rows(conn, sql, bound).await? {
            found.push(read(&row)?);
        }
    }
    Ok(found)
}

/// Writes base, failure and what was settled, where the link still is of this revision.
pub async fn save_link(
    tx: &Tx,
    link: &LinkRow,
    expected_revision: u64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE customer_link SET base = $4, settled_version = $5, failed = $6, failed_field = $7, failed_at = $8, synced_at = $9, revision = revision + 1
         WHERE connection_id = $1 AND ion_id = $2 AND revision = $3";
    let bound = values![
        link.connection.0,
        link.ion_id.clone(),
        signed(expected_revision),
        link.base.as_ref().map(json_text),
        link.settled_version.map(signed),
        link.failed.as_ref().map(|failed| failed.message.clone()),
        link.failed
            .as_ref()
            .and_then(|failed| failed.field)
            .map(CustomerField::as_str),
        link.failed.as_ref().map(|failed| micros(failed.at)),
        link.synced_at.map(micros)
    ];
    Ok(exec(tx, sql, bound).await? == 1)
}

/// Opens links again: something about them is to be decided anew. All of a connection, where none are named.
///
/// The revision stays: who read the link before may go on, and finds it open.
pub async fn unsettle(
    tx: &Tx,
    connection: ConnectionId,
    ids: Option<&[String]>,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE customer_link SET settled_version = NULL WHERE connection_id = $1 AND settled_version IS NOT NULL";
    let Some(ids) = ids else {
        return exec(tx, SQL, values![connection.0]).await.map(drop);
    };
    for part in parts(ids) {
        let mut bound = values![connection.0];
        bound.extend(part.iter().map(|id| Value::from(id.clone())));
        exec(
            tx,
            format!("{SQL} AND ion_id IN ({})", places(1, part.len())),
            bound,
        )
        .await?;
    }
    Ok(())
}

/// Ends a link. False where there is none.
pub async fn unlink(tx: &Tx, connection: ConnectionId, ion_id: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM customer_link WHERE connection_id = $1 AND ion_id = $2";
    Ok(exec(tx, sql, values![connection.0, ion_id]).await? == 1)
}

/// Gives a link, with its conflicts, to another customer of ours.
pub async fn move_link(
    tx: &Tx,
    connection: ConnectionId,
    ion_id: &str,
    to: CustomerId,
) -> Result<(), StoreError> {
    let bound = || values![connection.0, ion_id, to.0];
    let sql = "UPDATE customer_link SET customer_id = $3, settled_version = NULL, revision = revision + 1 WHERE connection_id = $1 AND ion_id = $2";
    exec(tx, sql, bound()).await?;
    exec(
        tx,
        "UPDATE customer_conflict SET customer_id = $3 WHERE connection_id = $1 AND ion_id = $2",
        bound(),
    )
    .await?;
    Ok(())
}

/// Our customers that are not linked in a connection; archived ones are left out.
pub async fn list_unlinked(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<Unlinked>, StoreError> {
    #[derive(serde::Deserialize)]
    struct Domains {
        #[serde(default)]
        domains: Vec<String>,
    }
    let sql = "SELECT c.id, x.fields, x.own, c.ignored, c.edited_at FROM customer c JOIN customer_content x ON x.customer_id = c.id WHERE c.archived_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM customer_link l WHERE l.customer_id = c.id AND l.connection_id = $1) ORDER BY c.number";
    rows(conn, sql, values![connection.0])
        .await?
        .iter()
        .map(|row| {
            let fields: CustomerFields = row.json("customer_content", "fields")?;
            let own: Domains = row.json("customer_content", "own")?;
            Ok(Unlinked {
                id: row.get::<Uuid>("id")?.into(),
                fields,
                domains: own.domains,
                ignored: row.get("ignored")?,
                edited_at: row.time("edited_at")?,
            })
        })
        .collect()
}

/// How many are linked in a connection.
pub async fn count_linked(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) FROM customer_link WHERE connection_id = $1";
    Ok(u64::try_from(count(conn, sql, values![connection.0]).await?).unwrap_or(0))
}

/// Links whose last write to Ion failed, with the name of ours, the latest first.
pub async fn list_failed(
    conn: &impl ConnectionTrait,
    connection: Option<ConnectionId>,
) -> Result<Vec<(LinkRow, String)>, StoreError> {
    let sql = "SELECT l.*, c.organisation AS name FROM customer_link l JOIN customer c ON c.id = l.customer_id
         WHERE l.failed IS NOT NULL AND c.archived_at IS NULL AND ($1 OR l.connection_id = $2) ORDER BY l.failed_at DESC LIMIT 1000";
    let bound = values![
        connection.is_none(),
        connection.map_or(Uuid::nil(), |id| id.0)
    ];
    rows(conn, sql, bound)
        .await?
        .iter()
        .map(|row| Ok((read(row)?, row.get("name")?)))
        .collect()
}

/// A link with both names.
pub type Named = (LinkRow, String, String);

/// Links, by the name of ours: a part; where it goes on; how many there are in all.
pub async fn list_linked(
    conn: &impl ConnectionTrait,
    connection: Option<ConnectionId>,
    text: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<(Vec<Named>, Option<String>, u64), StoreError> {
    // Customers come first, in the order of their names: SQLite keeps to the order of a cross join.
    let mut sql = "FROM customer c CROSS JOIN customer_link l
        LEFT JOIN ion_customer i ON i.connection_id = l.connection_id AND i.ion_id = l.ion_id WHERE l.customer_id = c.id AND c.archived_at IS NULL"
        .to_owned();
    let mut bound: Vec<Value> = Vec::new();
    if let Some(connection) = connection {
        bound.push(connection.0.into());
        sql.push_str(&format!(" AND l.connection_id = ${}", bound.len()));
    }
    for word in words(text) {
        bound.push(format!("%{}%", like(&word)).into());
        let at = bound.len();
        sql.push_str(&format!(
            " AND (c.search LIKE ${at} ESCAPE '!' OR i.search LIKE ${at} ESCAPE '!')"
        ));
    }
    let total = count(conn, format!("SELECT COUNT(*) {sql}"), bound.clone()).await?;
    if let Some(after) = after {
        let [name, customer, connection] = decode(after)?;
        let (customer, connection): (Uuid, Uuid) = (part_of(&customer)?, part_of(&connection)?);
        bound.extend(values![name, customer, connection]);
        let at = bound.len();
        sql.push_str(&format!(
            " AND (c.organisation_key, c.id, l.connection_id) > (${}, ${}, ${at})",
            at - 2,
            at - 1
        ));
    }
    bound.push(i64::from(limit).into());
    let sql = format!(
        "SELECT l.*, c.organisation AS local_name, c.organisation_key AS local_key, i.organisation AS remote_name {sql} ORDER BY c.organisation_key, c.id, l.connection_id LIMIT ${}",
        bound.len()
    );
    let found = rows(conn, sql, bound).await?;
    let mut named = Vec::with_capacity(found.len());
    for row in &found {
        let remote: Option<String> = row.get("remote_name")?;
        named.push((
            read(row)?,
            row.get("local_name")?,
            remote.unwrap_or_default(),
        ));
    }
    let next = match (found.last(), named.last()) {
        (Some(row), Some((link, ..))) if found.len() == limit as usize => {
            let key: String = row.get("local_key")?;
            Some(encode(&[
                &key,
                &link.customer.to_string(),
                &link.connection.to_string(),
            ]))
        }
        _ => None,
    };
    Ok((named, next, u64::try_from(total).unwrap_or(0)))
}

pub(super) fn read(row: &Row) -> Result<LinkRow, StoreError> {
    let base = match row.get::<Option<String>>("base")? {
        None => None,
        Some(text) => Some(
            serde_json::from_str(&text).map_err(|error| StoreError::Corrupt {
                table: "customer_link",
                column: "base",
                value: error.to_string(),
            })?,
        ),
    };
    let failed = match row.get::<Option<String>>("failed")? {
        None => None,
        Some(message) => Some(WriteFailure {
            message,
            field: row
                .get::<Option<String>>("failed_field")?
                .and_then(|field| field.parse().ok()),
            at: row.time_opt("failed_at")?.unwrap_or_default(),
        }),
    };
    Ok(LinkRow {
        customer: row.get::<Uuid>("customer_id")?.into(),
        connection: row.get::<Uuid>("connection_id")?.into(),
        ion_id: row.get("ion_id")?,
        base,
        revision: row.count("revision")?,
        settled_version: row
            .get::<Option<i64>>("settled_version")?
            .and_then(|version| u64::try_from(version).ok()),
        failed,
        synced_at: row.time_opt("synced_at")?,
        linked_at: row.time("linked_at")?,
        linked_by: row.get("linked_by")?,
        rule: row.word("customer_link", "rule")?,
    })
}
