//! `customers policy`.

use std::collections::BTreeMap;

use anyhow::Context as _;
use domain::customer::{CustomerField, Winner};
use rules::customers::decide::Policy;
use serde_json::json;
use store::audit::Actor;
use store::customers;

use super::On;
use super::list::word;
use crate::args::PolicyArgs;
use crate::output::Exit;

pub(super) async fn run(at: &On<'_>, args: PolicyArgs) -> anyhow::Result<Exit> {
    let connection = at.connection(args.at.connection.as_deref()).await?;
    let conn = at.engine.store().read();
    let before = customers::sync_setting(conn, connection).await?;
    let winners = || Winner::ALL.iter().map(|winner| winner.as_str());
    let mut policy = before.policy.clone();
    if let Some(winner) = &args.winner {
        policy.winner = word(winner, winners())?;
    }
    for owner in &args.owner {
        let (name, winner) = owner
            .split_once('=')
            .with_context(|| format!("{owner:?} is no field=winner"))?;
        let all = CustomerField::ALL.iter().map(|field| field.as_str());
        let field: CustomerField = word(name, all)?;
        if winner.is_empty() {
            policy.fields.remove(&field);
        } else {
            policy.fields.insert(field, word(winner, winners())?);
        }
    }
    policy.create_in_ion = args.create_in_ion.unwrap_or(policy.create_in_ion);
    let paused = (before.paused || args.pause) && !args.resume;
    if policy != before.policy || paused != before.paused {
        at.engine
            .save_policy(connection, &policy, paused, &Actor::cli())
            .await?;
    }
    let value = json!({"connection_id": connection, "winner": policy.winner, "fields": policy.fields, "create_in_ion": policy.create_in_ion, "paused": paused,
        "first_applied_at": before.first_applied_at.map(|at| at.to_string()), "last_run_at": before.last_run_at.map(|at| at.to_string())});
    at.out.answer(&value, |out| {
        out.line(&format!(
            "Both sides changed a field:  {}{}",
            told(policy.winner),
            owners(&policy)
        ));
        let new = if policy.create_in_ion {
            "created in Ion by themselves"
        } else {
            "created in Ion by hand only"
        };
        out.line(&format!("New customers here:          {new}"));
        let sync = if paused {
            "paused; go on with: ionbridge customers policy --resume"
        } else {
            "by itself"
        };
        out.line(&format!("Sync:                        {sync}"));
    });
    Ok(Exit::Done)
}

const fn told(winner: Winner) -> &'static str {
    match winner {
        Winner::Ion => "Ion wins",
        Winner::Ionbridge => "Ionbridge wins",
        Winner::Newest => "the later change wins",
        Winner::Ask => "a person decides",
    }
}

fn owners(policy: &Policy) -> String {
    let all: &BTreeMap<CustomerField, Winner> = &policy.fields;
    let words: Vec<String> = all
        .iter()
        .map(|(field, winner)| format!("{}: {}", field.label(), told(*winner)))
        .collect();
    if words.is_empty() {
        String::new()
    } else {
        format!("; {}", words.join(", "))
    }
}
