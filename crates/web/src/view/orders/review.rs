//! Step 3: review, and the one button.

use askama::Template;
use askama::filters::HtmlSafe;

use super::compose::ComposeHead;
use super::money::OrderSummary;
use crate::view::filters;
use crate::view::form::Field;
use crate::view::frame::Frame;
use crate::view::parts::{Button, Fact, Note};

/// `GET /orders/{id}/edit/review`.
#[derive(Debug, Template)]
#[template(path = "order/step_page.html")]
pub struct ReviewPage {
    /// Around it.
    pub frame: Frame,
    /// The step.
    pub body: ReviewStep,
}

/// The step.
#[derive(Debug, Template)]
#[template(path = "order/review.html")]
pub struct ReviewStep {
    /// Token of the forms.
    pub csrf: String,
    /// What stands above.
    pub head: ComposeHead,
    /// Where it is posted.
    pub action_href: String,
    /// Where the step goes back to.
    pub back_href: String,
    /// Prices that moved since the draft was made.
    pub moved_prices: Option<MovedPrices>,
    /// What will be ordered.
    pub lines: Vec<ReviewLine>,
    /// `EUR, without tax`.
    pub lines_words: String,
    /// `What will be ordered`; of a change `What will change`.
    pub lines_title: &'static str,
    /// Sums of the table; one for each currency.
    pub totals: Vec<ReviewTotal>,
    /// What binds for a year or more, or for nobody knows how long.
    pub bind: Option<Bind>,
    /// What the short terms bind to, where nothing binds for long.
    pub short_words: String,
    /// For whom.
    pub customer: Vec<Fact>,
    /// Where another customer is chosen.
    pub customer_href: String,
    /// What must be done for the customer first.
    pub customer_actions: Vec<Button>,
    /// What was checked.
    pub checks: Vec<CheckLine>,
    /// Subscriptions of the same product, with the change that may be meant.
    pub same: Vec<Note>,
    /// When it is sent.
    pub schedule: Schedule,
    /// The money beside it, with the button.
    pub summary: OrderSummary,
}

impl HtmlSafe for ReviewStep {}

/// Prices that moved since the draft was made.
#[derive(Debug, Clone)]
pub struct MovedPrices {
    /// `A price moved since this draft was made on 12 November`.
    pub title: String,
    /// What moved, line by line.
    pub lines: Vec<MovedPrice>,
    /// `Accept 18.72 EUR`.
    pub accept: String,
    /// What is wrong; empty for nothing.
    pub error: String,
}

/// One price that moved.
#[derive(Debug, Clone)]
pub struct MovedPrice {
    /// `Business Premium: 18.10 → 18.72 EUR a seat.`
    pub text: String,
    /// `186.00 EUR more`; may be empty.
    pub difference: String,
    /// `Over the year that is`.
    pub over: String,
}

/// A line as it will be ordered.
#[derive(Debug, Clone)]
pub struct ReviewLine {
    /// Vendor.
    pub vendor: String,
    /// Name of the product.
    pub name: String,
    /// Part number; may be empty.
    pub number: String,
    /// What comes with it; may be empty.
    pub detail: String,
    /// `1 year, monthly`.
    pub term: String,
    /// `25`; `12 → 15` of a change.
    pub quantity: String,
    /// What one costs.
    pub cost: String,
    /// What the customer pays for one; may be empty.
    pub sale: String,
    /// Cost a month.
    pub monthly: String,
    /// Over the whole commitment.
    pub bound: String,
    /// Currency, where the head of the table does not say it.
    pub currency: String,
}

/// A sum of the table.
#[derive(Debug, Clone)]
pub struct ReviewTotal {
    /// `Total`.
    pub label: String,
    /// Cost a month.
    pub monthly: String,
    /// Over the whole commitment.
    pub bound: String,
    /// Currency, where the head of the table does not say it.
    pub currency: String,
}

/// What binds, and the total that is typed to confirm it.
#[derive(Debug, Clone)]
pub struct Bind {
    /// `A commitment of one year`.
    pub title: String,
    /// By line, where they differ: bound until, last day to cancel, what is owed after it.
    pub rows: Vec<BindRow>,
    /// What must be typed; empty where nothing is.
    pub typed: Option<TypedTotal>,
    /// What can be changed later, and what not.
    pub words: String,
}

/// What binds of a line or of several that end together.
#[derive(Debug, Clone)]
pub struct BindRow {
    /// Names of the lines, where there are several rows; else empty.
    pub name: String,
    /// `22 Nov 2027`; a word where nobody knows.
    pub until: String,
    /// `30 Nov 2026, 10:00`.
    pub cancel: String,
    /// The day is the vendor's rule, not Ion's word.
    pub expected: bool,
    /// `5,616.00 EUR is owed`.
    pub owed: String,
}

/// The total that is typed.
#[derive(Debug, Clone)]
pub struct TypedTotal {
    /// What is asked for: `Type the total to confirm`.
    pub label: &'static str,
    /// `5,690.10`: as it must be typed.
    pub total: String,
    /// With its currency, for the label.
    pub words: String,
    /// What was typed.
    pub value: String,
    /// What is wrong; empty for nothing.
    pub error: String,
}

/// Something that was checked.
#[derive(Debug, Clone)]
pub struct CheckLine {
    /// Icon.
    pub icon: &'static str,
    /// Its class: `ok`, `warn`, `bad`, `info`.
    pub class: &'static str,
    /// What it says to who does not see the icon.
    pub word: &'static str,
    /// What it is.
    pub title: String,
    /// More; may be empty.
    pub detail: String,
    /// Where it is mended; `None` where nothing is to be mended.
    pub action: Option<Button>,
}

/// When an order is sent.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// It is opened: a day is chosen, or wrong.
    pub open: bool,
    /// The day.
    pub day: Field,
    /// The time.
    pub time: Field,
    /// `Europe/Brussels`.
    pub zone: String,
}
