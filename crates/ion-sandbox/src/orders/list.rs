//! Lists of orders: of the account with filters and sort, of one customer (Ion API notes 2.5).

use std::collections::HashSet;
use std::ops::Range;

use jiff::Timestamp;

use super::order::{Order, Status};
use super::show::json;
use crate::api::{Call, page};
use crate::reply::Reply;
use crate::state::State;

/// What a list is asked for.
struct Wanted<'a> {
    status: Option<Status>,
    customers: Option<HashSet<&'a str>>,
    accounts: Option<HashSet<&'a str>>,
    providers: Option<HashSet<&'a str>>,
    by_update: bool,
    oldest_first: bool,
}

impl Wanted<'_> {
    /// Nothing but customers is asked for.
    fn only_customers(&self) -> bool {
        self.status.is_none() && self.accounts.is_none() && self.providers.is_none()
    }

    fn fits(&self, order: &Order) -> bool {
        let of = |wanted: &Option<HashSet<&str>>, known: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.contains(known))
        };
        let providers = self.providers.as_ref();
        self.status.is_none_or(|status| order.status == status)
            && of(&self.customers, &order.customer)
            && of(&self.accounts, &order.account)
            && providers.is_none_or(|wanted| {
                let mut items = order.items.iter();
                items.any(|item| wanted.contains(item.offer.provider()))
            })
    }
}

/// `GET /accounts/{a}/orders`.
pub(crate) fn of_account(state: &State, call: &Call<'_>) -> Reply {
    match wanted(state, call, true) {
        Ok(wanted) => answer(state, call, &wanted),
        Err(reply) => reply,
    }
}

/// `GET /accounts/{a}/customers/{c}/orders`: filters and sort are not for this one. `-` is every customer.
pub(super) fn of_customer(state: &State, call: &Call<'_>, customer: &str) -> Reply {
    let mut wanted = match wanted(state, call, false) {
        Ok(wanted) => wanted,
        Err(reply) => return reply,
    };
    wanted.customers = (customer != "-").then(|| HashSet::from([customer]));
    answer(state, call, &wanted)
}

fn wanted<'a>(state: &'a State, call: &'a Call<'_>, account: bool) -> Result<Wanted<'a>, Reply> {
    let knobs = &state.knobs;
    let filters = !knobs.order_filters_ignored && !knobs.filters_ignored;
    let refuse = |name: &str, text: &str| {
        let words = format!("parsing field {name:?}: {text} is not valid");
        call.error(400, "INVALID_ARGUMENT", &words)
    };
    let word = |name: &str, known: [&'static str; 2], usual: bool| match call.param(name) {
        _ if !account => Ok(usual),
        None => Ok(usual),
        Some(text) if text == known[0] => Ok(true),
        Some(text) if text == known[1] => Ok(false),
        Some(text) => Err(refuse(name, text)),
    };
    let by_update = word("sortBy", ["updateTime", "createTime"], false)?;
    let oldest_first = word("sortOrder", ["ASC", "DESC"], false)?;
    let status = match call.param("status") {
        None => None,
        Some(text) => Some(Status::read(text).ok_or_else(|| refuse("status", text))?),
    };
    let list = |name: &str| {
        let text = call.param(name).filter(|_| filters && account)?;
        Some(text.split(',').map(str::trim).collect::<HashSet<_>>())
    };
    let own_only = call.param("filter.excludeSubAccounts");
    let own_only = own_only.is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let mut accounts = list("filter.accountIdList");
    if own_only && filters && account {
        accounts = Some(HashSet::from([state.account.as_str()]));
    }
    let ignores_sort = knobs.order_sort_ignored;
    Ok(Wanted {
        status: status.filter(|_| filters),
        customers: list("filter.customerIdList"),
        accounts,
        providers: list("filter.providerNameList"),
        by_update: by_update && !ignores_sort,
        oldest_first: (oldest_first || ignores_sort) != state.orders.reversed,
    })
}

