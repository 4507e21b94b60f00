//! What ran and runs: the list, one run, and its live progress.

use askama::Template;
use askama::filters::HtmlSafe;

use super::Status;
use super::customers::history::ChangeTable;
use super::filters;
use super::frame::Frame;
use super::parts::{Button, Empty, Figure, Moment, Note, Step, Tone};
use super::table::{Chips, Pager};

/// `GET /activity/runs`.
#[derive(Debug, Template)]
#[template(path = "run/list_page.html")]
pub struct RunsPage {
    /// Around it; titled `Runs`.
    pub frame: Frame,
    /// Filters.
    pub chips: Chips,
    /// The rows.
    pub list: RunList,
}

/// The rows: the partial.
#[derive(Debug, Template)]
#[template(path = "run/list.html")]
pub struct RunList {
    /// Rows.
    pub rows: Vec<RunRow>,
    /// Why there are none.
    pub empty: Option<Empty>,
    /// Token for the button of `empty`.
    pub csrf: String,
    /// Foot.
    pub pager: Pager,
}

impl HtmlSafe for RunList {}

/// One run of the list.
#[derive(Debug, Clone)]
pub struct RunRow {
    /// Its page.
    pub href: String,
    /// `Catalog import`.
    pub kind: &'static str,
    /// `1184`.
    pub number: String,
    /// State.
    pub status: Status,
    /// `214 changed, 12 set aside`.
    pub outcome: String,
    /// Who started it.
    pub by: String,
    /// How long it took; empty while it goes on.
    pub took: String,
    /// When it was asked for.
    pub at: Moment,
}

/// `GET /activity/runs/{id}`.
#[derive(Debug, Template)]
#[template(path = "run/detail.html")]
pub struct RunPage {
    /// Around it.
    pub frame: Frame,
    /// `Catalog import 1185`.
    pub heading: String,
    /// `StreamOne Ion, Benelux and DACH · started 10:41:07 by Sam Sample · you may leave this page, it goes on`.
    pub facts_line: String,
    /// What to decide, why it failed, that it resumes by itself.
    pub notes: Vec<Note>,
    /// Address where a post stops it; `None` where it cannot be stopped or the reader may not.
    pub stop_href: Option<String>,
    /// `Stop import`.
    pub stop_label: &'static str,
    /// What happens when it is stopped: `14,220 products are read and saved. ...`.
    pub stop_words: String,
    /// What can be done with it now: see changes, import again.
    pub actions: Vec<Button>,
    /// Where a post takes back what it changed here; `None` where there is nothing, or the reader may not.
    pub undo_href: Option<String>,
    /// What a sync changed, customer by customer.
    pub history: Option<ChangeTable>,
    /// Address of the events (`/activity/runs/{id}/events`); `None` where nothing more comes.
    pub events_href: Option<String>,
    /// Address of the partial (`/activity/runs/{id}/progress`), polled where events do not come.
    pub progress_href: String,
    /// The part that moves.
    pub body: RunBody,
}

/// The part of a run's page that moves: the partial of `/progress`, and the data of each `progress` event.
#[derive(Debug, Template)]
#[template(path = "run/body.html")]
pub struct RunBody {
    /// State, printed beside the heading.
    pub status: Status,
    /// True where nothing more comes: script stops listening and loads the page anew.
    pub finished: bool,
    /// Progress while it goes on.
    pub progress: Option<RunProgress>,
    /// Counters.
    pub figures: Vec<Figure>,
    /// Steps.
    pub steps: Vec<Step>,
    /// How long it took so far.
    pub took: String,
    /// A remark below the steps: `Ion asked us to slow down once: waited 2 s, then went on.`
    pub remark: String,
    /// Log, the newest first.
    pub log: Vec<LogLine>,
    /// Set aside: the first of them.
    pub set_aside: Vec<RunRecord>,
    /// How many were set aside in all.
    pub set_aside_total: String,
    /// `Largest changes`, `What changed`.
    pub changes_title: &'static str,
    /// What the records are: `Product`, `Subscription`.
    pub changes_of: &'static str,
    /// The largest changes, or all of them: the first of them.
    pub changes: Vec<RunRecord>,
    /// How many changed in all.
    pub changes_total: String,
    /// The report of this run; empty without one.
    pub changes_href: String,
}

impl HtmlSafe for RunBody {}

impl RunProgress {
    /// The longest of the vendors' bars.
    fn most(&self) -> u64 {
        self.vendors
            .iter()
            .map(|(_, number)| *number)
            .max()
            .unwrap_or(1)
    }
}

/// How far a run is.
#[derive(Debug, Clone)]
pub struct RunProgress {
    /// `14,220`.
    pub done: String,
    /// `of about 20,100 products`; `products so far` where the whole is not known.
    pub of: String,
    /// `812 products a second`.
    pub rate: String,
    /// `about 7 seconds left`; may be empty.
    pub left: String,
    /// Value and maximum of the bar; `None` where the whole is not known.
    pub bar: Option<(u64, u64)>,
    /// `71 %`.
    pub percent: String,
    /// The vendors of which most was read, with how many products each.
    pub vendors: Vec<(String, u64)>,
}

/// One line of the log.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// `10:41:25`.
    pub at: String,
    /// Colour of the line.
    pub tone: Tone,
    /// What happened.
    pub text: String,
}

/// A record that a run touched.
#[derive(Debug, Clone)]
pub struct RunRecord {
    /// Its page.
    pub href: String,
    /// Icon.
    pub icon: &'static str,
    /// Colour of the icon.
    pub tone: Tone,
    /// Its name.
    pub name: String,
    /// What.
    pub what: String,
    /// Why, or by how much.
    pub why: String,
}
