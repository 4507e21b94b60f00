//! What can be done with a subscription, until when, and the order line that does it.
//!
//! Ion changes a subscription by an order with the action `UPDATE`: the vendor's id of it, the quantity as the new total whatever is changed,
//! and attributes that say what (Ion API notes 4.3, 4.6).

use domain::Term;
use domain::order::{Attribute, LinePrice, OrderAction, OrderLine};
use domain::subscription::{Subscription, SubscriptionState};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::remind::coming;
use crate::orders::cancel_window::{self, Increase, LastDay, MICROSOFT, Policy, removable};
use crate::orders::check::MAX_QUANTITY;
use crate::orders::{day_words, later};

/// The attribute that each change carries.
pub const OPERATIONS: (&str, &str) = ("operations", "updateSubscription");
/// The attribute of the renewal.
pub const RENEWAL_SETTING: &str = "renewalSetting";
/// The attribute of the state.
pub const STATUS_UPDATE: &str = "statusUpdate";

/// A change of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionChange {
    /// Another number of seats: the new total.
    Seats(u32),
    /// Stop it for a while.
    Suspend,
    /// Let it go on.
    Resume,
    /// End it.
    Cancel,
    /// Renew by itself, or not.
    AutoRenew(bool),
}

impl SubscriptionChange {
    /// The action of the order that does it.
    pub fn action(self) -> OrderAction {
        match self {
            Self::Seats(_) => OrderAction::Seats,
            Self::Suspend => OrderAction::Suspend,
            Self::Resume => OrderAction::Resume,
            Self::Cancel => OrderAction::Cancel,
            Self::AutoRenew(true) => OrderAction::RenewalOn,
            Self::AutoRenew(false) => OrderAction::RenewalOff,
        }
    }
}

/// Why a change is not made. [`Self::words`] says it to people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeRefusal {
    /// Ion gave no vendor's id, by which a change is ordered.
    #[error(
        "Ion shows no vendor's id for this subscription, so it cannot be changed from here. Change it in the Ion portal."
    )]
    NoVendorId,
    /// Ion gave no product, SKU or plan.
    #[error(
        "Ion does not say which product and plan this subscription is of, so it cannot be changed from here. Change it in the Ion portal."
    )]
    NoCatalogIds,
    /// It ended.
    #[error("This subscription has ended. Order the product anew.")]
    Ended,
    /// It does not run yet.
    #[error("This subscription does not run yet. Change it once it is active.")]
    NotRunning,
    /// It is suspended.
    #[error("This subscription is suspended. Resume it, then change its seats.")]
    Suspended,
    /// It has no seats.
    #[error("This subscription has no seats to change.")]
    NoSeats,
    /// None are wanted.
    #[error("A subscription has at least one seat. Cancel it, or turn its renewal off.")]
    ZeroSeats,
    /// Too many are wanted.
    #[error("At most 100,000 seats. Check the number; it is the new total, not the difference.")]
    TooManySeats,
    /// As many are wanted as there are.
    #[error("It has {0} seats already. Enter the new total.")]
    SameSeats(u32),
    /// Seats cannot be taken away now.
    #[error("{}", self.words(&TimeZone::UTC))]
    SeatsBound {
        /// Seats that could be taken away now.
        removable: u32,
        /// Until when.
        until: Option<LastDay>,
        /// When the change can be sent instead.
        at_renewal: Option<Timestamp>,
    },
    /// Too late to cancel.
    #[error("{}", self.words(&TimeZone::UTC))]
    TooLateToCancel {
        /// The last day.
        last_day: LastDay,
        /// When it ends with its renewal turned off.
        ends_at: Option<Timestamp>,
        /// Its renewal is off already.
        ends_already: bool,
    },
    /// It is so already.
    #[error("{0}")]
    AlreadySo(&'static str),
}

