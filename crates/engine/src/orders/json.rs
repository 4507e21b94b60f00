//! An order as JSON, for `--json`, programs and exports.

use domain::order::{AddOnLine, IonOrder, LinePrice, OrderLine, OrderTotals, Sums};
use serde_json::{Map, Value, json};
use store::orders::OrderRow;

use super::happen::number_text;

/// An order as JSON. `with_cost`: with what the reseller pays; without, no cost, no margin and nothing they could be worked out from.
pub fn order_json(row: &OrderRow, with_cost: bool) -> Value {
    let mut all = Map::new();
    let mut put = |name: &str, value: Value| all.insert(name.to_owned(), value);
    put("id", json!(row.id));
    put("number", json!(number_text(row.number)));
    put("version", json!(row.version));
    put("state", json!(row.state));
    put("state_since", time(row.state_since));
    put("action", json!(row.action));
    put("origin", json!(row.origin));
    put("connection_id", json!(row.connection));
    put("customer_id", json!(row.customer));
    put("ion_customer_id", json!(row.ion_customer_id));
    put("customer_name", json!(row.customer_name));
    put("subscription_id", json!(row.subscription));
    put("reference", json!(row.reference));
    put("ion_id", json!(row.ion_id));
    put(
        "lines",
        row.content
            .lines
            .iter()
            .map(|line| line_json(line, with_cost))
            .collect(),
    );
    put("note", json!(row.content.note));
    put(
        "totals",
        row.totals
            .as_ref()
            .map_or(Value::Null, |totals| totals_json(totals, with_cost)),
    );
    put(
        "ion",
        row.ion
            .as_ref()
            .map_or(Value::Null, |ion| ion_json(ion, with_cost)),
    );
    put(
        "failure",
        row.failure.as_ref().map_or(Value::Null, |failure| {
            json!({
                "message": failure.message, "what_to_do": failure.what_to_do, "field": failure.field,
                "faults": failure.faults, "request_id": failure.request_id,
            })
        }),
    );
    put("created_by", json!(row.created_by));
    put("created_at", time(row.created_at));
    put("edited_by", json!(row.edited_by));
    put("edited_at", time(row.edited_at));
    put("submitted_by", json!(row.submitted_by));
    put("submitted_at", time_opt(row.submitted_at));
    put("scheduled_for", time_opt(row.scheduled_for));
    put("sent_at", time_opt(row.sent_at));
    put("sends", json!(row.sends));
    put("looks", json!(row.looks));
    put("looked_at", time_opt(row.looked_at));
    put("next_look_at", time_opt(row.next_look_at));
    put("not_found_at", time_opt(row.not_found_at));
    put("cancel_asked_at", time_opt(row.cancel_asked_at));
    put("stuck_at", time_opt(row.stuck_at));
    put("ended_at", time_opt(row.ended_at));
    put("price_moved", json!(row.price_moved));
    put("first_login_waits", json!(row.has_secret));
    Value::Object(all)
}

fn line_json(line: &OrderLine, with_cost: bool) -> Value {
    let attributes: Map<String, Value> = line
        .attributes
        .iter()
        .map(|attribute| (attribute.name.clone(), json!(attribute.value)))
        .collect();
    let add_ons: Vec<Value> = line
        .add_ons
        .iter()
        .map(|add_on| add_on_json(add_on, with_cost))
        .collect();
    json!({
        "product_id": line.product, "product": line.product_ion_id, "sku": line.sku_id, "plan": line.plan_id,
        "vendor": line.vendor, "product_name": line.product_name, "sku_name": line.sku_name, "plan_name": line.plan_name,
        "part_number": line.part_number, "term": line.term, "billing": line.billing,
        "quantity": line.quantity, "quantity_before": line.quantity_before, "resource_id": line.resource_id,
        "customer_po": line.customer_po, "reseller_po": line.reseller_po,
        "attributes": attributes, "add_ons": add_ons, "price": price_json(line.price.as_ref(), with_cost),
    })
}

fn add_on_json(add_on: &AddOnLine, with_cost: bool) -> Value {
    json!({
        "add_on": add_on.add_on_id, "plan": add_on.plan_id, "name": add_on.name, "plan_name": add_on.plan_name,
        "term": add_on.term, "billing": add_on.billing, "quantity": add_on.quantity,
        "price": price_json(add_on.price.as_ref(), with_cost),
    })
}

/// Amounts are texts: a number of JSON would go by a binary float.
fn price_json(price: Option<&LinePrice>, with_cost: bool) -> Value {
    let Some(price) = price else {
        return Value::Null;
    };
    let sale = price.sale.as_ref().map(|sale| sale.decimal().to_string());
    if with_cost {
        json!({
            "currency": price.currency, "cost": price.cost.decimal().to_string(), "since": time(price.since),
            "sale": sale, "sale_rule": price.sale_rule,
        })
    } else {
        json!({"currency": price.currency, "sale": sale})
    }
}

fn totals_json(totals: &OrderTotals, with_cost: bool) -> Value {
    let sale = totals.monthly_sale.as_ref().map(sums_json);
    if with_cost {
        json!({
            "monthly": sums_json(&totals.monthly), "monthly_sale": sale, "bound": sums_json(&totals.bound),
            "open_ended": totals.open_ended, "unpriced": totals.unpriced,
        })
    } else {
        json!({"monthly_sale": sale, "open_ended": totals.open_ended})
    }
}

fn sums_json(sums: &Sums) -> Value {
    sums.iter()
        .map(|(currency, sum)| (currency.to_string(), json!(sum.to_string())))
        .collect::<Map<_, _>>()
        .into()
}

/// What Ion shows. Its amounts are what the reseller pays.
fn ion_json(ion: &IonOrder, with_cost: bool) -> Value {
    let mut all = json!({
        "status": ion.status, "status_word": ion.status_word, "reference": ion.reference, "display_name": ion.display_name,
        "placed_by": ion.placed_by, "created_at": time_opt(ion.created_at), "updated_at": time_opt(ion.updated_at),
        "scheduled_at": time_opt(ion.scheduled_at), "faults": ion.faults,
    });
    if with_cost {
        all["currency"] = json!(ion.currency);
        all["total"] = json!(ion.total.as_ref().map(|total| total.decimal().to_string()));
    }
    all
}

fn time(at: jiff::Timestamp) -> Value {
    json!(at.to_string())
}

fn time_opt(at: Option<jiff::Timestamp>) -> Value {
    at.map_or(Value::Null, time)
}
