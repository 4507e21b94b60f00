//! `ionbridge products`.

use std::io::Write as _;

use anyhow::{Context as _, bail};
use domain::{Amount, ProductId, Scale};
use engine::Engine;
use engine::catalog::ImportRequested;
use serde_json::{Value, json};
use store::audit::Actor;
use store::catalog::{ProductFilter, ProductHit};

use super::{Host, follow, pick};
use crate::args::ProductsCommand;
use crate::output::{Exit, Output};

/// Products read at a time for an export.
const PART: u32 = 1000;

pub(super) async fn run(
    command: ProductsCommand,
    host: &dyn Host,
    out: Output,
) -> anyhow::Result<Exit> {
    let engine = host.engine().await?;
    match command {
        ProductsCommand::Import { connection, full } => {
            let one = pick(&engine, connection.as_deref()).await?;
            let requested = engine.request_import(one.id, full, &Actor::cli()).await?;
            follow(&engine, host, requested, out).await
        }
        ProductsCommand::Search {
            text,
            vendor,
            limit,
        } => search(&engine, &text.join(" "), vendor, limit, out).await,
        ProductsCommand::Show { id } => show(&engine, &id, out).await,
        ProductsCommand::Changes { since, limit } => changes(&engine, since, limit, out).await,
        ProductsCommand::SetAside => set_aside(&engine, out).await,
        ProductsCommand::Export => export(&engine, out).await,
    }
}

/// Follows an import to its end, and tells what came of it.
async fn follow(
    engine: &Engine,
    host: &dyn Host,
    requested: ImportRequested,
    out: Output,
) -> anyhow::Result<Exit> {
    let run = follow::follow(engine, host, (requested.run, requested.job), out).await?;
    let counts = run.counts;
    let value =
        json!({"run": run.number, "status": run.status, "outcome": run.outcome, "counts": counts});
    out.answer(&value, |out| {
        out.line(&follow::told(&run));
        out.line(&format!("{} products read: {} new, {} changed, {} unchanged, {} set aside, {} withdrawn; {} prices up, {} down.", counts.read, counts.added, counts.changed, counts.unchanged, counts.set_aside, counts.withdrawn, counts.price_up, counts.price_down));
    });
    Ok(follow::exit(run.status))
}

async fn search(
    engine: &Engine,
    text: &str,
    vendor: Option<String>,
    limit: u32,
    out: Output,
) -> anyhow::Result<Exit> {
    let filter = ProductFilter {
        text: text.to_owned(),
        vendor,
        limit,
        ..ProductFilter::default()
    };
    let page = store::catalog::search(engine.store().read(), &filter).await?;
    out.answer(&json!({"total": page.total, "products": page.products.iter().map(value).collect::<Vec<_>>()}), |out| {
        if page.products.is_empty() {
            return out.line("Nothing was found.");
        }
        let rows = page.products.iter().map(|hit| vec![hit.name.clone(), hit.vendor.clone(), hit.part_number.clone(), hit.terms.join(" "), price(hit), hit.ion_id.clone()]).collect();
        out.table(&["product", "vendor", "part number", "commitment", "cost from", "id"], rows);
        out.line(&format!("\n{} of {} products", page.products.len(), page.total));
    });
    Ok(Exit::Done)
}

fn price(hit: &ProductHit) -> String {
    match (&hit.cost, &hit.currency) {
        _ if hit.by_use => "by use".to_owned(),
        (Some(cost), Some(currency)) => format!("{} {currency}", for_eyes(cost)),
        _ => String::new(),
    }
}

/// A price with two to four digits behind the point; usage rates and the JSON answers keep them all.
fn for_eyes(text: &str) -> String {
    match Amount::parse(text, Scale::Price) {
        Ok(amount) if amount.units() >= 10_000 => {
            let rounded = amount.decimal().round_dp(4).normalize();
            if rounded.scale() < 2 {
                format!("{rounded:.2}")
            } else {
                rounded.to_string()
            }
        }
        _ => text.to_owned(),
    }
}

fn value(hit: &ProductHit) -> Value {
    json!({"id": hit.id, "ion_id": hit.ion_id, "name": hit.name, "vendor": hit.vendor, "category": hit.category, "part_number": hit.part_number, "terms": hit.terms, "billings": hit.billings,
        "variants": hit.variants, "by_use": hit.by_use, "cost_from": hit.cost, "currency": hit.currency, "state": hit.state})
}

async fn show(engine: &Engine, id: &str, out: Output) -> anyhow::Result<Exit> {
    let conn = engine.store().read();
    let id = match id.parse::<ProductId>() {
        Ok(id) => id,
        Err(_) => {
            let filter = ProductFilter {
                text: id.to_owned(),
                limit: 50,
                ..ProductFilter::default()
            };
            let page = store::catalog::search(conn, &filter).await?;
            page.products
                .iter()
                .find(|hit| hit.ion_id == id)
                .map(|hit| hit.id)
                .with_context(|| {
                    format!("there is no product {id:?}; find it with: ionbridge products search")
                })?
        }
    };
    let Some(product) = store::catalog::find_product(conn, id).await? else {
        bail!("there is no product {id}")
    };
    let variants: Vec<_> = product
        .variants
        .iter()
        .map(|stored| &stored.variant)
        .collect();
    out.answer(&json!({"id": id, "product": product.product, "state": product.state, "variants": variants}), |out| {
        out.line(&format!("{}\n{} · {} · {}\n", product.product.name, product.product.vendor, product.product.categories.join(", "), product.product.ion_id));
        let rows = product
            .variants
            .iter()
            .map(|stored| {
                let variant = &stored.variant;
                let cost = variant.prices.first().map(|price| format!("{} {}", for_eyes(price.cost.text()), price.currency)).unwrap_or_default();
                let list = variant.prices.first().and_then(|price| price.list.as_ref()).map(|list| for_eyes(list.text())).unwrap_or_default();
                vec![variant.sku_name.clone(), variant.plan_name.clone(), variant.term.to_string(), variant.billing.to_string(), if variant.in_price_book { cost } else { "not in price book".to_owned() }, list, variant.part_number.clone().unwrap_or_default()]
            })
            .collect();
        out.table(&["sku", "plan", "commitment", "billed", "cost", "list", "part number"], rows);
    });
    Ok(Exit::Done)
}

