//! Messages for people: what waits for them, and how it was sent.

use askama::Template;
use askama::filters::HtmlSafe;

use super::Status;
use super::filters;
use super::frame::Frame;
use super::parts::{Button, Empty, Fact, Moment, Note, Tone};
use super::table::Pager;

/// `GET /activity/notifications`.
#[derive(Debug, Template)]
#[template(path = "notice/list_page.html")]
pub struct NoticesPage {
    /// Around it; titled `Notifications`.
    pub frame: Frame,
    /// The rows.
    pub list: NoticeList,
}

/// The rows: the partial.
#[derive(Debug, Template)]
#[template(path = "notice/list.html")]
pub struct NoticeList {
    /// What waits, the worst first.
    pub open: Vec<NoticeRow>,
    /// What is settled, the newest first.
    pub settled: Vec<NoticeRow>,
    /// Why there are none.
    pub empty: Option<Empty>,
    /// Token of the posts.
    pub csrf: String,
    /// Foot.
    pub pager: Pager,
}

impl HtmlSafe for NoticeList {}

/// One message.
#[derive(Debug, Clone)]
pub struct NoticeRow {
    /// Icon.
    pub icon: &'static str,
    /// Colour.
    pub tone: Tone,
    /// What happened.
    pub title: String,
    /// What it means and what to do.
    pub text: String,
    /// When.
    pub at: Moment,
    /// By e-mail and by webhook: channel and state.
    pub sent: Vec<(String, Status)>,
    /// What to do; may be `None`.
    pub action: Option<Button>,
    /// Where a post settles it; `None` where it settles by itself.
    pub settle_href: Option<String>,
}

/// `GET /settings/notifications`: how people are told.
#[derive(Debug, Template)]
#[template(path = "notice/settings.html")]
pub struct NoticeSettingsPage {
    /// Around it; titled `Notifications`, section Settings.
    pub frame: Frame,
    /// What a test came to.
    pub notes: Vec<Note>,
    /// E-mail and webhook.
    pub channels: Vec<Channel>,
    /// What is told: name and when.
    pub events: Vec<NoticeEvent>,
}

/// A way to tell people.
#[derive(Debug, Clone)]
pub struct Channel {
    /// `E-mail`.
    pub name: &'static str,
    /// Icon.
    pub icon: &'static str,
    /// Active or not set up.
    pub status: Status,
    /// What it does.
    pub text: String,
    /// What the configuration says, without secrets.
    pub facts: Vec<Fact>,
    /// How to set it up: lines for the configuration file; empty where it is set up.
    pub how: String,
    /// Where a post sends a test; `None` where it is not set up.
    pub test_href: Option<String>,
}

/// Something that people are told.
#[derive(Debug, Clone)]
pub struct NoticeEvent {
    /// The event's word, as in the webhook.
    pub word: String,
    /// When it is told.
    pub text: String,
    /// How much it matters.
    pub tone: Tone,
}