impl ChangeRefusal {
    /// What is said to people: what happened, and what can be done instead; days in their zone.
    pub fn words(&self, zone: &TimeZone) -> String {
        match self {
            Self::TooLateToCancel {
                last_day,
                ends_at,
                ends_already,
            } => {
                let until = ends_at.map_or_else(
                    || "at the end of its term".to_owned(),
                    |at| format!("on {}", day_words(at, zone)),
                );
                let instead = if *ends_already {
                    format!("Its renewal is off; it ends {until}.")
                } else {
                    format!("You can turn the renewal off; it then ends {until}.")
                };
                format!(
                    "Too late to cancel: the last day was {}. {instead}",
                    day_words(last_day.at, zone)
                )
            }
            Self::SeatsBound {
                removable,
                until,
                at_renewal,
            } => {
                let now = match (removable, until) {
                    (0, _) | (_, None) => "No seats can be taken away now.".to_owned(),
                    (seats, Some(until)) => format!(
                        "At most {seats} seats can be taken away now, until {}.",
                        day_words(until.at, zone)
                    ),
                };
                let instead = at_renewal.map_or_else(
                    || " Fewer can be had only at a renewal.".to_owned(),
                    |at| format!(" Fewer can be had at the renewal, {}.", day_words(at, zone)),
                );
                now + &instead
            }
            other => other.to_string(),
        }
    }

    /// What can be done instead, as a change that would be accepted.
    pub fn alternative(&self) -> Option<SubscriptionChange> {
        match self {
            Self::TooLateToCancel {
                ends_already: false,
                ..
            } => Some(SubscriptionChange::AutoRenew(false)),
            Self::Suspended => Some(SubscriptionChange::Resume),
            _ => None,
        }
    }
}

/// The line of an order that changes a subscription, or why there is none. `increases`: seats that were added, as far as known.
pub fn change(
    subscription: &Subscription,
    wanted: SubscriptionChange,
    increases: &[Increase],
    now: Timestamp,
) -> Result<OrderLine, ChangeRefusal> {
    refuse(subscription, wanted, increases, now)?;
    Ok(line(subscription, wanted))
}

/// The line that does a change, whether or not it is allowed now: for one that is sent at its own time.
pub fn line(subscription: &Subscription, wanted: SubscriptionChange) -> OrderLine {
    let seats = subscription.seats.unwrap_or(1);
    let mut attributes = vec![attribute(OPERATIONS.0, OPERATIONS.1)];
    match wanted {
        SubscriptionChange::Seats(_) => {}
        SubscriptionChange::AutoRenew(on) => {
            let setting = if on { "auto-on" } else { "auto-off" };
            attributes.push(attribute(RENEWAL_SETTING, setting));
        }
        SubscriptionChange::Suspend => attributes.push(attribute(STATUS_UPDATE, "suspended")),
        SubscriptionChange::Resume => attributes.push(attribute(STATUS_UPDATE, "active")),
        SubscriptionChange::Cancel => attributes.push(attribute(STATUS_UPDATE, "deleted")),
    }
    let price = subscription
        .cost
        .clone()
        .zip(subscription.currency)
        .map(|(cost, currency)| LinePrice {
            currency,
            cost,
            sale: None,
            sale_rule: None,
            since: subscription.starts_at.unwrap_or(Timestamp::UNIX_EPOCH),
        });
    OrderLine {
        product: None,
        product_ion_id: subscription.product_ion_id.clone(),
        sku_id: subscription.sku_id.clone(),
        plan_id: subscription.plan_id.clone(),
        vendor: if subscription.provider_id == MICROSOFT {
            "Microsoft".to_owned()
        } else {
            String::new()
        },
        provider_id: subscription.provider_id.clone(),
        product_name: subscription.product_name.clone(),
        sku_name: subscription.sku_name.clone(),
        plan_name: subscription.plan_name.clone(),
        part_number: subscription.part_number.clone(),
        term: subscription.term,
        billing: subscription.billing,
        quantity: match wanted {
            SubscriptionChange::Seats(total) => total,
            _ => seats,
        },
        quantity_before: match wanted {
            SubscriptionChange::Seats(_) => subscription.seats,
            _ => None,
        },
        resource_id: Some(subscription.resource_id.clone()),
        customer_po: String::new(),
        reseller_po: String::new(),
        add_ons: Vec::new(),
        attributes,
        price,
    }
}

/// When a change of seats that must wait for the renewal is sent: an hour after it, when the vendor's window is open again.
///
/// Before it, a vendor that binds seats would refuse to take them away. Nothing where it does not renew, or not ahead.
pub fn at_renewal(subscription: &Subscription, now: Timestamp) -> Option<Timestamp> {
    coming(subscription)
        .filter(|coming| !coming.ends && coming.at > now)
        .map(|coming| later(coming.at, std::time::Duration::from_secs(3600)))
}

