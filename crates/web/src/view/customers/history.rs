//! What changed at a customer or by a run, line by line, with its reason.

use askama::Template;
use askama::filters::HtmlSafe;

use super::RuleTag;
use super::card::CustomerHead;
use crate::view::filters;
use crate::view::frame::Frame;
use crate::view::parts::{Empty, Fact, Link, Moment, Tone};
use crate::view::table::Pager;

/// `GET /customers/{id}/history`.
#[derive(Debug, Template)]
#[template(path = "customer/history_page.html")]
pub struct CustomerHistory {
    /// Around it.
    pub frame: Frame,
    /// Above the tabs.
    pub head: CustomerHead,
    /// The lines.
    pub list: ChangeTable,
}

/// Lines of a history. Prints itself.
#[derive(Debug, Template)]
#[template(path = "customer/history.html")]
pub struct ChangeTable {
    /// Each line names its customer: on the page of a run.
    pub named: bool,
    /// By year, or one group without a title.
    pub groups: Vec<ChangeGroup>,
    /// Why there are none.
    pub empty: Option<Empty>,
    /// Token for the buttons.
    pub csrf: String,
    /// Foot.
    pub pager: Pager,
}

impl HtmlSafe for ChangeTable {}

/// Lines of one year.
#[derive(Debug, Clone)]
pub struct ChangeGroup {
    /// `2026`; empty for no head.
    pub title: String,
    /// The newest first.
    pub lines: Vec<ChangeLine>,
}

/// One line.
#[derive(Debug, Clone)]
pub struct ChangeLine {
    /// When.
    pub at: Moment,
    /// The customer, on the page of a run.
    pub customer: Option<Link>,
    /// The field, or what happened.
    pub label: String,
    /// What it was; may be empty.
    pub before: String,
    /// What it is; may be empty.
    pub after: String,
    /// It is about a value: an empty one is called so.
    pub valued: bool,
    /// Icon, colour and words of the way that it went.
    pub way: (&'static str, Tone, &'static str),
    /// Why, as a sentence.
    pub why: String,
    /// The rule behind it.
    pub rule: Option<RuleTag>,
    /// Who.
    pub who: String,
    /// The run that did it.
    pub run: Option<Link>,
    /// Where a post undoes it; `None` where it cannot be undone, or the reader may not.
    pub undo_href: Option<String>,
    /// `undone today, 10:41 by Sam Sample`; may be empty.
    pub undone: String,
    /// Opens the line, or closes it; empty where there is nothing more to see.
    pub toggle_href: String,
    /// What stands in the opened line.
    pub open: Option<ChangeOpen>,
}

/// What stands in an opened line.
#[derive(Debug, Clone)]
pub struct ChangeOpen {
    /// The reason as a title.
    pub title: String,
    /// The rule in words, and what undoing does.
    pub text: String,
    /// The values that it saw, connection, note.
    pub facts: Vec<Fact>,
    /// Ion's id of the request; may be empty.
    pub request: String,
}
