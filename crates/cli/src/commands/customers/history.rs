//! `customers history`, `undo`.

use anyhow::Context as _;
use domain::ChangeId;
use rules::customers::rule::Rule;
use serde_json::{Value, json};
use store::audit::Actor;
use store::customers::{self, ChangeKind, ChangeRow, Way};

use super::On;
use super::settle::Whose;
use crate::output::Exit;

pub(super) async fn list(at: &On<'_>, id: &str, limit: u32) -> anyhow::Result<Exit> {
    let row = at.customer(id).await?;
    let changes =
        customers::list_changes(at.engine.store().read(), row.id, None, limit.clamp(1, 1000))
            .await?;
    at.out
        .answer(&changes.iter().map(change_json).collect(), |out| {
            out.table(
                &["when", "what", "before", "after", "why", "who", "change"],
                changes.iter().map(|row| change_line(row, true)).collect(),
            );
        });
    Ok(Exit::Done)
}

pub(super) fn change_json(row: &ChangeRow) -> Value {
    json!({"id": row.id, "at": row.at.to_string(), "kind": row.kind, "way": row.way, "field": row.field, "before": row.before, "after": row.after, "rule": row.rule, "why": row.rule.map(Rule::why),
        "actor": row.actor, "run_id": row.run, "connection_id": row.connection, "ion_id": row.ion_id, "request_id": row.request_id, "note": row.note, "undone_at": row.undone_at.map(|at| at.to_string())})
}

pub(super) fn change_line(row: &ChangeRow, with_id: bool) -> Vec<String> {
    let what = match (row.kind, &row.field) {
        (ChangeKind::Field, Some(field)) => field.replace('_', " "),
        (kind, Some(field)) => format!("{kind} {field}").replace('_', " "),
        (kind, None) => kind.as_str().replace('_', " "),
    };
    let way = match row.way {
        Way::Here => "",
        Way::FromIon => " <- Ion",
        Way::ToIon => " -> Ion",
    };
    let undone = if row.undone_at.is_some() {
        " (taken back)"
    } else {
        ""
    };
    let mut line = vec![
        row.at.strftime("%Y-%m-%d %H:%M").to_string(),
        format!("{what}{way}{undone}"),
        short(&row.before),
        short(&row.after),
        row.rule
            .map_or_else(String::new, |rule| format!("{rule} {}", rule.why())),
        row.actor.clone(),
    ];
    if with_id {
        line.push(row.id.to_string());
    }
    line
}

/// A value in a table for eyes.
pub(super) fn short(text: &str) -> String {
    let line = text.replace(['\n', '\r'], " ");
    if line.chars().count() <= 60 {
        return line;
    }
    format!("{}…", line.chars().take(59).collect::<String>())
}

pub(super) async fn undo(
    at: &On<'_>,
    change: Option<&str>,
    run: Option<u64>,
) -> anyhow::Result<Exit> {
    let conn = at.engine.store().read();
    if let Some(number) = run {
        let run = store::runs::find_by_number(conn, number)
            .await?
            .with_context(|| format!("there is no run {number}"))?;
        let undone = at.engine.undo_run(run.id, &Actor::cli()).await?;
        let waits = at.settle(Whose::All).await?;
        at.out.answer(
            &json!({"run": number, "undone": undone.changes, "left": undone.left}),
            |out| {
                out.line(&format!(
                    "{} changes of run {number} were taken back, {} stay.",
                    undone.changes, undone.left
                ));
            },
        );
        return Ok(if waits { Exit::Awaiting } else { Exit::Done });
    }
    let text = change.unwrap_or_default();
    let unknown =
        || format!("there is no change {text:?}; see: ionbridge customers history CUSTOMER");
    let id: ChangeId = text.parse().ok().with_context(unknown)?;
    let row = customers::find_change(conn, id)
        .await?
        .with_context(unknown)?;
    at.engine.undo_change(id, &Actor::cli()).await?;
    let waits = at.settle(Whose::One(row.customer)).await?;
    at.out.answer(&json!({"undone": id}), |out| {
        out.line("The change was taken back.");
    });
    Ok(if waits { Exit::Awaiting } else { Exit::Done })
}
