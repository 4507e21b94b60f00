//! Items of a cart.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::answers::{closed, not_found, nowhere, object, payment};
use super::book::{Cart, CartAddOn, CartItem};
use crate::api::{Answered, Call};
use crate::catalog::{CURRENCY, Offer};
use crate::json::{member, text, whole};
use crate::reply::Reply;
use crate::state::State;

/// Answers a call below `cartItems` of a cart.
pub(super) fn answer(
    state: &mut State,
    call: &Call<'_>,
    customer: &str,
    cart: &str,
    item: &str,
) -> Answered {
    let Some(held) = state.carts.of(customer, cart) else {
        return not_found(call, customer, cart).into();
    };
    match (call.method, item) {
        ("GET", "") => list(state, held).into(),
        ("GET", item) => match find(held, item) {
            Some(place) => written(held, &held.items[place]).into(),
            None => no_item(call, held, item).into(),
        },
        ("POST" | "PUT" | "DELETE", _) if held.checked_out() => closed(call).into(),
        ("POST", "") => add(state, call, customer, cart),
        ("PUT" | "DELETE", item) => match find(held, item) {
            Some(place) => change(state, call, customer, cart, place),
            None => no_item(call, held, item).into(),
        },
        _ => nowhere(call),
    }
}

fn find(cart: &Cart, item: &str) -> Option<usize> {
    let id: u64 = item.parse().ok()?;
    cart.items.iter().position(|one| one.id == id)
}

fn no_item(call: &Call<'_>, cart: &Cart, item: &str) -> Reply {
    let words = format!("resource '{}/cartItems/{item}' not found", cart.name());
    call.error(404, "NOT_FOUND", &words)
}

