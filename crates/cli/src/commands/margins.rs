//! `ionbridge margins`.

use anyhow::{Context as _, bail};
use domain::margin::{MarginKind, MarginRule, MarginScope};
use domain::{Currency, MarginRuleId};
use engine::margins::MarginDraft;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use store::audit::Actor;
use store::margins::{self, MarginRow};

use super::on::On;
use super::{Host, money, orders};
use crate::args::{MarginArgs, MarginsCommand};
use crate::output::{Exit, Output};

pub(super) async fn run(
    command: MarginsCommand,
    host: &dyn Host,
    out: Output,
) -> anyhow::Result<Exit> {
    let engine = host.engine().await?;
    let at = On { engine, host, out };
    match command {
        MarginsCommand::List { retired } => list(&at, retired).await,
        MarginsCommand::Add(args) => add(&at, &args).await,
        MarginsCommand::Retire { rule } => retire(&at, &rule).await,
    }
}

async fn list(at: &On<'_>, retired: bool) -> anyhow::Result<Exit> {
    let rows = margins::list(at.engine.store().read(), retired).await?;
    let all: Vec<Value> = rows.iter().map(row_json).collect();
    at.out.answer(&json!({ "rules": all }), |out| {
        if rows.is_empty() {
            return out.line("There is no margin rule: sale prices are not worked out.");
        }
        out.table(
            &["name", "for", "how", "from", "until", "floor"],
            rows.iter()
                .map(|row| {
                    let rule = &row.rule;
                    vec![
                        rule.name.clone(),
                        for_what(&rule.scope),
                        how(rule),
                        rule.from.to_string(),
                        rule.until.map_or_else(String::new, |day| day.to_string()),
                        rule.floor
                            .map_or_else(String::new, |floor| format!("{floor} %")),
                    ]
                })
                .collect(),
        );
    });
    Ok(Exit::Done)
}

fn row_json(row: &MarginRow) -> Value {
    json!({"rule": row.rule, "version": row.version, "edited_by": row.edited_by, "retired": row.retired_at.is_some()})
}

