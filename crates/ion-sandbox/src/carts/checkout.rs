//! The checkout: an order comes out of a cart.

use std::collections::HashMap;

use serde_json::Value;

use super::answers::{closed, not_found, object};
use super::book::{Cart, CartItem};
use crate::api::{Answered, Call};
use crate::json::{member, whole};
use crate::orders::{Item, Origin, Placed, PlacedItem, json, place, refuse_items};
use crate::reply::Reply;
use crate::state::State;

type Attributes = Vec<(String, String)>;

/// `POST .../carts/{k}:checkout`.
pub(super) fn checkout(state: &mut State, call: &Call<'_>, customer: &str, id: &str) -> Answered {
    let Some(cart) = state.carts.of(customer, id) else {
        return not_found(call, customer, id).into();
    };
    let (number, placed) = match placed(state, call, cart) {
        Ok(placed) => (cart.id, placed),
        Err(reply) => return reply.into(),
    };
    if let Some(refusal) = refuse_items(state, call, customer, &placed.items) {
        return refusal.into();
    }
    let order = place(state, customer, placed, Origin::Request(call.number));
    if let Some(cart) = state.carts.carts.get_mut(&number) {
        "CHECKED_OUT".clone_into(&mut cart.status);
    }
    let body = state
        .orders
        .get(order)
        .map(|order| json(order, &state.knobs));
    Answered::of_order(Reply::json(200, body.unwrap_or_default()), order)
}

/// What a cart orders, or why it cannot be checked out.
fn placed(state: &State, call: &Call<'_>, cart: &Cart) -> Result<Placed, Reply> {
    let body = object(call)?;
    if cart.checked_out() {
        return Err(closed(call));
    }
    if cart.items.is_empty() {
        return Err(call.error(400, "INVALID_ARGUMENT", "the cart has no items"));
    }
    let total = member(&body, "totalCalculatedValue").and_then(whole);
    let differs = total.is_some_and(|total| i128::from(total) != cart.total().whole());
    if differs && state.knobs.checkout_total_mismatch == "refused" {
        let words = "totalCalculatedValue differs from the total of the cart";
        return Err(call.error(412, "FAILED_PRECONDITION", words));
    }
    let mut provisions = provisions(member(&body, "provisionData"));
    let customer = &cart.customer;
    let items = cart.items.iter().map(|item| {
        let attributes = provisions.remove(&item.id).unwrap_or_default();
        placed_item(customer, item, attributes)
    });
    Ok(Placed {
        items: items.collect(),
        reference: Some(cart.name()),
        display: Some(format!("Cart - {}", state.clock.now().as_millisecond())),
        cart: Some(cart.id),
    })
}

fn placed_item(customer: &str, item: &CartItem, attributes: Attributes) -> PlacedItem {
    PlacedItem {
        reference: Some(format!("customers/{customer}/cartItems/{}", item.id)),
        resource: None,
        offer: std::sync::Arc::clone(&item.offer),
        quantity: item.quantity,
        add_ons: item
            .add_ons
            .iter()
            .map(|one| Item::add_on(&one.offer, item.quantity))
            .collect(),
        attributes,
        customer_po: None,
        reseller_po: None,
        from_cart: Some(item.id),
    }
}

/// Attributes by item.
fn provisions(sent: Option<&Value>) -> HashMap<u64, Attributes> {
    let all = sent.and_then(Value::as_array).into_iter().flatten();
    let objects = all.filter_map(Value::as_object);
    objects
        .filter_map(|one| {
            let id = whole(member(one, "cartItemId")?)?;
            let pairs = member(one, "attributes").and_then(Value::as_array);
            let pairs = pairs.into_iter().flatten().filter_map(|pair| {
                let text = |name| pair.get(name).and_then(Value::as_str).map(str::to_owned);
                Some((text("name")?, text("value").unwrap_or_default()))
            });
            Some((u64::try_from(id).ok()?, pairs.collect()))
        })
        .collect()
}
