//! Runs: the list, one run, stopping it, and deciding what it held back.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use domain::run::{RunKind, RunStatus};
use domain::{ConnectionId, RunId};
use http::HeaderMap;
use store::catalog;
use store::runs::{self, RunRow};
use uuid::Uuid;

use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::connections::Nothing;
use crate::pages::customers::run as sync_run;
use crate::pages::run_body::body;
use crate::pages::subscriptions::run as reading;
use crate::pages::{Around, go_to, wants_part};
use crate::view::format::{self, count, counted};
use crate::view::parts::Empty;
use crate::view::run::{self, RunList, RunPage, RunsPage};
use crate::view::table::Chips;
use crate::view::{Button, Chip, ChipOption, Html, Note, Pager, Section, Times, Tone, status};

const PATH: &str = "/activity/runs";
/// Runs of a page.
const PAGE: u32 = 50;

/// The list, or its rows.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(PATH, query.as_deref());
    let connection = address
        .get("connection")
        .and_then(|id| id.parse::<ConnectionId>().ok());
    let before = address
        .get("after")
        .and_then(|after| after.parse::<u64>().ok());
    let mut rows = runs::list(app.store().read(), connection, before, PAGE + 1).await?;
    let more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let around = Around::load(&app, &caller, &headers, "Runs", Section::Activity).await?;
    let times = &around.times;
    let list = RunList {
        rows: rows.iter().map(|row| run_row(row, times)).collect(),
        empty: rows.is_empty().then(|| nothing(&around)),
        csrf: around.frame.csrf.clone(),
        pager: Pager {
            words: format!(
                "{} shown, the newest first",
                counted(rows.len() as u64, "run", "runs")
            ),
            note: String::new(),
            previous: before.map(|_| address.without(&[])),
            next: rows
                .last()
                .filter(|_| more)
                .map(|last| address.after(last.number)),
            sizes: Vec::new(),
        },
    };
    if wants_part(&headers) {
        return Ok(Html(list).into_response());
    }
    let chips = Chips::new(vec![Chip {
        id: "connection",
        label: "Connection",
        value: connection.map(|id| {
            around
                .connection(id)
                .map_or_else(|| "removed".to_owned(), |row| row.name.clone())
        }),
        clear: address.without(&["connection"]),
        options: around
            .connections
            .iter()
            .map(|row| ChipOption {
                label: row.name.clone(),
                count: String::new(),
                href: address.with("connection", &row.id.to_string()),
                on: connection == Some(row.id),
            })
            .collect(),
        range: None,
    }]);
    Ok(Html(RunsPage {
        frame: around.frame,
        chips,
        list,
    })
    .into_response())
}

fn nothing(around: &Around) -> Empty {
    let empty = Empty::new(
        "activity",
        "Nothing ran yet",
        "Each import stands here with its counts, its log and what it changed.",
    );
    match around.importable() {
        Some(row) if around.frame.runs_imports() => empty.with(
            Button::post(
                "Import the catalog",
                format!("/settings/integrations/{}/import", row.id),
            )
            .primary(),
        ),
        _ => empty,
    }
}

/// `Catalog import`.
pub(crate) const fn kind_words(kind: RunKind) -> &'static str {
    match kind {
        RunKind::CatalogImport => "Catalog import",
        RunKind::CustomerSync => "Customer sync",
        RunKind::SubscriptionSync => "Subscription sync",
    }
}

/// How a run went, in some words.
pub(crate) fn outcome(row: &RunRow) -> String {
    if !row.status.is_final() {
        return row.step.clone();
    }
    if matches!(
        row.status,
        RunStatus::Failed | RunStatus::Stopped | RunStatus::NeedsDecision
    ) {
        return row.outcome.clone().unwrap_or_default();
    }
    if row.kind != RunKind::CatalogImport {
        return row.outcome.clone().unwrap_or_default();
    }
    let counts = &row.counts;
    let mut parts = Vec::new();
    for (number, word) in [
        (counts.added, "new"),
        (counts.changed, "changed"),
        (counts.withdrawn, "withdrawn"),
        (counts.set_aside, "set aside"),
    ] {
        if number > 0 {
            parts.push(format!("{} {word}", count(number)));
        }
    }
    if parts.is_empty() {
        "nothing changed".to_owned()
    } else {
        parts.join(", ")
    }
}

