//! `customers plan`.

use engine::customers::Chosen;
use rules::customers::decide::{Action, FieldDecision, Merge};
use serde_json::{Value, json};
use store::audit::Actor;
use store::customers::{self, EntryFilter, PlanEntryRow, PlanRow, PlanState};

use super::On;
use super::history::short;
use crate::args::PlanCommand;
use crate::output::Exit;

/// Most entries that are read of a plan.
const MOST: u32 = 10_000;

pub(super) async fn run(at: &On<'_>, command: PlanCommand) -> anyhow::Result<Exit> {
    match command {
        PlanCommand::List => list(at).await,
        PlanCommand::Show {
            plan,
            action,
            limit,
            at: on,
        } => {
            let plan = at.plan(&plan, on.connection.as_deref()).await?;
            if at.out.json {
                let mut value = plan_json(at, &plan).await?;
                let entries = entries(at, &plan, action, limit).await?.0;
                if let Some(object) = value.as_object_mut() {
                    object.insert(
                        "entries".to_owned(),
                        entries.iter().map(entry_json).collect(),
                    );
                }
                at.out.line(&value.to_string());
            } else {
                show_plan(at, &plan, action, limit).await?;
            }
            Ok(if plan.state == PlanState::Waiting {
                Exit::Awaiting
            } else {
                Exit::Done
            })
        }
        PlanCommand::Choose {
            plan,
            add,
            leave,
            at: on,
        } => {
            let plan = at.plan(&plan, on.connection.as_deref()).await?;
            for (words, chosen) in [(add, true), (leave, false)] {
                for which in which(&words) {
                    at.engine.choose_entries(plan.id, &which, chosen).await?;
                }
            }
            let mut value = plan_json(at, &plan).await?;
            let blocked: Vec<PlanEntryRow> = entries(at, &plan, None, MOST)
                .await?
                .0
                .into_iter()
                .filter(|row| row.blocked.is_some())
                .collect();
            if let Some(object) = value.as_object_mut() {
                let list = blocked.iter().map(entry_json).collect();
                object.insert("blocked".to_owned(), list);
            }
            at.out.answer(&value, |out| {
                for row in &blocked {
                    let why = row.blocked.as_deref().unwrap_or_default();
                    out.line(&format!("{} {}: {why}", row.seq, row.entry.name));
                }
                out.table(
                    &["action", "entries", "chosen"],
                    value["actions"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .map(|one| {
                            ["action", "entries", "chosen"]
                                .iter()
                                .map(|name| {
                                    one[*name]
                                        .as_str()
                                        .map_or_else(|| one[*name].to_string(), str::to_owned)
                                })
                                .collect()
                        })
                        .collect(),
                );
            });
            Ok(Exit::Done)
        }
        PlanCommand::Discard { plan, at: on } => {
            let plan = at.plan(&plan, on.connection.as_deref()).await?;
            at.engine.discard_plan(plan.id, &Actor::cli()).await?;
            at.out.answer(&json!({"discarded": plan.id}), |out| {
                out.line("The plan was let go. Nothing was done, and its connection is not synced by itself until: ionbridge customers policy --resume");
            });
            Ok(Exit::Done)
        }
    }
}

/// Places and actions, as they were named.
fn which(words: &[String]) -> Vec<Chosen> {
    let seqs: Vec<u64> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let actions = words
        .iter()
        .filter(|word| word.parse::<u64>().is_err())
        .map(|word| match word.as_str() {
            "all" => Chosen::All,
            action => Chosen::Action(action.to_owned()),
        });
    let mut all: Vec<Chosen> = actions.collect();
    if !seqs.is_empty() {
        all.push(Chosen::Entries(seqs));
    }
    all
}

async fn list(at: &On<'_>) -> anyhow::Result<Exit> {
    let plans = customers::list_plans(at.engine.store().read(), 50).await?;
    let mut all = Vec::with_capacity(plans.len());
    for plan in &plans {
        all.push(plan_json(at, plan).await?);
    }
    at.out.answer(&json!(all), |out| {
        if plans.is_empty() {
            return out.line("There is no plan. Make one with: ionbridge customers sync --dry-run");
        }
        let rows = plans.iter().map(|plan| {
            vec![
                plan.id.to_string(),
                plan.made_at.strftime("%Y-%m-%d %H:%M").to_string(),
                plan.state.to_string(),
                told(plan),
            ]
        });
        out.table(&["plan", "made", "state", "what"], rows.collect());
    });
    Ok(Exit::Done)
}

/// What a plan would do, in a line.
fn told(plan: &PlanRow) -> String {
    let counts = plan.counts;
    let words: Vec<String> = [
        (counts.imported, "import"),
        (counts.linked, "link"),
        (counts.pulled, "take over from Ion"),
        (counts.pushed, "send to Ion"),
        (counts.created, "create in Ion"),
        (counts.offered, "could be created in Ion"),
        (counts.proposed, "to confirm"),
        (counts.conflicts, "in conflict"),
        (counts.missing, "missing in Ion"),
        (counts.same, "the same"),
        (counts.left, "left alone"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect();
    words.join(", ")
}

/// A plan without its entries.
pub(super) async fn plan_json(at: &On<'_>, plan: &PlanRow) -> anyhow::Result<Value> {
    let actions: Vec<Value> = customers::entry_counts(at.engine.store().read(), plan.id)
        .await?
        .into_iter()
        .map(|(action, entries, chosen)| json!({"action": action, "entries": entries, "chosen": chosen}))
        .collect();
    Ok(
        json!({"id": plan.id, "connection_id": plan.connection, "run_id": plan.run, "state": plan.state, "first": plan.first, "held": plan.held, "counts": plan.counts,
        "read_here": plan.read_here, "read_in_ion": plan.read_in_ion, "made_at": plan.made_at.to_string(), "actions": actions}),
    )
}

async fn entries(
    at: &On<'_>,
    plan: &PlanRow,
    action: Option<String>,
    limit: u32,
) -> anyhow::Result<(Vec<PlanEntryRow>, u64)> {
    let filter = EntryFilter {
        action,
        ..EntryFilter::default()
    };
    Ok(customers::list_entries(
        at.engine.store().read(),
        plan.id,
        &filter,
        None,
        limit.clamp(1, MOST),
    )
    .await?)
}

/// A plan for eyes.
pub(super) async fn show_plan(
    at: &On<'_>,
    plan: &PlanRow,
    action: Option<String>,
    limit: u32,
) -> anyhow::Result<()> {
    let (rows, total) = entries(at, plan, action, limit).await?;
    at.out.line(&format!(
        "Plan {} ({}): {}",
        plan.id,
        plan.state,
        told(plan)
    ));
    if plan.held {
        at.out
            .line("It would change or lose unusually many customers: look before it is applied.");
    }
    let lines = rows.iter().map(|row| {
        let (word, merge) = action_of(row);
        let mark = if row.chosen { "x" } else { "" };
        let note = row
            .outcome
            .clone()
            .or_else(|| row.blocked.clone())
            .unwrap_or_else(|| format!("{} {}", row.entry.rule, row.entry.rule.why()));
        vec![
            row.seq.to_string(),
            mark.to_owned(),
            word.replace('_', " "),
            row.entry.name.clone(),
            merge.map_or_else(String::new, changes),
            note,
        ]
    });
    at.out.table(
        &["entry", "does", "action", "customer", "fields", "why"],
        lines.collect(),
    );
    let more = total.saturating_sub(rows.len() as u64);
    if more > 0 {
        at.out.line(&format!("… and {more} more"));
    }
    Ok(())
}

fn changes(merge: &Merge) -> String {
    let one = |decision: &FieldDecision| {
        use domain::customer::Winner;
        let sign = match decision.winner {
            Some(Winner::Ion) => "<-",
            Some(_) => "->",
            None => "?",
        };
        format!(
            "{}: {} {sign} {}",
            decision.field.label(),
            short(&decision.local),
            short(&decision.remote)
        )
    };
    let all: Vec<String> = merge.decisions.iter().map(one).collect();
    all.join("\n")
}

fn action_of(row: &PlanEntryRow) -> (&'static str, Option<&Merge>) {
    match &row.entry.action {
        Action::Nothing => ("nothing", None),
        Action::Merge(merge) => ("merge", Some(merge)),
        Action::Import => ("import", None),
        Action::Propose => ("propose", None),
        Action::Create => ("create", None),
        Action::Offer => ("offer", None),
        Action::Link(merge) => ("link", Some(merge)),
        Action::Miss => ("miss", None),
        Action::MarkGone => ("mark_gone", None),
        Action::Return(merge) => ("return", Some(merge)),
    }
}

fn entry_json(row: &PlanEntryRow) -> Value {
    let (action, merge) = action_of(row);
    let fields: Vec<Value> = merge
        .into_iter()
        .flat_map(|merge| &merge.decisions)
        .map(|one| json!({"field": one.field, "local": one.local, "remote": one.remote, "base": one.base, "winner": one.winner, "rule": one.rule, "why": one.rule.why()}))
        .collect();
    json!({"seq": row.seq, "action": action, "rule": row.entry.rule, "why": row.entry.rule.why(), "name": row.entry.name, "customer_id": row.entry.local, "ion_id": row.entry.remote,
        "fields": fields, "chosen": row.chosen, "blocked": row.blocked, "outcome": row.outcome})
}
