//! The list of subscriptions, and those of one customer.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::view::Status;
use crate::view::customers::CountedTabs;
use crate::view::customers::card::CustomerHead;
use crate::view::filters;
use crate::view::frame::Frame;
use crate::view::parts::{Empty, Figure, Link, Note, Tone};
use crate::view::table::{ChipOption, Chips, Column, Pager, Search};

/// `GET /subscriptions`.
#[derive(Debug, Template)]
#[template(path = "subscription/list_page.html")]
pub struct SubscriptionsPage {
    /// Around it.
    pub frame: Frame,
    /// `1,284 live for 402 customers. Read from Ion 11 min ago.`
    pub summary: String,
    /// Where a post reads Ion now; `None` where nothing is connected, one goes on, or the reader may not.
    pub read_href: Option<String>,
    /// List, renewals.
    pub tabs: CountedTabs,
    /// A reading that goes on, or one that failed.
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
    pub list: SubscriptionList,
}

/// The rows: the partial. `chips` travels with it (`oob: true`) where htmx asks.
#[derive(Debug, Template)]
#[template(path = "subscription/list.html")]
pub struct SubscriptionList {
    /// Heads of the columns that are shown, in their order.
    pub columns: Vec<Column>,
    /// Which columns are shown.
    pub shown: ShownColumns,
    /// Rows.
    pub rows: Vec<SubscriptionRow>,
    /// Why there are no rows.
    pub empty: Option<Empty>,
    /// Token for the button of `empty`.
    pub csrf: String,
    /// Foot.
    pub pager: Pager,
    /// The filters, where htmx asks.
    pub chips: Option<Chips>,
}

impl HtmlSafe for SubscriptionList {}

/// Which columns a list of subscriptions shows beside the product and its seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each column, as the template asks for them"
)]
pub struct ShownColumns {
    /// Customer.
    pub customer: bool,
    /// Vendor.
    pub vendor: bool,
    /// Commitment and billing in a column of their own.
    pub term: bool,
    /// Cost a month.
    pub cost: bool,
    /// Margin.
    pub margin: bool,
    /// When it renews or ends.
    pub due: bool,
    /// Last day to stop it.
    pub stop: bool,
    /// How it stands.
    pub state: bool,
    /// The vendor's id.
    pub resource: bool,
}

/// One subscription of a list.
#[derive(Debug, Clone)]
pub struct SubscriptionRow {
    /// Its page.
    pub href: String,
    /// What it is.
    pub name: String,
    /// Vendor.
    pub vendor: String,
    /// `1 year, monthly`.
    pub term: String,
    /// At a sandbox, beside connections that are none.
    pub test: bool,
    /// The customer's name.
    pub customer: String,
    /// The customer's page; empty where it is none of ours.
    pub customer_href: String,
    /// Seats; empty where it has none.
    pub seats: String,
    /// Cost of all seats a month; empty where it is not known.
    pub cost: String,
    /// Currency of the cost, where the head of the column does not say it.
    pub currency: String,
    /// `15.3 %`; empty where it has no sale price.
    pub margin: String,
    /// Colour of the margin.
    pub margin_tone: Tone,
    /// When it renews or ends.
    pub due: Due,
    /// Until when it can be stopped.
    pub stop: Stop,
    /// How it stands.
    pub status: Status,
    /// The vendor's id; may be empty.
    pub resource: String,
}

/// When a subscription renews or ends.
#[derive(Debug, Clone)]
pub struct Due {
    /// `26 Nov 2026`, `no term`.
    pub text: String,
    /// Icon; empty where there is no day.
    pub icon: &'static str,
    /// Said for the icon: `renews`, `ends`.
    pub word: &'static str,
}

/// Until when a subscription can be stopped.
#[derive(Debug, Clone)]
pub struct Stop {
    /// `25 Nov, 2 d`, `decided`, `any time`, `passed`.
    pub text: String,
    /// Red in the last days; grey where nothing can be done or needs to be.
    pub tone: Tone,
}

impl Stop {
    /// The last days, in red.
    pub fn presses(&self) -> bool {
        self.tone == Tone::Bad
    }
}

/// `GET /customers/{id}/subscriptions`.
#[derive(Debug, Template)]
#[template(path = "subscription/of_customer.html")]
pub struct CustomerSubscriptions {
    /// Around it.
    pub frame: Frame,
    /// Above the tabs.
    pub head: CustomerHead,
    /// Cost, sale, margin, next renewal; empty hides them.
    pub figures: Vec<Figure>,
    /// Where an order for this customer begins; `None` where the reader may not.
    pub new_href: Option<String>,
    /// The list with this customer as filter.
    pub all_href: String,
    /// The rows.
    pub list: SubscriptionList,
}
