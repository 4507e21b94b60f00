//! Until when something can be called off or taken away: the vendor's policy before a purchase, Ion's own date once there is one.
//!
//! All as instants; a zone is for showing only. A policy that is not known is never guessed.

use std::time::Duration;

use domain::subscription::Subscription;
use domain::{BillingPeriod, Term};
use jiff::Timestamp;

use super::{between, later};

/// Microsoft's new commerce: a purchase can be cancelled, and added seats taken back, within seven times 24 hours.
pub const MICROSOFT_WINDOW: Duration = Duration::from_secs(168 * 3600);
/// Ion's number of the provider Microsoft (Ion API notes 2.6).
pub const MICROSOFT: &str = "30";

/// What is known of how a vendor lets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Microsoft's licences under the new commerce.
    MicrosoftLicence,
    /// Not known. Ion's own date, where it gives one, is all there is.
    Unknown,
}

impl Policy {
    /// The policy for what is sold under a part number of Microsoft's. Consumption has none, whatever term Ion shows for it
    /// (Ion API notes 4.1).
    pub fn of(provider_id: &str, vendor: &str, part_number: Option<&str>) -> Self {
        let microsoft =
            provider_id == MICROSOFT || vendor.to_ascii_lowercase().contains("microsoft");
        let licence =
            part_number.is_some_and(|number| Term::of_part_number(number) != Term::Unknown);
        if microsoft && licence {
            Self::MicrosoftLicence
        } else {
            Self::Unknown
        }
    }

    /// The policy for a subscription.
    pub fn of_subscription(subscription: &Subscription) -> Self {
        let vendor = if subscription
            .resource_type
            .to_ascii_uppercase()
            .starts_with("AZURE::")
        {
            "microsoft"
        } else {
            ""
        };
        if subscription.billing == BillingPeriod::OneTime {
            return Self::Unknown;
        }
        Self::of(
            &subscription.provider_id,
            vendor,
            subscription.part_number.as_deref(),
        )
    }

    /// How long after a purchase or an increase it can be undone, where that is known.
    pub fn window(self) -> Option<Duration> {
        match self {
            Self::MicrosoftLicence => Some(MICROSOFT_WINDOW),
            Self::Unknown => None,
        }
    }
}

/// The last instant at which something can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastDay {
    /// The instant.
    pub at: Timestamp,
    /// By the vendor's policy: Ion has not said it yet.
    pub expected: bool,
}

/// The last day to cancel what would be bought now.
pub fn before_purchase(policy: Policy, bought_at: Timestamp) -> Option<LastDay> {
    policy.window().map(|window| LastDay {
        at: later(bought_at, window),
        expected: true,
    })
}

/// The last day to cancel a subscription: Ion's own date, else the policy's from the purchase or, where that is over, from the last renewal.
pub fn of_subscription(subscription: &Subscription) -> Option<LastDay> {
    if let Some(at) = subscription.cancellable_until {
        return Some(LastDay {
            at,
            expected: false,
        });
    }
    let from = subscription.starts_at.max(subscription.purchased_at)?;
    before_purchase(Policy::of_subscription(subscription), from)
}

/// Seats that were added at one time: by a purchase, a change, or a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Increase {
    /// When.
    pub at: Timestamp,
    /// How many.
    pub seats: u32,
}

/// Seats that can be taken away again, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removable {
    /// How many.
    pub seats: u32,
    /// Until when these can.
    pub until: LastDay,
}

/// The purchase itself, for which Ion named a day: it replaces the policy's, and is over when this is asked.
fn is_purchase(subscription: &Subscription, increase: &Increase) -> bool {
    let near = Duration::from_secs(3600);
    subscription.cancellable_until.is_some()
        && subscription.purchased_at.is_some_and(|bought| {
            between(bought, increase.at) <= near && between(increase.at, bought) <= near
        })
}

/// Which seats of a subscription can be taken away now, each batch until its own day, the day that comes first in front.
///
/// `increases`: what was added, oldest first, as far as known; a purchase counts as one. Nothing where the policy is not known:
/// then the vendor decides.
pub fn removable(
    subscription: &Subscription,
    increases: &[Increase],
    now: Timestamp,
) -> Option<Vec<Removable>> {
    let window = Policy::of_subscription(subscription).window()?;
    let seats = subscription.seats.unwrap_or(0);
    // Ion's own date is for the purchase: while it is ahead, all of it can go.
    if let Some(at) = subscription.cancellable_until.filter(|at| *at >= now) {
        let all = Removable {
            seats,
            until: LastDay {
                at,
                expected: false,
            },
        };
        return Some(if seats > 0 { vec![all] } else { vec![] });
    }
    let mut left = seats;
    // A renewal opens the window anew, for all seats.
    let renewal = subscription
        .starts_at
        .filter(|starts| {
            subscription
                .purchased_at
                .is_some_and(|bought| *starts > later(bought, window))
        })
        .map(|at| Increase { at, seats });
    let mut batches: Vec<_> = increases
        .iter()
        .chain(&renewal)
        .filter(|increase| increase.at <= now && later(increase.at, window) >= now)
        .filter(|increase| !is_purchase(subscription, increase))
        .map(|increase| Removable {
            seats: increase.seats,
            until: LastDay {
                at: later(increase.at, window),
                expected: true,
            },
        })
        .collect();
    batches.sort_by_key(|batch| batch.until.at);
    // What was taken back since came off the newest batches: no more can go than is there.
    for batch in batches.iter_mut().rev() {
        batch.seats = batch.seats.min(left);
        left -= batch.seats;
    }
    batches.retain(|batch| batch.seats > 0);
    Some(batches)
}
