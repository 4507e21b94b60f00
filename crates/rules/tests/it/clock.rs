//! The token rules under clocks that step: nothing too often, nothing never.

use std::time::Duration;

use domain::connection::ConnectionStatus;
use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;
use rstest::rstest;
use rules::tokens::pace::long_over;
use rules::tokens::{
    Exchange, Login, Loss, Probe, Sight, Step, after_exchange, after_probe, due_at,
    may_refresh_now, min_spacing, next,
};

use crate::sim::proven;

const HOUR: Duration = Duration::from_secs(3600);

fn noon() -> Timestamp {
    "2026-03-29T12:00:00Z".parse().expect("a time")
}

fn active() -> Login {
    proven(noon())
}

fn refused() -> Login {
    after_exchange(&active(), Exchange::Refused, noon())
}

fn unclear() -> Login {
    let lost = after_exchange(&active(), Exchange::Lost { started_at: noon() }, noon());
    after_probe(&lost, Probe::Alive, noon())
}

/// What was decided at noon, looked at by a clock that was set to `shown` right afterwards.
#[rstest]
#[case::as_it_was(active(), "2026-03-29T12:00:00Z", false)]
#[case::half_of_its_life_over(active(), "2026-03-29T13:05:00Z", true)]
#[case::an_hour_back_by_a_mistaken_zone(active(), "2026-03-29T11:00:00Z", true)]
#[case::a_little_back(active(), "2026-03-29T11:59:58Z", false)]
#[case::a_day_back(active(), "2026-03-28T12:00:00Z", true)]
#[case::a_day_on(active(), "2026-03-30T12:00:00Z", true)]
#[case::before_1970(active(), "1969-12-31T00:00:00Z", true)]
#[case::a_recheck_waits(refused(), "2026-03-29T12:00:30Z", false)]
#[case::a_recheck_after_a_day_back(refused(), "2026-03-28T12:00:00Z", true)]
#[case::a_look_waits(unclear(), "2026-03-29T12:04:00Z", false)]
#[case::a_look_after_a_day_back(unclear(), "2026-03-28T12:00:00Z", true)]
fn a_clock_that_steps_never_puts_a_login_to_sleep(
    #[case] login: Login,
    #[case] shown: Timestamp,
    #[case] acts: bool,
) {
    let step = next(&login, shown, HOUR);
    assert_eq!(!matches!(step, Step::Wait(_)), acts, "{step:?}");
}

#[test]
fn a_login_that_just_changed_rests_whatever_the_clock_says() {
    for login in [active(), refused()] {
        for shown in [noon() - 24.hours(), noon(), noon() + 24.hours()] {
            assert!(matches!(
                next(&login, shown, Duration::from_secs(29)),
                Step::Wait(_)
            ));
        }
    }
    assert!(!may_refresh_now(&active(), Duration::from_secs(29)));
    assert!(may_refresh_now(&active(), Duration::from_secs(30)));
}

#[test]
fn an_age_is_measured_by_the_steady_clock_alone_once_the_login_was_seen() {
    let (mut sight, login) = (Sight::default(), active());
    let at_start = sight.look(&login, noon() + 600.seconds(), Duration::ZERO);
    assert_eq!(
        at_start,
        Duration::from_secs(600),
        "a process that starts has only the wall clock"
    );
    let stepped = sight.look(&login, noon() - 24.hours(), Duration::from_secs(5));
    assert_eq!(stepped, Duration::from_secs(605));
    let newer = Login {
        generation: login.generation + 1,
        ..login.clone()
    };
    assert_eq!(
        sight.look(&newer, noon() + 24.hours(), Duration::from_secs(6)),
        Duration::ZERO
    );
    assert_eq!(
        sight.look(&newer, noon(), Duration::from_secs(36)),
        Duration::from_secs(30)
    );
    assert_eq!(
        sight.look(&login, noon(), Duration::from_secs(37)),
        Duration::ZERO,
        "a read from before the change"
    );
    assert_eq!(
        sight.look(&newer, noon(), Duration::from_secs(38)),
        Duration::from_secs(32),
        "which makes nobody forget the change"
    );
    let mut late = Sight::default();
    assert_eq!(
        late.look(&login, noon() - 1.hours(), Duration::ZERO),
        Duration::ZERO,
        "from the future"
    );
}

#[test]
fn another_servers_exchange_is_given_up_by_our_own_waiting_alone() {
    let timeout = Duration::from_secs(120);
    assert!(!long_over(Duration::from_secs(180), timeout));
    assert!(long_over(Duration::from_secs(181), timeout));
}

#[test]
fn a_copy_in_doubt_is_asked_for_by_proof_alone() {
    let copy = Login {
        status: ConnectionStatus::Unclear,
        loss: Some(Loss::of_a_copy(noon())),
        ..active()
    };
    assert_eq!(next(&copy, noon(), HOUR), Step::Probe);
    let dead = after_probe(&copy, Probe::Dead, noon());
    assert_eq!(dead.status, ConnectionStatus::NeedsNewCredentials);
    let alive = after_probe(&copy, Probe::Alive, noon());
    assert!(matches!(next(&alive, noon(), HOUR), Step::Wait(_)));
    let kills = Login {
        profile: domain::connection::VendorProfile::Kills,
        ..copy
    };
    let proven = after_probe(&kills, Probe::Alive, noon());
    assert!(matches!(next(&proven, noon(), HOUR), Step::Refresh(_)));
}

proptest! {
    /// A clock that shows anything at each look: exchanges keep their distance in true time, and the login is not forgotten.
    #[test]
    fn exchanges_keep_their_distance_under_any_clock(
        life in 10_u64..20_000,
        looks in prop::collection::vec((1_u64..120, -200_000_i64..200_000), 1..300),
    ) {
        let access_life = Duration::from_secs(life);
        let mut sight = Sight::default();
        let mut login = Login { access_life, next_refresh_at: due_at(noon(), access_life, 0), ..active() };
        let (mut steady, mut last) = (Duration::ZERO, None);
        sight.look(&login, noon(), steady);
        for (wait, offset) in looks {
            steady += Duration::from_secs(wait);
            let now = noon() + i64::try_from(steady.as_secs()).unwrap().seconds() + offset.seconds();
            let known_for = sight.look(&login, now, steady);
            match next(&login, now, known_for) {
                Step::Refresh(_) => {
                    prop_assert!(last.is_none_or(|last| steady.saturating_sub(last) >= min_spacing(access_life)));
                    last = Some(steady);
                    let granted = Exchange::Granted { obtained_at: now, access_life, jitter: 0 };
                    login = after_exchange(&login, granted, now);
                    sight.look(&login, now, steady);
                }
                Step::Wait(until) => {
                    // Never further ahead than it is ever set.
                    prop_assert!(until.duration_since(now).as_secs() <= i64::try_from(life.max(900)).unwrap());
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }

    /// Half of the life, later only, never at once.
    #[test]
    fn what_is_due_lies_between_half_of_the_life_and_its_end(life in 1_u64..100_000, jitter in any::<u16>()) {
        let life = Duration::from_secs(life);
        let wait = Duration::try_from(due_at(noon(), life, jitter).duration_since(noon())).unwrap();
        prop_assert!(wait >= life / 2 && wait <= life * 54 / 100 && wait >= min_spacing(life));
    }
}
