//! Between an order as stored and what a decision needs of it.

use std::time::Duration;

use domain::OrderId;
use jiff::Timestamp;
use rules::orders::state::{LookedInVain, OrderFacts, may_decide};
use rules::orders::{follow, reconcile};
use store::orders::OrderRow;

use super::search::Reach;
use crate::Engine;

/// What a decision needs of an order.
pub(super) fn facts_of(row: &OrderRow) -> OrderFacts {
    OrderFacts {
        state: row.state,
        scheduled_for: row.scheduled_for,
        sent_at: row.sent_at,
        sends: row.sends,
        looks: row.looks,
        looked_at: row.looked_at,
        looked_complete: row.looked_complete,
        not_found_at: row.not_found_at,
        cancel_asked_at: row.cancel_asked_at,
        ion_id: row.ion_id.clone(),
        ion_status: row.ion.as_ref().map(|ion| ion.status),
        ion_updated_at: row.ion.as_ref().and_then(|ion| ion.updated_at),
    }
}

/// Takes over what was decided. What Ion showed is taken over by who heard it.
pub(super) fn take_over(row: &mut OrderRow, facts: OrderFacts, now: Timestamp) {
    if row.state != facts.state {
        row.state = facts.state;
        row.state_since = now;
        row.polls = 0;
        row.stuck_at = None;
    }
    row.scheduled_for = facts.scheduled_for;
    row.sent_at = facts.sent_at;
    row.sends = facts.sends;
    row.looks = facts.looks;
    row.looked_at = facts.looked_at;
    row.looked_complete = facts.looked_complete;
    row.not_found_at = facts.not_found_at;
    row.cancel_asked_at = facts.cancel_asked_at;
    row.ion_id = facts.ion_id;
    row.ended_at = row.state.is_final().then(|| row.ended_at.unwrap_or(now));
}

/// When an order is searched for next; nothing where it is no longer. `watched_for`: how long this process knows it to be sent.
pub(super) fn next_look(
    row: &OrderRow,
    patience: Duration,
    watched_for: Duration,
    now: Timestamp,
) -> Option<Timestamp> {
    let intent_at = row.submitted_at.unwrap_or(row.created_at);
    reconcile::next_look_of(&facts_of(row), intent_at, patience, watched_for, now)
}

/// When Ion is asked for it by id next.
pub(super) fn next_poll(row: &OrderRow, now: Timestamp) -> Option<Timestamp> {
    let scheduled_at = row.ion.as_ref().and_then(|ion| ion.scheduled_at);
    // What became of the request to call it off is wanted soon.
    let since = row
        .cancel_asked_at
        .map_or(row.state_since, |asked| asked.max(row.state_since));
    follow::next_poll(row.state, since, scheduled_at, now)
}

pub(super) fn plus(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

impl Engine {
    /// The time as the store keeps it: what was written and what was decided on are compared.
    pub(super) fn order_time(&self) -> Timestamp {
        let now = self.clock().now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// A search that begins now, and finds nothing.
    pub(super) fn begin_look(&self, row: &OrderRow) -> LookedInVain {
        let began_at = self.order_time();
        LookedInVain {
            sent_at: row.sent_at,
            began_at,
            complete: false,
            patience: self.settings().orders.patience,
            watched_for: row
                .sent_at
                .map_or(Duration::ZERO, |sent_at| self.watched_for(row.id, sent_at)),
        }
    }

    /// How that search is made.
    pub(super) fn reach(&self, row: &OrderRow, look: LookedInVain) -> Reach {
        Reach {
            page_size: self.settings().orders.page_size,
            whole: may_decide(&facts_of(row), look),
        }
    }

    /// How long this process knows an order to be sent, by a clock that never steps.
    pub(super) fn watched_for(&self, order: OrderId, sent_at: Timestamp) -> Duration {
        let steady = self.clock().steady();
        steady.saturating_sub(self.watch().first_seen(order, sent_at, steady))
    }
}