fn refuse(
    subscription: &Subscription,
    wanted: SubscriptionChange,
    increases: &[Increase],
    now: Timestamp,
) -> Result<(), ChangeRefusal> {
    let state = subscription.state;
    if !state.is_live() {
        return Err(ChangeRefusal::Ended);
    }
    if subscription.resource_id.trim().is_empty() {
        return Err(ChangeRefusal::NoVendorId);
    }
    let ids = [
        &subscription.product_ion_id,
        &subscription.sku_id,
        &subscription.plan_id,
    ];
    if ids.iter().any(|id| id.trim().is_empty()) {
        return Err(ChangeRefusal::NoCatalogIds);
    }
    if state == SubscriptionState::Pending {
        return Err(ChangeRefusal::NotRunning);
    }
    match wanted {
        SubscriptionChange::Seats(total) => refuse_seats(subscription, total, increases, now),
        SubscriptionChange::Suspend if state == SubscriptionState::Suspended => {
            Err(ChangeRefusal::AlreadySo("It is suspended already."))
        }
        SubscriptionChange::Resume
            if !matches!(
                state,
                SubscriptionState::Suspended | SubscriptionState::Unknown
            ) =>
        {
            Err(ChangeRefusal::AlreadySo("It runs already."))
        }
        SubscriptionChange::AutoRenew(on) if subscription.auto_renew == Some(on) => {
            Err(ChangeRefusal::AlreadySo(if on {
                "It renews by itself already."
            } else {
                "Its renewal is off already."
            }))
        }
        SubscriptionChange::Cancel => refuse_cancel(subscription, now),
        _ => Ok(()),
    }
}

fn refuse_seats(
    subscription: &Subscription,
    total: u32,
    increases: &[Increase],
    now: Timestamp,
) -> Result<(), ChangeRefusal> {
    let Some(seats) = subscription.seats else {
        return Err(ChangeRefusal::NoSeats);
    };
    if total == 0 {
        return Err(ChangeRefusal::ZeroSeats);
    }
    if total > MAX_QUANTITY {
        return Err(ChangeRefusal::TooManySeats);
    }
    if total == seats {
        return Err(ChangeRefusal::SameSeats(seats));
    }
    if subscription.state == SubscriptionState::Suspended {
        return Err(ChangeRefusal::Suspended);
    }
    if total > seats {
        return Ok(());
    }
    let Some(batches) = removable(subscription, increases, now) else {
        return Ok(());
    };
    let removable: u32 = batches.iter().map(|batch| batch.seats).sum();
    if seats - total <= removable {
        return Ok(());
    }
    Err(ChangeRefusal::SeatsBound {
        removable,
        until: batches.first().map(|batch| batch.until),
        at_renewal: at_renewal(subscription, now),
    })
}

fn refuse_cancel(subscription: &Subscription, now: Timestamp) -> Result<(), ChangeRefusal> {
    match cancel_window::of_subscription(subscription) {
        Some(last_day) if now > last_day.at => Err(ChangeRefusal::TooLateToCancel {
            last_day,
            ends_at: coming(subscription).map(|coming| coming.at),
            ends_already: subscription.auto_renew == Some(false),
        }),
        _ => Ok(()),
    }
}

fn attribute(name: &str, value: &str) -> Attribute {
    Attribute {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

/// One of the things that can be done with a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ability {
    /// More seats.
    AddSeats,
    /// Fewer seats.
    TakeSeatsAway,
    /// Turn the renewal on or off.
    Renewal,
    /// Stop it for a while.
    Suspend,
    /// Let it go on.
    Resume,
    /// End it.
    Cancel,
}

impl Ability {
    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::AddSeats => "Add seats",
            Self::TakeSeatsAway => "Take seats away",
            Self::Renewal => "Turn the renewal on or off",
            Self::Suspend => "Suspend",
            Self::Resume => "Resume",
            Self::Cancel => "Cancel",
        }
    }
}

/// What can be done, until when, or why not: for the subscription's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Possible {
    /// What.
    pub what: Ability,
    /// It can be done now.
    pub now: bool,
    /// Until when, as an instant; nothing where there is no limit, or where it is not known.
    pub until: Option<LastDay>,
    /// When, or why not, in words; days in the zone that was asked for.
    pub words: String,
}

