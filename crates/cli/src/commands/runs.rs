//! `ionbridge runs`.

use anyhow::{Context as _, bail};
use domain::RunId;
use domain::run::{RunKind, RunStatus};
use engine::Engine;
use serde_json::{Value, json};
use store::audit::Actor;
use store::queue::Payload;
use store::runs::{self, RunRow};

use super::{Host, follow, settle};
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
            "run {number} is a customer sync: look at its plan with: ionbridge customers plan show waiting"
        );
    }
    let apply = decision == RunDecision::Apply;
    // Ion is asked for each subscription before it is called gone: by a reading, which may end otherwise.
    let reading = if row.kind == RunKind::SubscriptionSync {
        engine.decide_gone(row.id, apply, &Actor::cli()).await?
    } else {
        engine.decide_run(row.id, apply, &Actor::cli()).await?;
        None
    };
    if let Some(reading) = reading {
        settle::settle(
            engine,
            host,
            |payload| matches!(payload, Payload::SyncSubscriptions { run, .. } if *run == reading),
        )
        .await?;
    }
    let decided = again(engine, row.id).await?;
    let reading = match reading {
        Some(reading) => Some(again(engine, reading).await?),
        None => None,
    };
    let told = json!({"decided": value(&decided), "reading": reading.as_ref().map(value)});
    out.answer(&told, |out| {
        for run in [Some(&decided), reading.as_ref()].into_iter().flatten() {
            out.line(&follow::told(run));
        }
    });
    Ok(match reading {
        Some(reading) if !reading.status.is_final() => Exit::Awaiting,
        Some(reading) => follow::exit(reading.status),
        None => Exit::Done,
    })
}

async fn again(engine: &Engine, run: RunId) -> anyhow::Result<RunRow> {
    let row = runs::find(engine.store().read(), run).await?;
    row.context("the run is gone")
}

fn value(row: &RunRow) -> Value {
    json!({
        "id": row.id, "number": row.number, "connection_id": row.connection, "kind": row.kind, "status": row.status, "requested_by": row.requested_by,
        "requested_at": row.requested_at.to_string(), "finished_at": row.finished_at.map(|at| at.to_string()), "outcome": row.outcome, "counts": row.counts,
    })
}
