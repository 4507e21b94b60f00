//! Who did what.

use askama::Template;
use askama::filters::HtmlSafe;

use super::filters;
use super::frame::Frame;
use super::parts::{Button, Empty, Fact, Note};
use super::table::{Chips, Pager, Search};

/// `GET /activity/audit`.
#[derive(Debug, Template)]
#[template(path = "audit/list_page.html")]
pub struct AuditPage {
    /// Around it; titled `Audit log`.
    pub frame: Frame,
    /// Check the chain, export.
    pub actions: Vec<Button>,
    /// What a check of the chain came to.
    pub notes: Vec<Note>,
    /// Filters.
    pub chips: Chips,
    /// Search.
    pub search: Search,
    /// The rows.
    pub list: AuditList,
}

/// The rows: the partial.
#[derive(Debug, Template)]
#[template(path = "audit/list.html")]
pub struct AuditList {
    /// Rows.
    pub rows: Vec<AuditRow>,
    /// Why there are none.
    pub empty: Option<Empty>,
    /// Token for the button of `empty`.
    pub csrf: String,
    /// Foot.
    pub pager: Pager,
    /// Filters, where they travel beside the rows.
    pub chips: Option<Chips>,
}

impl HtmlSafe for AuditList {}

/// One entry.
#[derive(Debug, Clone)]
pub struct AuditRow {
    /// Its number in the chain.
    pub number: String,
    /// When, to the second.
    pub at: super::Moment,
    /// Who.
    pub who: String,
    /// `SS`; empty where `icon` stands for them.
    pub initials: String,
    /// `robot`, `key`, `terminal-2`: for who is no person in a browser.
    pub icon: &'static str,
    /// `browser`, `API token`, `command line`, `by itself`.
    pub via: String,
    /// What was done, in words.
    pub what: String,
    /// About what.
    pub about: String,
    /// Its page; empty without one.
    pub about_href: String,
    /// The list with this row open, or closed where it is open.
    pub toggle_href: String,
    /// What it shows when open.
    pub open: Option<AuditDetail>,
}

/// An opened entry.
#[derive(Debug, Clone)]
pub struct AuditDetail {
    /// What was written, name by name.
    pub facts: Vec<Fact>,
    /// Its hash, shortened.
    pub hash: String,
    /// The hash of the entry before, shortened.
    pub previous: String,
}
