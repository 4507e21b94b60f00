//! One subscription: what it is, what can be done with it and until when, what has happened.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::view::Status;
use crate::view::filters;
use crate::view::frame::Frame;
use crate::view::parts::{Fact, Figure, Link, Moment, Note, Tone};

/// `GET /subscriptions/{id}`.
#[derive(Debug, Template)]
#[template(path = "subscription/detail.html")]
pub struct SubscriptionPage {
    /// Around it.
    pub frame: Frame,
    /// Its address.
    pub href: String,
    /// What it is.
    pub name: String,
    /// Vendor.
    pub vendor: String,
    /// How it stands.
    pub status: Status,
    /// At a sandbox.
    pub test: bool,
    /// Customer, commitment, part number, the order that it came of.
    pub line: Vec<LinePart>,
    /// Renewal off, suspend, cancel: what can be done now.
    pub actions: Vec<Action>,
    /// What needs a person: it ends, nobody knows the customer, it is gone.
    pub notes: Vec<Note>,
    /// Seats, cost, margin, renewal, last day to stop.
    pub figures: Vec<Figure>,
    /// Changes that are being put together, sent or waited for.
    pub pending: Vec<Pending>,
    /// The form of another number of seats; `None` where the reader may not, or it cannot be changed.
    pub change: Option<ChangeForm>,
    /// Why there is no form; empty where the reader may not order at all.
    pub no_change: String,
    /// What has happened, the newest first.
    pub events: Vec<EventPoint>,
    /// What can be done, until when.
    pub possible: Vec<PossibleLine>,
    /// Ids, purchase order numbers, days.
    pub facts: Vec<Fact>,
}

impl SubscriptionPage {
    /// Where a change begins.
    pub fn change_href(&self) -> String {
        format!("{}/change", self.href)
    }

    /// Some actions stand under More on a phone.
    pub fn has_more(&self) -> bool {
        self.actions.iter().any(|action| action.second)
    }
}

/// A part of the line below the name.
#[derive(Debug, Clone)]
pub enum LinePart {
    /// Words.
    Text(String),
    /// A part number.
    Mono(String),
    /// Words with a link: `from order`, `O-1402`.
    Link(&'static str, Link),
}

/// Something that can be done with a subscription; each becomes a draft order that is reviewed.
#[derive(Debug, Clone)]
pub struct Action {
    /// As sent in the field `what`: `suspend`, `renewal_off`.
    pub what: &'static str,
    /// On the button: `Suspend`, `Cancel…`.
    pub label: &'static str,
    /// Takes something away.
    pub bad: bool,
    /// Hidden at the head of a phone, where it stands under More.
    pub second: bool,
    /// Asked in a dialog before: question, what happens, named verb. `None` sends at once: the review asks.
    pub ask: Option<Question>,
}

/// A dialog before a change.
#[derive(Debug, Clone)]
pub struct Question {
    /// `Cancel Microsoft 365 Business Premium of Hedgehog Logistics Oy?`
    pub title: String,
    /// What goes where, until when it can be undone, a line each.
    pub lines: Vec<String>,
    /// `Review the cancellation`.
    pub verb: &'static str,
}

/// A change that is not carried out yet.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The order: `O-2044`.
    pub order: Link,
    /// `80 seats instead of 74, on 18 Dec 2026`.
    pub text: String,
    /// How it stands.
    pub status: Status,
}

/// The form of another number of seats.
#[derive(Debug, Clone, Template)]
#[template(path = "subscription/change.html")]
pub struct ChangeForm {
    /// Where it is sent.
    pub action: String,
    /// Token.
    pub csrf: String,
    /// What is typed.
    pub seats: String,
    /// What is wrong with it; empty for nothing.
    pub error: String,
    /// The fewest seats that can be asked for today, where there is a limit.
    pub min: Option<u32>,
    /// Most, where there is a limit.
    pub max: Option<u32>,
    /// `1 to 300 seats. Fewer only from the renewal on.`
    pub hint: String,
    /// Now, at the renewal.
    pub ways: Vec<WhenWay>,
    /// The money.
    pub effect: ChangeEffect,
}

impl HtmlSafe for ChangeForm {}

/// A moment at which a change can be made.
#[derive(Debug, Clone)]
pub struct WhenWay {
    /// As sent: `now`, `renewal`.
    pub value: &'static str,
    /// `At the renewal, 19 Dec 2026`.
    pub label: String,
    /// What it means.
    pub text: String,
    /// Chosen.
    pub on: bool,
    /// Cannot be chosen; `text` says why.
    pub closed: bool,
}

/// What another number of seats costs: the partial, answered while one types.
#[derive(Debug, Clone, Template)]
#[template(path = "subscription/effect.html")]
pub struct ChangeEffect {
    /// `+6`; empty where nothing changes.
    pub delta: String,
    /// `now 74`.
    pub now: String,
    /// Name and amount, a line each.
    pub lines: Vec<EffectLine>,
    /// What is wrong; empty for nothing.
    pub error: String,
    /// `Review: 80 seats now`.
    pub label: String,
    /// The number of seats as it is now differs: there is something to review.
    pub ready: bool,
    /// Back to the number that it has.
    pub back: Link,
    /// Sent for the form that is on the page: the figure beside the field travels along.
    pub oob: bool,
}

impl HtmlSafe for ChangeEffect {}

/// A line of money.
#[derive(Debug, Clone)]
pub struct EffectLine {
    /// `6 more seats × 17.40`.
    pub name: String,
    /// `104.40 a month`.
    pub amount: String,
    /// The sum of it.
    pub total: bool,
    /// Quiet.
    pub quiet: bool,
}

/// One event, with the order that did it.
#[derive(Debug, Clone)]
pub struct EventPoint {
    /// Colour.
    pub tone: Tone,
    /// Icon.
    pub icon: &'static str,
    /// What happened.
    pub title: String,
    /// More; may be empty.
    pub detail: String,
    /// The order or run.
    pub link: Option<Link>,
    /// When.
    pub at: Moment,
}

/// Something that can be done or not, and until when.
#[derive(Debug, Clone)]
pub struct PossibleLine {
    /// `Take seats away`.
    pub title: String,
    /// `each batch in its first 7 days, else at the renewal`.
    pub text: String,
    /// It can be done now.
    pub open: bool,
}