fn list(state: &State, cart: &Cart) -> Reply {
    if cart.items.is_empty() {
        return Reply::ok(&json!({}));
    }
    let items: Vec<String> = cart.items.iter().map(|item| shown(cart, item)).collect();
    let key = &state.knobs.cart_items_key;
    Reply::json(200, format!(r#"{{"{key}":[{}]}}"#, items.join(",")))
}

fn written(cart: &Cart, item: &CartItem) -> Reply {
    Reply::json(200, shown(cart, item))
}

/// Money goes in as digits: no float stands between.
fn shown(cart: &Cart, item: &CartItem) -> String {
    let offer = &item.offer;
    let mut body = json!({
        "name": format!("{}/cartItems/{}", cart.name(), item.id),
        "cartName": cart.name(),
        "title": offer.sku_name,
        "planName": item.plan_name,
        "period": match offer.billing {
            "ANNUAL" => "YEAR",
            "ONE_TIME" => "ONE_TIME",
            _ => "MONTH",
        },
        "status": if cart.checked_out() { "ACTIVE" } else { "DRAFT" },
        "quantity": item.quantity,
        "upfrontPrice": {"currency": CURRENCY},
        "currencyCode": CURRENCY,
        "paymentSpec": {"offlineAllowed": true},
        "productType": "PRODUCT",
    });
    if let Some(user) = &cart.user {
        body["userName"] = user.as_str().into();
    }
    if item.payment.payment_type.is_some() {
        body["payment"] = json!(item.payment);
    }
    if cart.checked_out() {
        body["checkedOut"] = "SUCCESS".into();
    }
    let money = |offer: &Offer| {
        format!(
            r#"{{"currency":"{CURRENCY}","value":{}}}"#,
            offer.price.text()
        )
    };
    let mut text = body.to_string();
    text.truncate(text.len() - 1);
    text.push_str(&format!(r#","recurringPrice":{}"#, money(offer)));
    if !item.add_ons.is_empty() {
        let add_on = |one: &CartAddOn| {
            format!(
                r#"{{"planId":{},"displayName":{},"quantity":{},"recurringPrice":{}}}"#,
                Value::from(one.offer.plan.as_str()),
                Value::from(one.display.as_str()),
                item.quantity,
                money(&one.offer)
            )
        };
        let add_ons: Vec<String> = item.add_ons.iter().map(add_on).collect();
        text.push_str(&format!(r#","addOns":[{}]"#, add_ons.join(",")));
    }
    text.push('}');
    text
}

fn add(state: &mut State, call: &Call<'_>, customer: &str, cart: &str) -> Answered {
    let read = match read(state, call, None) {
        Ok(read) => read,
        Err(reply) => return reply.into(),
    };
    let id = state.carts.next_item_id();
    let Some(cart) = state.carts.of_mut(customer, cart) else {
        return nowhere(call);
    };
    cart.items.push(CartItem { id, ..read });
    let item = cart.items.last();
    Answered::changed(item.map_or_else(|| Reply::ok(&json!({})), |item| written(cart, item)))
}

fn change(
    state: &mut State,
    call: &Call<'_>,
    customer: &str,
    cart: &str,
    place: usize,
) -> Answered {
    let held = state.carts.of(customer, cart);
    let held = held.and_then(|cart| cart.items.get(place)).cloned();
    let read = match (call.method, held) {
        ("DELETE", _) => None,
        (_, held) => match read(state, call, held) {
            Ok(read) => Some(read),
            Err(reply) => return reply.into(),
        },
    };
    let Some(cart) = state.carts.of_mut(customer, cart) else {
        return nowhere(call);
    };
    Answered::changed(match read {
        None => {
            cart.items.remove(place);
            Reply::json(204, "")
        }
        Some(read) => {
            cart.items[place] = read;
            written(cart, &cart.items[place])
        }
    })
}

/// The item that a body asks for; what it does not say is as it was.
fn read(state: &State, call: &Call<'_>, held: Option<CartItem>) -> Result<CartItem, Reply> {
    let body = object(call)?;
    let refuse = |words: &str| Err(call.error(400, "INVALID_ARGUMENT", words));
    let (plan_name, offer) = match (text(&body, "planName"), &held) {
        (Some(name), _) => match of_name(state, name) {
            Some(offer) => (name.to_owned(), Arc::new(offer)),
            None => return refuse(&format!("plan {name} not found")),
        },
        (None, Some(held)) => (held.plan_name.clone(), Arc::clone(&held.offer)),
        (None, None) => {
            let words = "must have required property 'planName'";
            return Err(call.error(400, "INVALID_REQUEST", words));
        }
    };
    let usual = held.as_ref().map_or(1, |held| held.quantity);
    let quantity = match member(&body, "quantity").map(whole) {
        None | Some(Some(0)) => usual,
        Some(Some(quantity)) if quantity > 0 => quantity,
        Some(_) => return refuse("quantity must be a positive number"),
    };
    let sent = payment(call, &body)?;
    let (id, held_payment, held_add_ons) = match held {
        Some(held) => (held.id, held.payment, held.add_ons),
        None => Default::default(),
    };
    let add_ons = match member(&body, "addOns") {
        None => held_add_ons,
        Some(sent) => add_ons(state, call, sent, &offer)?,
    };
    Ok(CartItem {
        id,
        plan_name,
        offer,
        quantity,
        payment: if sent.payment_type.is_some() {
            sent
        } else {
            held_payment
        },
        add_ons,
    })
}

/// One object, as it is described, or several, as they must be.
fn add_ons(
    state: &State,
    call: &Call<'_>,
    sent: &Value,
    offer: &Offer,
) -> Result<Vec<CartAddOn>, Reply> {
    let all: Vec<&Map<String, Value>> = match sent {
        Value::Array(all) => all.iter().filter_map(Value::as_object).collect(),
        one => one.as_object().into_iter().collect(),
    };
    let mut found = Vec::with_capacity(all.len());
    for one in all {
        let (Some(plan), Some(display)) = (text(one, "planId"), text(one, "displayName")) else {
            let words = "must have required property 'planId' and 'displayName'";
            return Err(call.error(400, "INVALID_REQUEST", words));
        };
        let Some(add_on) = state
            .listings
            .add_on_of_plan(&offer.product, &offer.sku, plan)
        else {
            let words = format!("add-on plan {plan} is not available with the sku");
            return Err(call.error(400, "INVALID_ARGUMENT", &words));
        };
        found.push(CartAddOn {
            offer: Arc::new(add_on),
            display: display.to_owned(),
        });
    }
    Ok(found)
}

/// A plan by its id, or by any name that ends with it; a name that holds product and SKU says which (Ion API notes 7).
fn of_name(state: &State, name: &str) -> Option<Offer> {
    let parts: Vec<&str> = name.split('/').collect();
    let after = |word: &str| {
        let at = parts.iter().position(|part| *part == word)?;
        parts.get(at + 1).copied()
    };
    let plan = parts.last()?;
    state
        .listings
        .offer_of_plan(after("products"), after("skus"), plan)
}
