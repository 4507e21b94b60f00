//! Orders and subscriptions as people move them in Ion's portal, or as the vendor does behind it.

use super::Portal;
use crate::orders::{self, Fate, Order, Status};
use crate::stamp::cut;
use crate::state::State;
use crate::subscriptions::{Bought, Change, Subscription, renew_now};
use crate::views::{OrderError, OrderView, PortalOrder, SubscriptionView};

/// The number of an order; one that is none finds nothing.
fn number(id: &str) -> u64 {
    id.parse().unwrap_or_default()
}

fn error(code: &str, detail: &str) -> OrderError {
    OrderError {
        code: code.to_owned(),
        detail: detail.to_owned(),
    }
}

fn text(status: Status) -> String {
    status.text().to_owned()
}

impl Portal<'_> {
    /// An order by its id.
    pub fn order(&self, id: &str) -> Option<OrderView> {
        self.0.settled().orders.get(number(id)).map(Order::view)
    }

    /// Places an order, as a person does in the portal. Gives its id; none where there is no such customer or offer.
    pub fn place_order(&self, order: &PortalOrder) -> Option<String> {
        let id = orders::place_in_portal(&mut self.0.settled(), order);
        id.map(|id| id.to_string())
    }

    /// Moves an order to its next state, whatever the time. Gives that; none where there is no such order, or none after it.
    pub fn move_order_on(&self, id: &str) -> Option<String> {
        orders::move_on(&mut self.0.settled(), number(id), false).map(text)
    }

    /// Moves an order to its end, whatever the time. Gives the state: `COMPLETED`, or `ERROR` where the vendor refuses.
    pub fn complete_order(&self, id: &str) -> Option<String> {
        orders::move_on(&mut self.0.settled(), number(id), true).map(text)
    }

    /// Puts an order on hold until it is moved on. False where it has ended.
    pub fn hold_order(&self, id: &str) -> bool {
        orders::hold(&mut self.0.settled(), number(id))
    }

    /// Lets an order fail now with the vendor's words. False where it has ended.
    pub fn fail_order(&self, id: &str, code: &str, detail: &str) -> bool {
        orders::fail_at_once(&mut self.0.settled(), number(id), error(code, detail))
    }

    /// Cancels an order, in whatever state. False where it has ended.
    pub fn cancel_order(&self, id: &str) -> bool {
        orders::cancel(&mut self.0.settled(), number(id))
    }

    /// Takes an order out of Ion.
    pub fn remove_order(&self, id: &str) -> bool {
        self.0.settled().orders.remove(number(id))
    }

    /// The next order that is placed fails in the end, with the vendor's words.
    pub fn fail_next_order(&self, code: &str, detail: &str) {
        let fate = Fate::Fails(error(code, detail));
        self.0.settled().orders.await_fate(fate);
    }

    /// The next order that is placed rests on hold until it is moved on.
    pub fn hold_next_order(&self) {
        self.0.settled().orders.await_fate(Fate::Rests);
    }

    /// A subscription by Ion's id or the vendor's.
    pub fn subscription(&self, id: &str) -> Option<SubscriptionView> {
        self.0
            .settled()
            .subscriptions
            .find(id)
            .map(Subscription::view)
    }

    /// Adds a subscription that no order of this API made. Gives its id; none where there is no such customer or offer.
    pub fn add_subscription(&self, bought: &PortalOrder) -> Option<String> {
        add_subscription(&mut self.0.settled(), bought)
    }

    /// Changes the seats of a subscription. False where there is none.
    pub fn set_seats(&self, id: &str, seats: i64) -> bool {
        let change = Change {
            quantity: Some(seats),
            ..Change::default()
        };
        change_subscription(&mut self.0.settled(), id, &change)
    }

    /// Sets the state of a subscription, such as `suspended`, `cancelled` or `active`.
    pub fn set_subscription_status(&self, id: &str, status: &str) -> bool {
        let change = Change {
            status: Some(status.to_lowercase()),
            ..Change::default()
        };
        change_subscription(&mut self.0.settled(), id, &change)
    }

    /// Turns auto-renew on or off.
    pub fn set_auto_renew(&self, id: &str, on: bool) -> bool {
        let change = Change {
            auto_renew: Some(on),
            ..Change::default()
        };
        change_subscription(&mut self.0.settled(), id, &change)
    }

    /// Gives a subscription another friendly name.
    pub fn rename_subscription(&self, id: &str, name: &str) -> bool {
        let change = Change {
            name: Some(name.to_owned()),
            ..Change::default()
        };
        change_subscription(&mut self.0.settled(), id, &change)
    }

    /// Rolls a subscription into its next term, whatever the time. False where it has ended or has no term.
    pub fn renew(&self, id: &str) -> bool {
        let state = &mut self.0.settled();
        number_of(state, id).is_some_and(|id| renew_now(state, id))
    }

    /// Takes a subscription out of Ion.
    pub fn remove_subscription(&self, id: &str) -> bool {
        let state = &mut self.0.settled();
        number_of(state, id).is_some_and(|id| state.subscriptions.remove(id))
    }
}

fn number_of(state: &State, id: &str) -> Option<u64> {
    state.subscriptions.find(id).map(|one| one.id)
}

/// Changes a subscription by Ion's id or the vendor's.
pub(crate) fn change_subscription(state: &mut State, id: &str, change: &Change) -> bool {
    let now = cut(state.clock.now());
    number_of(state, id).is_some_and(|id| state.change_subscription(id, change, now))
}

fn add_subscription(state: &mut State, bought: &PortalOrder) -> Option<String> {
    state.customers.get(&bought.customer_id)?;
    let (product, sku, plan) = (&bought.product_id, &bought.sku_id, &bought.plan_id);
    let offer = state.listings.offer(product, sku, plan).ok()?;
    let bought = Bought {
        customer: bought.customer_id.clone(),
        offer: std::sync::Arc::new(offer),
        quantity: bought.quantity,
        name: None,
        auto_renew: true,
        customer_po: None,
        reseller_po: None,
        order: None,
        end: None,
    };
    let now = state.clock.now();
    Some(state.buy(bought, now).to_string())
}
