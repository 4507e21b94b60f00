//! One order: what is unclear or next, three facts, timeline; beside it lines, money, details.

use askama::Template;
use askama::filters::HtmlSafe;

use super::money::{SumLine, ThreeFact};
use crate::view::Status;
use crate::view::filters;
use crate::view::frame::Frame;
use crate::view::parts::{Button, Fact, Link, Moment, Note, Tone};

/// `GET /orders/{id}`.
#[derive(Debug, Template)]
#[template(path = "order/page.html")]
pub struct OrderPage {
    /// Around it.
    pub frame: Frame,
    /// Where the part that moves is asked for; empty where nothing moves any more.
    pub poll_href: String,
    /// What the part is now, so that it is sent again only where it moved.
    pub tag: String,
    /// This page, for a browser without script.
    pub here: String,
    /// The part that moves.
    pub body: OrderBody,
    /// A first log-in, just shown: only to who placed the order.
    pub login: Option<FirstLogin>,
}

/// The part of the page that moves: all of it.
#[derive(Debug, Template)]
#[template(path = "order/body.html")]
pub struct OrderBody {
    /// Token of the forms.
    pub csrf: String,
    /// `Order O-2041`.
    pub title: String,
    /// How it stands.
    pub status: Status,
    /// At a sandbox.
    pub test: bool,
    /// The customer.
    pub customer: Option<Link>,
    /// `placed by Sam Sample, 23 Nov 2026, 10:41`.
    pub facts_line: String,
    /// Our reference, or Ion's number.
    pub reference: String,
    /// Actions of the head, at most two.
    pub actions: Vec<Button>,
    /// More actions, each with a dialog of its own.
    pub more: Vec<Asked>,
    /// First log-ins that wait, a scheduled time, what stands for too long.
    pub notes: Vec<Note>,
    /// Nobody knows whether Ion has it.
    pub unclear: Option<Unclear>,
    /// It failed.
    pub failed: Option<Failed>,
    /// Accepted, provisioned, billed.
    pub three: Vec<ThreeFact>,
    /// Events, the newest first; what comes stands on top.
    pub timeline: Vec<TimelinePoint>,
    /// Ion's request ids are shown.
    pub requests: bool,
    /// The page with them, or without.
    pub requests_href: String,
    /// Lines.
    pub lines: Vec<LineShown>,
    /// `EUR`; empty where there are several currencies.
    pub currency: String,
    /// Cost, sale, margin, bound.
    pub sums: Vec<SumLine>,
    /// Why no money is shown; empty where it is.
    pub no_money: String,
    /// Details.
    pub details: Vec<Fact>,
    /// Subscriptions that came of it or that it changes.
    pub subscriptions: Vec<Link>,
    /// Words of ours; may be empty.
    pub note: String,
    /// True where nothing more comes by itself.
    pub finished: bool,
    /// Says to screen readers how it stands.
    pub announce: String,
}

impl HtmlSafe for OrderBody {}

/// Something that is asked back before it is done.
#[derive(Debug, Clone)]
pub struct Asked {
    /// A word that names it on the page.
    pub id: &'static str,
    /// `Cancel the order`.
    pub label: String,
    /// Icon.
    pub icon: &'static str,
    /// It takes something away.
    pub bad: bool,
    /// `Cancel O-2041?`
    pub question: String,
    /// What happens.
    pub text: String,
    /// The safe button.
    pub keep: &'static str,
    /// The button that does it.
    pub act: String,
    /// Where it is posted.
    pub href: String,
    /// State that the person saw, sent along.
    pub state: &'static str,
}

/// Nobody knows whether Ion has it.
#[derive(Debug, Clone)]
pub struct Unclear {
    /// `We do not know yet whether Ion has this order`.
    pub title: String,
    /// What happened.
    pub text: String,
    /// `It will not be sent again.`
    pub strong: String,
    /// What is being done.
    pub doing: String,
    /// `Look 3 of 12, next in`; `Looked 3 times`.
    pub look: String,
    /// The next look, RFC 3339; empty where one goes on.
    pub next_at: String,
    /// Words for it without script: `10:44:10`.
    pub next_words: String,
    /// The bar: looks made, looks till patience ends.
    pub bar: Option<(u32, u32)>,
    /// `Until 10:56 you need not do anything.`
    pub until: String,
    /// Where a post looks now; `None` where the reader may not.
    pub look_href: Option<String>,
    /// Sending again.
    pub again: Option<Asked>,
    /// Why it cannot be sent again yet; empty where it can.
    pub again_not: String,
    /// Closing it unsent.
    pub give_up: Option<Asked>,
    /// Saying which of Ion's orders it is.
    pub adopt: Option<Adopt>,
}

