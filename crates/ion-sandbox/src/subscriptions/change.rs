//! What happens to subscriptions: bought, changed, renewed, ended.

use std::sync::Arc;

use jiff::Timestamp;

use super::subscription::{Activity, Subscription, Term};
use crate::catalog::Offer;
use crate::schedule::Event;
use crate::stamp::{cut, days_later, months_later, seconds_later};
use crate::state::State;

/// What was bought.
#[derive(Debug, Clone)]
pub(crate) struct Bought {
    pub(crate) customer: String,
    pub(crate) offer: Arc<Offer>,
    pub(crate) quantity: i64,
    pub(crate) name: Option<String>,
    pub(crate) auto_renew: bool,
    pub(crate) customer_po: Option<String>,
    pub(crate) reseller_po: Option<String>,
    pub(crate) order: Option<u64>,
    /// End of the first term, where it is another than the usual.
    pub(crate) end: Option<Timestamp>,
}

/// What of a subscription changes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Change {
    pub(crate) quantity: Option<i64>,
    pub(crate) auto_renew: Option<bool>,
    /// In small letters.
    pub(crate) status: Option<String>,
    pub(crate) name: Option<String>,
}

/// A GUID of this number, the same whenever the seed is.
pub(super) fn guid(seed: u64, number: u64) -> String {
    // Mixed by hand: a generator for each would take most of the time of a large stock.
    let mixed = |number: u64| {
        let mut word = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seed;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    };
    let (high, low) = (mixed(number << 1 | 1), mixed(!number << 1));
    let bytes = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
    let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
    id.to_string()
}

/// The term that begins then. A plan by use has none: it ends when it begins, as Azure plans do.
pub(super) fn term(offer: &Offer, start: Timestamp, end: Option<Timestamp>, days: u32) -> Term {
    Term {
        start,
        end: match end {
            Some(end) => end,
            None if offer.by_use => start,
            None => months_later(start, offer.months()),
        },
        cancel_until: offer
            .microsoft()
            .then(|| days_later(start, i64::from(days))),
    }
}

impl State {
    /// A subscription comes out of an order. Gives its number.
    pub(crate) fn buy(&mut self, bought: Bought, at: Timestamp) -> u64 {
        let at = cut(at);
        let id = self.subscriptions.next_id();
        let guid = guid(self.subscriptions.seed, id);
        let lag = self.knobs.subscription_after_s;
        let term = term(&bought.offer, at, bought.end, self.knobs.cancel_window_days);
        let offer_name = bought.offer.sku_name.clone();
        let details = format!("Offer Name: {offer_name}; Quantity: {}; ", bought.quantity);
        let customer = self.customers.get(&bought.customer);
        let customer_name = customer
            .and_then(|one| one.get("customerOrganization")?.as_str())
            .unwrap_or_default()
            .to_owned();
        let schedule = &mut self.schedule;
        if lag > 0 {
            schedule.add(seconds_later(at, lag), Event::Shows(id));
        }
        if !bought.offer.by_use {
            schedule.add(term.end, Event::TermEnds(id));
        }
        self.subscriptions.push(Subscription {
            id,
            customer: bought.customer,
            customer_name,
            name: bought.name.unwrap_or(offer_name),
            quantity: bought.quantity,
            status: "active".to_owned(),
            purchased: at,
            term,
            shown_term: None,
            auto_renew: bought.auto_renew,
            trial: false,
            customer_po: bought.customer_po,
            reseller_po: bought.reseller_po,
            order: bought.order,
            updated: at,
            activities: vec![Activity {
                id: guid.clone(),
                kind: "Subscription Created",
                at,
                details,
            }],
            offer: bought.offer,
            shows: lag == 0,
            guid,
        });
        id
    }

    /// Changes a subscription. False where there is none.
    pub(crate) fn change_subscription(&mut self, id: u64, change: &Change, at: Timestamp) -> bool {
        let at = cut(at);
        let seed = self.subscriptions.seed;
        let changed = self.subscriptions.change(id, Some(at), |one| {
            if let Some(quantity) = change.quantity {
                one.quantity = quantity;
            }
            if let Some(status) = &change.status {
                status.clone_into(&mut one.status);
            }
            if let Some(name) = &change.name {
                name.clone_into(&mut one.name);
            }
            one.auto_renew = change.auto_renew.unwrap_or(one.auto_renew);
            if !one.alive() {
                one.auto_renew = false;
            }
            let details = format!("New Quantity: {}; Status: {}; ", one.quantity, one.status);
            log(one, seed, "Subscription Updated", details, at);
        });
        changed.is_some()
    }
}

fn log(one: &mut Subscription, seed: u64, kind: &'static str, details: String, at: Timestamp) {
    // Two share an id: those of real ones repeat, and are no keys.
    let pair = one.activities.len() as u64 / 2;
    let activity = Activity {
        id: guid(seed, one.id << 16 | pair),
        kind,
        at,
        details,
    };
    one.activities.insert(0, activity);
}

/// The term of a subscription has come to its end: it renews itself, or expires.
pub(crate) fn end_term(state: &mut State, id: u64, at: Timestamp) {
    let Some(one) = state.subscriptions.get(id) else {
        return;
    };
    // It was renewed before, or has ended otherwise.
    if one.term.end != at || !one.alive() {
        return;
    }
    if one.auto_renew {
        renew(state, id, at);
        return;
    }
    let seed = state.subscriptions.seed;
    state.subscriptions.change(id, Some(at), |one| {
        "expired".clone_into(&mut one.status);
        log(
            one,
            seed,
            "Subscription Updated",
            "Status: expired; ".to_owned(),
            at,
        );
    });
}

/// Rolls a subscription into its next term, whatever the time. False where there is none, or none with a term.
pub(crate) fn renew_now(state: &mut State, id: u64) -> bool {
    let rolls = state
        .subscriptions
        .get(id)
        .is_some_and(|one| one.alive() && !one.offer.by_use);
    if rolls {
        let at = cut(state.clock.now());
        renew(state, id, at);
    }
    rolls
}

fn renew(state: &mut State, id: u64, at: Timestamp) {
    let (days, seed) = (state.knobs.cancel_window_days, state.subscriptions.seed);
    let late = state.knobs.renewal_shows == "after-refresh";
    // A new term has the price of its day, where the plan is still for sale.
    let offer = state.subscriptions.get(id).map(|one| {
        let (product, sku, plan) = (&one.offer.product, &one.offer.sku, &one.offer.plan);
        let now = state.listings.offer(product, sku, plan);
        now.map_or_else(|_| Arc::clone(&one.offer), Arc::new)
    });
    // What shows later is no change yet.
    let told = (!late).then_some(at);
    let end = state.subscriptions.change(id, told, |one| {
        if let Some(offer) = offer {
            one.offer = offer;
        }
        if late {
            one.shown_term.get_or_insert(one.term);
        }
        one.term = term(&one.offer, one.term.end, None, days);
        let details = format!("New Quantity: {}; Status: {}; ", one.quantity, one.status);
        if !late {
            log(one, seed, "Subscription Renewed", details, at);
        }
        one.term.end
    });
    if let Some(end) = end {
        state.schedule.add(end, Event::TermEnds(id));
    }
}

impl State {
    /// The vendor was asked: what rolled over shows from now on.
    pub(super) fn refresh(&mut self, id: u64) {
        let hidden = self.subscriptions.get(id);
        if hidden.is_some_and(|one| one.shown_term.is_some()) {
            let at = cut(self.clock.now());
            self.subscriptions
                .change(id, Some(at), |one| one.shown_term = None);
        }
    }
}