async fn changes(
    engine: &Engine,
    since: Option<u64>,
    limit: u32,
    out: Output,
) -> anyhow::Result<Exit> {
    let conn = engine.store().read();
    let run = match since {
        Some(number) => store::runs::find_by_number(conn, number)
            .await?
            .with_context(|| format!("there is no run {number}"))?,
        None => store::runs::find_last_complete(conn)
            .await?
            .context("nothing was imported yet; start with: ionbridge products import")?,
    };
    let counts = store::catalog::change_counts(conn, run.id).await?;
    let rows = store::catalog::list_changes(conn, run.id, None, 0, limit).await?;
    let list: Vec<_> = rows.iter().map(|row| json!({"product": row.product, "name": row.product_name, "kind": row.kind, "what": row.label, "before": row.before, "after": row.after, "currency": row.currency})).collect();
    out.answer(&json!({"run": run.number, "counts": counts.iter().map(|one| (one.kind.to_string(), json!(one.count))).collect::<serde_json::Map<_, _>>(), "changes": list}), |out| {
        if rows.is_empty() {
            return out.line(&format!("Run {} changed nothing{}.", run.number, if run.baseline { " that was known before: it was the first import" } else { "" }));
        }
        out.table(&["product", "what", "detail", "before", "after", ""], rows.iter().map(|row| vec![row.product_name.clone(), row.kind.as_str().replace('_', " "), row.label.clone(), row.before.clone(), row.after.clone(), row.currency.clone().unwrap_or_default()]).collect());
    });
    Ok(Exit::Done)
}

async fn set_aside(engine: &Engine, out: Output) -> anyhow::Result<Exit> {
    let rows = store::catalog::list_set_aside(engine.store().read()).await?;
    let list: Vec<_> = rows.iter().map(|row| json!({"id": row.id, "ion_id": row.ion_id, "name": row.name, "path": row.json_path, "message": row.message, "since": row.first_seen_at.to_string()})).collect();
    out.answer(&json!(list), |out| {
        if rows.is_empty() {
            return out.line("Nothing is set aside.");
        }
        out.table(
            &["product", "where", "why", "since"],
            rows.iter()
                .map(|row| {
                    vec![
                        if row.name.is_empty() {
                            row.ion_id.clone()
                        } else {
                            row.name.clone()
                        },
                        row.json_path.clone(),
                        row.message.clone(),
                        row.first_seen_at.strftime("%Y-%m-%d %H:%M").to_string(),
                    ]
                })
                .collect(),
        );
    });
    Ok(if rows.is_empty() {
        Exit::Done
    } else {
        Exit::Awaiting
    })
}

async fn export(engine: &Engine, out: Output) -> anyhow::Result<Exit> {
    let mut writer = (!out.json).then(|| csv::Writer::from_writer(std::io::stdout()));
    if let Some(writer) = &mut writer {
        writer.write_record([
            "id",
            "ion_id",
            "name",
            "vendor",
            "category",
            "part_number",
            "commitments",
            "billing",
            "cost_from",
            "currency",
            "state",
        ])?;
    }
    let mut offset = 0;
    loop {
        let page = store::catalog::search(
            engine.store().read(),
            &ProductFilter {
                offset,
                limit: PART,
                ..ProductFilter::default()
            },
        )
        .await?;
        for hit in &page.products {
            match &mut writer {
                Some(writer) => writer.write_record(
                    [
                        hit.id.to_string(),
                        hit.ion_id.clone(),
                        hit.name.clone(),
                        hit.vendor.clone(),
                        hit.category.clone(),
                        hit.part_number.clone(),
                        hit.terms.join(" "),
                        hit.billings.join(" "),
                        hit.cost.clone().unwrap_or_default(),
                        hit.currency.clone().unwrap_or_default(),
                        hit.state.to_string(),
                    ]
                    .map(|cell| rules::cell::harmless(&cell)),
                )?,
                None => out.line(&value(hit).to_string()),
            }
        }
        offset += u64::from(PART);
        if offset >= page.total {
            break;
        }
    }
    if let Some(mut writer) = writer {
        writer.flush()?;
    }
    std::io::stdout().flush()?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    #[test]
    fn prices_are_short_for_eyes_and_rates_are_whole() {
        let shown = [
            "18.72076430000009",
            "33.1",
            "0.01",
            "5.06e-6",
            "1200",
            "odd",
        ]
        .map(super::for_eyes);
        assert_eq!(
            shown,
            ["18.7208", "33.10", "0.01", "5.06e-6", "1200.00", "odd"]
        );
    }
}