/// What can be done with a subscription now, in the order in which the page shows it.
pub fn possible(
    subscription: &Subscription,
    increases: &[Increase],
    now: Timestamp,
    zone: &TimeZone,
) -> Vec<Possible> {
    let seats = subscription.seats.unwrap_or(1);
    let can = |wanted| refuse(subscription, wanted, increases, now);
    let mut all = Vec::new();
    let mut say = |what, result: Result<(), ChangeRefusal>, until: Option<LastDay>, words| {
        let words = match &result {
            Ok(()) => words,
            Err(refusal) => refusal.words(zone),
        };
        all.push(Possible {
            what,
            now: result.is_ok(),
            until: until.filter(|_| result.is_ok()),
            words,
        });
    };
    if subscription.seats.is_some() {
        say(
            Ability::AddSeats,
            can(SubscriptionChange::Seats(seats.saturating_add(1))),
            None,
            "at any time".to_owned(),
        );
        if seats > 1 {
            let batches = removable(subscription, increases, now);
            let until = batches
                .as_ref()
                .and_then(|batches| batches.first())
                .map(|batch| batch.until);
            let words = match (&batches, until) {
                (None, _) => "the vendor decides; Ion does not say until when".to_owned(),
                (Some(batches), Some(until)) => {
                    let open: u32 = batches.iter().map(|batch| batch.seats).sum();
                    // The last seat goes by a cancellation alone.
                    format!(
                        "{} of them, the first until {}; all others at the renewal",
                        open.min(seats - 1),
                        day_words(until.at, zone)
                    )
                }
                (Some(_), None) => "each batch in its first 7 days, else at the renewal".to_owned(),
            };
            say(
                Ability::TakeSeatsAway,
                can(SubscriptionChange::Seats(seats - 1)),
                until,
                words,
            );
        }
    }
    let on = subscription.auto_renew == Some(true);
    let renewal = coming(subscription).map(|coming| LastDay {
        at: coming.at,
        expected: false,
    });
    let words = match (&renewal, Policy::of_subscription(subscription)) {
        (Some(renewal), _) => format!("until {}", day_words(renewal.at, zone)),
        (None, _) => "at any time".to_owned(),
    };
    say(
        Ability::Renewal,
        can(SubscriptionChange::AutoRenew(!on)),
        renewal,
        words,
    );
    if subscription.state == SubscriptionState::Suspended {
        say(
            Ability::Resume,
            can(SubscriptionChange::Resume),
            None,
            "at any time".to_owned(),
        );
    } else {
        let words = if subscription.term == Term::P1M {
            "at any time; it still renews"
        } else {
            "at any time; the commitment goes on and is owed"
        };
        say(
            Ability::Suspend,
            can(SubscriptionChange::Suspend),
            None,
            words.to_owned(),
        );
    }
    let last_day = cancel_window::of_subscription(subscription);
    let words = last_day.map_or_else(
        || "the vendor decides; Ion does not say until when".to_owned(),
        |last_day| {
            let expected = if last_day.expected { ", expected" } else { "" };
            format!("until {}{expected}", day_words(last_day.at, zone))
        },
    );
    say(
        Ability::Cancel,
        can(SubscriptionChange::Cancel),
        last_day,
        words,
    );
    all
}

/// What a line does, read off the line itself.
pub fn action_of(line: &OrderLine) -> OrderAction {
    if line.resource_id.is_none() {
        return OrderAction::Buy;
    }
    let word = |name: &str| line.attribute(name).map(str::to_ascii_lowercase);
    match word(STATUS_UPDATE).as_deref() {
        Some("suspended") => return OrderAction::Suspend,
        Some("active") => return OrderAction::Resume,
        Some("deleted") => return OrderAction::Cancel,
        _ => {}
    }
    if line
        .quantity_before
        .is_some_and(|before| before != line.quantity)
    {
        return OrderAction::Seats;
    }
    match word(RENEWAL_SETTING).as_deref() {
        Some("auto-on") => OrderAction::RenewalOn,
        Some("auto-off") => OrderAction::RenewalOff,
        _ if line.quantity_before.is_some() => OrderAction::Seats,
        _ => OrderAction::Other,
    }
}

#[cfg(test)]
mod tests;
