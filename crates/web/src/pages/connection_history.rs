//! What has happened to a connection.

use engine::connection::ConnectionOverview;
use jiff::Timestamp;
use store::connections::ConnectionRow;
use store::runs;
use store::tokens::AttemptRow;

use crate::app::App;
use crate::fault::Fault;
use crate::pages::runs::{kind_words, outcome};
use crate::view::format::count;
use crate::view::{Point, Times, Tone, status};

/// Runs that are told.
const RUNS: u32 = 10;

/// What has happened, the newest first: refreshes, runs, and the day that it was connected.
pub(crate) async fn history(
    app: &App,
    row: &ConnectionRow,
    view: &ConnectionOverview,
    times: &Times,
) -> Result<Vec<Point>, Fault> {
    let mut events: Vec<(Timestamp, Point)> = view
        .attempts
        .iter()
        .map(|attempt| {
            let at = attempt.finished_at.unwrap_or(attempt.started_at);
            (at, point(attempt, times))
        })
        .collect();
    for run in runs::list(app.store().read(), Some(row.id), None, RUNS).await? {
        let at = run.finished_at.unwrap_or(run.requested_at);
        let state = status::run(run.status, run.counts.set_aside);
        events.push((
            at,
            Point {
                tone: state.tone,
                icon: "package-import",
                title: format!(
                    "{} {}: {}",
                    kind_words(run.kind),
                    count(run.number),
                    state.word
                ),
                detail: outcome(&run),
                at: times.second(at),
            },
        ));
    }
    events.push((
        row.created_at,
        Point {
            tone: Tone::Ok,
            icon: "plug-connected",
            title: "Connected".to_owned(),
            detail: format!("Every check passed. {}.", row.created_by),
            at: times.second(row.created_at),
        },
    ));
    events.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(events.into_iter().map(|(_, point)| point).collect())
}

fn point(attempt: &AttemptRow, times: &Times) -> Point {
    let (tone, icon, title) = match attempt.outcome.as_deref() {
        Some("saved") => (Tone::Ok, "refresh", "Login refreshed"),
        Some("late_saved") => (Tone::Ok, "refresh", "Login refreshed, by a late answer"),
        Some("superseded") => (Tone::Calm, "refresh", "A newer pair was there already"),
        Some("refused") => (Tone::Bad, "key-off", "Ion refused the refresh"),
        Some("busy") => (Tone::Warn, "clock", "Ion asked to come later"),
        Some("not_sent") => (
            Tone::Warn,
            "cloud-off",
            "Ion was not reached, nothing was sent",
        ),
        Some("lost") => (Tone::Bad, "help", "The answer was lost"),
        _ => (Tone::Info, "loader-2", "A refresh goes on"),
    };
    Point {
        tone,
        icon,
        title: title.to_owned(),
        detail: attempt.detail.clone().unwrap_or_default(),
        at: times.second(attempt.finished_at.unwrap_or(attempt.started_at)),
    }
}
