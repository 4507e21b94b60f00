//! Orders and subscriptions as people move them in Ion's portal, or as the vendor does behind it.

use super::Portal;
use crate::views::{OrderView, PortalOrder, SubscriptionView};

impl Portal<'_> {
    /// An order by its id.
    pub fn order(&self, id: &str) -> Option<OrderView> {
        let _ = (self, id);
        todo!()
    }

    /// Places an order, as a person does in the portal. Gives its id; none where there is no such customer or offer.
    pub fn place_order(&self, order: &PortalOrder) -> Option<String> {
        let _ = (self, order);
        todo!()
    }

    /// Moves an order to its next state, whatever the time. Gives that; none where there is no such order, or none after it.
    pub fn move_order_on(&self, id: &str) -> Option<String> {
        let _ = (self, id);
        todo!()
    }

    /// Moves an order to its end, whatever the time. Gives the state: `COMPLETED`, or `ERROR` where the vendor refuses.
    pub fn complete_order(&self, id: &str) -> Option<String> {
        let _ = (self, id);
        todo!()
    }

    /// Puts an order on hold until it is moved on. False where it has ended.
    pub fn hold_order(&self, id: &str) -> bool {
        let _ = (self, id);
        todo!()
    }

    /// Lets an order fail now with the vendor's words. False where it has ended.
    pub fn fail_order(&self, id: &str, code: &str, detail: &str) -> bool {
        let _ = (self, id, code, detail);
        todo!()
    }

    /// Cancels an order, in whatever state. False where it has ended.
    pub fn cancel_order(&self, id: &str) -> bool {
        let _ = (self, id);
        todo!()
    }

    /// Takes an order out of Ion.
    pub fn remove_order(&self, id: &str) -> bool {
        let _ = (self, id);
        todo!()
    }

    /// The next order that is placed fails in the end, with the vendor's words.
    pub fn fail_next_order(&self, code: &str, detail: &str) {
        let _ = (self, code, detail);
        todo!()
    }

    /// The next order that is placed rests on hold until it is moved on.
    pub fn hold_next_order(&self) {
        let _ = self;
        todo!()
    }

    /// A subscription by Ion's id or the vendor's.
    pub fn subscription(&self, id: &str) -> Option<SubscriptionView> {
        let _ = (self, id);
        todo!()
    }

    /// Adds a subscription that no order of this API made. Gives its id.
    pub fn add_subscription(&self, bought: &PortalOrder) -> Option<String> {
        let _ = (self, bought);
        todo!()
    }

    /// Changes the seats of a subscription. False where there is none.
    pub fn set_seats(&self, id: &str, seats: i64) -> bool {
        let _ = (self, id, seats);
        todo!()
    }

    /// Sets the state of a subscription, such as `suspended`, `cancelled` or `active`.
    pub fn set_subscription_status(&self, id: &str, status: &str) -> bool {
        let _ = (self, id, status);
        todo!()
    }

    /// Turns auto-renew on or off.
    pub fn set_auto_renew(&self, id: &str, on: bool) -> bool {
        let _ = (self, id, on);
        todo!()
    }

    /// Gives a subscription another friendly name.
    pub fn rename_subscription(&self, id: &str, name: &str) -> bool {
        let _ = (self, id, name);
        todo!()
    }

    /// Rolls a subscription into its next term, whatever the time.
    pub fn renew(&self, id: &str) -> bool {
        let _ = (self, id);
        todo!()
    }

    /// Takes a subscription out of Ion.
    pub fn remove_subscription(&self, id: &str) -> bool {
        let _ = (self, id);
        todo!()
    }
}