/// One page. Where only customers or nothing is asked for, what is not on the page is not looked at.
fn answer(state: &State, call: &Call<'_>, wanted: &Wanted<'_>) -> Reply {
    let until = until(state);
    let book = &state.orders;
    let one_customer = wanted.customers.as_ref().and_then(|all| {
        let mut all = all.iter();
        all.next().filter(|_| all.next().is_none())
    });
    let direct = wanted.only_customers() && !wanted.by_update;
    let ids = match one_customer {
        Some(customer) if direct => {
            let ids = book.shown_of(customer, until);
            let total = ids.len();
            let at = |place: usize| ids[place];
            paged(state, call, wanted, total, at)
        }
        None if direct && wanted.customers.is_none() => {
            let total = book.shown(until);
            paged(state, call, wanted, total, |place| book.all()[place].id)
        }
        None if wanted.only_customers() && wanted.customers.is_none() => {
            by_update(state, call, wanted, until)
        }
        _ => {
            let found = found(state, wanted, until);
            paged(state, call, wanted, found.len(), |place| found[place])
        }
    };
    match ids {
        Ok((ids, next)) => written(state, &ids, next),
        Err(reply) => reply,
    }
}

/// Ids of all orders that fit, the oldest first.
fn found(state: &State, wanted: &Wanted<'_>, until: Timestamp) -> Vec<u64> {
    let book = &state.orders;
    let fits = |order: &Order| order.created <= until && wanted.fits(order);
    if wanted.by_update {
        let ids = book.by_update();
        return ids.filter(|id| book.get(*id).is_some_and(fits)).collect();
    }
    match &wanted.customers {
        Some(customers) => {
            let ids = customers.iter().flat_map(|one| book.shown_of(one, until));
            let mut ids: Vec<u64> = ids.copied().collect();
            ids.retain(|id| book.get(*id).is_some_and(fits));
            // Ids grow as orders are placed.
            ids.sort_unstable();
            ids
        }
        None => {
            let all = book.all().iter();
            all.filter(|one| fits(one)).map(|one| one.id).collect()
        }
    }
}

type Page = (Vec<u64>, Option<String>);

/// The ids of one page; `at` gives the id at a place, the oldest first.
fn paged(
    state: &State,
    call: &Call<'_>,
    wanted: &Wanted<'_>,
    total: usize,
    at: impl Fn(usize) -> u64,
) -> Result<Page, Reply> {
    let (range, next): (Range<usize>, _) = page(state, call, total)?;
    let place = |nth: usize| {
        if wanted.oldest_first {
            nth
        } else {
            total - 1 - nth
        }
    };
    Ok((range.map(|nth| at(place(nth))).collect(), next))
}

/// A page of all orders by their last change: what stands behind the page is not looked at.
fn by_update(
    state: &State,
    call: &Call<'_>,
    wanted: &Wanted<'_>,
    until: Timestamp,
) -> Result<Page, Reply> {
    let book = &state.orders;
    let (range, next) = page(state, call, book.shown(until))?;
    let shows = |id: &u64| book.get(*id).is_some_and(|one| one.created <= until);
    let ids = book.by_update().filter(shows);
    let (skip, take) = (range.start, range.len());
    let ids = if wanted.oldest_first {
        ids.skip(skip).take(take).collect()
    } else {
        ids.rev().skip(skip).take(take).collect()
    };
    Ok((ids, next))
}

/// Lists show what was placed before this time.
fn until(state: &State) -> Timestamp {
    let lag = i64::try_from(state.knobs.order_list_lag_s).unwrap_or(i64::MAX);
    let until = state
        .clock
        .now()
        .checked_sub(jiff::SignedDuration::from_secs(lag));
    until.unwrap_or(Timestamp::MIN)
}

fn written(state: &State, ids: &[u64], next: Option<String>) -> Reply {
    let mut parts = Vec::new();
    if !ids.is_empty() {
        let orders = ids.iter().filter_map(|id| state.orders.get(*id));
        let orders: Vec<String> = orders.map(|one| json(one, &state.knobs)).collect();
        parts.push(format!(r#""orders":[{}]"#, orders.join(",")));
    }
    if let Some(next) = next {
        parts.push(format!(r#""nextPageToken":"{next}""#));
    }
    Reply::json(200, format!("{{{}}}", parts.join(",")))
}
