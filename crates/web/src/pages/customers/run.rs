//! What a sync's run shows: counts by kind, steps, what to decide, what to look at, and what it changed.

use domain::ChangeId;
use domain::access::Right;
use domain::run::{RunCounts, RunStatus};
use engine::catalog::RunProgress;
use store::customers::{self, ChangeKind, Way};
use store::runs::RunRow;

use super::history::{Names, line};
use super::{href, run_href};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::Around;
use crate::pages::address::Address;
use crate::view::customers::history::{ChangeGroup, ChangeTable};
use crate::view::format::{self, count, counted};
use crate::view::parts::{Figure, Step, StepState};
use crate::view::{Button, Link, Note, Pager, Tone};

/// Changes of a page.
const PAGE: u32 = 100;

/// Counters.
pub(crate) fn figures(counts: &RunCounts) -> Vec<Figure> {
    vec![
        Figure::new(
            "Read",
            count(counts.read),
            format!("{} unchanged", count(counts.unchanged)),
        ),
        Figure::new("New here", count(counts.added), "from Ion")
            .with_icon("cloud-down", Tone::Info),
        Figure::new(
            "From Ion",
            count(counts.pulled),
            "customers with a field taken over",
        )
        .with_icon("arrow-left", Tone::Info),
        Figure::new(
            "To Ion",
            count(counts.pushed + counts.created),
            format!(
                "{} changed, {} new",
                count(counts.pushed),
                count(counts.created)
            ),
        )
        .with_icon("arrow-right", Tone::Info),
        Figure::new("Linked", count(counts.linked), "").with_icon("link", Tone::Ok),
        Figure::new(
            "You decide",
            count(counts.proposed + counts.conflicts),
            format!(
                "{} alike, {} contradict",
                count(counts.proposed),
                count(counts.conflicts)
            ),
        )
        .with_icon(
            "user-question",
            if counts.proposed + counts.conflicts > 0 {
                Tone::Warn
            } else {
                Tone::Calm
            },
        )
        .to(match (counts.proposed, counts.conflicts) {
            (0, 0) => "",
            (0, _) => "/customers/conflicts",
            _ => super::pairs::PATH,
        }),
    ]
}

/// Steps.
pub(crate) fn steps(progress: &RunProgress) -> Vec<Step> {
    let counts = &progress.counts;
    let over = progress.status.is_final()
        && !matches!(progress.status, RunStatus::Failed | RunStatus::Stopped);
    let reading = progress.step.starts_with("Reading") || progress.step.is_empty();
    let first = match progress.status {
        RunStatus::Queued => StepState::Waiting,
        RunStatus::Failed => StepState::Bad,
        RunStatus::Stopped => StepState::Warn,
        RunStatus::Running | RunStatus::Interrupted if reading => StepState::Running,
        _ => StepState::Ok,
    };
    let later = |running: bool| {
        if over {
            StepState::Ok
        } else if running {
            StepState::Running
        } else {
            StepState::Waiting
        }
    };
    let step = |state, title: &str, detail: String| Step {
        state,
        title: title.to_owned(),
        detail,
        time: String::new(),
    };
    let mut steps = vec![
        step(
            first,
            "Read Ion’s customers",
            format!(
                "{}, {}, {}",
                counted(counts.pages, "page", "pages"),
                counted(counts.requests, "request", "requests"),
                format::bytes(counts.bytes)
            ),
        ),
        step(
            later(!reading),
            "Compare both sides",
            if reading || progress.status.is_final() {
                "field by field, against what both last agreed on".to_owned()
            } else {
                progress.step.clone()
            },
        ),
        step(
            later(false),
            "Do what the rules say",
            format!(
                "{} here, {} to Ion by a job of their own",
                count(counts.added + counts.pulled + counts.linked),
                count(counts.pushed + counts.created)
            ),
        ),
    ];
    if counts.moved > 0 {
        steps.push(step(
            StepState::Warn,
            "Left, because it was no longer true",
            counted(counts.moved, "entry of the plan", "entries of the plan"),
        ));
    }
    if progress.status == RunStatus::NeedsDecision {
        steps.push(step(
            StepState::Warn,
            "Its plan",
            "waits for a person".to_owned(),
        ));
    }
    steps
}

