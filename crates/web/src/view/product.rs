//! The catalog: its list, one product with variants and price history, its raw reply.

use askama::Template;
use askama::filters::HtmlSafe;

use super::Status;
use super::filters;
use super::frame::Frame;
use super::parts::{Delta, Empty, Fact, Link, Moment, Note, Tone};
use super::subscriptions::product::{SaleCard, UsedBy};
use super::table::{Chips, Column, Pager, Search};

/// `GET /products`.
#[derive(Debug, Template)]
#[template(path = "product/list_page.html")]
pub struct ProductsPage {
    /// Around it.
    pub frame: Frame,
    /// `20,114 products, 131,406 variants from 9 vendors. Imported today, 03:12; 214 changed.`
    pub summary: String,
    /// Changes of the last import, for the button; 0 hides it.
    pub changed: u64,
    /// The report of the last import.
    pub changes_href: String,
    /// The connection to import now; `None` hides the button. Posts to it.
    pub import_href: Option<String>,
    /// A run that goes on.
    pub running: Option<Note>,
    /// Filters; `oob: false`.
    pub chips: Chips,
    /// Search.
    pub search: Search,
    /// Export of what is shown, as CSV and JSON; empty hides the button.
    pub exports: Vec<Link>,
    /// The rows.
    pub list: ProductList,
}

/// The rows of `GET /products`: the partial. `chips` travels with it (`oob: true`) where htmx asks.
#[derive(Debug, Template)]
#[template(path = "product/list.html")]
pub struct ProductList {
    /// Column heads; the order is fixed: product, vendor, category, commitment, billing, cost, since, change, state.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: Vec<ProductRow>,
    /// Whether the reader may see costs; the columns are left out otherwise.
    pub costs: bool,
    /// Why there are no rows.
    pub empty: Option<Empty>,
    /// Token for the button of `empty`.
    pub csrf: String,
    /// Foot.
    pub pager: Pager,
    /// Filters, where they travel beside the rows.
    pub chips: Option<Chips>,
}

impl HtmlSafe for ProductList {}

/// One product of the list.
#[derive(Debug, Clone)]
pub struct ProductRow {
    /// Its page.
    pub href: String,
    /// Name.
    pub name: String,
    /// Part number, or Ion's id.
    pub number: String,
    /// Vendor.
    pub vendor: String,
    /// Category.
    pub category: String,
    /// `1 mo`, `1 yr`, `3 yr`, `none`, `unknown`.
    pub terms: Vec<&'static str>,
    /// `monthly, yearly`.
    pub billing: String,
    /// Cheapest cost with its currency, or `by use`, or nothing.
    pub cost: String,
    /// Currency of the cost; empty without one.
    pub currency: String,
    /// Since when it holds.
    pub since: Option<Moment>,
    /// How it moved.
    pub delta: Delta,
    /// State.
    pub status: Status,
}

/// `GET /products/{id}`.
#[derive(Debug, Template)]
#[template(path = "product/detail.html")]
pub struct ProductPage {
    /// Around it.
    pub frame: Frame,
    /// Name.
    pub name: String,
    /// Vendor.
    pub vendor: String,
    /// `Microsoft · Productivity · 6 variants`.
    pub facts_line: String,
    /// Part number, or Ion's id.
    pub number: String,
    /// State.
    pub status: Status,
    /// What moved, that it is set aside, that it was withdrawn.
    pub notes: Vec<Note>,
    /// Where an order of it begins; `None` where it cannot be ordered, or the reader may not.
    pub order_href: Option<String>,
    /// What it costs and since when; left out where the reader may not see costs.
    pub costs: bool,
    /// `EUR, your price book`.
    pub price_words: String,
    /// Day for which the prices are shown, as `2026-11-23`.
    pub as_of: String,
    /// Today, as `2026-11-23`: later days cannot be asked.
    pub today: String,
    /// True where `as_of` is an earlier day: says so above the table.
    pub past: bool,
    /// Variants.
    pub variants: Vec<VariantRow>,
    /// Price history as JSON for the plot; `None` where there is nothing to draw. Made by [`PricePlot::json`].
    pub plot: Option<PricePlot>,
    /// Ledger, the newest first.
    pub ledger: Vec<LedgerRow>,
    /// The ledger as CSV; empty hides the link.
    pub ledger_csv: String,
    /// How a sale price comes about; `None` where the reader may not see costs.
    pub sale: Option<SaleCard>,
    /// Who has it.
    pub used_by: UsedBy,
    /// Kind, billing mode, dates, Ion's id.
    pub facts: Vec<Fact>,
    /// Description, HTML that is already safe (sanitised when it was read).
    pub description: String,
    /// The raw reply: `JSON, 9 kB`.
    pub raw: Link,
}