fn took(row: &RunRow) -> String {
    match (row.started_at, row.finished_at) {
        (Some(from), Some(to)) => format::duration(to.duration_since(from).unsigned_abs()),
        _ => String::new(),
    }
}

fn run_row(row: &RunRow, times: &Times) -> run::RunRow {
    run::RunRow {
        href: format!("{PATH}/{}", row.id),
        kind: kind_words(row.kind),
        number: count(row.number),
        status: status::run(row.status, row.counts.set_aside),
        outcome: outcome(row),
        by: row.requested_by.clone(),
        took: took(row),
        at: times.ago(row.requested_at),
    }
}

async fn find(app: &App, id: RunId) -> Result<RunRow, Fault> {
    runs::find(app.store().read(), id)
        .await?
        .ok_or_else(|| Fault::not_found("run"))
}

/// A run by its number: goes to its page.
pub(crate) async fn by_number(
    State(app): State<App>,
    Path(number): Path<u64>,
) -> Result<Response, Fault> {
    let row = runs::find_by_number(app.store().read(), number)
        .await?
        .ok_or_else(|| Fault::not_found("run"))?;
    Ok(go_to(&format!("{PATH}/{}", row.id)))
}

/// One run.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let row = find(&app, id.into()).await?;
    let is_sync = row.kind == RunKind::CustomerSync;
    let is_reading = row.kind == RunKind::SubscriptionSync;
    let address = Address::new(format!("{PATH}/{id}"), query.as_deref());
    let body = body(&app, &row, caller.may(Right::SeeCost)).await?;
    let heading = format!("{} {}", kind_words(row.kind), count(row.number));
    let around = Around::load(&app, &caller, &headers, heading.clone(), Section::Activity)
        .await?
        .under("Runs", PATH);
    let connection = around.connection(row.connection).cloned();
    let around = match &connection {
        Some(row) => around.about(row),
        None => around,
    };
    let times = &around.times;
    let goes_on = !row.status.is_final();
    let mut facts = vec![
        connection
            .as_ref()
            .map_or_else(|| "a removed connection".to_owned(), |row| row.name.clone()),
    ];
    facts.push(match row.started_at {
        Some(at) => format!("started {} by {}", times.second(at).text, row.requested_by),
        None => format!(
            "asked for {} by {}",
            times.second(row.requested_at).text,
            row.requested_by
        ),
    });
    if goes_on {
        facts.push("you may leave this page, it goes on".to_owned());
    } else if let Some(at) = row.finished_at {
        facts.push(format!("ended {}", times.second(at).text));
    }
    let may_run = caller.may(Right::RunImports);
    let mut actions = Vec::new();
    if is_sync {
        if !goes_on && caller.may(Right::EditCustomers) && connection.is_some() {
            actions.push(
                Button::post("Sync again", format!("/customers/sync/{}", row.connection))
                    .with_icon("refresh"),
            );
        }
    } else if is_reading {
        actions.push(Button::link("Subscriptions", "/subscriptions"));
        if !goes_on && may_run && connection.is_some() {
            actions.push(Button::post("Read again", "/subscriptions/read").with_icon("refresh"));
        }
    } else if !goes_on && !row.baseline {
        actions.push(Button::link(
            "What changed",
            format!("/products/changes?run={}", row.number),
        ));
    }
    if !is_sync && !is_reading && !goes_on && may_run && connection.is_some() {
        actions.push(Button::post(
            "Import again",
            format!("/settings/integrations/{}/import", row.connection),
        ));
    }
    let notes = match row.kind {
        RunKind::CustomerSync => sync_run::notes(&app, &row, &address).await?,
        RunKind::SubscriptionSync => reading::notes(&row, may_run),
        RunKind::CatalogImport => notes(&app, &row, may_run).await?,
    };
    let (history, undo) = if is_sync && !goes_on {
        (
            sync_run::history(&app, &row, &around, &caller, &address).await?,
            caller.may(Right::EditCustomers) && sync_run::can_undo(&app, &row).await?,
        )
    } else {
        (None, false)
    };
    Ok(Html(RunPage {
        heading,
        facts_line: facts.join(" · "),
        notes,
        history,
        undo_href: undo.then(|| format!("{PATH}/{id}/undo")),
        stop_label: match row.kind {
            RunKind::CustomerSync => "Stop sync",
            RunKind::SubscriptionSync => "Stop reading",
            RunKind::CatalogImport => "Stop import",
        },
        stop_href: (goes_on && may_run && !row.stop_requested).then(|| format!("{PATH}/{id}/stop")),
        stop_words: if is_reading {
            "What was read is saved. The next reading begins anew, and writes only what differs; nothing is taken for gone by one that was stopped.".to_owned()
        } else if is_sync {
            "What was done stays done, each customer whole. The next sync compares again and does what is left.".to_owned()
        } else {
            format!(
                "{} are read and saved; they stay. The next import reads the whole catalog again and writes only what is missing. Nothing is withdrawn by a stopped import.",
                counted(row.counts.read, "product", "products")
            )
        },
        actions,
        events_href: goes_on.then(|| format!("{PATH}/{id}/events")),
        progress_href: format!("{PATH}/{id}/progress"),
        body,
        frame: around.frame,
    })
    .into_response())
}

