//! When Ion was read, what goes on and what failed.

use domain::run::{RunKind, RunStatus};
use domain::{ConnectionId, RunId};
use jiff::Timestamp;
use store::runs::RunRow;
use store::{orders, runs};

use crate::app::App;
use crate::fault::Fault;
use crate::pages::Around;
use crate::pages::customers::run_href;
use crate::view::format::count;
use crate::view::{Button, Note, Tone};

/// When Ion was read, what goes on and what failed, connection by connection.
pub(super) struct Readings {
    read_at: Vec<Option<Timestamp>>,
    running: Vec<(String, RunId)>,
    failed: Vec<(String, RunId, String)>,
}

impl Readings {
    /// Of the connections that live.
    pub(super) async fn of(app: &App, around: &Around) -> Result<Self, Fault> {
        let conn = app.store().read();
        let mut readings = Self {
            read_at: Vec::new(),
            running: Vec::new(),
            failed: Vec::new(),
        };
        for row in &around.connections {
            let setting = orders::setting(conn, row.id).await?;
            readings.read_at.push(setting.subscriptions_read_at);
            let kind = RunKind::SubscriptionSync;
            if let Some(run) = runs::find_unfinished(conn, row.id, kind).await? {
                readings.running.push((row.name.clone(), run.id));
            } else if let Some(run) = last_of(app, row.id).await?
                && run.status == RunStatus::Failed
            {
                let words = run.outcome.unwrap_or_default();
                readings.failed.push((row.name.clone(), run.id, words));
            }
        }
        Ok(readings)
    }

    /// Whether the reader may start a reading, and none goes on.
    pub(super) fn may_read(&self, around: &Around) -> bool {
        around.frame.runs_imports()
            && !around.connections.is_empty()
            && self.running.len() < around.connections.len()
    }

    /// Whether any connection was read already.
    pub(super) fn was_read(&self) -> bool {
        self.read_at.iter().any(Option::is_some)
    }

    /// `1,284 live. Read from Ion 11 min ago.`
    pub(super) fn summary(&self, live: u64, around: &Around) -> String {
        let mut words = if live == 0 && !self.was_read() {
            "None read yet.".to_owned()
        } else {
            format!("{} live.", count(live))
        };
        // The oldest counts: all is at least as fresh.
        if let Some(at) = self.read_at.iter().copied().min().flatten() {
            words.push_str(&format!(
                " Read from Ion {}.",
                at_words(&around.times.ago(at).text)
            ));
        }
        words
    }

    /// What goes on, what failed, what was never read.
    pub(super) fn notes(&self, around: &Around) -> Vec<Note> {
        let going = self.running.iter().map(|(name, run)| {
            Note::new(
                Tone::Info,
                "loader-2",
                format!("The subscriptions of “{name}” are read now"),
                "This list shows what is saved already.",
            )
            .with(Button::link("Follow it", run_href(*run)))
        });
        let failed = self.failed.iter().map(|(name, run, words)| {
            Note::new(
                Tone::Bad,
                "circle-x",
                format!("The last reading of “{name}” failed"),
                format!(
                    "{words} This list shows what was known before; it is read again by itself."
                ),
            )
            .with(Button::link("See the run", run_href(*run)))
        });
        let never = around
            .connections
            .iter()
            .zip(&self.read_at)
            .filter(|(_, at)| at.is_none() && self.was_read())
            .map(|(row, _)| {
                Note::new(
                    Tone::Info,
                    "refresh-dot",
                    format!("The subscriptions of “{}” were not read yet", row.name),
                    "They come in with the next reading.",
                )
            });
        going.chain(failed).chain(never).collect()
    }
}

/// The last reading of a connection.
async fn last_of(app: &App, connection: ConnectionId) -> Result<Option<RunRow>, Fault> {
    let recent = runs::list(app.store().read(), Some(connection), None, 50).await?;
    Ok(recent
        .into_iter()
        .find(|run| run.kind == RunKind::SubscriptionSync))
}

/// `11 min ago`, `at 10:31`, `on 22 Nov, 10:31`.
fn at_words(ago: &str) -> String {
    if ago == "now" || ago.ends_with("ago") {
        ago.to_owned()
    } else if ago.contains(',') {
        format!("on {ago}")
    } else {
        format!("at {ago}")
    }
}
