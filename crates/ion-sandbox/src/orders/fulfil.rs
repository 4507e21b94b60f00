//! The end of an order: what the vendor does with its lines, and what it refuses.
//!
//! That an update names the new total, and that a line can fail when others went through, is known (Ion API notes 4.3). The codes and
//! words of refusals are the sandbox's, but for `MSFT_CR_033`.

use std::sync::Arc;

use jiff::Timestamp;

use super::check::{NO_RENEWAL, NO_RENEWAL_WORDS};
use super::order::{Item, Order, Status};
use crate::stamp::{Stamp, read};
use crate::state::State;
use crate::subscriptions::{Bought, Change, Subscription};
use crate::views::OrderError;

type Refused = Result<Option<u64>, OrderError>;

fn refused<T>(code: &str, detail: impl Into<String>) -> Result<T, OrderError> {
    Err(OrderError {
        code: code.to_owned(),
        detail: detail.into(),
    })
}

/// Ends an order: `COMPLETED`, or `ERROR` where the vendor refused a line.
pub(super) fn fulfil(state: &mut State, id: u64, at: Timestamp) {
    let Some(order) = state.orders.get(id).cloned() else {
        return;
    };
    let mut results = Vec::with_capacity(order.items.len());
    for item in &order.items {
        results.push(match (&order.doom, &item.resource) {
            (Some(doom), _) => (Err(doom.clone()), None),
            (None, Some(resource)) => (update(state, &order, item, resource, at), None),
            (None, None) => create(state, &order, item, at),
        });
    }
    state.orders.change(id, at, |order| {
        for (item, (result, login)) in order.items.iter_mut().zip(results) {
            item.login = login;
            match result {
                Ok(subscription) => {
                    item.subscription = subscription;
                    item.status = Status::Completed;
                }
                Err(error) => {
                    item.status = Status::Error;
                    item.errors.push(error.clone());
                    order.errors.push(error);
                }
            }
        }
        order.status = if order.errors.is_empty() {
            Status::Completed
        } else {
            Status::Error
        };
    });
}

type Login = Option<(String, String)>;

fn create(state: &mut State, order: &Order, item: &Item, at: Timestamp) -> (Refused, Login) {
    let tenant = match new_tenant(state, order, item) {
        Ok(tenant) => tenant,
        Err(error) => return (Err(error), None),
    };
    let end = match refuse_create(state, order, item, at) {
        Ok(end) => end,
        Err(error) => return (Err(error), None),
    };
    let login = tenant.map(|domain| {
        state
            .orders
            .tenants
            .insert(domain.clone(), order.customer.clone());
        let password = format!("Pw-{:x}!", item.id.wrapping_mul(0x9e37_79b9));
        (format!("admin@{domain}"), password)
    });
    let bought = Bought {
        customer: order.customer.clone(),
        offer: Arc::clone(&item.offer),
        quantity: item.quantity,
        name: item.attribute("friendlyName").map(str::to_owned),
        auto_renew: item.attribute("renewalSetting") != Some("auto-off"),
        customer_po: item.customer_po.clone(),
        reseller_po: item.reseller_po.clone(),
        order: Some(order.id),
        end,
    };
    let id = state.buy(bought.clone(), at);
    for add_on in &item.add_ons {
        let bought = Bought {
            offer: Arc::clone(&add_on.offer),
            quantity: add_on.quantity,
            name: None,
            ..bought.clone()
        };
        state.buy(bought, at);
    }
    (Ok(Some(id)), login)
}

/// The domain of a tenant that an order makes: none where the customer has it already, or where the vendor has no tenants.
fn new_tenant(state: &State, order: &Order, item: &Item) -> Result<Option<String>, OrderError> {
    let Some(domain) = item
        .attribute("domainName")
        .filter(|_| item.offer.microsoft())
    else {
        return Ok(None);
    };
    let known = crate::customers::microsoft_domain(state, &order.customer);
    let domain = match domain.strip_suffix(".onmicrosoft.com") {
        Some(prefix) => prefix.to_lowercase(),
        // Another domain stands for a tenant that is there.
        None if domain.contains('.') => return Ok(None),
        None => domain.to_lowercase(),
    };
    let domain = format!("{domain}.onmicrosoft.com");
    if known.is_some_and(|known| known.eq_ignore_ascii_case(&domain)) {
        return Ok(None);
    }
    match state.orders.tenants.get(&domain) {
        Some(owner) if *owner == order.customer => Ok(None),
        Some(_) => refused(
            "MSFT_CR_017",
            format!("The domain {domain} is used by another tenant."),
        ),
        None => Ok(Some(domain)),
    }
}

