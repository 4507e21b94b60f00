//! What the dashboard shows of subscriptions, their cost and their renewals.

use super::plot::Bars;
use crate::view::parts::{Figure, Tone};

/// The figures and plots of subscriptions.
#[derive(Debug, Clone)]
pub struct SubscriptionTiles {
    /// Live, cost, sales, margin, renewals in 30 days.
    pub figures: Vec<Figure>,
    /// What live subscriptions cost now, by vendor; empty where the reader sees no costs or there are none.
    pub vendors: Vec<VendorLine>,
    /// `EUR a month`.
    pub vendors_words: String,
    /// What was bought by month.
    pub spend: Option<Spend>,
    /// What renews in the next 12 weeks.
    pub ahead: Option<Ahead>,
}

/// What a vendor's subscriptions cost.
#[derive(Debug, Clone)]
pub struct VendorLine {
    /// Vendor.
    pub vendor: String,
    /// The list with this vendor as filter.
    pub href: String,
    /// `1,284`.
    pub subscriptions: String,
    /// Cost a month.
    pub cost: String,
    /// Currency.
    pub currency: String,
    /// Its share of the largest, of 1000.
    pub share: u32,
    /// `15.3 %`; empty where none of it has a sale price.
    pub margin: String,
    /// Colour of the margin.
    pub tone: Tone,
}

/// What was bought by month.
#[derive(Debug, Clone)]
pub struct Spend {
    /// `last 12 months, EUR, by the seats and prices of today`.
    pub words: String,
    /// The drawing.
    pub bars: Bars,
    /// Names of the series, in their order.
    pub series: Vec<String>,
    /// The same as a table: head, then a row a month.
    pub table: SpendTable,
}

/// The figures of the drawing as text.
#[derive(Debug, Clone)]
pub struct SpendTable {
    /// Heads behind the month.
    pub heads: Vec<String>,
    /// Month and its figures.
    pub rows: Vec<(String, Vec<String>)>,
}

/// What renews in the next weeks.
#[derive(Debug, Clone)]
pub struct Ahead {
    /// `12 weeks, EUR bound`.
    pub words: String,
    /// The drawing; `None` where the reader sees no costs.
    pub bars: Option<Bars>,
    /// What can be stopped for some days only.
    pub pressing: Vec<Pressing>,
    /// Nothing renews.
    pub nothing: bool,
}

/// A renewal that can be stopped for some days only.
#[derive(Debug, Clone)]
pub struct Pressing {
    /// Its page.
    pub href: String,
    /// `Tin Lantern Studios · Business Premium`.
    pub text: String,
    /// `2 d left`.
    pub left: String,
    /// Colour of that.
    pub tone: Tone,
}
