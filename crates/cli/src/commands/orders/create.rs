//! `orders create`, `submit`.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use engine::orders::{Confirmation, order_json};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rules::orders::review::Confirmation as Asked;
use serde_json::Value;
use store::audit::Actor;
use store::orders::OrderRow;

use super::act::placed;
use super::{On, told};
use crate::args::ConfirmArgs;
use crate::commands::money;
use crate::output::Exit;

pub(super) async fn create(
    at: &On<'_>,
    file: &Path,
    submit: Option<&ConfirmArgs>,
) -> anyhow::Result<Exit> {
    let value = read(file)?;
    let row = at
        .engine
        .order_from_file(&value, &Actor::cli())
        .await
        .map_err(told)?;
    match submit {
        Some(confirm) => place(at, row, confirm).await,
        None => {
            let view = at.engine.view_order(row.id).await.map_err(told)?;
            at.out.answer(&order_json(&row, true), |out| {
                out.line(&format!(
                    "Draft O-{} for {}: {} a month, binds to {}.",
                    row.number,
                    row.customer_name,
                    money::sums(&view.review.totals.monthly),
                    money::sums(&view.review.totals.bound)
                ));
                for problem in view.review.problems.iter().chain(&view.review.warnings) {
                    out.line(&format!("  {}: {}", problem.label, problem.message));
                }
                out.line(&format!(
                    "Nothing was sent. Place it with: ionbridge orders submit O-{}{}",
                    row.number,
                    match &view.review.confirmation {
                        Asked::Button => String::new(),
                        Asked::TypeTotal { total, .. } => format!(" --confirm-total {total}"),
                        Asked::TypeQuantity { quantity } => format!(" --confirm-total {quantity}"),
                    }
                ));
            });
            Ok(Exit::Done)
        }
    }
}

fn read(file: &Path) -> anyhow::Result<Value> {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("standard input could not be read")?;
        text
    } else {
        std::fs::read_to_string(file)
            .with_context(|| format!("{} could not be read", file.display()))?
    };
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))
}

pub(super) async fn submit(at: &On<'_>, id: &str, confirm: &ConfirmArgs) -> anyhow::Result<Exit> {
    let row = at.order(id).await?;
    place(at, row, confirm).await
}

async fn place(at: &On<'_>, row: OrderRow, confirm: &ConfirmArgs) -> anyhow::Result<Exit> {
    let confirmation = confirmation(confirm)?;
    let row = at
        .engine
        .submit_order(row.id, row.version, confirmation, &Actor::cli())
        .await
        .map_err(|error| {
            told(error).context(format!("O-{} stays a draft; nothing was sent", row.number))
        })?;
    placed(at, row.id).await
}

/// How an order is confirmed, as the command line says it.
pub(in crate::commands) fn confirmation(args: &ConfirmArgs) -> anyhow::Result<Confirmation> {
    Ok(Confirmation {
        typed_total: args.confirm_total.clone(),
        tells_cost: true,
        accepted_prices: args.accept_prices,
        at: args.at.as_deref().map(time).transpose()?,
    })
}

/// An instant, or the beginning of a day here.
fn time(text: &str) -> anyhow::Result<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    match text.parse::<Date>() {
        Ok(day) => Ok(day.to_zoned(TimeZone::system())?.timestamp()),
        Err(_) => bail!("{text:?} is no time; write 2026-12-01, or 2026-12-01T08:00:00Z"),
    }
}
