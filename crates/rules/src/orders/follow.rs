//! When Ion is asked again for an order that it has, when an order stands for longer than usual, and what a person can do about it.

use std::time::Duration;

use domain::order::OrderState;
use jiff::Timestamp;

use super::{between, later};

const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(15 * 60);
const HOUR: Duration = Duration::from_secs(3600);
/// Without a usual time, an order is stuck after this.
const STUCK_UNKNOWN: Duration = Duration::from_secs(24 * 3600);
/// With one, never sooner than this.
const STUCK_LEAST: Duration = Duration::from_secs(2 * 3600);
/// So many times the usual time.
const STUCK_TIMES: u32 = 10;
/// Fewer orders than this make no usual time.
const ENOUGH: usize = 5;

/// When Ion is asked for an order next; nothing where it is not followed.
///
/// The pause grows with the time that the order has been in its state: 5 s, doubling up to 15 min; on hold 15 min up to an hour.
/// An order that Ion carries out at a set time is asked for at that time too.
pub fn next_poll(
    state: OrderState,
    since: Timestamp,
    scheduled_at: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    if !state.is_followed() {
        return None;
    }
    let age = between(since, now);
    let pause = if state == OrderState::OnHold {
        age.clamp(LONGEST, HOUR)
    } else {
        age.clamp(FIRST, LONGEST)
    };
    let next = later(now, pause);
    // Shortly after, so that it has begun.
    let planned = scheduled_at
        .filter(|at| *at > now)
        .map(|at| later(at, FIRST));
    Some(planned.map_or(next, |at| next.min(at)))
}

/// Whether an order has been in its state for longer than usual. `usual`: what such orders take as a rule, where that is known.
///
/// One that Ion keeps for a set time is not stuck before that.
pub fn is_stuck(
    state: OrderState,
    since: Timestamp,
    usual: Option<Duration>,
    scheduled_at: Option<Timestamp>,
    now: Timestamp,
) -> bool {
    if !state.is_followed() {
        return false;
    }
    let from = scheduled_at.map_or(since, |at| at.max(since));
    let limit = usual.map_or(STUCK_UNKNOWN, |usual| {
        usual.saturating_mul(STUCK_TIMES).max(STUCK_LEAST)
    });
    between(from, now) >= limit
}

/// What orders of a kind take as a rule: the median of what they took; nothing where too few are known.
pub fn usual(took: &[Duration]) -> Option<Duration> {
    if took.len() < ENOUGH {
        return None;
    }
    let mut sorted = took.to_vec();
    sorted.sort();
    Some(sorted[sorted.len() / 2])
}

/// What a person can do about an order in this state; for the order's page.
pub fn what_next(state: OrderState, stuck: bool) -> &'static str {
    match (state, stuck) {
        (OrderState::OnHold, false) => {
            "Ion keeps it back: for an approval at the distributor, or until a set time. It can still be called off."
        }
        (OrderState::OnHold, true) => {
            "Ion has kept it back for longer than usual. Ask the distributor with the order's number, or call it off."
        }
        (OrderState::Placed, false) => "Ion has it and will begin. It is followed to the end.",
        (OrderState::Placed, true) => {
            "Ion has not begun for longer than usual. Ask the distributor with the order's number, or call it off while it is new."
        }
        (OrderState::InProgress, false) => "The vendor works on it. It is followed to the end.",
        (OrderState::InProgress, true) => {
            "The vendor has taken longer than usual. Ask the distributor with the order's number. Do not order again: this one may still be carried out."
        }
        (OrderState::Unconfirmed, _) => {
            "Ion is searched for it. It is not sent again by itself. If it is not found, you may send it again or close it."
        }
        (OrderState::Submitting, _) => "It is being sent.",
        (OrderState::Scheduled, _) => {
            "It is sent at its time. Until then it can be changed or called off."
        }
        (OrderState::AwaitingApproval, _) => "A second person must agree.",
        (OrderState::Draft, _) => "Nothing was sent. Review and place it, or discard it.",
        (OrderState::Completed, _) => "Carried out. Its subscriptions are shown below.",
        (OrderState::Failed, _) => "It was not carried out. Mend what is named, then order again.",
        (OrderState::Cancelled, _) => "It was called off.",
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::samples::time;

    const SINCE: &str = "2026-11-23T10:00:00Z";

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[rstest]
    #[case(OrderState::Placed, 0, 5)]
    #[case(OrderState::Placed, 5, 5)]
    #[case(OrderState::InProgress, 80, 80)]
    #[case(OrderState::InProgress, 100_000, 900)]
    #[case(OrderState::OnHold, 0, 900)]
    #[case(OrderState::OnHold, 2000, 2000)]
    #[case(OrderState::OnHold, 100_000, 3600)]
    fn asked_ever_more_seldom(#[case] state: OrderState, #[case] age: u64, #[case] pause: u64) {
        let now = later(time(SINCE), secs(age));
        let next = next_poll(state, time(SINCE), None, now).unwrap();
        assert_eq!(between(now, next), secs(pause));
    }

    #[test]
    fn asked_at_its_time_and_not_when_it_ended() {
        let now = time(SINCE);
        let planned = later(now, secs(600));
        let next = next_poll(OrderState::OnHold, now, Some(planned), now).unwrap();
        assert_eq!(next, later(planned, secs(5)));
        for state in OrderState::ALL {
            let asked = next_poll(*state, now, None, now).is_some();
            assert_eq!(asked, state.is_followed(), "{state}");
        }
        // A clock that stepped back behind its begin.
        let before = earlier_than(now);
        assert_eq!(
            next_poll(OrderState::Placed, now, None, before),
            Some(later(before, secs(5)))
        );
    }

    fn earlier_than(at: Timestamp) -> Timestamp {
        crate::orders::earlier(at, secs(90_000))
    }

    #[rstest]
    #[case::unknown(None, 24 * 3600 - 1, false)]
    #[case::unknown_long(None, 24 * 3600, true)]
    #[case::usually_quick(Some(240), 7199, false)]
    #[case::usually_quick_long(Some(240), 7200, true)]
    #[case::usually_slow(Some(3600), 35_999, false)]
    #[case::usually_slow_long(Some(3600), 36_000, true)]
    fn stuck_after_what_is_unusual(
        #[case] usual: Option<u64>,
        #[case] age: u64,
        #[case] stuck: bool,
    ) {
        let now = later(time(SINCE), secs(age));
        let is = |state, scheduled| is_stuck(state, time(SINCE), usual.map(secs), scheduled, now);
        assert_eq!(is(OrderState::InProgress, None), stuck);
        assert!(!is(OrderState::Completed, None));
        assert!(!is(OrderState::OnHold, Some(now)), "it waits for its time");
    }

    #[test]
    fn the_usual_time_is_the_middle_of_enough() {
        assert_eq!(usual(&[secs(1); 4]), None);
        let took = [secs(900), secs(1), secs(240), secs(300), secs(200)];
        assert_eq!(usual(&took), Some(secs(240)));
    }

    #[test]
    fn every_state_says_what_is_next() {
        for state in OrderState::ALL {
            for stuck in [false, true] {
                let words = what_next(*state, stuck);
                assert!(words.ends_with('.'), "{state}");
            }
        }
    }
}
