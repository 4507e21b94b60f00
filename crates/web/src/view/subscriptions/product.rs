//! What a product's page says of margins and subscriptions: the sale price explained, and who uses it.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::view::filters;
use crate::view::parts::{Fact, Link};

/// How the sale price of a variant comes about. Prints itself.
#[derive(Debug, Clone, Template)]
#[template(path = "subscription/sale_card.html")]
pub struct SaleCard {
    /// Which variant: `1 year, monthly`.
    pub variant: String,
    /// Cost, rule, rounding, sale, margin, floor.
    pub facts: Vec<Fact>,
    /// `22.09 by rule “Microsoft 18 %”`, or why there is none.
    pub sentence: String,
    /// The rules.
    pub rules: Link,
}

impl HtmlSafe for SaleCard {}

/// Who has it. Prints itself.
#[derive(Debug, Clone, Template)]
#[template(path = "subscription/used_by.html")]
pub struct UsedBy {
    /// Customers with the most seats first.
    pub rows: Vec<User>,
    /// All of them: `All 38`.
    pub all: Option<Link>,
}

impl HtmlSafe for UsedBy {}

/// A customer who has it.
#[derive(Debug, Clone)]
pub struct User {
    /// The subscription's page.
    pub href: String,
    /// The customer.
    pub name: String,
    /// `180 seats`.
    pub seats: String,
}
