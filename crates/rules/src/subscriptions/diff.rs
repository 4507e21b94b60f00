//! What changed between two readings of a subscription, and when one that Ion no longer shows is gone.

use domain::subscription::{Subscription, SubscriptionEventKind, SubscriptionState};
use domain::{Amount, Currency};
use jiff::Timestamp;

/// Something that was found different, in texts for people and machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionEvent {
    /// What.
    pub kind: SubscriptionEventKind,
    /// As it was; empty where there was nothing. A detail begins with its name.
    pub before: String,
    /// As it is.
    pub after: String,
}

impl SubscriptionEvent {
    fn new(
        kind: SubscriptionEventKind,
        before: impl Into<String>,
        after: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            before: before.into(),
            after: after.into(),
        }
    }
}

/// The event of a subscription that was not there before.
pub fn seen(new: &Subscription) -> SubscriptionEvent {
    let seats = new
        .seats
        .map_or_else(String::new, |seats| format!(", {seats} seats"));
    SubscriptionEvent::new(
        SubscriptionEventKind::Seen,
        "",
        format!("{}{seats}", state_text(new)),
    )
}

/// What differs between two readings of one subscription; nothing where only the time of its change does.
pub fn diff(old: &Subscription, new: &Subscription) -> Vec<SubscriptionEvent> {
    let mut events = Vec::new();
    let mut tell = |kind, before: String, after: String| {
        if before != after {
            events.push(SubscriptionEvent::new(kind, before, after));
        }
    };
    if !only_renewal_flipped(old, new) {
        tell(
            SubscriptionEventKind::State,
            state_text(old),
            state_text(new),
        );
    }
    tell(
        SubscriptionEventKind::Seats,
        seats_text(old.seats),
        seats_text(new.seats),
    );
    if !same_money(old.cost.as_ref(), new.cost.as_ref(), old, new) {
        tell(
            SubscriptionEventKind::Price,
            money_text(old.cost.as_ref(), old.currency),
            money_text(new.cost.as_ref(), new.currency),
        );
    }
    tell(
        SubscriptionEventKind::Renewal,
        renewal_text(old.auto_renew).to_owned(),
        renewal_text(new.auto_renew).to_owned(),
    );
    for (label, before, after) in [
        ("Term", old.term.to_string(), new.term.to_string()),
        ("Billing", old.billing.to_string(), new.billing.to_string()),
        ("Begins", time_text(old.starts_at), time_text(new.starts_at)),
        ("Ends", time_text(old.ends_at), time_text(new.ends_at)),
        ("Renews", time_text(old.renews_at), time_text(new.renews_at)),
    ] {
        if before != after {
            tell(
                SubscriptionEventKind::Term,
                format!("{label}: {before}"),
                format!("{label}: {after}"),
            );
        }
    }
    for (label, before, after) in details(old, new) {
        if before != after {
            tell(
                SubscriptionEventKind::Details,
                format!("{label}: {before}"),
                format!("{label}: {after}"),
            );
        }
    }
    events
}

/// Turning the renewal off makes a running one *end*: that is one event, not two.
fn only_renewal_flipped(old: &Subscription, new: &Subscription) -> bool {
    let runs = |state| matches!(state, SubscriptionState::Active | SubscriptionState::Ends);
    old.auto_renew != new.auto_renew && runs(old.state) && runs(new.state)
}

