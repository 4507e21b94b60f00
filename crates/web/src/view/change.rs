//! The report of an import: what is new, withdrawn, dearer, cheaper.

use askama::Template;
use askama::filters::HtmlSafe;

use super::Status;
use super::filters;
use super::frame::Frame;
use super::parts::{Button, Delta, Empty, Figure, Link};
use super::table::{Chips, Pager};

/// `GET /products/changes?run=`.
#[derive(Debug, Template)]
#[template(path = "change/page.html")]
pub struct ChangesPage {
    /// Around it.
    pub frame: Frame,
    /// `What changed, 23 November 2026`.
    pub heading: String,
    /// `Import 1184, whole scan: 20,114 products read, 19,900 unchanged.`
    pub summary: String,
    /// The import before and after, and export.
    pub actions: Vec<Button>,
    /// Counts by kind.
    pub figures: Vec<Figure>,
    /// Filters.
    pub chips: Chips,
    /// The rows.
    pub list: ChangeList,
}

/// The rows: the partial.
#[derive(Debug, Template)]
#[template(path = "change/list.html")]
pub struct ChangeList {
    /// By kind.
    pub groups: Vec<ChangeGroup>,
    /// Whether the reader may see costs.
    pub costs: bool,
    /// Why there are none.
    pub empty: Option<Empty>,
    /// Token for the button of `empty`.
    pub csrf: String,
    /// Foot.
    pub pager: Pager,
}

impl HtmlSafe for ChangeList {}

/// Changes of one kind.
#[derive(Debug, Clone)]
pub struct ChangeGroup {
    /// `Price up`.
    pub title: String,
    /// How many there are in all.
    pub count: String,
    /// The first of them, or this page of them.
    pub rows: Vec<ChangeRow>,
    /// `Show the other 113`, where there are more.
    pub more: Option<Link>,
}

/// One change.
#[derive(Debug, Clone)]
pub struct ChangeRow {
    /// The product's page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Its vendor.
    pub vendor: String,
    /// Which variant or detail.
    pub label: String,
    /// What it was; may be empty.
    pub before: String,
    /// What it is; may be empty.
    pub after: String,
    /// Currency of both; empty where they are no prices.
    pub currency: String,
    /// How it moved, for prices.
    pub delta: Option<Delta>,
    /// `New`, `Withdrawn`: for what is no price.
    pub status: Option<Status>,
    /// Customers with a live subscription of the product.
    pub customers: u64,
    /// Orders of it that are not sent yet.
    pub open_orders: u64,
}
