//! `customers sync`.

use domain::ConnectionId;
use domain::run::RunStatus;
use engine::customers::SyncRequested;
use serde_json::{Value, json};
use store::audit::Actor;
use store::customers::{self, PlanState};
use store::runs::RunRow;

use super::On;
use super::edit::finish;
use super::plan::{plan_json, show_plan};
use super::settle::Whose;
use crate::args::SyncArgs;
use crate::commands::follow;
use crate::output::{Exit, Output};

/// Entries of a plan that a preview shows.
const SHOWN: u32 = 50;

pub(super) async fn run(at: &On<'_>, args: SyncArgs) -> anyhow::Result<Exit> {
    if let Some(id) = &args.customer {
        return one(at, id, args.connection.as_deref()).await;
    }
    let (connection, asked) = match &args.apply {
        Some(plan) => {
            let plan = at.plan(plan, args.connection.as_deref()).await?;
            let asked = at.engine.request_apply(plan.id, &Actor::cli()).await?;
            if asked.already_running {
                anyhow::bail!(
                    "a sync of this connection goes on; apply the plan when it has ended"
                );
            }
            (plan.connection, asked)
        }
        None => {
            let connection = at.connection(args.connection.as_deref()).await?;
            let asked = at
                .engine
                .request_sync(connection, args.dry_run, &Actor::cli())
                .await?;
            (connection, asked)
        }
    };
    let run = followed(at, asked).await?;
    // What a run asks for goes to Ion by jobs of their own.
    let waits = !args.dry_run && at.settle(Whose::All).await?;
    tell(at, connection, &run, args.dry_run, waits).await
}

async fn followed(at: &On<'_>, asked: SyncRequested) -> anyhow::Result<RunRow> {
    follow::follow(&at.engine, at.host, (asked.run, asked.job), at.out).await
}

async fn tell(
    at: &On<'_>,
    connection: ConnectionId,
    run: &RunRow,
    dry_run: bool,
    waits: bool,
) -> anyhow::Result<Exit> {
    let conn = at.engine.store().read();
    let plan = customers::find_waiting_plan(conn, connection).await?;
    let counts = customers::mapping_counts(conn).await?;
    let empty = match &plan {
        Some(plan) => customers::entry_counts(conn, plan.id).await?.is_empty(),
        None => true,
    };
    let mut value = json!({"run": run.number, "run_id": run.id, "status": run.status, "outcome": run.outcome, "counts": run.counts,
        "waiting": {"to_confirm": counts.to_confirm, "conflicts": counts.conflicts, "failed": counts.failed}});
    if let (Some(object), Some(plan)) = (value.as_object_mut(), &plan) {
        object.insert("plan".to_owned(), plan_json(at, plan).await?);
    }
    if at.out.json {
        at.out.line(&value.to_string());
    } else {
        at.out.line(&follow::told(run));
        if !dry_run {
            at.out.line(&counted(run));
        }
        match plan
            .as_ref()
            .filter(|plan| plan.state == PlanState::Waiting)
        {
            None => {}
            Some(_) if empty => at
                .out
                .line("Both sides hold the same; nothing would be done."),
            Some(plan) => {
                at.out.line("");
                show_plan(at, plan, None, SHOWN).await?;
                at.out.line(&format!("\nChange what is chosen:  ionbridge customers plan choose {0}\nCarry it out:           ionbridge customers sync --apply {0}", plan.id));
            }
        }
        remind(at.out, &value);
    }
    let exit = match follow::exit(run.status) {
        // A preview that would do nothing leaves nothing to decide.
        Exit::Awaiting if dry_run && empty && run.status == RunStatus::NeedsDecision => Exit::Done,
        Exit::Done
            if waits || counts.conflicts > 0 || counts.failed > 0 || counts.to_confirm > 0 =>
        {
            Exit::Awaiting
        }
        exit => exit,
    };
    Ok(exit)
}

fn counted(run: &RunRow) -> String {
    let counts = run.counts;
    format!(
        "{} customers of Ion read: {} imported, {} taken over from Ion, {} to Ion, {} to be made there, {} linked, {} gone, {} unchanged.",
        counts.read,
        counts.added,
        counts.pulled,
        counts.pushed,
        counts.created,
        counts.linked,
        counts.gone,
        counts.unchanged
    )
}

/// Says what waits for a person.
fn remind(out: Output, value: &Value) {
    let count = |name: &str| value["waiting"][name].as_u64().unwrap_or(0);
    for (count, what, command) in [
        (count("to_confirm"), "pairs to confirm", "mapping list"),
        (count("conflicts"), "customers with conflicts", "conflicts"),
        (
            count("failed"),
            "customers that Ion did not take",
            "mapping list failed",
        ),
    ] {
        if count > 0 {
            out.line(&format!("{count} {what}: ionbridge customers {command}"));
        }
    }
}

/// Compares one linked customer with Ion now.
async fn one(at: &On<'_>, id: &str, connection: Option<&str>) -> anyhow::Result<Exit> {
    let row = at.customer(id).await?;
    let named = at.named_connection(connection).await?;
    let links = customers::list_links(at.engine.store().read(), row.id).await?;
    let connections: Vec<ConnectionId> = links
        .iter()
        .map(|link| link.connection)
        .filter(|one| named.is_none_or(|named| named == *one))
        .collect();
    if connections.is_empty() {
        anyhow::bail!("this customer is not linked; see: ionbridge customers mapping");
    }
    for connection in connections {
        at.engine
            .sync_customer_now(connection, row.id, &Actor::cli())
            .await?;
    }
    let settled = finish(at, row.id).await?;
    at.out.answer(&settled.value, |out| {
        out.line(&format!(
            "{} was compared with Ion.{}",
            settled.name, settled.told
        ));
    });
    Ok(settled.exit)
}
