//! `ionbridge runs`.

use anyhow::{Context as _, bail};
use domain::run::{RunKind, RunStatus};
use engine::Engine;
use serde_json::{Value, json};
use store::audit::Actor;
use store::queue::Payload;
use store::runs::{self, RunRow};

use super::{Host, settle};
use crate::args::{RunDecision, RunsCommand};
use crate::output::{Exit, Output};

/// Runs among which those are looked for that wait.
const LATEST: u32 = 1000;

pub(super) async fn run(
    command: RunsCommand,
    host: &dyn Host,
    out: Output,
) -> anyhow::Result<Exit> {
    let engine = host.engine().await?;
    match command {
        RunsCommand::List { waiting, limit } => list(&engine, (waiting, limit), out).await,
        RunsCommand::Decide { number, decision } => {
            decide(&engine, host, (number, decision), out).await
        }
    }
}

async fn list(engine: &Engine, (waiting, limit): (bool, u32), out: Output) -> anyhow::Result<Exit> {
    let read = if waiting { LATEST } else { limit };
    let mut all = runs::list(engine.store().read(), None, None, read).await?;
    all.retain(|row| !waiting || row.status == RunStatus::NeedsDecision);
    all.truncate(limit as usize);
    out.answer(&all.iter().map(value).collect(), |out| {
        if all.is_empty() {
            return out.line(if waiting {
                "No run waits for a decision."
            } else {
                "Nothing was run yet."
            });
        }
        let rows = all
            .iter()
            .map(|row| {
                vec![
                    row.number.to_string(),
                    row.kind.to_string(),
                    row.status.to_string(),
                    row.requested_at.to_string(),
                    row.outcome.clone().unwrap_or_default(),
                ]
            })
            .collect();
        out.table(&["run", "kind", "state", "asked for", "outcome"], rows);
    });
    Ok(Exit::Done)
}

async fn decide(
    engine: &Engine,
    host: &dyn Host,
    (number, decision): (u64, RunDecision),
    out: Output,
) -> anyhow::Result<Exit> {
    let row = runs::find_by_number(engine.store().read(), number)
        .await?
        .with_context(|| format!("there is no run {number}; see: ionbridge runs list"))?;
    if row.kind == RunKind::CustomerSync {
        bail!(
            "run {number} is a customer sync: look at its plan and apply it with: ionbridge customers plan"
        );
    }
    let apply = decision == RunDecision::Apply;
    engine.decide_run(row.id, apply, &Actor::cli()).await?;
    let mut waits = false;
    if row.kind == RunKind::SubscriptionSync && apply {
        // Ion is asked for each before it is called gone.
        let connection = row.connection;
        waits = settle::settle(engine, host, |payload| {
            matches!(payload, Payload::SyncSubscriptions { connection: of, .. } if *of == connection)
        })
        .await?;
    }
    let row = runs::find(engine.store().read(), row.id)
        .await?
        .context("the run is gone")?;
    out.answer(&value(&row), |out| {
        out.line(&format!(
            "Run {}: {}",
            row.number,
            row.outcome.clone().unwrap_or_default()
        ));
        if waits {
            out.line("A worker asks Ion for each; see: ionbridge runs list");
        }
    });
    Ok(Exit::Done)
}

fn value(row: &RunRow) -> Value {
    json!({
        "id": row.id, "number": row.number, "connection_id": row.connection, "kind": row.kind, "status": row.status, "requested_by": row.requested_by,
        "requested_at": row.requested_at.to_string(), "finished_at": row.finished_at.map(|at| at.to_string()), "outcome": row.outcome, "counts": row.counts,
    })
}
