//! The list of orders, and the orders of one customer.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::view::Status;
use crate::view::customers::CountedTabs;
use crate::view::customers::card::CustomerHead;
use crate::view::filters;
use crate::view::frame::Frame;
use crate::view::parts::{Empty, Link, Moment, Note};
use crate::view::table::{ChipOption, Chips, Column, Pager, Search};

/// `GET /orders`.
#[derive(Debug, Template)]
#[template(path = "order/list_page.html")]
pub struct OrdersPage {
    /// Around it.
    pub frame: Frame,
    /// `148 orders, from here and from the Ion portal. Read 40 s ago.`
    pub summary: String,
    /// The reader may place orders.
    pub places: bool,
    /// Where a post reads Ion's orders now; `None` where nothing is connected, or the reader may not.
    pub read_href: Option<String>,
    /// All, need you, unconfirmed, on their way, failed, drafts, placed in Ion.
    pub tabs: CountedTabs,
    /// What stands against the list, such as a connection that needs new credentials.
    pub notes: Vec<Note>,
    /// Filters; `oob: false`.
    pub chips: Chips,
    /// Search.
    pub search: Search,
    /// Columns to choose, each with the list that has it or has it not.
    pub choices: Vec<ChipOption>,
    /// Export of what is shown; empty hides the button.
    pub exports: Vec<Link>,
    /// The rows.
    pub list: OrderList,
}

/// The rows: the partial. `chips` travels with it (`oob: true`) where htmx asks.
#[derive(Debug, Template)]
#[template(path = "order/list.html")]
pub struct OrderList {
    /// Heads of the columns that are shown, in their order.
    pub columns: Vec<Column>,
    /// Which columns are shown.
    pub shown: ShownColumns,
    /// Rows.
    pub rows: Vec<OrderRow>,
    /// Why there are no rows.
    pub empty: Option<Empty>,
    /// Token for the button of `empty`.
    pub csrf: String,
    /// Foot.
    pub pager: Pager,
    /// The filters, where htmx asks.
    pub chips: Option<Chips>,
}

impl HtmlSafe for OrderList {}

/// Which columns a list of orders shows beside number and state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each column, as the template asks for them"
)]
pub struct ShownColumns {
    /// Customer.
    pub customer: bool,
    /// What is ordered.
    pub what: bool,
    /// Vendor.
    pub vendor: bool,
    /// Cost a month.
    pub monthly: bool,
    /// Over the whole commitment.
    pub bound: bool,
    /// What is next.
    pub next: bool,
    /// Our reference.
    pub reference: bool,
    /// Ion's number.
    pub ion: bool,
    /// When it was placed or begun.
    pub placed: bool,
}

/// One order of a list.
#[derive(Debug, Clone)]
pub struct OrderRow {
    /// Its page.
    pub href: String,
    /// `O-2041`; `ION-88121` where it was placed elsewhere.
    pub number: String,
    /// At a sandbox, beside connections that are none.
    pub test: bool,
    /// The customer's name; a word where none is chosen yet.
    pub customer: String,
    /// First line.
    pub what: String,
    /// `2 lines`, `+3 seats, now 12`; may be empty.
    pub what_detail: String,
    /// Vendor of the first line.
    pub vendor: String,
    /// Cost a month; may be empty.
    pub monthly: String,
    /// Over the whole commitment; may be empty.
    pub bound: String,
    /// Currency of both, where the head of the column does not say it.
    pub currency: String,
    /// How it stands.
    pub status: Status,
    /// What is next.
    pub next: String,
    /// A moment to count down to, RFC 3339; `next` ends with it then.
    pub next_at: String,
    /// Our reference.
    pub reference: String,
    /// Ion's number; may be empty.
    pub ion: String,
    /// When it was placed; begun where it is not placed.
    pub placed: Moment,
}

/// `GET /customers/{id}/orders`.
#[derive(Debug, Template)]
#[template(path = "order/of_customer.html")]
pub struct CustomerOrders {
    /// Around it.
    pub frame: Frame,
    /// Above the tabs.
    pub head: CustomerHead,
    /// Where an order for this customer begins; `None` where the reader may not.
    pub new_href: Option<String>,
    /// The list with this customer as filter.
    pub all_href: String,
    /// The rows.
    pub list: OrderList,
}
