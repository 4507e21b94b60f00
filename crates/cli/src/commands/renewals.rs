//! `ionbridge renewals`.

use anyhow::{Context as _, bail};
use engine::subscriptions::subscription_json;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Host, money};
use crate::args::RenewalsArgs;
use crate::output::{Exit, Output};

/// Renewals that are read at a time.
const PART: u32 = 500;

pub(super) async fn run(args: RenewalsArgs, host: &dyn Host, out: Output) -> anyhow::Result<Exit> {
    let engine = host.engine().await?;
    let from = engine.clock().now();
    let until = from
        .checked_add(within(&args.within)?)
        .context("that is too far ahead")?;
    if args.ics {
        let text = engine.renewals_ics((from, until), true).whole().await?;
        out.line(text.trim_end());
        return Ok(Exit::Done);
    }
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let list = engine.renewals((from, until), after, PART).await?;
        rows.extend(list.rows);
        after = list.next;
        if after.is_none() {
            break;
        }
    }
    let all: Vec<Value> = rows
        .iter()
        .map(|row| {
            let mut value = subscription_json(&row.row, true);
            value["due_at"] = json!(row.due_at.to_string());
            value["ends"] = json!(row.ends);
            value["urgency"] = json!(row.urgency);
            value["last_day_to_stop"] = json!(row.last_day_to_stop.map(|at| at.to_string()));
            value["cost_of_renewal"] = row
                .cost_of_renewal
                .iter()
                .map(|(currency, sum)| (currency.to_string(), json!(sum.to_string())))
                .collect::<serde_json::Map<_, _>>()
                .into();
            value
        })
        .collect();
    out.answer(&json!({ "renewals": all }), |out| {
        if rows.is_empty() {
            return out.line("Nothing renews or ends in this time.");
        }
        out.table(
            &[
                "due",
                "customer",
                "what",
                "then",
                "binds to",
                "stop until",
                "look",
            ],
            rows.iter()
                .map(|row| {
                    vec![
                        row.due_at.strftime("%Y-%m-%d").to_string(),
                        row.row.customer_name.clone(),
                        row.row.subscription.name.clone(),
                        if row.ends { "ends" } else { "renews" }.to_owned(),
                        money::sums(&row.cost_of_renewal),
                        row.last_day_to_stop
                            .map_or_else(String::new, |at| at.strftime("%Y-%m-%d").to_string()),
                        row.urgency.as_str().to_owned(),
                    ]
                })
                .collect(),
        );
    });
    Ok(Exit::Done)
}

/// `60d` or `8w`.
fn within(text: &str) -> anyhow::Result<SignedDuration> {
    let (number, days) = match text.chars().last() {
        Some('d') => (text.strip_suffix('d'), 1),
        Some('w') => (text.strip_suffix('w'), 7),
        _ => (Some(text), 1),
    };
    match number.and_then(|number| number.parse::<i64>().ok()) {
        Some(number @ 1..=5000) => Ok(SignedDuration::from_hours(24 * days * number)),
        _ => bail!("{text:?} is no time; write 60d or 8w"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_ahead_is_days_or_weeks() {
        assert_eq!(within("60d").unwrap(), SignedDuration::from_hours(1440));
        assert_eq!(within("2w").unwrap(), SignedDuration::from_hours(336));
        assert_eq!(within("7").unwrap(), SignedDuration::from_hours(168));
        for wrong in ["", "d", "-3d", "soon", "99999999d"] {
            assert!(within(wrong).is_err(), "{wrong}");
        }
    }
}
