//! Customers from a file: bring one, see what it would do row by row, apply it.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::view::Status;
use crate::view::filters;
use crate::view::frame::Frame;
use crate::view::parts::{Button, Empty, Figure, Link, Moment, Note};
use crate::view::table::{Pager, Search};

use super::CountedTab;
use super::plan::Chosen;

/// `GET /customers/import`.
#[derive(Debug, Template)]
#[template(path = "customer/import.html")]
pub struct ImportPage {
    /// Around it.
    pub frame: Frame,
    /// What is wrong with the file that was brought; empty for nothing.
    pub error: String,
    /// Largest file.
    pub largest: String,
    /// Columns that are known: name, what it holds.
    pub columns: Vec<(String, String)>,
    /// Files brought before.
    pub files: Vec<FileLine>,
}

/// A file brought before.
#[derive(Debug, Clone)]
pub struct FileLine {
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// `by Sam Sample`.
    pub by: String,
    /// State.
    pub status: Status,
    /// When.
    pub at: Moment,
}

/// `GET /customers/import/{file}`.
#[derive(Debug, Template)]
#[template(path = "customer/file_page.html")]
pub struct FilePage {
    /// Around it.
    pub frame: Frame,
    /// `Import customers: dry run`.
    pub heading: String,
    /// State.
    pub status: Status,
    /// `customers-2026-11.csv, 482 rows. Read at 10:44.`
    pub summary: String,
    /// The part of it in bold: `Nothing has been changed.`
    pub promise: String,
    /// What came of it, what did not work.
    pub notes: Vec<Note>,
    /// Another file.
    pub actions: Vec<Button>,
    /// Counts by outcome.
    pub figures: Vec<Figure>,
    /// `8 of 9 recognised`.
    pub columns_words: String,
    /// Column of the file, and what it is read as; empty where it is not used.
    pub columns: Vec<(String, String)>,
    /// What is shown.
    pub shows: Vec<CountedTab>,
    /// Search.
    pub search: Search,
    /// The rows.
    pub body: FileBody,
}

/// The rows with the bar that applies them: the partial.
#[derive(Debug, Template)]
#[template(path = "customer/file.html")]
pub struct FileBody {
    /// Where a choice is posted.
    pub choose_href: String,
    /// Where the file is applied; `None` where it is, or the reader may not.
    pub apply_href: Option<String>,
    /// Where it is let go.
    pub discard_href: String,
    /// Token for the posts.
    pub csrf: String,
    /// This page with its filters, to come back to.
    pub back: String,
    /// By outcome.
    pub groups: Vec<FileGroup>,
    /// Why there are none.
    pub empty: Option<Empty>,
    /// Foot.
    pub pager: Pager,
    /// `127 of 482 rows chosen: 96 new, 31 changed`.
    pub bar_title: String,
    /// `Writes here only; 24 of the changes then go to Ion by themselves.`
    pub bar_text: String,
    /// `Import 127 rows`.
    pub bar_button: String,
}

impl HtmlSafe for FileBody {}

/// Rows of one outcome.
#[derive(Debug, Clone)]
pub struct FileGroup {
    /// Word of the outcome, as sent.
    pub outcome: String,
    /// `Look first`.
    pub title: &'static str,
    /// How many there are in all.
    pub count: String,
    /// `left out until you choose`.
    pub text: &'static str,
    /// How many are chosen.
    pub chosen: Chosen,
    /// The first of them, or this page of them.
    pub rows: Vec<FileRow>,
    /// `Show the other 29`.
    pub more: Option<Link>,
}

/// One row of a file.
#[derive(Debug, Clone)]
pub struct FileRow {
    /// Line of the file, as sent.
    pub line: u64,
    /// Chosen; `None` where it cannot be.
    pub chosen: Option<bool>,
    /// Its name.
    pub name: String,
    /// Outcome.
    pub status: Status,
    /// Customer that it changes or looks like.
    pub customer: Option<Link>,
    /// What would happen, or what is wrong.
    pub message: String,
    /// The field that is wrong; may be empty.
    pub field: String,
    /// Its one repair.
    pub repair: Option<Link>,
    /// What came of it, once applied.
    pub result: Option<Status>,
}
