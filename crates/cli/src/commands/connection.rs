//! `ionbridge connection`.

use std::io::{BufRead as _, Write as _};

use engine::connection::{ConnectionOverview, RefreshOutcome};
use serde_json::{Value, json};
use store::audit::Actor;

use super::{Host, connect, pick};
use crate::args::ConnectionCommand;
use crate::output::{Exit, Output};

pub(super) async fn run(
    command: ConnectionCommand,
    host: &dyn Host,
    out: Output,
) -> anyhow::Result<Exit> {
    let engine = host.engine().await?;
    match command {
        ConnectionCommand::List => {
            let all = engine.list_overviews().await?;
            out.answer(&all.iter().map(value).collect(), |out| {
                if all.is_empty() {
                    return out
                        .line("No Ion account is connected. Connect one with: ionbridge connect");
                }
                let rows = all
                    .iter()
                    .map(|one| {
                        vec![
                            one.name.clone(),
                            one.account_id.clone(),
                            state(one),
                            one.life.map_or_else(
                                || "not known yet".to_owned(),
                                |life| format!("{} days", life.days_left),
                            ),
                            one.base_url.clone(),
                        ]
                    })
                    .collect();
                out.table(
                    &["name", "account", "state", "login good for", "address"],
                    rows,
                );
            });
            Ok(Exit::Done)
        }
        ConnectionCommand::Test(args) => {
            let one = pick(&engine, args.connection.as_deref()).await?;
            let report = engine.test_connection(one.id).await?;
            out.answer(
                &json!({"passed": report.passed(), "checks": connect::checks(&report)}),
                |out| connect::show(out, &report),
            );
            Ok(if report.passed() {
                Exit::Done
            } else {
                Exit::Failed
            })
        }
        ConnectionCommand::Refresh(args) => {
            let one = pick(&engine, args.connection.as_deref()).await?;
            let outcome = engine.refresh_now(one.id, &Actor::cli()).await?;
            out.answer(
                &json!({"outcome": outcome.to_string(), "saved": outcome == RefreshOutcome::Saved}),
                |out| out.line(&format!("{}: {outcome}", one.name)),
            );
            Ok(if outcome == RefreshOutcome::Saved {
                Exit::Done
            } else {
                Exit::Failed
            })
        }
        ConnectionCommand::Remove(args) => {
            let one = pick(&engine, Some(&args.connection)).await?;
            if !args.yes
                && !confirmed(
                    &format!(
                        "Remove \"{}\"? Its secrets are erased, its data are kept read-only. Type its name: ",
                        one.name
                    ),
                    &one.name,
                )
            {
                out.line("Nothing was removed.");
                return Ok(Exit::Failed);
            }
            engine.remove_connection(one.id, &Actor::cli()).await?;
            out.answer(&json!({"removed": one.id}), |out| {
                out.line(&format!("\"{}\" was removed; its data are kept.", one.name))
            });
            Ok(Exit::Done)
        }
    }
}

fn confirmed(question: &str, answer: &str) -> bool {
    drop(std::io::stderr().write_all(question.as_bytes()));
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).is_ok() && line.trim() == answer
}

fn state(one: &ConnectionOverview) -> String {
    one.status_cause.as_ref().map_or_else(
        || one.status.to_string(),
        |cause| format!("{}: {cause}", one.status),
    )
}

fn value(one: &ConnectionOverview) -> Value {
    json!({
        "id": one.id, "name": one.name, "account_id": one.account_id, "base_url": one.base_url, "sandbox": one.sandbox, "status": one.status, "cause": one.status_cause,
        "login_ends_at": one.life.map(|life| life.ends_at.to_string()), "days_left": one.life.map(|life| life.days_left), "refreshed_at": one.refreshed_at.to_string(),
        "next_refresh_at": one.next_refresh_at.map(|at| at.to_string()), "vendor_profile": one.profile,
    })
}
