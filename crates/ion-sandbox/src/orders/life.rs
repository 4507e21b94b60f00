//! How an order goes on: by itself when its time has come, or as the portal moves it.

use jiff::Timestamp;

use super::fulfil::fulfil;
use super::order::Status;
use crate::schedule::Event;
use crate::stamp::{cut, seconds_later};
use crate::state::State;
use crate::views::OrderError;

/// An order whose time has come goes to its next state, and waits for the one after.
pub(crate) fn step(state: &mut State, id: u64, at: Timestamp) {
    advance(state, id, at);
}

/// Goes to the next state. None where there is none.
fn advance(state: &mut State, id: u64, at: Timestamp) -> Option<Status> {
    let next = match state.orders.get(id)?.status {
        Status::New | Status::OnHold => Status::Confirmed,
        Status::Confirmed => Status::InProgress,
        Status::InProgress => Status::Completed,
        Status::Completed | Status::Error | Status::Canceled => return None,
    };
    unschedule(state, id);
    if next == Status::Completed {
        fulfil(state, id, at);
    } else {
        set(state, id, next, at);
        let due = seconds_later(at, state.knobs.order_step_s);
        state.orders.set_due(id, Some(due));
        state.schedule.add(due, Event::Order(id));
    }
    state.orders.get(id).map(|order| order.status)
}

fn unschedule(state: &mut State, id: u64) {
    let due = state.orders.get(id).and_then(|order| order.due);
    if let Some(due) = due {
        state.schedule.remove(due, Event::Order(id));
        state.orders.set_due(id, None);
    }
}

/// Sets the state of an order and of its lines.
fn set(state: &mut State, id: u64, status: Status, at: Timestamp) {
    state.orders.change(id, at, |order| {
        order.status = status;
        for item in &mut order.items {
            item.status = status;
        }
    });
}

/// Moves an order on, whatever the time; `to_the_end`: until nothing happens to it any more. Gives its state.
pub(crate) fn move_on(state: &mut State, id: u64, to_the_end: bool) -> Option<Status> {
    let at = cut(state.clock.now());
    let mut status = advance(state, id, at)?;
    while to_the_end && !status.ended() {
        status = advance(state, id, at)?;
    }
    Some(status)
}

/// An order that has not ended goes to this state and stays there. False where it has ended.
pub(super) fn rest(state: &mut State, id: u64, status: Status) -> bool {
    let open = state.orders.get(id).is_some_and(|one| !one.status.ended());
    if open {
        unschedule(state, id);
        let at = cut(state.clock.now());
        set(state, id, status, at);
    }
    open
}

/// Puts an order on hold until it is moved on.
pub(crate) fn hold(state: &mut State, id: u64) -> bool {
    rest(state, id, Status::OnHold)
}

/// Cancels an order.
pub(crate) fn cancel(state: &mut State, id: u64) -> bool {
    rest(state, id, Status::Canceled)
}

/// Lets an order fail now.
pub(crate) fn fail_at_once(state: &mut State, id: u64, error: OrderError) -> bool {
    let fails = rest(state, id, Status::Error);
    if fails {
        let at = cut(state.clock.now());
        state.orders.change(id, at, |order| {
            for item in &mut order.items {
                item.errors.push(error.clone());
            }
            order.errors.push(error);
        });
    }
    fails
}
