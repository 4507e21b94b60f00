use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::samples::{subscription, time};

fn days_before(days: i64) -> Timestamp {
    time("2026-12-19T10:00:00Z") - jiff::SignedDuration::from_hours(24 * days)
}

fn due(subscription: &Subscription, already: &[u16], days: i64) -> Option<(u16, Vec<u16>)> {
    due_reminders(subscription, already, days_before(days)).map(|due| (due.days, due.skipped))
}

#[rstest]
#[case(91, &[], None)]
#[case(90, &[], Some((90, vec![])))]
#[case(89, &[90], None)]
#[case(60, &[90], Some((60, vec![])))]
#[case(30, &[90, 60], Some((30, vec![])))]
#[case(7, &[90, 60, 30], Some((7, vec![])))]
#[case(1, &[90, 60, 30, 7], None)]
#[case::first_seen_late(20, &[], Some((30, vec![60, 90])))]
#[case::one_was_missed(5, &[90], Some((7, vec![30, 60])))]
#[case::over(-1, &[], None)]
#[case::at_it(0, &[], None)]
fn each_reminder_once(
    #[case] days: i64,
    #[case] already: &[u16],
    #[case] expected: Option<(u16, Vec<u16>)>,
) {
    assert_eq!(due(&subscription(), already, days), expected);
    let off = Subscription {
        auto_renew: Some(false),
        state: SubscriptionState::Ends,
        ..subscription()
    };
    assert_eq!(due(&off, already, days), expected, "either way");
}

#[test]
fn what_comes_is_a_renewal_or_an_end() {
    let renews = coming(&subscription()).unwrap();
    assert!(!renews.ends);
    let off = Subscription {
        auto_renew: Some(false),
        ends_at: Some(days_before(1)),
        ..subscription()
    };
    let ends = coming(&off).unwrap();
    assert!(ends.ends);
    assert_eq!(ends.at, days_before(1));
    let azure = Subscription {
        ends_at: subscription().starts_at,
        renews_at: subscription().starts_at,
        ..subscription()
    };
    assert_eq!(coming(&azure), None, "consumption has no term");
    let silent = Subscription {
        ends_at: None,
        renews_at: None,
        ..subscription()
    };
    assert_eq!(coming(&silent), None);
    for state in [SubscriptionState::Cancelled, SubscriptionState::Pending] {
        let it = Subscription {
            state,
            ..subscription()
        };
        assert_eq!(coming(&it), None);
    }
}

#[test]
fn a_month_that_renews_by_itself_is_no_news() {
    let month = Subscription {
        term: Term::P1M,
        starts_at: Some(days_before(30)),
        ..subscription()
    };
    assert_eq!(due(&month, &[], 6), None);
    let off = Subscription {
        auto_renew: Some(false),
        ..month
    };
    assert_eq!(due(&off, &[], 29), None, "30 days before it had not begun");
    assert_eq!(due(&off, &[], 6), Some((7, vec![])));
}

proptest! {
    #[test]
    fn whenever_it_is_looked_none_comes_twice_and_the_last_always_comes(
        mut looks in prop::collection::vec(0_i64..24 * 100, 1..40),
        term in 8_i64..400,
    ) {
        let it = Subscription { starts_at: Some(days_before(term)), ..subscription() };
        looks.sort_by_key(|hours| std::cmp::Reverse(*hours));
        let mut given: Vec<u16> = Vec::new();
        let mut told: Vec<u16> = Vec::new();
        for hours in &looks {
            let now = days_before(0) - jiff::SignedDuration::from_hours(*hours);
            if let Some(due) = due_reminders(&it, &given, now) {
                prop_assert!(!given.contains(&due.days));
                prop_assert!(due.skipped.iter().all(|days| !given.contains(days) && *days > due.days));
                prop_assert!(*hours <= 24 * i64::from(due.days));
                told.push(due.days);
                given.push(due.days);
                given.extend(due.skipped);
                prop_assert!(due_reminders(&it, &given, now).is_none());
            }
        }
        // Ever closer, and whoever looked within the last week was told.
        prop_assert!(told.windows(2).all(|pair| pair[0] > pair[1]));
        if looks.iter().any(|hours| (1..=24 * 7).contains(hours)) && term > 7 {
            prop_assert_eq!(told.last(), Some(&7));
        }
    }
}
