//! What stands around each of the three steps in which an order is put together.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::view::Status;
use crate::view::filters;
use crate::view::parts::{Button, Link, Note};

/// Head of a draft: what it is, for whom, when it was saved, and the steps. Prints itself.
#[derive(Debug, Clone, Template)]
#[template(path = "order/compose_head.html")]
pub struct ComposeHead {
    /// Token for the buttons.
    pub csrf: String,
    /// `New order`, `Change seats`.
    pub heading: String,
    /// How it stands.
    pub status: Status,
    /// At a sandbox.
    pub test: bool,
    /// `O-2041`.
    pub number: String,
    /// For whom; `None` while nobody is chosen.
    pub customer: Option<Link>,
    /// `saved 10:37:52`.
    pub saved: String,
    /// Where a post throws the draft away.
    pub discard_href: String,
    /// The version that is shown.
    pub version: u64,
    /// The steps.
    pub steps: Vec<ComposeStep>,
    /// What needs a look.
    pub notes: Vec<Note>,
    /// Somebody saved meanwhile.
    pub moved: Option<Moved>,
}

impl HtmlSafe for ComposeHead {}

/// Where a step of an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepPlace {
    /// Behind.
    Done,
    /// Open now.
    Here,
    /// Ahead.
    Later,
}

/// One of the three steps.
#[derive(Debug, Clone)]
pub struct ComposeStep {
    /// `1`.
    pub number: u8,
    /// `Products and terms`.
    pub label: &'static str,
    /// Where it stands.
    pub place: StepPlace,
    /// Its page.
    pub href: String,
}

/// Somebody saved while the page was open.
#[derive(Debug, Clone)]
pub struct Moved {
    /// `Someone else saved this draft at 10:38 (Kim Placeholder).`
    pub title: String,
    /// What differs: label, what stands there now, what was typed.
    pub fields: Vec<(String, String, String)>,
}

/// A note with its own token, for parts that carry none.
#[derive(Debug, Clone)]
pub struct Way {
    /// What it is.
    pub title: String,
    /// What it means.
    pub text: String,
    /// What to press.
    pub action: Option<Button>,
}
