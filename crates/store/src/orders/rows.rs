//! What is stored of orders, as the queries of this module give and take it.

use domain::order::{
    IonOrder, OrderAction, OrderContent, OrderOrigin, OrderState, OrderTotals, Template,
};
use domain::{ConnectionId, Currency, CustomerId, OrderId, SubscriptionId, text_enum};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An order as stored.
#[derive(Debug, Clone)]
pub struct OrderRow {
    /// Its id.
    pub id: OrderId,
    /// Its number, for people: shown as `O-2041`.
    pub number: u64,
    /// The connection.
    pub connection: ConnectionId,
    /// Our customer, where it is known.
    pub customer: Option<CustomerId>,
    /// Ion's id of the customer; empty in a draft whose customer is not linked yet.
    pub ion_customer_id: String,
    /// The customer's name, as last known.
    pub customer_name: String,
    /// Where it was placed.
    pub origin: OrderOrigin,
    /// What it is for.
    pub action: OrderAction,
    /// The subscription that it changes.
    pub subscription: Option<SubscriptionId>,
    /// How it stands.
    pub state: OrderState,
    /// Since when.
    pub state_since: Timestamp,
    /// Counts every change: a change names the one it was made against.
    pub version: u64,
    /// Ours, unique; by it Ion is searched.
    pub reference: String,
    /// Ion's id, once it is known.
    pub ion_id: Option<String>,
    /// What is asked for.
    pub content: OrderContent,
    /// What was seen and confirmed.
    pub totals: Option<OrderTotals>,
    /// Exactly what is sent to Ion.
    pub payload: Option<serde_json::Value>,
    /// What Ion showed last.
    pub ion: Option<IonOrder>,
    /// Why it failed.
    pub failure: Option<OrderFailure>,
    /// Who began it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Who last changed the draft.
    pub edited_by: String,
    /// When.
    pub edited_at: Timestamp,
    /// Who confirmed it.
    pub submitted_by: Option<String>,
    /// When.
    pub submitted_at: Option<Timestamp>,
    /// When it is to be sent.
    pub scheduled_for: Option<Timestamp>,
    /// When the last request began to leave; nothing where proven that Ion did not look at it.
    pub sent_at: Option<Timestamp>,
    /// How often it was sent.
    pub sends: u32,
    /// How often Ion was searched since the last send.
    pub looks: u32,
    /// When Ion was last searched.
    pub looked_at: Option<Timestamp>,
    /// The last search read all that there was to read.
    pub looked_complete: bool,
    /// When Ion is searched or asked next.
    pub next_look_at: Option<Timestamp>,
    /// When it was said to be not found.
    pub not_found_at: Option<Timestamp>,
    /// When Ion was last asked for it by id.
    pub polled_at: Option<Timestamp>,
    /// How often, in this state.
    pub polls: u32,
    /// When a person asked for it to be called off.
    pub cancel_asked_at: Option<Timestamp>,
    /// When it was found to stand for longer than usual.
    pub stuck_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// A price of the draft moved since.
    pub price_moved: bool,
    /// A first log-in waits to be seen.
    pub has_secret: bool,
}

/// Why an order failed, in words for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFailure {
    /// What happened, in our words.
    pub message: String,
    /// What to do.
    pub what_to_do: String,
    /// The vendor's or Ion's words, with their codes.
    pub faults: Vec<domain::order::OrderFault>,
    /// The field that is wrong, as a path into the order, where one is.
    pub field: Option<String>,
    /// Ion's id of the request, for support.
    pub request_id: Option<String>,
}

text_enum! {
    /// What a line of an order's timeline tells.
    pub enum OrderEventKind {
        /// The draft was begun.
        Created = "created",
        /// The draft was changed.
        Edited = "edited",
        /// A person confirmed it; what they saw stands in the detail.
        Confirmed = "confirmed",
        /// Set for a time.
        Scheduled = "scheduled",
        /// Taken back to be changed.
        TakenBack = "taken_back",
        /// All that is to be sent is stored.
        Intent = "intent",
        /// The request begins to leave.
        Sending = "sending",
        /// Ion took it.
        Accepted = "accepted",
        /// Not sent, or refused before it was looked at; tried again by itself.
        Postponed = "postponed",
        /// The answer was lost.
        Unclear = "unclear",
        /// Ion was searched.
        Looked = "looked",
        /// Found by our reference.
        Found = "found",
        /// Orders that look alike; a person says whether it is one of them.
        LookAlikes = "look_alikes",
        /// Searched completely, and not there.
        NotFound = "not_found",
        /// A person said to send it again.
        SentAgain = "sent_again",
        /// A person said which of Ion's it is.
        Adopted = "adopted",
        /// Ion says another state.
        State = "state",
        /// Ion refused it.
        Refused = "refused",
        /// Ion or the vendor failed.
        Failed = "failed",
        /// Stands for longer than usual.
        Stuck = "stuck",
        /// A person asked for it to be called off.
        CancelAsked = "cancel_asked",
        /// Ion does not call it off any more.
        CancelRefused = "cancel_refused",
        /// Called off.
        Cancelled = "cancelled",
        /// Carried out.
        Completed = "completed",
        /// The subscription that came of it was seen.
        Subscription = "subscription",
        /// A first log-in was kept, shown or forgotten.
        Secret = "secret",
        /// First seen; placed elsewhere.
        Seen = "seen",
    }
}

/// One line of an order's timeline.
#[derive(Debug, Clone)]
pub struct OrderEventRow {
    /// The order.
    pub order: OrderId,
    /// When.
    pub at: Timestamp,
    /// What it tells.
    pub kind: OrderEventKind,
    /// Who: a person, a program, `Ion` or `Ionbridge`.
    pub actor: String,
    /// In words for people.
    pub message: String,
    /// More about it.
    pub detail: String,
    /// Ion's id of the request, for support.
    pub request_id: Option<String>,
}

