//! What an order costs and binds to, as it stands beside every step and on the order's page.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::view::filters;
use crate::view::parts::Tone;

/// One line of the summary: name, what makes its amount, amount.
#[derive(Debug, Clone)]
pub struct SummaryLine {
    /// Name of the product.
    pub name: String,
    /// `25 seats × 18.72, 1 year, monthly`.
    pub detail: String,
    /// What it costs in its billing period; a word where no price is known.
    pub amount: String,
    /// Currency of the amount, where the head does not say it.
    pub currency: String,
    /// `a month`, `a year`, `once`.
    pub per: String,
}

/// A sum with its name.
#[derive(Debug, Clone)]
pub struct SumLine {
    /// `Cost per month`.
    pub name: String,
    /// `542.10`; a word where it is not known.
    pub amount: String,
    /// Currency, where the head does not say it.
    pub currency: String,
    /// Stands out.
    pub strong: bool,
    /// A line below; may be empty.
    pub detail: String,
}

/// The button that goes on.
#[derive(Debug, Clone)]
pub struct GoOn {
    /// `Next: what Microsoft needs`, `Place order, 5,690.10 EUR`.
    pub label: String,
    /// Icon before it; empty for none.
    pub icon: &'static str,
    /// Id of the form that it sends.
    pub form: &'static str,
    /// What its field `do` says.
    pub act: &'static str,
    /// Shown while the form is on its way.
    pub busy: &'static str,
    /// Below the button; may be empty.
    pub words: String,
}

/// The money of an order in a card. Prints itself.
#[derive(Debug, Clone, Template)]
#[template(path = "order/summary.html")]
pub struct OrderSummary {
    /// `EUR, without tax`; only `without tax` where there are several currencies.
    pub words: String,
    /// The lines; empty where none is chosen yet.
    pub lines: Vec<SummaryLine>,
    /// Sums: cost, sale, margin a month; what it binds to.
    pub sums: Vec<SumLine>,
    /// The button; `None` where there is nothing to go on with.
    pub go_on: Option<GoOn>,
    /// `Prices as of today, 03:12.`; may be empty.
    pub source: String,
}

impl HtmlSafe for OrderSummary {}

/// A fact that stands above a timeline: accepted, provisioned, billed.
#[derive(Debug, Clone)]
pub struct ThreeFact {
    /// `Accepted by Ion`.
    pub name: String,
    /// Icon.
    pub icon: &'static str,
    /// Colour.
    pub tone: Tone,
    /// What is known.
    pub value: String,
}
