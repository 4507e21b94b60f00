//! What renews or ends soon, by urgency and money, and as a calendar.

use domain::order::Sums;
use domain::text_enum;
use jiff::Timestamp;
use store::StoreError;
use store::subscriptions::SubscriptionRow;

use crate::Engine;
use crate::orders::OrderError;

text_enum! {
    /// How soon a person must look at a renewal.
    pub enum Urgency {
        /// It can be stopped for a few days more, or binds to much, or its margin is low.
        Now = "now",
        /// It can be stopped for some weeks more.
        Soon = "soon",
        /// There is time.
        Later = "later",
        /// Nothing is to be decided: it ends, or can no longer be stopped.
        Decided = "decided",
    }
}

/// One renewal or end.
#[derive(Debug, Clone)]
pub struct RenewalRow {
    /// The subscription.
    pub row: SubscriptionRow,
    /// When it renews or ends.
    pub due_at: Timestamp,
    /// What the renewal binds to, by today's catalog where it has a price, else by what it costs now. Empty where it ends.
    pub cost_of_renewal: Sums,
    /// It ends, and does not renew.
    pub ends: bool,
    /// Until when the renewal can be stopped.
    pub last_day_to_stop: Option<Timestamp>,
    /// How soon a person must look at it.
    pub urgency: Urgency,
    /// The margin after it is below the floor of its rule.
    pub low_margin: bool,
}

impl Engine {
    /// What renews or ends from `from` on and before `until`: the most urgent first, then by money.
    pub async fn renewals(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<RenewalRow>, OrderError> {
        let _ = (from, until);
        Err(OrderError::Refused("not written yet".to_owned()))
    }

    /// The same as a calendar (RFC 5545).
    pub async fn renewals_ics(&self, from: Timestamp, until: Timestamp) -> Result<String, StoreError> {
        let _ = (from, until);
        Ok(String::new())
    }
}