text_enum! {
    /// What a list of orders is ordered by.
    pub enum OrderSort {
        /// When it was placed, here or at Ion; of one that was not placed yet when it was begun.
        Placed = "placed",
        /// Its number.
        Number = "number",
        /// The customer's name.
        Customer = "customer",
        /// What it binds to.
        Bound = "bound",
        /// How it stands.
        State = "state",
        /// When it last changed.
        Changed = "changed",
    }
}

/// Which orders.
#[derive(Debug, Clone)]
pub struct OrderFilter {
    /// Words.
    pub text: String,
    /// States; empty is any.
    pub states: Vec<OrderState>,
    /// Only those that wait for a person: failed lately, unconfirmed, on hold, stuck, or a draft whose price moved.
    pub attention: bool,
    /// Where they were placed.
    pub origin: Option<OrderOrigin>,
    /// Of a customer.
    pub customer: Option<CustomerId>,
    /// Of a connection.
    pub connection: Option<ConnectionId>,
    /// Of a vendor.
    pub vendor: Option<String>,
    /// Of a subscription.
    pub subscription: Option<SubscriptionId>,
    /// By which time `attention` tells what failed lately; nothing: all that failed.
    pub now: Option<Timestamp>,
    /// Order.
    pub sort: OrderSort,
    /// The other way round.
    pub descending: bool,
    /// Where the list goes on.
    pub after: Option<String>,
    /// How many.
    pub limit: u32,
}

impl Default for OrderFilter {
    fn default() -> Self {
        Self {
            text: String::new(),
            states: Vec::new(),
            attention: false,
            origin: None,
            customer: None,
            connection: None,
            vendor: None,
            subscription: None,
            now: None,
            sort: OrderSort::Placed,
            descending: true,
            after: None,
            limit: 50,
        }
    }
}

/// An order in a list.
#[derive(Debug, Clone)]
pub struct OrderHit {
    /// Its id.
    pub id: OrderId,
    /// Its number.
    pub number: u64,
    /// The connection.
    pub connection: ConnectionId,
    /// Our customer.
    pub customer: Option<CustomerId>,
    /// The customer's name.
    pub customer_name: String,
    /// Where it was placed.
    pub origin: OrderOrigin,
    /// What it is for.
    pub action: OrderAction,
    /// How it stands.
    pub state: OrderState,
    /// Since when.
    pub state_since: Timestamp,
    /// Ours.
    pub reference: String,
    /// Ion's id.
    pub ion_id: Option<String>,
    /// Vendor of the first line.
    pub vendor: String,
    /// First line in words.
    pub title: String,
    /// How many lines.
    pub lines: u64,
    /// Currency of the sums.
    pub currency: Option<Currency>,
    /// Cost a month, 10^-6.
    pub monthly_units: Option<i64>,
    /// Over the whole commitment, 10^-6.
    pub bound_units: Option<i64>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was confirmed.
    pub submitted_at: Option<Timestamp>,
    /// When it was submitted; of one placed elsewhere when it was made there. Nothing in a draft.
    pub placed_at: Option<Timestamp>,
    /// When it is to be sent.
    pub scheduled_for: Option<Timestamp>,
    /// When Ion is searched or asked next.
    pub next_look_at: Option<Timestamp>,
    /// When it was said to be not found.
    pub not_found_at: Option<Timestamp>,
    /// When it was found to stand for longer than usual.
    pub stuck_at: Option<Timestamp>,
    /// A price of the draft moved since.
    pub price_moved: bool,
}

/// A part of a list.
#[derive(Debug, Clone, Default)]
pub struct OrderPage {
    /// The orders.
    pub orders: Vec<OrderHit>,
    /// How many match in all.
    pub total: u64,
    /// Where the list goes on.
    pub next: Option<String>,
}

/// How many orders stand how.
#[derive(Debug, Clone, Default)]
pub struct OrderCounts {
    /// By state.
    pub states: Vec<(OrderState, u64)>,
    /// Those that wait for a person.
    pub attention: u64,
    /// Vendors of orders, with how many.
    pub vendors: Vec<(String, u64)>,
}

/// A first log-in, sealed.
#[derive(Debug, Clone)]
pub struct SealedLogin {
    /// Which line of the order, counted from 0.
    pub line: u32,
    /// Sealed user name.
    pub user_name: Vec<u8>,
    /// Sealed password.
    pub password: Vec<u8>,
    /// For whose eyes.
    pub for_whom: String,
}

/// What a vendor asks for, as Ion last said it.
#[derive(Debug, Clone)]
pub struct TemplateRow {
    /// The connection.
    pub connection: ConnectionId,
    /// Ion's word of the vendor.
    pub vendor: String,
    /// Ion's word of the provider.
    pub provider: String,
    /// `CREATE` or `UPDATE`.
    pub action: String,
    /// What it asks for; nothing where Ion gave none.
    pub template: Option<Template>,
    /// Of what Ion gave.
    pub hash: [u8; 32],
    /// When it was last read.
    pub read_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// Why the last reading failed.
    pub failed: Option<String>,
}

/// How far the orders and subscriptions of a connection were read.
#[derive(Debug, Clone, Default)]
pub struct OrderSetting {
    /// Orders that changed at Ion before this were read.
    pub orders_until: Option<Timestamp>,
    /// When they were last read.
    pub orders_read_at: Option<Timestamp>,
    /// When all subscriptions were last read.
    pub subscriptions_read_at: Option<Timestamp>,
    /// When all subscriptions are read next.
    pub next_subscriptions_at: Option<Timestamp>,
}