fn for_what(scope: &MarginScope) -> String {
    let parts: Vec<String> = [
        scope.customer.map(|id| format!("customer {id}")),
        scope.sku_id.as_ref().map(|sku| format!("SKU {sku}")),
        scope
            .product_ion_id
            .as_ref()
            .map(|product| format!("product {product}")),
        scope.vendor.clone(),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() {
        "everything".to_owned()
    } else {
        parts.join(", ")
    }
}

fn how(rule: &MarginRule) -> String {
    match rule.kind {
        MarginKind::Markup => format!("cost + {} %", rule.value),
        MarginKind::Margin => format!("{} % margin", rule.value),
        MarginKind::Fixed => format!(
            "{} {}",
            rule.value,
            rule.currency
                .map_or_else(String::new, |currency| currency.to_string())
        ),
    }
}

async fn add(at: &On<'_>, args: &MarginArgs) -> anyhow::Result<Exit> {
    let draft = draft(at, args).await?;
    if args.preview {
        let preview = at
            .engine
            .preview_margin(&draft, None)
            .await
            .map_err(orders::told)?;
        let value = json!({"affected": preview.affected, "below_floor": preview.below_floor, "partial": preview.partial,
            "beaten_by": preview.beaten_by.iter().map(|(rule, why)| json!({"rule": rule, "why": why})).collect::<Vec<_>>()});
        at.out.answer(&value, |out| {
            out.line(&format!(
                "{} running subscriptions would be sold at another price: {} a month instead of {}.",
                preview.affected,
                money::sums(&preview.monthly_after),
                money::sums(&preview.monthly_before)
            ));
            for (rule, why) in &preview.beaten_by {
                out.line(&format!("  {rule} wins elsewhere: {why}"));
            }
            out.line("Nothing was saved.");
        });
        return Ok(Exit::Done);
    }
    let row = at
        .engine
        .save_margin_rule(draft, None, &Actor::cli())
        .await
        .map_err(orders::told)?;
    at.out.answer(&row_json(&row), |out| {
        out.line(&format!(
            "{} holds from {} on.",
            row.rule.name, row.rule.from
        ));
    });
    Ok(Exit::Done)
}

async fn draft(at: &On<'_>, args: &MarginArgs) -> anyhow::Result<MarginDraft> {
    let percent = |text: &str| {
        text.trim_end_matches('%')
            .trim()
            .parse::<Decimal>()
            .with_context(|| format!("{text:?} is no number of percent"))
    };
    let (kind, value, currency) = match (&args.markup, &args.margin, &args.fixed) {
        (Some(text), None, None) => (MarginKind::Markup, percent(text)?, None),
        (None, Some(text), None) => (MarginKind::Margin, percent(text)?, None),
        (None, None, Some(text)) => {
            let (amount, currency) = fixed(text)?;
            (MarginKind::Fixed, amount, Some(currency))
        }
        _ => bail!("say how the sale price is worked out: --markup, --margin or --fixed"),
    };
    let day = |text: &String| {
        text.parse::<Date>()
            .with_context(|| format!("{text:?} is no day; write 2026-12-01"))
    };
    let today = at.engine.clock().now().to_zoned(TimeZone::system()).date();
    Ok(MarginDraft {
        name: args.name.clone(),
        scope: MarginScope {
            vendor: args.vendor.clone(),
            product_ion_id: args.product.clone(),
            sku_id: args.sku.clone(),
            customer: match &args.customer {
                Some(customer) => Some(at.customer(customer).await?.id),
                None => None,
            },
        },
        kind,
        value,
        currency,
        rounding: args.rounding.parse().with_context(|| {
            format!(
                "{:?} is none of: cent, five_cents, ten_cents, unit, ninety_nine",
                args.rounding
            )
        })?,
        floor: args.floor.as_deref().map(percent).transpose()?,
        from: args.from.as_ref().map(day).transpose()?.unwrap_or(today),
        until: args.until.as_ref().map(day).transpose()?,
    })
}

/// `18.50EUR` or `18.50 EUR`.
fn fixed(text: &str) -> anyhow::Result<(Decimal, Currency)> {
    let at = text
        .find(|c: char| c.is_ascii_alphabetic())
        .with_context(|| format!("{text:?} names no currency; write 18.50EUR"))?;
    let (amount, currency) = text.split_at(at);
    let amount = amount
        .trim()
        .parse()
        .with_context(|| format!("{text:?} is no amount; write 18.50EUR"))?;
    let currency = currency
        .trim()
        .parse()
        .with_context(|| format!("{currency:?} is no currency"))?;
    Ok((amount, currency))
}

async fn retire(at: &On<'_>, text: &str) -> anyhow::Result<Exit> {
    let rows = margins::list(at.engine.store().read(), false).await?;
    let id = text.parse::<MarginRuleId>().ok();
    let mut meant = rows
        .into_iter()
        .filter(|row| Some(row.rule.id) == id || row.rule.name == text);
    let row = meant
        .next()
        .with_context(|| format!("there is no rule {text:?}; see: ionbridge margins list"))?;
    if meant.next().is_some() {
        bail!(
            "several rules are called {text:?}; name one by its id: ionbridge --json margins list"
        );
    }
    at.engine
        .retire_margin_rule(row.rule.id, row.version, &Actor::cli())
        .await
        .map_err(orders::told)?;
    at.out.answer(&json!({"retired": row.rule.id}), |out| {
        out.line(&format!("{} is out of use.", row.rule.name));
    });
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_price_names_its_currency() {
        let (amount, currency) = fixed("18.50 EUR").unwrap();
        assert_eq!(
            (amount.to_string().as_str(), currency.as_str()),
            ("18.50", "EUR")
        );
        for wrong in ["18.50", "EUR", "1,5EUR", "18.50EURO"] {
            assert!(fixed(wrong).is_err(), "{wrong}");
        }
    }
}
