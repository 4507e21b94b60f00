//! Whom a change of the catalog touches: customers with live subscriptions, and orders that are not sent yet.

use std::collections::BTreeMap;

use domain::ProductId;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use crate::StoreError;
use crate::customers::batch::{parts, places};
use crate::sql::rows;

/// Who has a product, and who is about to order it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Touched {
    /// Customers with a live subscription of it.
    pub customers: u64,
    /// Live subscriptions of it.
    pub subscriptions: u64,
    /// Drafts and orders that wait for their time, with a line of it.
    pub open_orders: u64,
}

/// Whom changes of these products touch; products that touch nobody are left out.
pub async fn touched(
    conn: &impl ConnectionTrait,
    products: &[ProductId],
) -> Result<BTreeMap<ProductId, Touched>, StoreError> {
    let mut all: BTreeMap<ProductId, Touched> = BTreeMap::new();
    for part in parts(products) {
        let these = places(0, part.len());
        let bound = || part.iter().map(|id| Value::from(id.0)).collect::<Vec<_>>();
        let sql = format!(
            "SELECT p.id, COUNT(*) AS subscriptions, COUNT(DISTINCT c.ion_customer_id) AS customers
             FROM product p
             JOIN subscription_content c ON c.product_ion_id = p.ion_id AND c.connection_id = p.connection_id
             JOIN subscription s ON s.id = c.subscription_id
             WHERE p.id IN ({these}) AND s.live GROUP BY p.id"
        );
        for row in rows(conn, sql, bound()).await? {
            let of = all.entry(row.get::<Uuid>("id")?.into()).or_default();
            of.subscriptions = row.count("subscriptions")?;
            of.customers = row.count("customers")?;
        }
        // Few orders are not sent yet.
        let sql = format!(
            "SELECT p.id, COUNT(DISTINCT h.id) AS orders
             FROM order_head h
             JOIN order_line l ON l.order_id = h.id
             JOIN product p ON p.ion_id = l.product_ion_id AND p.connection_id = h.connection_id
             WHERE h.state IN ('draft', 'awaiting_approval', 'scheduled') AND p.id IN ({these}) GROUP BY p.id"
        );
        for row in rows(conn, sql, bound()).await? {
            let of = all.entry(row.get::<Uuid>("id")?.into()).or_default();
            of.open_orders = row.count("orders")?;
        }
    }
    Ok(all)
}
