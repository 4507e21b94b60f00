//! A subscription: what a customer has, as Ion shows it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Amount, BillingPeriod, Currency, Term, text_enum};

text_enum! {
    /// How a subscription stands, in our words. Ion's are many and free (Ion API notes 3, no. 1).
    pub enum SubscriptionState {
        /// Running.
        Active = "active",
        /// Not yet running.
        Pending = "pending",
        /// Running on trial.
        Trial = "trial",
        /// Running, and not renewed at its end.
        Ends = "ends",
        /// Stopped for a while.
        Suspended = "suspended",
        /// Ended before its time.
        Cancelled = "cancelled",
        /// Ended with its term.
        Expired = "expired",
        /// Ion says a word that we do not know.
        Unknown = "unknown",
    }
}

impl SubscriptionState {
    /// True where it costs money, or will.
    pub const fn is_live(self) -> bool {
        matches!(
            self,
            Self::Active
                | Self::Pending
                | Self::Trial
                | Self::Ends
                | Self::Suspended
                | Self::Unknown
        )
    }
}

/// A subscription as Ion shows it, normalised. Equal values mean that nothing of interest changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Ion's own id; opaque.
    pub ion_id: String,
    /// The vendor's id, by which changes are ordered; empty where Ion gives none.
    pub resource_id: String,
    /// Name.
    pub name: String,
    /// Ion's id of the customer.
    pub ion_customer_id: String,
    /// The customer's name, as Ion shows it.
    pub ion_customer_name: String,
    /// Ion's number of the provider.
    pub provider_id: String,
    /// Such as `AZURE::Subscription`.
    pub resource_type: String,
    /// Catalog id of the product; empty where Ion gives none.
    pub product_ion_id: String,
    /// Catalog id of the SKU.
    pub sku_id: String,
    /// Catalog id of the plan.
    pub plan_id: String,
    /// Names of product, SKU and plan, as Ion shows them.
    pub product_name: String,
    /// Name of the SKU.
    pub sku_name: String,
    /// Name of the plan.
    pub plan_name: String,
    /// Manufacturer part number.
    pub part_number: Option<String>,
    /// How it stands.
    pub state: SubscriptionState,
    /// Ion's own word for that.
    pub state_word: String,
    /// Seats; nothing where it has none.
    pub seats: Option<u32>,
    /// Commitment.
    pub term: Term,
    /// Billing.
    pub billing: BillingPeriod,
    /// Currency of the amounts.
    pub currency: Option<Currency>,
    /// What the reseller pays for one, each billing period.
    pub cost: Option<Amount>,
    /// What its customer pays for one by Ion's own price, each billing period.
    pub price: Option<Amount>,
    /// The vendor's list price of one.
    pub list: Option<Amount>,
    /// When bought.
    pub purchased_at: Option<Timestamp>,
    /// When its term began.
    pub starts_at: Option<Timestamp>,
    /// When its term ends.
    pub ends_at: Option<Timestamp>,
    /// When it renews.
    pub renews_at: Option<Timestamp>,
    /// Until when it can be cancelled.
    pub cancellable_until: Option<Timestamp>,
    /// Whether it renews by itself; nothing where Ion does not say.
    pub auto_renew: Option<bool>,
    /// On trial.
    pub trial: bool,
    /// Purchase order number of the reseller.
    pub reseller_po: String,
    /// Purchase order number of the customer.
    pub customer_po: String,
    /// When it last changed at Ion.
    pub updated_at: Option<Timestamp>,
}

text_enum! {
    /// What was found different in a subscription, or done with it.
    pub enum SubscriptionEventKind {
        /// First seen.
        Seen = "seen",
        /// Another number of seats.
        Seats = "seats",
        /// Another state.
        State = "state",
        /// Costs more or less.
        Price = "price",
        /// Renews by itself, or no longer.
        Renewal = "renewal",
        /// Its term ends at another time: it was renewed or aligned.
        Term = "term",
        /// Another detail changed.
        Details = "details",
        /// Ion no longer shows it.
        Gone = "gone",
        /// Ion shows it again.
        Returned = "returned",
    }
}
