//! Fields that both sides changed differently: the queue, and one customer field by field.

use askama::Template;

use super::{CountedTabs, Marked};
use crate::view::Status;
use crate::view::filters;
use crate::view::frame::Frame;
use crate::view::parts::{Empty, Moment, Note};

/// `GET /customers/conflicts` and `/customers/conflicts/{customer}`.
#[derive(Debug, Template)]
#[template(path = "customer/conflicts.html")]
pub struct ConflictsPage {
    /// Around it.
    pub frame: Frame,
    /// States of the mapping, each with its count.
    pub tabs: CountedTabs,
    /// What was just done, what did not work.
    pub notes: Vec<Note>,
    /// Customers with conflicts, the oldest first.
    pub entries: Vec<ConflictEntry>,
    /// `3 customers`.
    pub foot: String,
    /// The one that is open.
    pub open: Option<ConflictPanel>,
    /// A person asked for this one: a phone shows it alone.
    pub chosen: bool,
    /// Why there are none.
    pub empty: Option<Empty>,
    /// The reader may decide.
    pub edits: bool,
}

/// One of the queue.
#[derive(Debug, Clone)]
pub struct ConflictEntry {
    /// As sent where it is chosen: connection, customer.
    pub key: String,
    /// Its page.
    pub href: String,
    /// Name.
    pub name: String,
    /// `3 fields`.
    pub fields: String,
    /// Since when.
    pub since: Moment,
    /// It is open.
    pub open: bool,
}

/// The one that is open.
#[derive(Debug, Clone)]
pub struct ConflictPanel {
    /// Name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// `Last agreed 21 Nov 2026, 16:20 · 11 other fields agree`.
    pub facts_line: String,
    /// State.
    pub status: Status,
    /// Field by field.
    pub rows: Vec<ConflictRow>,
    /// Where choices are posted.
    pub action_href: String,
    /// The connection, as sent.
    pub connection: String,
    /// The next one, to go on to.
    pub next: String,
    /// The one before; `None` at the first.
    pub previous_href: Option<String>,
    /// The one after; `None` at the last.
    pub next_href: Option<String>,
    /// The rule that will stand in the history.
    pub rule: super::RuleTag,
}

/// One field.
#[derive(Debug, Clone)]
pub struct ConflictRow {
    /// Name in the form.
    pub name: &'static str,
    /// The field.
    pub label: &'static str,
    /// What both held last; `None` where they never agreed.
    pub base: Option<String>,
    /// Ours.
    pub local: Marked,
    /// Who and when.
    pub local_words: String,
    /// Ion's.
    pub remote: Marked,
    /// When Ion changed it.
    pub remote_words: String,
    /// Since when, and why a person decides; on hover.
    pub why: String,
}

impl ConflictRow {
    /// Ours as a plain text, for the result.
    fn local_text(&self) -> String {
        self.local.text()
    }

    /// Ion's as a plain text, for the result.
    fn remote_text(&self) -> String {
        self.remote.text()
    }
}
