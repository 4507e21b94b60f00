//! Search or jump to: everything from one field.

use askama::Template;
use askama::filters::HtmlSafe;

use super::Status;
use super::filters;
use super::frame::Frame;

/// `GET /jump?q=` without script.
#[derive(Debug, Template)]
#[template(path = "jump/page.html")]
pub struct JumpPage {
    /// Around it; titled `Search`.
    pub frame: Frame,
    /// What is looked for.
    pub query: String,
    /// What was found.
    pub list: JumpList,
}

/// What was found: the partial.
#[derive(Debug, Template)]
#[template(path = "jump/list.html")]
pub struct JumpList {
    /// By kind, 5 each, the best first.
    pub groups: Vec<JumpGroup>,
    /// Said where nothing was found.
    pub nothing: String,
}

impl HtmlSafe for JumpList {}

/// Results of one kind.
#[derive(Debug, Clone)]
pub struct JumpGroup {
    /// `Products`, `Pages`, `Do`.
    pub title: &'static str,
    /// Results.
    pub items: Vec<JumpItem>,
}

/// One result.
#[derive(Debug, Clone)]
pub struct JumpItem {
    /// Where it leads.
    pub href: String,
    /// Icon.
    pub icon: &'static str,
    /// Its name.
    pub label: String,
    /// More, small at the right; may be empty.
    pub detail: String,
    /// Its state.
    pub status: Option<Status>,
}
