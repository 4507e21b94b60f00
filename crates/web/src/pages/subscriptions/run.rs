//! What the run of a reading shows: counters, steps, and why it failed.

use std::collections::BTreeMap;

use domain::SubscriptionId;
use domain::run::{RunCounts, RunStatus};
use domain::subscription::SubscriptionEventKind as Kind;
use engine::catalog::RunProgress;
use store::runs::RunRow;
use store::subscriptions::{self, SubscriptionRow};

use super::events::points;
use super::row::customer_name;
use super::{PATH, href, title};
use crate::app::App;
use crate::fault::Fault;
use crate::view::Times;
use crate::view::format::{self, count, counted};
use crate::view::parts::{Figure, Step, StepState};
use crate::view::run::RunRecord;
use crate::view::{Button, Note, Tone};

/// Changes of a run that its page shows.
const RECORDS: usize = 12;
/// Events that are looked at for them.
const LOOKED_AT: u32 = 200;

/// Counters.
pub(crate) fn figures(counts: &RunCounts) -> Vec<Figure> {
    let toned = |number: u64| if number > 0 { Tone::Warn } else { Tone::Calm };
    vec![
        Figure::new(
            "Read",
            count(counts.read),
            format!("{} unchanged", count(counts.unchanged)),
        )
        .to(PATH),
        Figure::new("New", count(counts.added), "").with_icon("plus", Tone::Info),
        Figure::new(
            "Changed",
            count(counts.changed),
            "seats, state, price, renewal or term",
        ),
        Figure::new("Gone from Ion", count(counts.gone), "").with_icon("ghost", toned(counts.gone)),
        Figure::new("Not readable", count(counts.set_aside), "left as they were")
            .with_icon("alert-triangle", toned(counts.set_aside)),
    ]
}

/// Steps.
pub(crate) fn steps(progress: &RunProgress) -> Vec<Step> {
    let counts = &progress.counts;
    let over = progress.status.is_final()
        && !matches!(progress.status, RunStatus::Failed | RunStatus::Stopped);
    let reading = Step {
        state: match progress.status {
            RunStatus::Queued => StepState::Waiting,
            RunStatus::Running | RunStatus::Interrupted => StepState::Running,
            RunStatus::Failed => StepState::Bad,
            RunStatus::Stopped => StepState::Warn,
            _ => StepState::Ok,
        },
        title: "Read Ion’s subscriptions".to_owned(),
        detail: format!(
            "{}, {}, {}",
            counted(counts.pages, "page", "pages"),
            counted(counts.requests, "request", "requests"),
            format::bytes(counts.bytes)
        ),
        time: String::new(),
    };
    let after = |title: &str, detail: String| Step {
        state: if over {
            StepState::Ok
        } else {
            StepState::Waiting
        },
        title: title.to_owned(),
        detail,
        time: String::new(),
    };
    vec![
        reading,
        after(
            "Write what differs",
            format!(
                "{} written",
                counted(
                    counts.added + counts.changed,
                    "subscription",
                    "subscriptions"
                )
            ),
        ),
        after(
            "Find what is gone",
            "missing from two complete readings, or not known to Ion by its id".to_owned(),
        ),
    ]
}

/// Why it failed or what it asks, and what goes on. `may_decide`: whoever looks may answer.
pub(crate) fn notes(row: &RunRow, may_decide: bool) -> Vec<Note> {
    let words = row.outcome.clone().unwrap_or_default();
    match row.status {
        RunStatus::NeedsDecision => {
            let held = row.counts.held;
            let note = Note::new(
                Tone::Warn,
                "user-question",
                format!(
                    "{} missing at Ion: are they gone?",
                    counted(held, "subscription is", "subscriptions are")
                ),
                format!(
                    "{words} Perhaps this login may no longer see them. Where you say that they are gone, Ion is asked for each once more, and only what it does not know is marked. What Ion shows again later comes back by itself."
                ),
            );
            let to = |answer: &str| format!("/activity/runs/{}/withdrawals/{answer}", row.id);
            vec![if may_decide {
                note.with(Button::post(format!("Mark {} as gone", count(held)), to("apply")))
                    .with(Button::post("Let them stay", to("discard")).primary())
            } else {
                note
            }]
        }
        RunStatus::Failed => vec![Note::new(
            Tone::Bad,
            "circle-x",
            "This reading failed",
            format!("{words} Nothing is lost: it is read again by itself."),
        )],
        RunStatus::Stopped => vec![Note::new(Tone::Info, "player-stop", "Stopped", words)],
        RunStatus::Interrupted => vec![Note::new(
            Tone::Warn,
            "plug-x",
            "Interrupted",
            "Its worker went away. It begins again by itself; what was read is saved.",
        )],
        status if row.stop_requested && !status.is_final() => vec![Note::new(
            Tone::Info,
            "player-stop",
            "Stopping",
            "It ends after the page that it reads now.",
        )],
        RunStatus::DoneSetAside => vec![
            Note::new(
                Tone::Warn,
                "alert-triangle",
                "Some subscriptions could not be read",
                "They are left as they were; the log below names each with its place. The next reading tries them again.",
            )
            .with(Button::link("Open subscriptions", PATH)),
        ],
        _ => Vec::new(),
    }
}

/// What a reading found different, the first of it, and how many subscriptions in all.
pub(crate) async fn changed(
    app: &App,
    run: &RunRow,
    costs: bool,
) -> Result<(Vec<RunRecord>, u64), Fault> {
    let conn = app.store().read();
    let events = subscriptions::list_events_of_run(conn, run.id, LOOKED_AT).await?;
    let mut by: Vec<(SubscriptionId, Vec<_>)> = Vec::new();
    for event in events {
        // The first reading finds all of them new: that is no change.
        if event.kind == Kind::Seen && run.counts.changed + run.counts.gone == 0 {
            continue;
        }
        match by.last_mut().filter(|(id, _)| *id == event.subscription) {
            Some((_, of_it)) => of_it.push(event),
            None => by.push((event.subscription, vec![event])),
        }
    }
    by.truncate(RECORDS);
    let ids: Vec<SubscriptionId> = by.iter().map(|(id, _)| *id).collect();
    let rows: BTreeMap<SubscriptionId, SubscriptionRow> = subscriptions::find_many(conn, &ids)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let times = Times::new(app.now(), app.settings().zone.clone());
    let records = by
        .into_iter()
        .filter_map(|(id, events)| {
            let row = rows.get(&id)?;
            let told = points(&events, &[], &times, costs);
            let first = told.first()?;
            let what: Vec<String> = told
                .iter()
                .map(|point| match point.detail.as_str() {
                    "" => point.title.clone(),
                    detail => format!("{}, {detail}", point.title),
                })
                .collect();
            Some(RunRecord {
                href: href(id),
                icon: first.icon,
                tone: first.tone,
                name: format!("{}: {}", customer_name(row), title(&row.subscription)),
                what: what.join("; "),
                why: String::new(),
            })
        })
        .collect();
    let counts = &run.counts;
    Ok((records, counts.added + counts.changed + counts.gone))
}
