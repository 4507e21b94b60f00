//! Changes of a subscription: a draft order with one `UPDATE` line, reviewed and sent as any other.

use domain::SubscriptionId;
use jiff::Timestamp;
use rules::subscriptions::change::SubscriptionChange;
use store::audit::Actor;
use store::orders::OrderRow;

use crate::Engine;
use crate::orders::OrderError;

/// When a change is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// As soon as it is confirmed.
    Now,
    /// At this time.
    At(Timestamp),
    /// Shortly before the renewal.
    Renewal,
}

impl Engine {
    /// Begins the order of a change. The time stands in the draft's `scheduled_for`; it is confirmed with the order.
    pub async fn change_subscription(
        &self,
        subscription: SubscriptionId,
        change: SubscriptionChange,
        when: When,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let _ = (subscription, change, when, actor);
        Err(OrderError::Refused("not written yet".to_owned()))
    }
}
