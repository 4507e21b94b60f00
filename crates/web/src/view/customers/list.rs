//! The list of customers.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::view::Status;
use crate::view::filters;
use crate::view::frame::Frame;
use crate::view::parts::{Empty, Link, Moment, Note};
use crate::view::table::{Chips, Column, Pager, Search};

/// `GET /customers`.
#[derive(Debug, Template)]
#[template(path = "customer/list_page.html")]
pub struct CustomersPage {
    /// Around it.
    pub frame: Frame,
    /// `1,226 here, 1,102 linked to Ion. Last sync 2 min ago: nothing waits.`
    pub summary: String,
    /// What waits in Mapping, for its button.
    pub mapping: u64,
    /// The reader may edit: new customer, import, sync.
    pub edits: bool,
    /// Where a post syncs now; `None` where nothing is connected, or one goes on.
    pub sync_href: Option<String>,
    /// A plan that waits, a sync that goes on.
    pub notes: Vec<Note>,
    /// Filters; `oob: false`.
    pub chips: Chips,
    /// Search.
    pub search: Search,
    /// Export of what is shown; empty hides the button.
    pub exports: Vec<Link>,
    /// The rows.
    pub list: CustomerList,
}

/// The rows: the partial. `chips` travels with it (`oob: true`) where htmx asks.
#[derive(Debug, Template)]
#[template(path = "customer/list.html")]
pub struct CustomerList {
    /// Column heads; the order is fixed: customer, number, link, Ion id, country, contact, tags, changed.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: Vec<CustomerRow>,
    /// Why there are no rows.
    pub empty: Option<Empty>,
    /// Token for the button of `empty`.
    pub csrf: String,
    /// Foot.
    pub pager: Pager,
    /// The filters, where htmx asks.
    pub chips: Option<Chips>,
}

impl HtmlSafe for CustomerList {}

/// One customer.
#[derive(Debug, Clone)]
pub struct CustomerRow {
    /// Its page.
    pub href: String,
    /// `QL`.
    pub initials: String,
    /// Name.
    pub name: String,
    /// Domain, else city; may be empty.
    pub detail: String,
    /// `C-0188`.
    pub number: String,
    /// How it stands to Ion.
    pub status: Status,
    /// Linked at a sandbox.
    pub test: bool,
    /// Ion's ids; empty for none.
    pub ion: String,
    /// ISO code.
    pub country: String,
    /// Name of the primary contact.
    pub contact: String,
    /// E-mail of the primary contact.
    pub email: String,
    /// Labels.
    pub tags: Vec<String>,
    /// When last edited.
    pub changed: Moment,
}
