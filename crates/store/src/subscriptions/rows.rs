//! What is stored of subscriptions, as the queries of this module give and take it.

use domain::subscription::{Subscription, SubscriptionEventKind, SubscriptionState};
use domain::{
    BillingPeriod, ConnectionId, Currency, CustomerId, OrderId, ProductId, RunId, SubscriptionId,
    Term, text_enum,
};
use jiff::Timestamp;

/// A subscription as stored.
#[derive(Debug, Clone)]
pub struct SubscriptionRow {
    /// Its id.
    pub id: SubscriptionId,
    /// The connection.
    pub connection: ConnectionId,
    /// What Ion shows.
    pub subscription: Subscription,
    /// Of what Ion showed: another one means that something changed.
    pub hash: [u8; 32],
    /// Our customer, where its Ion id is linked.
    pub customer: Option<CustomerId>,
    /// The customer's name, ours where it is known.
    pub customer_name: String,
    /// Our product, where the catalog has it.
    pub product: Option<ProductId>,
    /// Vendor as people know it.
    pub vendor: String,
    /// The order that it came of.
    pub order: Option<OrderId>,
    /// What the customer pays for all seats a month, by the margin rules; 10^-6.
    pub sale_units: Option<i64>,
    /// What all seats cost a month; 10^-6.
    pub monthly_units: Option<i64>,
    /// Share of the sale price that is margin, in thousandths.
    pub margin_permille: Option<i64>,
    /// Complete readings in a row without it.
    pub missed: u32,
    /// When it was found to be gone.
    pub gone_at: Option<Timestamp>,
    /// When first seen.
    pub first_seen_at: Timestamp,
    /// When it last changed, by our clock.
    pub changed_at: Timestamp,
    /// When last read.
    pub read_at: Timestamp,
}

impl SubscriptionRow {
    /// When it renews or ends, whichever comes.
    pub fn due_at(&self) -> Option<Timestamp> {
        due_at(&self.subscription)
    }

    /// Neither ended nor gone.
    pub fn is_live(&self) -> bool {
        self.gone_at.is_none() && self.subscription.state.is_live()
    }
}

/// When a subscription renews or ends, whichever comes.
pub(super) fn due_at(of: &Subscription) -> Option<Timestamp> {
    match of.auto_renew {
        Some(false) => of.ends_at.or(of.renews_at),
        _ => of.renews_at.or(of.ends_at),
    }
}

/// A subscription to write, as a reading found it.
#[derive(Debug, Clone)]
pub struct NewSubscription {
    /// The id that it gets, where it is new.
    pub id: SubscriptionId,
    /// What Ion shows.
    pub subscription: Subscription,
    /// Of what Ion shows.
    pub hash: [u8; 32],
    /// Vendor as people know it.
    pub vendor: String,
    /// Our product, where the catalog has it.
    pub product: Option<ProductId>,
    /// Our customer, where its Ion id is linked.
    pub customer: Option<CustomerId>,
    /// The customer's name, ours where it is known.
    pub customer_name: String,
    /// What the customer pays for all seats a month; 10^-6.
    pub sale_units: Option<i64>,
    /// What all seats cost a month; 10^-6.
    pub monthly_units: Option<i64>,
    /// Share of the sale price that is margin, in thousandths.
    pub margin_permille: Option<i64>,
    /// The order that it came of; kept only where none was known.
    pub order: Option<OrderId>,
}

/// What a reading compares first, for each subscription: small, so that all fit into memory.
#[derive(Debug, Clone)]
pub struct KnownSubscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Ion's id.
    pub ion_id: String,
    /// Of what Ion showed last.
    pub hash: [u8; 32],
    /// Complete readings in a row without it.
    pub missed: u32,
    /// It was found to be gone.
    pub gone: bool,
}

/// One line of what happened with a subscription.
#[derive(Debug, Clone)]
pub struct SubscriptionEventRow {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: SubscriptionEventKind,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
    /// The run that saw it.
    pub run: Option<RunId>,
    /// The order that did it, where it was one of ours.
    pub order: Option<OrderId>,
}

