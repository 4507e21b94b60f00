//! The order that is meant.

use anyhow::Context as _;
use domain::OrderId;
use store::orders::{self, OrderRow};

use super::On;

impl On<'_> {
    /// The order of this number or id.
    pub(super) async fn order(&self, text: &str) -> anyhow::Result<OrderRow> {
        let conn = self.engine.store().read();
        let found = if let Ok(id) = text.parse::<OrderId>() {
            orders::find(conn, id).await?
        } else {
            let digits = text
                .strip_prefix("O-")
                .or_else(|| text.strip_prefix("o-"))
                .unwrap_or(text);
            match digits.parse() {
                Ok(number) => orders::find_by_number(conn, number).await?,
                Err(_) => None,
            }
        };
        found.with_context(|| {
            format!("there is no order {text:?}; find it with: ionbridge orders list")
        })
    }
}
