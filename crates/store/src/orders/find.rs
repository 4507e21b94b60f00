//! Orders, by id and by what they carry.

use domain::order::OrderOrigin;
use domain::{ConnectionId, CustomerId, OrderId, SubscriptionId};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::OrderRow;
use crate::StoreError;
use crate::connections::signed;
use crate::customers::batch::{parts, places};
use crate::sql::{Row, row, rows, values};

/// Orders with all that they hold.
const WHOLE: &str = "SELECT h.*, b.content, b.totals, b.payload, b.ion, b.failure FROM order_head h JOIN order_body b ON b.order_id = h.id";

/// An order by id.
pub async fn find(
    conn: &impl ConnectionTrait,
    id: OrderId,
) -> Result<Option<OrderRow>, StoreError> {
    one(conn, "h.id = $1", values![id.0]).await
}

/// An order by its number.
pub async fn find_by_number(
    conn: &impl ConnectionTrait,
    number: u64,
) -> Result<Option<OrderRow>, StoreError> {
    one(conn, "h.number = $1", values![signed(number)]).await
}

/// An order by Ion's id.
pub async fn find_by_ion(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ion_id: &str,
) -> Result<Option<OrderRow>, StoreError> {
    let condition = "h.connection_id = $1 AND h.ion_id = $2";
    one(conn, condition, values![connection.0, ion_id]).await
}

/// An order of ours by its reference. What others wrote on orders placed elsewhere is not looked at.
pub async fn find_by_reference(
    conn: &impl ConnectionTrait,
    reference: &str,
) -> Result<Option<OrderRow>, StoreError> {
    let condition = format!("h.reference = $1 AND h.origin = '{}'", OrderOrigin::Here);
    one(conn, &condition, values![reference]).await
}

async fn one(
    conn: &impl ConnectionTrait,
    condition: &str,
    bound: Vec<Value>,
) -> Result<Option<OrderRow>, StoreError> {
    row(conn, format!("{WHOLE} WHERE {condition}"), bound)
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// Orders by Ion's ids, in no order; those that are not there are left out.
pub async fn find_many_by_ion(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ion_ids: &[String],
) -> Result<Vec<OrderRow>, StoreError> {
    let mut found = Vec::new();
    for part in parts(ion_ids) {
        let sql = format!(
            "{WHOLE} WHERE h.connection_id = $1 AND h.ion_id IN ({})",
            places(1, part.len())
        );
        let mut bound = values![connection.0];
        bound.extend(part.iter().map(|id| Value::from(id.as_str())));
        read_into(&mut found, rows(conn, sql, bound).await?)?;
    }
    Ok(found)
}

/// Orders of ours by their references, in no order; those that are not there are left out.
pub async fn find_many_by_reference(
    conn: &impl ConnectionTrait,
    references: &[String],
) -> Result<Vec<OrderRow>, StoreError> {
    let mut found = Vec::new();
    for part in parts(references) {
        let sql = format!(
            "{WHOLE} WHERE h.origin = '{}' AND h.reference IN ({})",
            OrderOrigin::Here,
            places(0, part.len())
        );
        let bound = part.iter().map(|text| Value::from(text.as_str())).collect();
        read_into(&mut found, rows(conn, sql, bound).await?)?;
    }
    Ok(found)
}

fn read_into(found: &mut Vec<OrderRow>, rows: Vec<Row>) -> Result<(), StoreError> {
    for row in rows {
        found.push(read(&row)?);
    }
    Ok(())
}

fn read(row: &Row) -> Result<OrderRow, StoreError> {
    let small = |column| -> Result<u32, StoreError> {
        Ok(u32::try_from(row.count(column)?).unwrap_or(u32::MAX))
    };
    Ok(OrderRow {
        id: row.get::<Uuid>("id")?.into(),
        number: row.count("number")?,
        connection: row.get::<Uuid>("connection_id")?.into(),
        customer: row.get::<Option<Uuid>>("customer_id")?.map(CustomerId),
        ion_customer_id: row.get("ion_customer_id")?,
        customer_name: row.get("customer_name")?,
        origin: row.word("order_head", "origin")?,
        action: row.word("order_head", "action")?,
        subscription: row
            .get::<Option<Uuid>>("subscription_id")?
            .map(SubscriptionId),
        state: row.word("order_head", "state")?,
        state_since: row.time("state_since")?,
        version: row.count("version")?,
        reference: row.get("reference")?,
        ion_id: row.get("ion_id")?,
        content: row.json("order_body", "content")?,
        totals: row.json_opt("order_body", "totals")?,
        payload: row.json_opt("order_body", "payload")?,
        ion: row.json_opt("order_body", "ion")?,
        failure: row.json_opt("order_body", "failure")?,
        created_by: row.get("created_by")?,
        created_at: row.time("created_at")?,
        edited_by: row.get("edited_by")?,
        edited_at: row.time("edited_at")?,
        submitted_by: row.get("submitted_by")?,
        submitted_at: row.time_opt("submitted_at")?,
        scheduled_for: row.time_opt("scheduled_for")?,
        sent_at: row.time_opt("sent_at")?,
        sends: small("sends")?,
        looks: small("looks")?,
        looked_at: row.time_opt("looked_at")?,
        looked_complete: row.get("looked_complete")?,
        next_look_at: row.time_opt("next_look_at")?,
        not_found_at: row.time_opt("not_found_at")?,
        polled_at: row.time_opt("polled_at")?,
        polls: small("polls")?,
        cancel_asked_at: row.time_opt("cancel_asked_at")?,
        stuck_at: row.time_opt("stuck_at")?,
        ended_at: row.time_opt("ended_at")?,
        price_moved: row.get("price_moved")?,
        has_secret: row.get("has_secret")?,
    })
}