async fn notes(app: &App, row: &RunRow, may_run: bool) -> Result<Vec<Note>, Fault> {
    let words = row.outcome.clone().unwrap_or_default();
    Ok(match row.status {
        RunStatus::NeedsDecision => {
            let conn = app.store().read();
            let held = catalog::count_held(conn, row.id).await?;
            let first = catalog::list_held(conn, row.id, 0, 5).await?;
            let names = first
                .iter()
                .map(|product| product.name.clone())
                .collect::<Vec<_>>()
                .join(", ");
            let more = held.saturating_sub(first.len() as u64);
            let text = format!(
                "{words} Held back: {names}{}. Everything else is up to date.",
                if more > 0 {
                    format!(" and {} more", count(more))
                } else {
                    String::new()
                }
            );
            let note = Note::new(
                Tone::Warn,
                "user-question",
                format!(
                    "Nothing was withdrawn: {} wait for your decision",
                    counted(held, "product", "products")
                ),
                text,
            );
            vec![if may_run {
                note.with(Button::post(
                    format!("Withdraw {}", count(held)),
                    format!("{PATH}/{}/withdrawals/apply", row.id),
                ))
                .with(
                    Button::post(
                        "Let them stay",
                        format!("{PATH}/{}/withdrawals/discard", row.id),
                    )
                    .primary(),
                )
            } else {
                note
            }]
        }
        RunStatus::Failed => vec![Note::new(
            Tone::Bad,
            "circle-x",
            "This import failed",
            format!("{words} What was read is saved."),
        )],
        RunStatus::Stopped => vec![Note::new(Tone::Info, "player-stop", "Stopped", words)],
        RunStatus::Interrupted => vec![Note::new(
            Tone::Warn,
            "plug-x",
            "Interrupted",
            "Its worker went away. It resumes by itself where it was.",
        )],
        _ if row.stop_requested && !row.status.is_final() => {
            vec![Note::new(
                Tone::Info,
                "player-stop",
                "Stopping",
                "It ends after the page that it reads now.",
            )]
        }
        _ => Vec::new(),
    })
}

/// The part that moves, as a partial: for browsers to which events do not come.
pub(crate) async fn progress(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let row = find(&app, id.into()).await?;
    Ok(Html(body(&app, &row, caller.may(Right::SeeCost)).await?).into_response())
}

/// Asks a run to stop.
pub(crate) async fn stop(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    find(&app, id.into()).await?;
    app.engine()
        .request_stop(id.into(), &caller.actor())
        .await?;
    Ok(go_to(&format!("{PATH}/{id}")))
}

/// Withdraws, or calls gone, what a run held back.
pub(crate) async fn apply(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    app.engine()
        .decide_run(id.into(), true, &caller.actor())
        .await?;
    Ok(go_to(&format!("{PATH}/{id}")))
}

/// Lets what a run held back stay.
pub(crate) async fn discard(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    app.engine()
        .decide_run(id.into(), false, &caller.actor())
        .await?;
    Ok(go_to(&format!("{PATH}/{id}")))
}