/// One variant of a product.
#[derive(Debug, Clone)]
pub struct VariantRow {
    /// `1 year`, `unknown term`.
    pub term: String,
    /// `monthly`, `yearly`.
    pub billing: String,
    /// SKU and plan as Ion calls them.
    pub name: String,
    /// Part number; may be empty.
    pub number: String,
    /// Add-on to another SKU.
    pub add_on: bool,
    /// Its prices: one a currency, several for meters.
    pub prices: Vec<VariantPrice>,
    /// `None` where it can be bought, else why not.
    pub status: Option<Status>,
}

/// What a variant costs.
#[derive(Debug, Clone)]
pub struct VariantPrice {
    /// Name of the meter; empty for a recurring price.
    pub meter: String,
    /// Cost.
    pub cost: String,
    /// List price; may be empty.
    pub list: String,
    /// Currency.
    pub currency: String,
    /// What it is sold for by the margin rules; empty where none gives a price, or the day is an earlier one.
    pub sale: String,
    /// Margin of the sale price.
    pub margin: String,
    /// Red where the margin is below the floor of its rule.
    pub tone: Tone,
    /// `price book`, `list`, `plan`.
    pub source: &'static str,
    /// Since when it holds.
    pub since: String,
    /// How it moved.
    pub delta: Delta,
}

/// One price of the ledger.
#[derive(Debug, Clone)]
pub struct LedgerRow {
    /// From when.
    pub from: String,
    /// `1 year, monthly`.
    pub variant: String,
    /// Cost.
    pub cost: String,
    /// Currency.
    pub currency: String,
    /// `+0.62`, `first seen`.
    pub change: String,
    /// The run that saw it first.
    pub run: Link,
}

/// One line of the price plot.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PriceLine {
    /// `1 year, monthly`.
    pub label: String,
    /// From when each price holds (Unix seconds) and the price as exact text, the oldest first.
    pub points: Vec<(i64, String)>,
}

/// Price history of a product, for the plot.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PricePlot {
    /// Currency of all lines.
    pub currency: String,
    /// `cost`; `cost per month` where lines of a month and of a year are made comparable.
    pub measure: &'static str,
    /// Now, Unix seconds: prices hold until then.
    pub until: i64,
    /// At most 5 lines, the ones that matter most first.
    pub lines: Vec<PriceLine>,
}

impl PricePlot {
    /// The plot's data as JSON that is safe inside a `script` element.
    pub fn json(&self) -> String {
        serde_json::to_string(self)
            .unwrap_or_default()
            .replace('<', "\\u003c")
    }
}

/// `GET /products/{id}/raw`: what Ion sent, payload secrets taken out.
#[derive(Debug, Template)]
#[template(path = "product/raw.html")]
pub struct RawPage {
    /// Around it.
    pub frame: Frame,
    /// Name of the product.
    pub name: String,
    /// `23 Nov, 03:12:19, 41 kB, secrets taken out`.
    pub words: String,
    /// The JSON, indented, by line.
    pub lines: Vec<RawLine>,
    /// The same as a file.
    pub download: String,
    /// Lines that are not shown, at the end of a very long reply.
    pub left_out: u64,
}

/// One line of a raw reply.
#[derive(Debug, Clone)]
pub struct RawLine {
    /// Its number.
    pub number: u64,
    /// Its text.
    pub text: String,
    /// It is the place that the page is about.
    pub here: bool,
}
