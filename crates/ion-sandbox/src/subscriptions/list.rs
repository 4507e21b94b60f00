//! The list of subscriptions, by offset (Ion API notes 2.1, 2.6).

use std::cmp::Ordering;
use std::ops::Range;

use super::show::{billing_cycle, shown};
use super::subscription::Subscription;
use super::wanted::Wanted;
use crate::api::Call;
use crate::fault::Action;
use crate::reply::Reply;
use crate::state::State;

/// What one answer lists where nothing is said.
const USUAL: usize = 100;

/// `GET /accounts/{a}/subscriptions`. A page token is not understood here, and not refused.
pub(crate) fn list(state: &State, call: &Call<'_>) -> Reply {
    let (limit, offset) = match (
        number(call, "pagination.limit"),
        number(call, "pagination.offset"),
    ) {
        (Ok(limit), Ok(offset)) => (limit, offset.unwrap_or(0)),
        (Err(reply), _) | (_, Err(reply)) => return reply,
    };
    // Protocol buffers cannot tell 0 from nothing.
    let limit = limit.filter(|limit| *limit > 0).unwrap_or(USUAL);
    let limit = limit.min(state.knobs.max_subscription_limit);
    let wanted = match Wanted::read(state, call) {
        Ok(wanted) => wanted,
        Err(reply) => return reply,
    };
    let sort = match Sort::read(state, call) {
        Ok(sort) => sort,
        Err(reply) => return reply,
    };
    let book = &state.subscriptions;
    let found;
    let places: &[u32] = if wanted.everything() && sort.usual() && !book.reversed {
        book.listed()
    } else {
        let key = format!("{}|{sort:?}", wanted.key());
        found = book.found(&key, || find(state, &wanted, &sort));
        &found
    };
    let range = window(call, places.len(), offset, limit);
    written(state, &places[range], places.len())
}

fn number(call: &Call<'_>, name: &str) -> Result<Option<usize>, Reply> {
    let Some(text) = call.param(name) else {
        return Ok(None);
    };
    let read = text.parse().map(Some);
    read.map_err(|_| {
        let words = format!("parsing field {name:?}: {text} is not valid");
        call.error(400, "INVALID_ARGUMENT", &words)
    })
}

/// Where the page begins and ends; faults of pages move it.
fn window(call: &Call<'_>, total: usize, offset: usize, limit: usize) -> Range<usize> {
    let start = offset.min(total);
    let end = start.saturating_add(limit).min(total);
    match call.fault {
        Some(Action::ShortPage) => start..end.min(start + 1),
        Some(Action::EmptyPage) => start..start,
        Some(Action::DuplicatePage) => {
            let start = start.saturating_sub(limit);
            start..start.saturating_add(limit).min(total)
        }
        Some(Action::MovedItems) => {
            let start = start.saturating_sub(limit / 2);
            start..start.saturating_add(limit).min(total)
        }
        _ => start..end,
    }
}

fn written(state: &State, places: &[u32], total: usize) -> Reply {
    let mut body = Vec::with_capacity(places.len() * 1800 + 100);
    body.push(b'{');
    if !places.is_empty() {
        body.extend_from_slice(b"\"items\":[");
        for (n, place) in places.iter().enumerate() {
            if n > 0 {
                body.push(b',');
            }
            let one = shown(state, state.subscriptions.at(*place));
            body.extend(serde_json::to_vec(&one).unwrap_or_default());
        }
        body.extend_from_slice(b"],");
    }
    // A count of 0 is left out, as every number of 0 that is no money.
    let count = match total {
        0 => "{}".to_owned(),
        total => format!(r#"{{"totalSize":{total}}}"#),
    };
    body.extend_from_slice(format!(r#""paginationResponse":{count}}}"#).as_bytes());
    Reply::json(200, body)
}

/// Members that a list may be sorted by. Which ones Ion knows is not published; those are of the item.
const SORTED_BY: [(&str, Compare); 12] = [
    ("id", |one, other| one.id.cmp(&other.id)),
    ("customerId", |one, other| one.place().cmp(&other.place())),
    ("customerName", |one, other| {
        one.customer_name.cmp(&other.customer_name)
    }),
    ("subscriptionId", |one, other| one.guid.cmp(&other.guid)),
    ("subscriptionName", |one, other| one.name.cmp(&other.name)),
    ("subscriptionStatus", |one, other| {
        one.status.cmp(&other.status)
    }),
    ("subscriptionTotalLicenses", |one, other| {
        one.quantity.cmp(&other.quantity)
    }),
    ("subscriptionBillingCycle", |one, other| {
        billing_cycle(one).cmp(billing_cycle(other))
    }),
    ("subscriptionStartDate", |one, other| {
        one.shown_term().start.cmp(&other.shown_term().start)
    }),
    ("subscriptionEndDate", |one, other| {
        one.shown_term().end.cmp(&other.shown_term().end)
    }),
    ("renewalDate", |one, other| {
        one.shown_term().end.cmp(&other.shown_term().end)
    }),
    ("lastUpdatedDate", |one, other| {
        one.updated.cmp(&other.updated)
    }),
];

type Compare = fn(&Subscription, &Subscription) -> Ordering;

/// The order of a list.
struct Sort {
    by: Option<(&'static str, Compare)>,
    descending: bool,
}

impl std::fmt::Debug for Sort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {}", self.by.map(|(name, _)| name), self.descending)
    }
}

impl Sort {
    fn read(state: &State, call: &Call<'_>) -> Result<Self, Reply> {
        let order = call.param("pagination.sortOrder");
        let descending = match order {
            None | Some("ASC" | "NO_SORT" | "SORT_ORDER_UNSPECIFIED") => false,
            Some("DESC") => true,
            Some(text) => {
                let words = format!("parsing field \"pagination.sortOrder\": {text} is not valid");
                return Err(call.error(400, "INVALID_ARGUMENT", &words));
            }
        };
        let by = call.param("pagination.sortBy");
        let by = SORTED_BY.into_iter().find(|(name, _)| {
            by.is_some_and(|by| by.eq_ignore_ascii_case(name) || by == crate::json::snake(name))
        });
        let ignored = state.knobs.subscription_sort_ignored;
        Ok(Self {
            by: by.filter(|_| !ignored),
            descending: descending && !ignored,
        })
    }

    fn usual(&self) -> bool {
        self.by.is_none() && !self.descending
    }
}

fn find(state: &State, wanted: &Wanted<'_>, sort: &Sort) -> Vec<u32> {
    let book = &state.subscriptions;
    let mut found: Vec<u32> = match wanted.customer() {
        Some(customer) => book.listed_of(customer).collect(),
        None => book.listed().to_vec(),
    };
    found.retain(|place| wanted.fits(book.at(*place)));
    if let Some((_, compare)) = sort.by {
        found.sort_by(|one, other| compare(book.at(*one), book.at(*other)));
    }
    if sort.descending != book.reversed {
        found.reverse();
    }
    found
}