/// The end of the first term where the order asks for another than the usual, or why the vendor refuses.
fn refuse_create(
    state: &State,
    order: &Order,
    item: &Item,
    at: Timestamp,
) -> Result<Option<Timestamp>, OrderError> {
    let new_commerce = item.offer.new_commerce();
    if new_commerce && item.attribute("renewalSetting").is_none() {
        return refused(NO_RENEWAL, NO_RENEWAL_WORDS);
    }
    let usual = crate::stamp::months_later(at, item.offer.months());
    if let Some(day) = item.attribute("customTermEndDate").filter(|_| new_commerce) {
        let end = read(day).filter(|end| (at..=usual).contains(end));
        return match end {
            Some(end) => Ok(Some(end)),
            None => refused(
                "MSFT_CR_041",
                format!("customTermEndDate {day} is not within the term."),
            ),
        };
    }
    let coterm = item.attribute("coterm") == Some("true");
    let ends = state
        .subscriptions
        .of_customer(&order.customer)
        .filter(|one| coterm && one.active() && one.offer.new_commerce())
        .map(|one| one.term.end);
    Ok(ends.filter(|end| *end > at && *end <= usual).max())
}

fn update(state: &mut State, order: &Order, item: &Item, resource: &str, at: Timestamp) -> Refused {
    let Some(found) = state.subscriptions.find(resource) else {
        return refused(
            "MSFT_UP_004",
            format!("Subscription {resource} does not exist."),
        );
    };
    let (id, change) = (found.id, change_of(item, found));
    refuse_update(found, &change, at)?;
    state.change_subscription(id, &change, at);
    for add_on in &item.add_ons {
        let same = |one: &&Subscription| {
            one.active() && one.offer.sku == add_on.offer.sku && one.offer.plan == add_on.offer.plan
        };
        let held = state.subscriptions.of_customer(&order.customer).find(same);
        match held.map(|one| one.id) {
            Some(held) => {
                let change = Change {
                    quantity: Some(add_on.quantity),
                    ..Change::default()
                };
                state.change_subscription(held, &change, at);
            }
            None => {
                let bought = Bought {
                    customer: order.customer.clone(),
                    offer: Arc::clone(&add_on.offer),
                    quantity: add_on.quantity,
                    name: None,
                    auto_renew: true,
                    customer_po: None,
                    reseller_po: None,
                    order: Some(order.id),
                    end: None,
                };
                state.buy(bought, at);
            }
        }
    }
    Ok(Some(id))
}

fn change_of(item: &Item, held: &Subscription) -> Change {
    let lower = |name: &str| item.attribute(name).map(str::to_lowercase);
    Change {
        quantity: Some(item.quantity).filter(|new| *new != held.quantity),
        auto_renew: lower("renewalSetting").map(|setting| setting != "auto-off"),
        status: lower("statusUpdate"),
        name: item.attribute("friendlyName").map(str::to_owned),
    }
}

fn refuse_update(held: &Subscription, change: &Change, at: Timestamp) -> Result<(), OrderError> {
    let state = held.status.as_str();
    if !matches!(state, "active" | "suspended") {
        let words = format!("The subscription is {state} and cannot be changed.");
        return refused("MSFT_UP_002", words);
    }
    let resumes = change.status.as_deref() == Some("active");
    if state == "suspended" && change.quantity.is_some() && !resumes {
        let words = "Seats of a suspended subscription cannot be changed.";
        return refused("MSFT_UP_003", words);
    }
    let late = |what: &str, until: Timestamp| {
        let words = format!("{what} is allowed until {} only.", Stamp(until));
        refused("MSFT_UP_012", words)
    };
    let over = held.term.cancel_until.filter(|until| at > *until);
    if let Some(until) = over.filter(|_| held.offer.new_commerce()) {
        if change.quantity.is_some_and(|new| new < held.quantity) {
            return late("Reducing the seats of the subscription", until);
        }
        if change.status.as_deref() == Some("deleted") {
            return late("Cancelling the subscription", until);
        }
    }
    Ok(())
}
