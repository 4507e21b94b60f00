//! Subscriptions that are there at the start: of the catalog's own products, in every state that a reseller meets.

use std::sync::Arc;

use jiff::Timestamp;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::change::{guid, term};
use super::subscription::{Activity, Subscription, Term};
use crate::catalog::Offer;
use crate::customers::id_of;
use crate::schedule::Event;
use crate::stamp::{days_later, months_later};
use crate::state::State;

/// A customer that no list shows: it left, and its subscription is still there.
const STRANGER: (&str, &str) = ("306870", "Moved Away Ltd");
/// Offers that are bought, of all that there are.
const OFFERS: usize = 400;
const DAY_MS: i64 = 86_400_000;

/// Makes so many. None where there is no customer, or nothing for sale.
pub(crate) fn seed(state: &mut State, count: usize) {
    let offers = state.listings.some_offers(OFFERS);
    let text = |one: &crate::customers::Members, name: &str| {
        one.get(name)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let customers: Vec<(String, String)> = state
        .customers
        .all()
        .filter(|one| text(one, "customerStatus") == "ACTIVE")
        .map(|one| (id_of(one), text(one, "customerOrganization")))
        .collect();
    if customers.is_empty() || offers.is_empty() || count == 0 {
        return;
    }
    let stock = Stock {
        now: whole_second(state.clock.now()),
        days: state.knobs.cancel_window_days,
        seats: offers.iter().filter(|one| !one.by_use).cloned().collect(),
        use_only: offers.iter().filter(|one| one.by_use).cloned().collect(),
        customers,
    };
    let seed = state.subscriptions.seed;
    let mut made: Vec<Subscription> = (0..count).filter_map(|n| stock.one(seed, n)).collect();
    // Numbers grow with time, as if each had been bought on its day.
    made.sort_by(|one, other| (one.purchased, &one.guid).cmp(&(other.purchased, &other.guid)));
    for one in &mut made {
        one.id = state.subscriptions.next_id();
        let ends = one.alive() && !one.offer.by_use;
        if ends {
            state.schedule.add(one.term.end, Event::TermEnds(one.id));
        }
    }
    state.subscriptions.fill(made);
}

fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

struct Stock {
    now: Timestamp,
    days: u32,
    customers: Vec<(String, String)>,
    /// Sold by seats.
    seats: Vec<Arc<Offer>>,
    /// Billed by use.
    use_only: Vec<Arc<Offer>>,
}

impl Stock {
    /// The n-th; every twentieth is of the same kind, so that a small stock has each. None where the catalog has nothing like it.
    fn one(&self, seed: u64, n: usize) -> Option<Subscription> {
        let number = n as u64;
        let mut chance =
            ChaCha8Rng::seed_from_u64(seed ^ 0x5b5c ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let kind = n % 20;
        let pool = match kind {
            5 if !self.use_only.is_empty() => &self.use_only,
            _ => &self.seats,
        };
        let offer = Arc::clone(pool.get(chance.random_range(0..pool.len().max(1)))?);
        let offer = if n == 11 { retired(&offer) } else { offer };
        let (customer, customer_name) = match n {
            12 => (STRANGER.0.to_owned(), STRANGER.1.to_owned()),
            _ => self.customers[chance.random_range(0..self.customers.len())].clone(),
        };
        let (term, purchased) = self.term(&mut chance, kind, &offer);
        let (status, auto_renew) = match kind {
            0 | 6 => ("active", false),
            2 => ("suspended", true),
            // Written with one L or two.
            3 if n % 40 == 3 => ("cancelled", false),
            3 => ("canceled", false),
            4 => ("expired", false),
            8 => ("deleted", false),
            _ => ("active", true),
        };
        let quantity = if offer.by_use {
            1
        } else {
            chance.random_range(1..60)
        };
        let guid = guid(seed ^ 0x5eed, number);
        let mut one = Subscription {
            id: 0,
            customer,
            customer_name,
            name: offer.sku_name.clone(),
            quantity,
            status: status.to_owned(),
            purchased,
            term,
            shown_term: None,
            auto_renew,
            trial: kind == 9,
            customer_po: chance
                .random_ratio(1, 3)
                .then(|| format!("C-{}", chance.random_range(100..999))),
            reseller_po: chance
                .random_ratio(1, 2)
                .then(|| format!("RPO-{}", chance.random_range(100_000..999_999))),
            order: None,
            updated: purchased,
            activities: Vec::new(),
            offer,
            shows: true,
            guid,
        };
        self.remember(seed, number, &mut chance, &mut one);
        Some(one)
    }

    /// A term that fits the kind, and the day of the purchase: some renewed since.
    fn term(&self, chance: &mut ChaCha8Rng, kind: usize, offer: &Offer) -> (Term, Timestamp) {
        let month_ms = 30 * DAY_MS;
        let length = offer.months() * month_ms;
        let ago = |ms: i64| self.now - jiff::SignedDuration::from_millis(ms);
        if offer.by_use {
            let start = ago(chance.random_range(month_ms..12 * month_ms));
            return (term(offer, start, None, self.days), start);
        }
        let start = match kind {
            // Ends within four weeks.
            0 | 1 => ago((length - chance.random_range(2 * DAY_MS..27 * DAY_MS)).max(DAY_MS)),
            4 => ago(length + chance.random_range(3 * DAY_MS..90 * DAY_MS)),
            // Still to be given back.
            7 => ago(chance.random_range(DAY_MS / 2..3 * DAY_MS)),
            _ => ago(chance.random_range(DAY_MS..length - DAY_MS)),
        };
        let renewals = match kind {
            7 | 9 => 0,
            _ => chance.random_range(0..3),
        };
        let purchased = months_later(start, -renewals * offer.months());
        // February is shorter than a month of thirty days.
        let held = term(offer, start, None, self.days);
        let ends_late = kind != 4 && held.end <= self.now;
        let held = if ends_late {
            term(offer, days_later(start, 4), None, self.days)
        } else {
            held
        };
        (held, purchased.min(held.start))
    }

    /// What happened since the purchase.
    fn remember(&self, seed: u64, number: u64, chance: &mut ChaCha8Rng, one: &mut Subscription) {
        let activity = |nth: u64, kind, at, details| Activity {
            id: guid(seed ^ 0xac7, number << 8 | nth),
            kind,
            at,
            details,
        };
        let details = format!("Offer Name: {}; Quantity: {}; ", one.name, one.quantity);
        one.activities
            .push(activity(0, "Subscription Created", one.purchased, details));
        let span = self.now.as_millisecond() - one.purchased.as_millisecond();
        let changed = !one.offer.by_use && (number.is_multiple_of(6) || !one.active());
        if changed && span > DAY_MS {
            let after = chance.random_range(DAY_MS / 2..span);
            let at = one.purchased + jiff::SignedDuration::from_millis(after);
            let details = format!("New Quantity: {}; Status: {}; ", one.quantity, one.status);
            one.activities
                .insert(0, activity(1, "Subscription Updated", at, details));
            one.updated = at;
        }
    }
}

/// The same, of a product that the catalog no longer has.
fn retired(offer: &Offer) -> Arc<Offer> {
    Arc::new(Offer {
        product: "Microsoft365EandFNCE-retired".to_owned(),
        product_name: "Microsoft 365, retired".to_owned(),
        ..offer.clone()
    })
}