text_enum! {
    /// What a list of subscriptions is ordered by.
    pub enum SubscriptionSort {
        /// When it renews or ends.
        Due = "due",
        /// The customer's name.
        Customer = "customer",
        /// Its own name.
        Name = "name",
        /// Seats.
        Seats = "seats",
        /// Cost a month.
        Cost = "cost",
        /// Margin.
        Margin = "margin",
    }
}

/// Which subscriptions.
#[derive(Debug, Clone)]
pub struct SubscriptionFilter {
    /// Words.
    pub text: String,
    /// States; empty is all that are live.
    pub states: Vec<SubscriptionState>,
    /// Those that ended too.
    pub with_ended: bool,
    /// Of a customer.
    pub customer: Option<CustomerId>,
    /// Of a connection.
    pub connection: Option<ConnectionId>,
    /// Of a vendor.
    pub vendor: Option<String>,
    /// Commitment.
    pub term: Option<Term>,
    /// Billing.
    pub billing: Option<BillingPeriod>,
    /// Renews by itself, or not.
    pub auto_renew: Option<bool>,
    /// Renews or ends from then on.
    pub due_from: Option<Timestamp>,
    /// Renews or ends before then.
    pub due_until: Option<Timestamp>,
    /// Of a product, by Ion's id.
    pub product_ion_id: Option<String>,
    /// Only those of no customer of ours.
    pub unknown_customer: bool,
    /// Order.
    pub sort: SubscriptionSort,
    /// The other way round.
    pub descending: bool,
    /// Where the list goes on.
    pub after: Option<String>,
    /// How many.
    pub limit: u32,
}

impl Default for SubscriptionFilter {
    fn default() -> Self {
        Self {
            text: String::new(),
            states: Vec::new(),
            with_ended: false,
            customer: None,
            connection: None,
            vendor: None,
            term: None,
            billing: None,
            auto_renew: None,
            due_from: None,
            due_until: None,
            product_ion_id: None,
            unknown_customer: false,
            sort: SubscriptionSort::Due,
            descending: false,
            after: None,
            limit: 50,
        }
    }
}

/// A part of a list, of which nobody asks how long it is.
#[derive(Debug, Clone, Default)]
pub struct SubscriptionPart {
    /// The subscriptions.
    pub subscriptions: Vec<SubscriptionRow>,
    /// Where the list goes on.
    pub next: Option<String>,
}

/// A part of a list.
#[derive(Debug, Clone, Default)]
pub struct SubscriptionPage {
    /// The subscriptions.
    pub subscriptions: Vec<SubscriptionRow>,
    /// How many match in all.
    pub total: u64,
    /// Where the list goes on.
    pub next: Option<String>,
}

/// Values that the filters can take.
#[derive(Debug, Clone, Default)]
pub struct SubscriptionFacets {
    /// States, with how many.
    pub states: Vec<(SubscriptionState, u64)>,
    /// Vendors, with how many.
    pub vendors: Vec<(String, u64)>,
    /// Commitments, with how many.
    pub terms: Vec<(Term, u64)>,
}

/// What the subscriptions of one vendor in one currency cost that there were in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthlyCost {
    /// First day of the month, UTC.
    pub month: jiff::civil::Date,
    /// Vendor.
    pub vendor: String,
    /// Currency.
    pub currency: Currency,
    /// Cost a month, 10^-6.
    pub cost_units: i64,
    /// Sale a month of those that have a sale price, 10^-6.
    pub sale_units: i64,
    /// Cost a month of those, 10^-6.
    pub cost_of_sold_units: i64,
}

/// What live subscriptions cost a month, by vendor and currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorCost {
    /// Vendor.
    pub vendor: String,
    /// Currency.
    pub currency: Currency,
    /// How many subscriptions.
    pub subscriptions: u64,
    /// Cost a month, 10^-6.
    pub cost_units: i64,
    /// Sale a month of those that have a sale price, 10^-6.
    pub sale_units: i64,
    /// Cost a month of those that have a sale price, 10^-6.
    pub cost_of_sold_units: i64,
}
