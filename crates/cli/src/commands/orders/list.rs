//! `orders list`, `show`, `export`.

use anyhow::Context as _;
use engine::orders::order_json;
use serde_json::{Value, json};
use store::orders::{self, OrderEventRow, OrderFilter, OrderHit};

use super::{On, told};
use crate::args::OrderListArgs;
use crate::commands::money;
use crate::commands::table::{table_format, write_table};
use crate::output::Exit;

/// What the arguments ask for.
async fn filter(at: &On<'_>, args: &OrderListArgs) -> anyhow::Result<OrderFilter> {
    let sort = args.sort.trim_start_matches('-');
    let customer = match &args.customer {
        Some(customer) => Some(at.customer(customer).await?.id),
        None => None,
    };
    Ok(OrderFilter {
        text: args.text.join(" "),
        states: args
            .state
            .iter()
            .map(|state| word(state))
            .collect::<anyhow::Result<_>>()?,
        attention: args.attention,
        customer,
        vendor: args.vendor.clone(),
        sort: word(sort)?,
        descending: args.sort.starts_with('-'),
        limit: args.limit.clamp(1, 1000),
        ..OrderFilter::default()
    })
}

/// A word of a closed list.
fn word<T: std::str::FromStr>(text: &str) -> anyhow::Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse()
        .with_context(|| format!("{text:?} is not known here; see: ionbridge orders list --help"))
}

pub(super) async fn list(at: &On<'_>, args: &OrderListArgs) -> anyhow::Result<Exit> {
    let filter = filter(at, args).await?;
    let page = orders::search(at.engine.store().read(), &filter).await?;
    let all: Vec<Value> = page.orders.iter().map(hit_json).collect();
    at.out
        .answer(&json!({"total": page.total, "orders": all}), |out| {
            if page.orders.is_empty() {
                return out.line("Nothing was found.");
            }
            let rows = page.orders.iter().map(|hit| {
                let more = if hit.lines > 1 {
                    format!(" and {} more", hit.lines - 1)
                } else {
                    String::new()
                };
                vec![
                    format!("O-{}", hit.number),
                    hit.customer_name.clone(),
                    format!("{}{more}", hit.title),
                    state(hit),
                    money::units(hit.monthly_units, hit.currency),
                    money::units(hit.bound_units, hit.currency),
                    hit.ion_id.clone().unwrap_or_default(),
                ]
            });
            out.table(
                &[
                    "number", "customer", "what", "state", "a month", "binds to", "ion",
                ],
                rows.collect(),
            );
            out.line(&format!("\n{} of {} orders", page.orders.len(), page.total));
        });
    Ok(Exit::Done)
}

fn state(hit: &OrderHit) -> String {
    let word = hit.state.as_str().replace('_', " ");
    if hit.not_found_at.is_some() {
        format!("{word}, not found")
    } else if hit.stuck_at.is_some() {
        format!("{word}, for long")
    } else if hit.price_moved {
        format!("{word}, price moved")
    } else {
        word
    }
}

fn hit_json(hit: &OrderHit) -> Value {
    json!({"id": hit.id, "number": format!("O-{}", hit.number), "state": hit.state, "action": hit.action, "origin": hit.origin,
        "customer_id": hit.customer, "customer_name": hit.customer_name, "vendor": hit.vendor, "title": hit.title, "lines": hit.lines,
        "reference": hit.reference, "ion_id": hit.ion_id, "currency": hit.currency,
        "monthly_cost": hit.monthly_units.map(|units| rust_decimal::Decimal::new(units, 6).normalize().to_string()),
        "commitment": hit.bound_units.map(|units| rust_decimal::Decimal::new(units, 6).normalize().to_string()),
        "submitted_at": hit.submitted_at.map(|at| at.to_string()), "not_found": hit.not_found_at.is_some(), "stuck": hit.stuck_at.is_some(),
        "price_moved": hit.price_moved})
}

pub(super) async fn show(at: &On<'_>, id: &str) -> anyhow::Result<Exit> {
    let row = at.order(id).await?;
    let view = at.engine.view_order(row.id).await.map_err(told)?;
    let events = orders::list_events(at.engine.store().read(), row.id).await?;
    let mut value = order_json(&row, true);
    value["timeline"] = events.iter().map(event_json).collect();
    at.out.answer(&value, |out| {
        out.line(&format!(
            "O-{} for {}  ({})\nreference {}{}\n",
            row.number,
            row.customer_name,
            row.state.as_str().replace('_', " "),
            row.reference,
            row.ion_id
                .as_ref()
                .map_or_else(String::new, |ion| format!(", Ion {ion}"))
        ));
        let lines = row
            .content
            .lines
            .iter()
            .zip(&view.review.lines)
            .map(|(line, review)| {
                vec![
                    format!("{} {}", line.sku_name, line.plan_name),
                    line.quantity.to_string(),
                    line.term.to_string(),
                    line.billing.as_str().replace('_', " "),
                    money::sums(&review.monthly),
                    money::sums(&review.bound),
                ]
            });
        out.table(
            &["what", "seats", "term", "billed", "a month", "binds to"],
            lines.collect(),
        );
        if let Some(failure) = &row.failure {
            out.line(&format!("\n{} {}", failure.message, failure.what_to_do));
            for fault in &failure.faults {
                out.line(&format!("  {} {}", fault.code, fault.text));
            }
        }
        out.line("");
        out.table(
            &["when", "what", "who"],
            events
                .iter()
                .map(|event| {
                    vec![
                        event.at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
                        event.message.clone(),
                        event.actor.clone(),
                    ]
                })
                .collect(),
        );
    });
    Ok(Exit::Done)
}

fn event_json(event: &OrderEventRow) -> Value {
    json!({"at": event.at.to_string(), "kind": event.kind, "actor": event.actor, "message": event.message, "detail": event.detail, "request_id": event.request_id})
}

pub(super) async fn export(at: &On<'_>, args: &OrderListArgs) -> anyhow::Result<Exit> {
    let filter = filter(at, args).await?;
    let table = at
        .engine
        .order_table(filter, table_format(at), true)
        .await?;
    write_table(table).await
}
