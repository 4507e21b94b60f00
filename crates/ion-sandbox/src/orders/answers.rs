//! What requests about orders do (Ion API notes 2.5).

use super::check::check;
use super::life::cancel;
use super::list::of_customer;
use super::order::{Order, Origin};
use super::place::{place, write_over};
use super::show::json;
use crate::api::{Answered, Call};
use crate::reply::Reply;
use crate::state::State;

/// Answers a call below `customers/{customer}/orders`.
pub(crate) fn answer(state: &mut State, call: &Call<'_>, customer: &str, rest: &str) -> Answered {
    match (call.method, rest) {
        ("GET", "") => of_customer(state, call, customer).into(),
        ("POST", "") => post(state, call, customer),
        ("GET", id) => get(state, call, customer, id).into(),
        ("POST", id) => match id.strip_suffix(":cancel") {
            Some(id) => cancel_one(state, call, customer, id),
            None => nowhere(call),
        },
        _ => nowhere(call),
    }
}

fn nowhere(call: &Call<'_>) -> Answered {
    call.error(404, "NOT_FOUND", "no such resource").into()
}

/// The user of the login may not do this.
pub(crate) fn forbidden(call: &Call<'_>) -> Reply {
    let words = "User does not have access to this resource.";
    call.error(403, "PERMISSION_DENIED", words)
}

fn not_found(state: &State, call: &Call<'_>, customer: &str, id: &str) -> Reply {
    let account = &state.account;
    let name = format!("accounts/{account}/customers/{customer}/orders/{id}");
    call.error(404, "NOT_FOUND", &format!("resource '{name}' not found"))
}

/// An order of a customer of this account; `-` finds those of accounts below it too.
fn find<'a>(state: &'a State, customer: &str, id: &str) -> Option<&'a Order> {
    let order = state.orders.get(id.parse().ok()?)?;
    let own = order.customer == customer && order.account == state.account;
    (customer == "-" || own).then_some(order)
}

fn get(state: &State, call: &Call<'_>, customer: &str, id: &str) -> Reply {
    match find(state, customer, id) {
        Some(order) => Reply::json(200, json(order, &state.knobs)),
        None => not_found(state, call, customer, id),
    }
}

fn post(state: &mut State, call: &Call<'_>, customer: &str) -> Answered {
    if !state.knobs.may_place_orders {
        return forbidden(call).into();
    }
    if state.customers.get(customer).is_none() {
        return crate::customers::not_found(state, call, customer).into();
    }
    let placed = match check(state, call, customer) {
        Ok(placed) => placed,
        Err(refusal) => return refusal.into(),
    };
    let earlier = placed
        .reference
        .as_deref()
        .and_then(|reference| state.orders.with_reference(customer, reference))
        .map(|order| order.id);
    let id = match (state.knobs.reference_id_repeat.as_str(), earlier) {
        ("conflict", Some(_)) => {
            let words = "an order with this referenceId already exists";
            return call.error(409, "ALREADY_EXISTS", words).into();
        }
        ("update", Some(id)) => {
            let now = state.clock.now();
            write_over(state, id, placed, now);
            id
        }
        _ => place(state, customer, placed, Origin::Request(call.number)),
    };
    shown(state, id)
}

/// The order as it is now, after a request that had an effect on it.
fn shown(state: &State, id: u64) -> Answered {
    let order = state.orders.get(id);
    let body = order.map_or_else(|| "{}".to_owned(), |order| json(order, &state.knobs));
    Answered::of_order(Reply::json(200, body), id)
}

fn cancel_one(state: &mut State, call: &Call<'_>, customer: &str, id: &str) -> Answered {
    if !state.knobs.may_place_orders {
        return forbidden(call).into();
    }
    let Some(order) = find(state, customer, id).filter(|_| customer != "-") else {
        return not_found(state, call, customer, id).into();
    };
    let (number, status) = (order.id, order.status);
    if !status.may_be_cancelled() {
        let code = state.knobs.order_wrong_state_cancel;
        let error = if code == 400 {
            "INVALID_ARGUMENT"
        } else {
            "FAILED_PRECONDITION"
        };
        let words = format!(
            "order {id} cannot be cancelled: its status is {}, it must be NEW or ON_HOLD",
            status.text()
        );
        return call.error(code, error, &words).into();
    }
    cancel(state, number);
    shown(state, number)
}
