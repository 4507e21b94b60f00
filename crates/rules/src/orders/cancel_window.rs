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
    // A date from before the running term is that of a term that is over: a renewal opens the window anew.
    let told = subscription
        .cancellable_until
        .filter(|at| subscription.starts_at.is_none_or(|begun| *at >= begun));
    if let Some(at) = told {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{line, subscription, time};

    fn increase(at: &str, seats: u32) -> Increase {
        Increase {
            at: time(at),
            seats,
        }
    }

    #[test]
    fn only_microsofts_licences_have_a_known_window() {
        let of =
            |provider: &str, vendor: &str, part: Option<&str>| Policy::of(provider, vendor, part);
        let part = line().part_number;
        assert_eq!(of("30", "", part.as_deref()), Policy::MicrosoftLicence);
        assert_eq!(
            of("", "Microsoft", part.as_deref()),
            Policy::MicrosoftLicence
        );
        assert_eq!(of("30", "Microsoft", None), Policy::Unknown, "consumption");
        assert_eq!(
            of("30", "Microsoft", Some("DZH318Z0BPS6:0001")),
            Policy::Unknown
        );
        assert_eq!(of("21", "Google", part.as_deref()), Policy::Unknown);
        let azure = Subscription {
            part_number: None,
            term: Term::P1M,
            ..subscription()
        };
        assert_eq!(Policy::of_subscription(&azure), Policy::Unknown);
        let bought = time("2026-11-23T10:00:00Z");
        assert_eq!(
            before_purchase(Policy::MicrosoftLicence, bought),
            Some(LastDay {
                at: time("2026-11-30T10:00:00Z"),
                expected: true
            })
        );
        assert_eq!(before_purchase(Policy::Unknown, bought), None);
    }

    #[test]
    fn seven_days_are_168_hours_whatever_the_clocks_do() {
        // Clocks are set back in Europe on 25 October 2026.
        let last = before_purchase(Policy::MicrosoftLicence, time("2026-10-22T10:00:00Z"));
        assert_eq!(last.unwrap().at, time("2026-10-29T10:00:00Z"));
    }

    #[test]
    fn ions_own_day_replaces_the_policys() {
        let last = of_subscription(&subscription()).unwrap();
        assert_eq!(last.at, time("2025-12-26T10:00:00Z"));
        assert!(!last.expected);
        let silent = Subscription {
            cancellable_until: None,
            ..subscription()
        };
        let last = of_subscription(&silent).unwrap();
        assert_eq!(last.at, time("2025-12-26T10:00:00Z"), "from the renewal");
        assert!(last.expected);
        let of_the_last_term = Subscription {
            cancellable_until: Some(time("2024-12-26T10:00:00Z")),
            ..subscription()
        };
        let last = of_subscription(&of_the_last_term).unwrap();
        assert_eq!(last.at, time("2025-12-26T10:00:00Z"), "not for ever");
        assert!(last.expected);
        let unknown = Subscription {
            provider_id: "21".to_owned(),
            resource_type: "GSUITE::Subscription".to_owned(),
            ..silent
        };
        assert_eq!(of_subscription(&unknown), None);
    }

    #[test]
    fn each_batch_of_seats_goes_until_its_own_day() {
        let now = time("2026-11-23T10:00:00Z");
        let batches = [
            increase("2026-09-03T10:00:00Z", 6),
            increase("2026-11-17T12:00:00Z", 2),
            increase("2026-11-22T12:00:00Z", 3),
        ];
        let found = removable(&subscription(), &batches, now).unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|batch| (batch.seats, batch.until.at))
            .collect();
        assert_eq!(
            told,
            [
                (2, time("2026-11-24T12:00:00Z")),
                (3, time("2026-11-29T12:00:00Z"))
            ]
        );
        assert_eq!(removable(&subscription(), &batches[..1], now), Some(vec![]));
        let few = Subscription {
            seats: Some(4),
            ..subscription()
        };
        let seats: Vec<_> = removable(&few, &batches, now)
            .unwrap()
            .iter()
            .map(|batch| batch.seats)
            .collect();
        assert_eq!(seats, [1, 3], "never more than there are");
    }

    #[test]
    fn a_renewal_opens_the_window_for_all() {
        let now = time("2025-12-22T10:00:00Z");
        let renewed = Subscription {
            cancellable_until: None,
            ..subscription()
        };
        let found = removable(&renewed, &[], now).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].seats, 74);
        assert_eq!(found[0].until.at, time("2025-12-26T10:00:00Z"));
        // Ion's own day for the purchase, ahead: all can go until then.
        let bought = Subscription {
            purchased_at: Some(now),
            starts_at: Some(now),
            cancellable_until: Some(time("2026-01-06T10:00:00Z")),
            ..subscription()
        };
        let found = removable(&bought, &[increase("2025-12-22T10:00:00Z", 74)], now).unwrap();
        assert_eq!((found[0].seats, found[0].until.expected), (74, false));
        // Over, though the policy's would not be.
        let over = Subscription {
            cancellable_until: Some(time("2025-12-22T09:00:00Z")),
            ..bought
        };
        let found = removable(&over, &[increase("2025-12-22T10:00:00Z", 74)], now);
        assert_eq!(found, Some(vec![]));
    }
}