/// What to decide, why it failed, and what to look at afterwards.
pub(crate) async fn notes(app: &App, row: &RunRow, address: &Address) -> Result<Vec<Note>, Fault> {
    let conn = app.store().read();
    let words = row.outcome.clone().unwrap_or_default();
    let mut notes = Vec::new();
    if let Some(undone) = address
        .get("undone")
        .and_then(|number| number.parse::<u64>().ok())
    {
        let left = address
            .get("left")
            .and_then(|number| number.parse::<u64>().ok())
            .unwrap_or(0);
        notes.push(Note::new(
            if left > 0 { Tone::Warn } else { Tone::Ok },
            "arrow-back-up",
            format!("{} taken back here", counted(undone, "change", "changes")),
            if left > 0 {
                format!(
                    "{} stay: they were changed since, or there is nothing of them to take back here.",
                    count(left)
                )
            } else {
                String::new()
            },
        ));
    }
    let plan = customers::find_plan_of_run(conn, row.id).await?;
    match (row.status, &plan) {
        (RunStatus::NeedsDecision, Some(plan)) if plan.state == customers::PlanState::Waiting => {
            let title = if plan.held {
                "Held back: it would change unusually many customers"
            } else {
                "Its plan waits for you"
            };
            notes.push(
                Note::new(Tone::Warn, "user-question", title, words).with(
                    Button::link(
                        "Look at the plan",
                        format!("/customers/sync/plans/{}", plan.id),
                    )
                    .primary(),
                ),
            );
        }
        (RunStatus::NeedsDecision, None) => {
            // The same plan as the one before was kept: it says all that this run found.
            if let Some(plan) = customers::find_waiting_plan(conn, row.connection).await? {
                notes.push(
                    Note::new(
                        Tone::Warn,
                        "user-question",
                        "The plan of an earlier run still waits, and says the same",
                        words,
                    )
                    .with(
                        Button::link(
                            "Look at the plan",
                            format!("/customers/sync/plans/{}", plan.id),
                        )
                        .primary(),
                    ),
                );
            }
        }
        (RunStatus::Failed, _) => notes.push(Note::new(
            Tone::Bad,
            "circle-x",
            "This sync failed",
            format!("{words} Nothing is lost: the next one compares again."),
        )),
        (RunStatus::Stopped, _) => {
            notes.push(Note::new(Tone::Info, "player-stop", "Stopped", words))
        }
        (RunStatus::Interrupted, _) => notes.push(Note::new(
            Tone::Warn,
            "plug-x",
            "Interrupted",
            "Its worker went away. It begins again by itself; what was done is not done twice.",
        )),
        (status, _) if row.stop_requested && !status.is_final() => notes.push(Note::new(
            Tone::Info,
            "player-stop",
            "Stopping",
            "It ends after the customer that it is at.",
        )),
        (RunStatus::Done | RunStatus::DoneSetAside, Some(plan)) if plan.run == row.id => notes
            .push(
                Note::new(
                    Tone::Info,
                    "checks",
                    "Its plan was decided, or a later one took its place",
                    words,
                )
                .with(Button::link(
                    "Open it",
                    format!("/customers/sync/plans/{}", plan.id),
                )),
            ),
        (RunStatus::Done | RunStatus::DoneSetAside, _) => {
            notes.extend(review(app, row).await?);
        }
        _ => {}
    }
    Ok(notes)
}

