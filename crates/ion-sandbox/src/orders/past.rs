//! Orders that are there at the start: those that the subscriptions came of, and some that came to nothing.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::order::{Item, Order, Origin, Status};
use crate::state::State;
use crate::subscriptions::Subscription;
use crate::views::OrderError;

/// Of a larger stock only every n-th subscription has orders.
const MOST: usize = 5_000;
/// What the number of an account below this one begins with.
const BELOW: &str = "9";

/// Makes them. None where there are no subscriptions.
pub(crate) fn seed(state: &mut State) {
    let every = state.subscriptions.len() / MOST + 1;
    let mut orders: Vec<Order> = Vec::new();
    for (n, one) in state.subscriptions.all().iter().step_by(every).enumerate() {
        for (nth, activity) in one.activities.iter().rev().enumerate() {
            let mut order = draft(&state.account, one, n, activity.at);
            if nth > 0 {
                change(&mut order.items[0], one);
            }
            orders.push(order);
        }
        if n % 15 == 7 {
            orders.push(failed(&state.account, one, n));
        }
        if n % 25 == 9 {
            orders.push(cancelled(&state.account, one, n));
        }
    }
    if let Some(one) = state.subscriptions.all().last() {
        orders.push(resting(&state.account, one));
        orders.push(of_below(&state.account, one));
    }
    orders.sort_by_key(|order| order.created);
    let mut came_of = Vec::new();
    for mut order in orders {
        order.id = state.orders.next_id();
        for item in &mut order.items {
            item.id = state.orders.next_item_id();
            if let Some(subscription) = item.subscription.filter(|_| item.resource.is_none()) {
                came_of.push((subscription, order.id));
            }
        }
        if order.by_portal() {
            put_in_cart(state, &mut order);
        }
        state.orders.push(order);
    }
    for (subscription, order) in came_of {
        state.subscriptions.set_order(subscription, order);
    }
}

/// The order by which a subscription was bought, or changed at this time.
fn draft(account: &str, one: &Subscription, n: usize, at: Timestamp) -> Order {
    let placed = at - SignedDuration::from_secs(40 + 7 * i64::try_from(n % 20).unwrap_or(0));
    let mut attributes = Vec::new();
    if one.offer.microsoft() {
        let domain = format!("c{}.onmicrosoft.com", one.customer);
        attributes.push(("domainName".to_owned(), domain));
    }
    if one.offer.new_commerce() {
        attributes.push(("renewalSetting".to_owned(), "auto-on".to_owned()));
    }
    Order {
        id: 0,
        account: account.to_owned(),
        customer: one.customer.clone(),
        reference: Some(format!("PO-{}", 2000 + n)),
        display: Some(one.offer.product_name.clone()),
        cart: None,
        items: vec![Item {
            id: 0,
            reference: Some("line-1".to_owned()),
            resource: None,
            offer: Arc::clone(&one.offer),
            quantity: one.quantity,
            add_ons: Vec::new(),
            attributes,
            customer_po: one.customer_po.clone(),
            reseller_po: one.reseller_po.clone(),
            from_cart: None,
            status: Status::Completed,
            errors: Vec::new(),
            login: None,
            subscription: Some(one.id),
        }],
        status: Status::Completed,
        errors: Vec::new(),
        origin: Origin::Past {
            portal: n.is_multiple_of(3),
        },
        created: placed,
        updated: at,
        due: None,
        doom: None,
    }
}

fn change(item: &mut Item, one: &Subscription) {
    item.resource = Some(one.guid.clone());
    let operation = ("operations".to_owned(), "updateSubscription".to_owned());
    item.attributes = vec![operation];
    if !one.active() && one.alive() {
        let status = ("statusUpdate".to_owned(), one.status.clone());
        item.attributes.push(status);
    }
}

fn ended(mut order: Order, status: Status, ago: SignedDuration) -> Order {
    order.created -= ago;
    order.updated = order.created + SignedDuration::from_mins(4);
    order.status = status;
    for item in &mut order.items {
        item.status = status;
        item.subscription = None;
    }
    order
}

/// Tried a day before, and refused by the vendor.
fn failed(account: &str, one: &Subscription, n: usize) -> Order {
    let order = draft(account, one, n, one.purchased);
    let mut order = ended(order, Status::Error, SignedDuration::from_hours(24));
    let error = OrderError {
        code: "MSFT_CR_012".to_owned(),
        detail: "The customer has not accepted the Microsoft Customer Agreement.".to_owned(),
    };
    order.items[0].errors.push(error.clone());
    order.errors.push(error);
    order
}

fn cancelled(account: &str, one: &Subscription, n: usize) -> Order {
    let order = draft(account, one, n, one.purchased);
    ended(order, Status::Canceled, SignedDuration::from_hours(2))
}

/// Waits for somebody in the portal.
fn resting(account: &str, one: &Subscription) -> Order {
    let order = draft(account, one, 3, one.purchased);
    ended(order, Status::OnHold, SignedDuration::from_mins(10))
}

/// An order of an account below this one, which its lists show too.
fn of_below(account: &str, one: &Subscription) -> Order {
    let mut order = draft(account, one, 1, one.purchased);
    order.account = format!("{BELOW}{account}");
    order.customer = format!("{BELOW}{}", one.customer);
    order.items[0].subscription = None;
    order
}

fn put_in_cart(state: &mut State, order: &mut Order) {
    let (customer, cart) = (&order.customer, state.carts.next_id());
    order.reference = Some(format!("customers/{customer}/carts/{cart}"));
    order.display = Some(format!("Cart - {}", order.created.as_millisecond()));
    order.cart = Some(cart);
    for item in &mut order.items {
        let id = state.carts.next_item_id();
        item.reference = Some(format!("customers/{customer}/cartItems/{id}"));
        item.from_cart = Some(id);
    }
}
