//! Our customers, by id and by what they carry.

use domain::CustomerId;
use domain::customer::{Customer, CustomerFields};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::CustomerRow;
use super::batch::{email_column, name_column, parts, places};
use super::ours::Own;
use crate::StoreError;
use crate::connections::signed;
use crate::sql::{Row, count, row, rows, values};

/// Customers with all that they hold.
const WHOLE: &str = "SELECT c.*, x.fields, x.own, x.origins FROM customer c JOIN customer_content x ON x.customer_id = c.id";

/// A customer by id.
pub async fn find(
    conn: &impl ConnectionTrait,
    id: CustomerId,
) -> Result<Option<CustomerRow>, StoreError> {
    row(conn, format!("{WHOLE} WHERE c.id = $1"), values![id.0])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// Customers by id, in no order; those that are not there are left out.
pub async fn find_many(
    conn: &impl ConnectionTrait,
    ids: &[CustomerId],
) -> Result<Vec<CustomerRow>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for part in parts(ids) {
        let sql = format!("{WHOLE} WHERE c.id IN ({})", places(0, part.len()));
        let values = part.iter().map(|id| Value::from(id.0)).collect();
        for row in rows(conn, sql, values).await? {
            found.push(read(&row)?);
        }
    }
    Ok(found)
}

/// A customer by its number.
pub async fn find_by_number(
    conn: &impl ConnectionTrait,
    number: u64,
) -> Result<Option<CustomerRow>, StoreError> {
    row(
        conn,
        format!("{WHOLE} WHERE c.number = $1"),
        values![signed(number)],
    )
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// Customers that have this id in another system.
pub async fn find_by_external(
    conn: &impl ConnectionTrait,
    system: &str,
    id: &str,
) -> Result<Vec<CustomerId>, StoreError> {
    let sql =
        "SELECT customer_id AS id FROM customer_external WHERE system = $1 AND external_id = $2";
    ids(conn, sql, values![system, id]).await
}

/// Customers with this e-mail that are not archived.
pub async fn find_by_email(
    conn: &impl ConnectionTrait,
    email: &str,
) -> Result<Vec<CustomerId>, StoreError> {
    let key = email_column(email);
    if key.is_empty() {
        return Ok(Vec::new());
    }
    ids(
        conn,
        "SELECT id FROM customer WHERE email_key = $1 AND archived_at IS NULL ORDER BY number",
        values![key],
    )
    .await
}

/// Customers of this name that are not archived.
pub async fn find_by_organisation(
    conn: &impl ConnectionTrait,
    name: &str,
) -> Result<Vec<CustomerId>, StoreError> {
    let sql = "SELECT id FROM customer WHERE organisation_key = $1 AND archived_at IS NULL ORDER BY number";
    ids(conn, sql, values![name_column(name.trim())]).await
}

async fn ids(
    conn: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<CustomerId>, StoreError> {
    rows(conn, sql, values)
        .await?
        .iter()
        .map(|row| Ok(row.get::<Uuid>("id")?.into()))
        .collect()
}

/// How many customers are not archived.
pub async fn count_all(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let all = count(
        conn,
        "SELECT COUNT(*) FROM customer WHERE archived_at IS NULL",
        vec![],
    )
    .await?;
    Ok(u64::try_from(all).unwrap_or(0))
}

fn read(row: &Row) -> Result<CustomerRow, StoreError> {
    let own: Own = row.json("customer_content", "own")?;
    let fields: CustomerFields = row.json("customer_content", "fields")?;
    let archived_at = row.time_opt("archived_at")?;
    Ok(CustomerRow {
        id: row.get::<Uuid>("id")?.into(),
        number: row.count("number")?,
        customer: Customer {
            fields,
            registration_number: own.registration_number,
            vat_number: own.vat_number,
            domains: own.domains,
            contacts: own.contacts,
            notes: own.notes,
            tags: own.tags,
            external_ids: own.external_ids,
            archived: archived_at.is_some(),
        },
        origins: row.json("customer_content", "origins")?,
        link_state: row.word("customer", "link_state")?,
        ignored: row.get("ignored")?,
        version: row.count("version")?,
        edited_at: row.time("edited_at")?,
        created_at: row.time("created_at")?,
        created_by: row.get("created_by")?,
        archived_at,
        merged_into: row.get::<Option<Uuid>>("merged_into")?.map(CustomerId),
    })
}