fn details(old: &Subscription, new: &Subscription) -> Vec<(&'static str, String, String)> {
    let text =
        |label, get: fn(&Subscription) -> &str| (label, get(old).to_owned(), get(new).to_owned());
    let mut all = vec![
        text("Name", |it| &it.name),
        text("Vendor's id", |it| &it.resource_id),
        text("Customer", |it| &it.ion_customer_id),
        text("Customer's name", |it| &it.ion_customer_name),
        text("Product", |it| &it.product_ion_id),
        text("SKU", |it| &it.sku_id),
        text("Plan", |it| &it.plan_id),
        text("Product name", |it| &it.product_name),
        text("SKU name", |it| &it.sku_name),
        text("Plan name", |it| &it.plan_name),
        text("Part number", |it| {
            it.part_number.as_deref().unwrap_or_default()
        }),
        text("Type", |it| &it.resource_type),
        text("Provider", |it| &it.provider_id),
        text("Your PO", |it| &it.reseller_po),
        text("Customer's PO", |it| &it.customer_po),
    ];
    for (label, get) in [
        (
            "Price in Ion",
            (|it| it.price.as_ref()) as fn(&Subscription) -> Option<&Amount>,
        ),
        ("List price", |it| it.list.as_ref()),
    ] {
        if !same_money(get(old), get(new), old, new) {
            all.push((
                label,
                money_text(get(old), old.currency),
                money_text(get(new), new.currency),
            ));
        }
    }
    for (label, before, after) in [
        ("Bought", old.purchased_at, new.purchased_at),
        (
            "Last day to cancel",
            old.cancellable_until,
            new.cancellable_until,
        ),
    ] {
        all.push((label, time_text(before), time_text(after)));
    }
    all.push(("Trial", old.trial.to_string(), new.trial.to_string()));
    all
}

fn same_money(
    before: Option<&Amount>,
    after: Option<&Amount>,
    old: &Subscription,
    new: &Subscription,
) -> bool {
    match (before, after) {
        (None, None) => true,
        (Some(before), Some(after)) => before.same_price(after) && old.currency == new.currency,
        _ => false,
    }
}

fn state_text(subscription: &Subscription) -> String {
    match subscription.state {
        SubscriptionState::Unknown => format!("unknown ({})", subscription.state_word),
        state => state.to_string(),
    }
}

fn seats_text(seats: Option<u32>) -> String {
    seats.map_or_else(String::new, |seats| seats.to_string())
}

fn renewal_text(auto_renew: Option<bool>) -> &'static str {
    match auto_renew {
        Some(true) => "on",
        Some(false) => "off",
        None => "",
    }
}

fn money_text(amount: Option<&Amount>, currency: Option<Currency>) -> String {
    match (amount, currency) {
        (Some(amount), Some(currency)) => format!("{} {currency}", amount.decimal()),
        (Some(amount), None) => amount.decimal().to_string(),
        (None, _) => String::new(),
    }
}

fn time_text(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| at.to_string())
}

/// Complete scans in a row that must lack a subscription before it counts as gone.
pub const MISSED_IS_GONE: u32 = 2;

/// How a subscription that is here stands after Ion was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// It was shown.
    Shown,
    /// A complete scan lacked it.
    MissedByCompleteScan,
    /// A scan that broke off lacked it; that tells nothing.
    MissedByBrokenScan,
    /// Asked for by id, Ion does not know it (404).
    NotFound,
}

/// What a reading comes to: complete scans that lacked it in a row, and whether it is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    /// Complete scans in a row that lacked it.
    pub missed: u32,
    /// It is gone.
    pub gone: bool,
    /// What is told of it, where this reading changed it.
    pub event: Option<SubscriptionEventKind>,
}

/// Whether a subscription is gone, from the scans that lacked it so far and a new reading. Gone once, it stays gone until it is shown.
pub fn presence(missed: u32, gone: bool, reading: Reading) -> Presence {
    let (missed, now_gone) = match reading {
        Reading::Shown => (0, false),
        Reading::MissedByBrokenScan => (missed, gone),
        Reading::MissedByCompleteScan => {
            let missed = missed.saturating_add(1);
            (missed, gone || missed >= MISSED_IS_GONE)
        }
        Reading::NotFound => (missed, true),
    };
    let event = match (gone, now_gone) {
        (false, true) => Some(SubscriptionEventKind::Gone),
        (true, false) => Some(SubscriptionEventKind::Returned),
        _ => None,
    };
    Presence {
        missed,
        gone: now_gone,
        event,
    }
}

#[cfg(test)]
mod tests;
