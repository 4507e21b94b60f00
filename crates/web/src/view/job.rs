//! Durable work: what waits, runs, or gave up.

use askama::Template;
use askama::filters::HtmlSafe;

use super::Status;
use super::filters;
use super::frame::Frame;
use super::parts::{Empty, Link, Moment};
use super::table::Pager;

/// `GET /activity/jobs`.
#[derive(Debug, Template)]
#[template(path = "job/list_page.html")]
pub struct JobsPage {
    /// Around it; titled `Jobs`.
    pub frame: Frame,
    /// The rows.
    pub list: JobList,
}

/// The rows: the partial.
#[derive(Debug, Template)]
#[template(path = "job/list.html")]
pub struct JobList {
    /// Rows.
    pub rows: Vec<JobRow>,
    /// Why there are none.
    pub empty: Option<Empty>,
    /// Token for the button of `empty`.
    pub csrf: String,
    /// Foot.
    pub pager: Pager,
}

impl HtmlSafe for JobList {}

/// One job.
#[derive(Debug, Clone)]
pub struct JobRow {
    /// `Import the catalog`.
    pub what: String,
    /// The kind's word, as in the log.
    pub kind: String,
    /// State.
    pub status: Status,
    /// `2 of 5`.
    pub tries: String,
    /// When it runs, ran, or is tried again.
    pub at: Moment,
    /// What went wrong last; may be empty.
    pub error: String,
    /// The run that shows it.
    pub run: Option<Link>,
}
