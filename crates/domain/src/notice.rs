//! Messages for people: what waits for them, on screen, by e-mail and by webhook.

use crate::text_enum;

text_enum! {
    /// What a notice is about. The word is also the webhook's event type.
    pub enum NoticeKind {
        /// The login ends in 14, 7, 3 or 1 days.
        LoginEndsSoon = "connection.login_ends_soon",
        /// Ion refused a refresh; it is re-checked.
        RefreshRefused = "connection.refresh_refused",
        /// The reply of a refresh was lost.
        RefreshUnclear = "connection.refresh_unclear",
        /// A person must paste new credentials.
        NeedsNewCredentials = "connection.needs_new_credentials",
        /// The login works again.
        Recovered = "connection.recovered",
        /// An import waits for a decision.
        ImportNeedsDecision = "import.needs_decision",
        /// An import failed.
        ImportFailed = "import.failed",
        /// Pairs of customers, a plan or conflicts wait for a person.
        CustomersWait = "customers.wait",
        /// A customer could not be written to Ion.
        CustomerWriteFailed = "customers.write_failed",
        /// A customer sync failed.
        CustomerSyncFailed = "customers.sync_failed",
        /// Whether Ion has an order is not known.
        OrderUnconfirmed = "orders.unconfirmed",
        /// Ion was searched for an order completely, and does not have it.
        OrderNotFound = "orders.not_found",
        /// An order was refused or failed.
        OrderFailed = "orders.failed",
        /// An order stands for longer than usual.
        OrderStuck = "orders.stuck",
        /// A subscription renews or ends soon.
        RenewalSoon = "subscriptions.renewal_soon",
        /// The subscriptions could not be read.
        SubscriptionSyncFailed = "subscriptions.sync_failed",
        /// Unusually many subscriptions are missing at Ion; a person says whether they are gone.
        SubscriptionsWait = "subscriptions.wait",
        /// A price change breaks the floor of a margin rule.
        MarginFloor = "margins.floor",
    }
}

text_enum! {
    /// How much a notice matters.
    pub enum Severity {
        /// Good to know.
        Info = "info",
        /// Needs a person soon.
        Warn = "warn",
        /// Needs a person now.
        Bad = "bad",
    }
}