/// What a person looks at after a run.
async fn review(app: &App, row: &RunRow) -> Result<Vec<Note>, Fault> {
    let counts = customers::mapping_counts(app.store().read()).await?;
    let mut note = Note::new(
        Tone::Info,
        "user-question",
        "What to look at now",
        String::new(),
    );
    let mut parts = Vec::new();
    for (number, one, many, label, to) in [
        (
            counts.to_confirm,
            "pair looks alike",
            "pairs look alike",
            "Compare them",
            super::pairs::PATH,
        ),
        (
            counts.conflicts,
            "customer was changed on both sides",
            "customers were changed on both sides",
            "Choose",
            "/customers/conflicts",
        ),
        (
            counts.failed,
            "write to Ion failed",
            "writes to Ion failed",
            "See why",
            "/customers/mapping/failed",
        ),
    ] {
        if number > 0 {
            parts.push(counted(number, one, many));
            note = note.with(Button::link(label, to));
        }
    }
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    if row.counts.pushed + row.counts.created > 0 {
        parts.push("what goes to Ion is sent by jobs, one a customer".to_owned());
    }
    note.text = format!("{}.", format::sentence_case(&parts.join("; ")));
    Ok(vec![note])
}

/// What the run changed, customer by customer; nothing where it changed nothing.
pub(crate) async fn history(
    app: &App,
    row: &RunRow,
    around: &Around,
    caller: &Caller,
    address: &Address,
) -> Result<Option<ChangeTable>, Fault> {
    let after = address
        .get("after")
        .and_then(|after| after.parse::<ChangeId>().ok());
    let conn = app.store().read();
    let counts = customers::count_run_changes(conn, row.id).await?;
    let total: u64 = counts.iter().map(|(_, _, number)| number).sum();
    if total == 0 {
        return Ok(None);
    }
    let mut rows = customers::list_run_changes(conn, row.id, after, PAGE + 1).await?;
    let more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let changes: Vec<_> = rows.iter().map(|(change, _)| change.clone()).collect();
    let names = Names::load(app.store(), &changes).await?;
    let edits = caller.may(Right::EditCustomers);
    let lines = rows
        .iter()
        .map(|(change, who)| {
            let mut one = line(change, &names, &around.times, edits);
            one.run = None;
            one.customer = Some(Link::new(
                who.clone(),
                format!("{}/history", href(change.customer)),
            ));
            one
        })
        .collect();
    Ok(Some(ChangeTable {
        named: true,
        groups: vec![ChangeGroup {
            title: String::new(),
            lines,
        }],
        empty: None,
        csrf: around.frame.csrf.clone(),
        pager: Pager {
            words: format!(
                "{} of {}",
                count(rows.len() as u64),
                counted(total, "change", "changes")
            ),
            note: kinds(&counts),
            previous: after.map(|_| run_href(row.id)),
            next: rows
                .last()
                .filter(|_| more)
                .map(|(last, _)| format!("{}?after={}", run_href(row.id), last.id)),
            sizes: Vec::new(),
        },
    }))
}

/// `98 imported, 24 fields to Ion`.
fn kinds(counts: &[(ChangeKind, Way, u64)]) -> String {
    counts
        .iter()
        .map(|(kind, way, number)| {
            let words = super::history::way(*way).2;
            match kind {
                ChangeKind::Field => format!("{} {words}", counted(*number, "field", "fields")),
                kind => format!(
                    "{} {}",
                    count(*number),
                    super::history::word(*kind).to_lowercase()
                ),
            }
        })
        .collect::<Vec<_>>()
        .join(", ")
}

/// Whether a run did something here that can be taken back.
pub(crate) async fn can_undo(app: &App, row: &RunRow) -> Result<bool, Fault> {
    let counts = customers::count_run_changes(app.store().read(), row.id).await?;
    Ok(counts.iter().any(|(kind, way, number)| {
        *number > 0
            && (matches!(kind, ChangeKind::Imported | ChangeKind::Linked)
                || *kind == ChangeKind::Field && *way == Way::FromIon)
    }))
}
