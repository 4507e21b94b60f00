//! What requests about carts do (Ion API notes 2.4).

use serde_json::{Map, Value, json};

use super::book::{Cart, Payment};
use super::{checkout, items};
use crate::api::{Answered, Call};
use crate::json::{member, text};
use crate::reply::Reply;
use crate::state::State;

const STATES: [&str; 5] = [
    "CART_STATUS_UNSPECIFIED",
    "OPEN",
    "SAVED_FOR_LATER",
    "CHECKED_OUT",
    "QUOTE",
];
const PAYMENTS: [&str; 3] = ["PAYMENT_TYPE_UNSPECIFIED", "OFFLINE", "CREDIT_CARD"];

/// Answers a call below `/api/v3/customers/{customer}/carts`.
pub(crate) fn answer(state: &mut State, call: &Call<'_>, customer: &str, rest: &str) -> Answered {
    if !state.knobs.may_place_orders {
        return crate::orders::forbidden(call).into();
    }
    if state.customers.get(customer).is_none() {
        return crate::customers::not_found(state, call, customer).into();
    }
    let (id, below) = rest.split_once('/').unwrap_or((rest, ""));
    if let Some(id) = id.strip_suffix(":checkout").filter(|_| below.is_empty()) {
        return match call.method {
            "POST" => checkout::checkout(state, call, customer, id),
            _ => nowhere(call),
        };
    }
    match (call.method, id, below) {
        ("GET", "", "") => list(state, call, customer).into(),
        ("POST", "", "") => create(state, call, customer),
        ("GET", id, "") => match state.carts.of(customer, id) {
            Some(cart) => Reply::ok(&cart.json(true)).into(),
            None => not_found(call, customer, id).into(),
        },
        ("PUT", id, "") => update(state, call, customer, id),
        ("DELETE", id, "") => delete(state, call, customer, id),
        (_, id, below) => match below.split_once('/').unwrap_or((below, "")) {
            ("cartItems", item) => items::answer(state, call, customer, id, item),
            _ => nowhere(call),
        },
    }
}

pub(super) fn nowhere(call: &Call<'_>) -> Answered {
    call.error(404, "NOT_FOUND", "no such resource").into()
}

pub(super) fn not_found(call: &Call<'_>, customer: &str, id: &str) -> Reply {
    let words = format!("resource 'customers/{customer}/carts/{id}' not found");
    call.error(404, "NOT_FOUND", &words)
}

/// A change of a cart that was checked out.
pub(super) fn closed(call: &Call<'_>) -> Reply {
    call.error(
        412,
        "FAILED_PRECONDITION",
        "the cart is checked out already",
    )
}

pub(super) fn object(call: &Call<'_>) -> Result<Map<String, Value>, Reply> {
    match serde_json::from_slice(call.body) {
        Ok(Value::Object(body)) => Ok(body),
        _ => Err(call.error(400, "INVALID_REQUEST", "the body is no JSON object")),
    }
}

/// A word out of those that there are; none where it was not sent.
fn word(
    call: &Call<'_>,
    body: &Map<String, Value>,
    name: &str,
    known: &[&str],
) -> Result<Option<String>, Reply> {
    let Some(sent) = text(body, name) else {
        return Ok(None);
    };
    if known.contains(&sent) {
        return Ok(Some(sent.to_owned()));
    }
    let words = format!("proto: (line 1:1): invalid value for enum field {name}: {sent:?}");
    Err(call.error(400, "INVALID_ARGUMENT", &words))
}

/// What a body says of the payment.
pub(super) fn payment(call: &Call<'_>, body: &Map<String, Value>) -> Result<Payment, Reply> {
    let Some(payment) = member(body, "payment").and_then(Value::as_object) else {
        return Ok(Payment::default());
    };
    Ok(Payment {
        payment_type: word(call, payment, "paymentType", &PAYMENTS)?,
        credit_card_name: text(payment, "creditCardName").map(str::to_owned),
    })
}

fn list(state: &State, call: &Call<'_>, customer: &str) -> Reply {
    let Some(status) = call.param("status") else {
        return call.error(
            400,
            "INVALID_REQUEST",
            "must have required property 'status'",
        );
    };
    if !STATES.contains(&status) {
        let words = format!("parsing field \"status\": {status} is not valid");
        return call.error(400, "INVALID_ARGUMENT", &words);
    }
    let number = |name: &str, usual: usize| {
        let text = call.param(name).and_then(|text| text.parse().ok());
        text.unwrap_or(usual)
    };
    let any = status == STATES[0];
    let carts: Vec<Value> = state
        .carts
        .carts
        .values()
        .filter(|cart| cart.customer == customer && (any || cart.status == status))
        .skip(number("pagination.offset", 0))
        .take(number("pagination.limit", 100))
        .map(|cart| cart.json(false))
        .collect();
    if carts.is_empty() {
        return Reply::ok(&json!({}));
    }
    Reply::ok(&json!({ "carts": carts }))
}

fn create(state: &mut State, call: &Call<'_>, customer: &str) -> Answered {
    match new_cart(call, customer) {
        Err(reply) => reply.into(),
        Ok(None) => {
            let words = "must have required property 'status'";
            call.error(400, "INVALID_REQUEST", words).into()
        }
        Ok(Some(mut cart)) => {
            cart.id = state.carts.next_id();
            let reply = Reply::json(201, cart.json(false).to_string());
            state.carts.carts.insert(cart.id, cart);
            Answered::changed(reply)
        }
    }
}

/// None where its state is missing.
fn new_cart(call: &Call<'_>, customer: &str) -> Result<Option<Cart>, Reply> {
    let body = object(call)?;
    let status = word(call, &body, "status", &STATES)?;
    let payment = payment(call, &body)?;
    let text = |name| text(&body, name).map(str::to_owned);
    Ok(status.map(|status| Cart {
        id: 0,
        customer: customer.to_owned(),
        display: text("cartDisplayName"),
        user: text("userName"),
        payment,
        status,
        currency: text("currencyCode"),
        items: Vec::new(),
    }))
}

fn update(state: &mut State, call: &Call<'_>, customer: &str, id: &str) -> Answered {
    let Some(cart) = state.carts.of_mut(customer, id) else {
        return not_found(call, customer, id).into();
    };
    if cart.checked_out() {
        return closed(call).into();
    }
    match overwrite(call, cart) {
        Ok(()) => Answered::changed(Reply::ok(&cart.json(false))),
        Err(reply) => reply.into(),
    }
}

fn overwrite(call: &Call<'_>, cart: &mut Cart) -> Result<(), Reply> {
    let body = object(call)?;
    let status = word(call, &body, "status", &STATES)?;
    let payment = payment(call, &body)?;
    let set = |name: &str, held: &mut Option<String>| {
        if let Some(text) = text(&body, name) {
            *held = Some(text.to_owned());
        }
    };
    set("cartDisplayName", &mut cart.display);
    set("userName", &mut cart.user);
    set("currencyCode", &mut cart.currency);
    if payment.payment_type.is_some() {
        cart.payment = payment;
    }
    if let Some(status) = status {
        cart.status = status;
    }
    Ok(())
}

fn delete(state: &mut State, call: &Call<'_>, customer: &str, id: &str) -> Answered {
    let Some(number) = state.carts.of(customer, id).map(|cart| cart.id) else {
        return not_found(call, customer, id).into();
    };
    state.carts.carts.remove(&number);
    Answered::changed(Reply::json(204, ""))
}
