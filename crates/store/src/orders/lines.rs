//! Drafts that changes of the catalog touch.

use std::collections::HashSet;

use domain::order::OrderState;
use domain::{ConnectionId, OrderId};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use crate::customers::batch::{parts, places};
use crate::sql::{exec, rows, values};
use crate::{StoreError, Tx};

/// Drafts of a connection with one of these variants, as a line or with one: Ion's ids of product, SKU or add-on, and plan.
pub async fn list_drafts_of(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    variants: &[(String, String, String)],
) -> Result<Vec<OrderId>, StoreError> {
    let variants: HashSet<(&str, &str, &str)> = variants
        .iter()
        .map(|(product, sku, plan)| (product.as_str(), sku.as_str(), plan.as_str()))
        .collect();
    // There are few drafts, and an import may change every variant.
    let sql = "SELECT h.id, l.product_ion_id, l.sku_id, l.plan_id FROM order_head h JOIN order_line l ON l.order_id = h.id WHERE h.state = $1 AND h.connection_id = $2 ORDER BY h.number, l.line";
    let bound = values![OrderState::Draft.as_str(), connection.0];
    let mut drafts: Vec<OrderId> = Vec::new();
    for row in rows(conn, sql, bound).await? {
        let id = OrderId(row.get::<Uuid>("id")?);
        let (product, sku, plan): (String, String, String) = (
            row.get("product_ion_id")?,
            row.get("sku_id")?,
            row.get("plan_id")?,
        );
        if drafts.last() != Some(&id)
            && variants.contains(&(product.as_str(), sku.as_str(), plan.as_str()))
        {
            drafts.push(id);
        }
    }
    Ok(drafts)
}

/// Notes that a price of these drafts moved; each that did not have the note yet is of a new version. What is no draft any more is left.
pub async fn mark_price_moved(tx: &Tx, ids: &[OrderId]) -> Result<(), StoreError> {
    for part in parts(ids) {
        let sql = format!(
            "UPDATE order_head SET price_moved = TRUE, attention = TRUE, version = version + 1 WHERE state = $1 AND NOT price_moved AND id IN ({})",
            places(1, part.len())
        );
        let mut bound = values![OrderState::Draft.as_str()];
        bound.extend(part.iter().map(|id| Value::from(id.0)));
        exec(tx, sql, bound).await?;
    }
    Ok(())
}
