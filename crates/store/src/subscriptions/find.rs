//! Subscriptions, by id and by what they carry.

use domain::{ConnectionId, CustomerId, OrderId, ProductId, SubscriptionId};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::SubscriptionRow;
use crate::customers::batch::{parts, places};
use crate::sql::{Row, hash_of, hold_rows, row, rows, values};
use crate::{StoreError, Tx};

/// Subscriptions with all that is known of them.
const WHOLE: &str = "SELECT s.id, s.connection_id, s.customer_id, s.vendor, c.content, c.customer_name, c.product_id, c.order_id, c.monthly_units, c.sale_units, c.margin_permille,
      c.first_seen_at, c.changed_at, r.hash, r.missed, r.gone_at, r.read_at
    FROM subscription s JOIN subscription_content c ON c.subscription_id = s.id JOIN subscription_reading r ON r.subscription_id = s.id";

/// A subscription by id.
pub async fn find(
    conn: &impl ConnectionTrait,
    id: SubscriptionId,
) -> Result<Option<SubscriptionRow>, StoreError> {
    one(conn, "WHERE s.id = $1", values![id.0]).await
}

/// Subscriptions by id, in no order; those that are not there are left out.
pub async fn find_many(
    conn: &impl ConnectionTrait,
    ids: &[SubscriptionId],
) -> Result<Vec<SubscriptionRow>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for part in parts(ids) {
        let condition = format!("WHERE s.id IN ({})", places(0, part.len()));
        let bound = part.iter().map(|id| Value::from(id.0)).collect();
        found.extend(many(conn, &condition, bound).await?);
    }
    Ok(found)
}

/// A subscription by Ion's id.
pub async fn find_by_ion(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ion_id: &str,
) -> Result<Option<SubscriptionRow>, StoreError> {
    let condition = "WHERE r.connection_id = $1 AND r.ion_id = $2";
    one(conn, condition, values![connection.0, ion_id]).await
}

/// A subscription by the vendor's id; of several a live one, and the one that was seen last.
pub async fn find_by_resource(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    resource_id: &str,
) -> Result<Option<SubscriptionRow>, StoreError> {
    if resource_id.is_empty() {
        return Ok(None);
    }
    let condition = "WHERE c.connection_id = $1 AND c.resource_id = $2 ORDER BY s.live DESC, c.first_seen_at DESC, s.id DESC LIMIT 1";
    one(conn, condition, values![connection.0, resource_id]).await
}

/// Holds a subscription until the transaction ends: who else decides about it waits, and sees then what was decided.
pub async fn hold(tx: &Tx, id: SubscriptionId) -> Result<(), StoreError> {
    hold_rows(tx, "subscription", &[id.0]).await
}

/// All subscriptions of a customer of ours: live ones first, then by when they are due.
pub async fn list_of_customer(
    conn: &impl ConnectionTrait,
    customer: CustomerId,
) -> Result<Vec<SubscriptionRow>, StoreError> {
    let condition = "WHERE s.customer_id = $1 ORDER BY s.live DESC, s.due_at, s.id";
    many(conn, condition, values![customer.0]).await
}

/// Live subscriptions of an Ion customer to one SKU: what an order of it would double.
pub async fn list_live_of(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ion_customer_id: &str,
    product_ion_id: &str,
    sku_id: &str,
) -> Result<Vec<SubscriptionRow>, StoreError> {
    // Plainly `s.live`: found by customer, not among all that are live.
    let condition = "WHERE c.connection_id = $1 AND c.ion_customer_id = $2 AND c.product_ion_id = $3 AND c.sku_id = $4 AND s.live ORDER BY s.due_at, s.id";
    let bound = values![connection.0, ion_customer_id, product_ion_id, sku_id];
    many(conn, condition, bound).await
}

async fn one(
    conn: &impl ConnectionTrait,
    condition: &str,
    bound: Vec<Value>,
) -> Result<Option<SubscriptionRow>, StoreError> {
    row(conn, format!("{WHOLE} {condition}"), bound)
        .await?
        .map(|row| read(&row))
        .transpose()
}

async fn many(
    conn: &impl ConnectionTrait,
    condition: &str,
    bound: Vec<Value>,
) -> Result<Vec<SubscriptionRow>, StoreError> {
    rows(conn, format!("{WHOLE} {condition}"), bound)
        .await?
        .iter()
        .map(read)
        .collect()
}

fn read(row: &Row) -> Result<SubscriptionRow, StoreError> {
    Ok(SubscriptionRow {
        id: row.get::<Uuid>("id")?.into(),
        connection: row.get::<Uuid>("connection_id")?.into(),
        subscription: row.json("subscription_content", "content")?,
        hash: hash_of(row, "subscription_reading")?,
        customer: row.get::<Option<Uuid>>("customer_id")?.map(CustomerId),
        customer_name: row.get("customer_name")?,
        product: row.get::<Option<Uuid>>("product_id")?.map(ProductId),
        vendor: row.get("vendor")?,
        order: row.get::<Option<Uuid>>("order_id")?.map(OrderId),
        sale_units: row.get("sale_units")?,
        monthly_units: row.get("monthly_units")?,
        margin_permille: row.get("margin_permille")?,
        missed: u32::try_from(row.count("missed")?).unwrap_or(u32::MAX),
        gone_at: row.time_opt("gone_at")?,
        first_seen_at: row.time("first_seen_at")?,
        changed_at: row.time("changed_at")?,
        read_at: row.time("read_at")?,
    })
}