/// Saying which of Ion's orders it is.
#[derive(Debug, Clone)]
pub struct Adopt {
    /// Where it is posted.
    pub href: String,
    /// Orders that look alike.
    pub alike: Vec<LookAlike>,
    /// What was typed.
    pub typed: String,
    /// What is wrong with it; empty for nothing. The dialog is open then.
    pub error: String,
}

/// An order of Ion's that looks like this one.
#[derive(Debug, Clone)]
pub struct LookAlike {
    /// Ion's number, as sent.
    pub ion_id: String,
    /// `NEW · made 23 Nov 2026, 10:41`.
    pub detail: String,
    /// Why it looks alike: `same customer, product and quantity`.
    pub reasons: String,
}

/// Why it failed, and the ways on.
#[derive(Debug, Clone)]
pub struct Failed {
    /// `Google refused: the domain is already used by another account`.
    pub title: String,
    /// `Nothing was bought and nothing is owed.`
    pub text: String,
    /// The ways on.
    pub ways: Vec<FailedWay>,
    /// Their words.
    pub words: Vec<TheirWords>,
    /// Code, item, field, request, for a ticket.
    pub facts: Vec<Fact>,
}

/// A way on.
#[derive(Debug, Clone)]
pub struct FailedWay {
    /// `Order again with another domain`.
    pub title: String,
    /// What it means.
    pub text: String,
    /// The button.
    pub action: Button,
}

/// What a vendor or Ion said.
#[derive(Debug, Clone)]
pub struct TheirWords {
    /// The words.
    pub text: String,
    /// `Google, by Ion, GOOGLE_DOMAIN_EXISTS`.
    pub from: String,
}

/// An event, or something that comes.
#[derive(Debug, Clone)]
pub struct TimelinePoint {
    /// It has not happened yet.
    pub next: bool,
    /// Colour.
    pub tone: Tone,
    /// Icon.
    pub icon: &'static str,
    /// What happened.
    pub title: String,
    /// More; may be empty.
    pub detail: String,
    /// Ion's request; may be empty.
    pub request: String,
    /// When; `None` for `then`.
    pub at: Option<Moment>,
    /// A word in place of the time.
    pub when: String,
}

impl TimelinePoint {
    fn class(&self) -> &'static str {
        if self.next { "next" } else { self.tone.class() }
    }
}

/// A line of the order.
#[derive(Debug, Clone)]
pub struct LineShown {
    /// Name of the product.
    pub name: String,
    /// The product's page; empty where the catalog has it no more.
    pub href: String,
    /// `25 × 18.72, 1 year, monthly`.
    pub detail: String,
    /// What it costs in its billing period; may be empty.
    pub amount: String,
    /// Currency, where the head of the card does not say it.
    pub currency: String,
    /// The line failed.
    pub failed: bool,
    /// Nothing came of the order: the amount is struck through.
    pub void: bool,
}

/// A first log-in that is shown this once.
pub struct FirstLogin {
    /// What it is for.
    pub text: String,
    /// The page afterwards.
    pub back_href: String,
    user_name: secrecy::SecretString,
    password: secrecy::SecretString,
}

impl FirstLogin {
    /// Shows a log-in once.
    pub fn new(
        text: impl Into<String>,
        back_href: impl Into<String>,
        user_name: secrecy::SecretString,
        password: secrecy::SecretString,
    ) -> Self {
        Self {
            text: text.into(),
            back_href: back_href.into(),
            user_name,
            password,
        }
    }

    fn user(&self) -> &str {
        secrecy::ExposeSecret::expose_secret(&self.user_name)
    }

    fn shown(&self) -> &str {
        secrecy::ExposeSecret::expose_secret(&self.password)
    }
}

impl std::fmt::Debug for FirstLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FirstLogin")
            .field("text", &self.text)
            .finish_non_exhaustive()
    }
}
