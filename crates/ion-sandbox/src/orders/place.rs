//! An order that Ion has taken: its number, its first state, and when it goes on.

use std::sync::Arc;

use jiff::Timestamp;

use super::body::{Placed, PlacedItem};
use super::book::Fate;
use super::order::{Item, Order, Origin, Status};
use crate::schedule::Event;
use crate::stamp::{cut, seconds_later};
use crate::state::State;
use crate::views::PortalOrder;

/// Places an order. Gives its id.
pub(crate) fn place(state: &mut State, customer: &str, placed: Placed, origin: Origin) -> u64 {
    let now = cut(state.clock.now());
    let fate = (!state.orders.fates.is_empty()).then(|| state.orders.fates.remove(0));
    let rests = matches!(fate, Some(Fate::Rests));
    let first = match state.knobs.order_first_status.as_str() {
        _ if rests => Status::OnHold,
        "ON_HOLD" => Status::OnHold,
        "CONFIRMED" => Status::Confirmed,
        _ => Status::New,
    };
    let due = (!rests).then(|| seconds_later(now, state.knobs.order_step_s));
    let id = state.orders.next_id();
    let items = placed.items.into_iter();
    let items = items
        .map(|item| new_item(state.orders.next_item_id(), item, first))
        .collect();
    state.orders.push(Order {
        id,
        account: state.account.clone(),
        customer: customer.to_owned(),
        reference: placed.reference,
        display: placed.display,
        cart: placed.cart,
        items,
        status: first,
        errors: Vec::new(),
        origin,
        created: now,
        updated: now,
        due,
        doom: match fate {
            Some(Fate::Fails(error)) => Some(error),
            Some(Fate::Rests) | None => None,
        },
    });
    if let Some(due) = due {
        state.schedule.add(due, Event::Order(id));
    }
    id
}

fn new_item(id: u64, item: PlacedItem, status: Status) -> Item {
    Item {
        id,
        reference: item.reference,
        resource: item.resource,
        offer: item.offer,
        quantity: item.quantity,
        add_ons: item.add_ons,
        attributes: item.attributes,
        customer_po: item.customer_po,
        reseller_po: item.reseller_po,
        from_cart: item.from_cart,
        status,
        errors: Vec::new(),
        login: None,
        subscription: None,
    }
}

/// Writes over an order that has the same reference (knob `reference-id-repeat`). One that goes on already keeps its lines.
pub(super) fn write_over(state: &mut State, id: u64, placed: Placed, at: Timestamp) {
    let numbers: Vec<u64> = placed
        .items
        .iter()
        .map(|_| state.orders.next_item_id())
        .collect();
    state.orders.change(id, cut(at), |order| {
        if !order.status.may_be_cancelled() {
            return;
        }
        let status = order.status;
        let items = numbers.into_iter().zip(placed.items);
        order.items = items
            .map(|(number, item)| new_item(number, item, status))
            .collect();
        order.display = placed.display;
    });
}

/// Places what a person orders in the portal: from a cart, without a reference of anybody's. None where there is no such customer or offer.
pub(crate) fn place_in_portal(state: &mut State, order: &PortalOrder) -> Option<u64> {
    state.customers.get(&order.customer_id)?;
    let (product, sku, plan) = (&order.product_id, &order.sku_id, &order.plan_id);
    let offer = Arc::new(state.listings.offer(product, sku, plan).ok()?);
    let mut attributes = Vec::new();
    if offer.microsoft() {
        let domain = crate::customers::microsoft_domain(state, &order.customer_id);
        let domain = domain.unwrap_or_else(|| format!("portal{}", order.customer_id));
        attributes.push(("domainName".to_owned(), domain));
    }
    if offer.new_commerce() {
        attributes.push(("renewalSetting".to_owned(), "auto-on".to_owned()));
    }
    let (cart, cart_item) = (state.carts.next_id(), state.carts.next_item_id());
    let placed = Placed {
        reference: Some(format!("customers/{}/carts/{cart}", order.customer_id)),
        display: Some(format!("Cart - {}", state.clock.now().as_millisecond())),
        cart: Some(cart),
        items: vec![PlacedItem {
            reference: Some(format!(
                "customers/{}/cartItems/{cart_item}",
                order.customer_id
            )),
            resource: None,
            offer,
            quantity: order.quantity,
            add_ons: Vec::new(),
            attributes,
            customer_po: None,
            reseller_po: None,
            from_cart: Some(cart_item),
        }],
    };
    Some(place(state, &order.customer_id, placed, Origin::Portal))
}
