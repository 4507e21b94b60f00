//! What to do with a login now, and what the result of an exchange means. Time comes in as a value.

use std::time::Duration;

use domain::connection::{ConnectionStatus, VendorProfile};
use jiff::Timestamp;

use super::pace::{LONGEST_BUSY, LONGEST_PROBE, has_come, later, longest_wait, min_spacing};

/// Waits before the same token is presented again after a refusal: it may be a cache miss of the vendor.
pub const RECHECK_AFTER: [Duration; 3] = [
    Duration::from_secs(60),
    Duration::from_secs(300),
    Duration::from_secs(900),
];

/// Waits after an exchange that certainly did not reach Ion.
const RETRY_UNSENT: [Duration; 5] = [
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(60),
    Duration::from_secs(300),
    Duration::from_secs(600),
];

/// A login as the store has it. Everything that a decision needs, and nothing secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// State of the connection.
    pub status: ConnectionStatus,
    /// What Ion does with old access tokens, as far as seen.
    pub profile: VendorProfile,
    /// Number of the pair in use; each new pair counts one up.
    pub generation: u64,
    /// When the access token ends.
    pub access_expires_at: Timestamp,
    /// How long the access token lives in all.
    pub access_life: Duration,
    /// When this pair was obtained.
    pub refreshed_at: Timestamp,
    /// When the next exchange is due; see [`due_at`].
    pub next_refresh_at: Timestamp,
    /// Refusals of the token of this generation, in a row.
    pub refusals: u32,
    /// Exchanges of this generation that did not reach Ion, in a row.
    pub unsent: u32,
    /// The refresh token of this generation may have been consumed: a reply was lost.
    pub loss: Option<Loss>,
    /// Why a person must act; only in `NeedsNewCredentials`.
    pub cause: Option<Cause>,
}

/// A reply that was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// When the request was started.
    pub at: Timestamp,
    /// The one second presentation of the old token has been used.
    pub presented_again: bool,
    /// The one second presentation is allowed: a probe proved that nothing better can come.
    pub may_present: bool,
    /// When the old access token is looked at next.
    pub probe_at: Timestamp,
}

impl Loss {
    /// The loss that a restored copy of the store is in doubt of: its token may have been used after the copy was made.
    ///
    /// Other than after a lost reply, a dead access token allows nothing, since it ends by itself within hours: only a living one
    /// where Ion kills them proves that the refresh token is still good.
    pub fn of_a_copy(now: Timestamp) -> Self {
        Self {
            at: now,
            presented_again: true,
            may_present: false,
            probe_at: now,
        }
    }

    /// The token may not be presented without proof.
    pub(super) fn is_of_a_copy(self) -> bool {
        self.presented_again && !self.may_present
    }
}

/// Why a login ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Ion refused the token again and again.
    Refused,
    /// The reply of an exchange was lost, and the old token does not work any more.
    ReplyLost,
    /// The credential's 32 days are over.
    Ended,
    /// The store is a restored copy, and its token may have been used after the copy was made.
    Restored,
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing until a person or a late reply changes something.
    Rest,
    /// Nothing before this time.
    Wait(Timestamp),
    /// Exchange the refresh token.
    Refresh(Why),
    /// Ask Ion whether the old access token lives; spends nothing.
    Probe,
}

/// Why a refresh token is exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Half of the access token's life is over.
    Due,
    /// It was refused before, and is tried again.
    Recheck,
    /// The last exchange did not reach Ion.
    Unsent,
    /// The last reply was lost, and presenting the old token once more is safe or the last hope.
    AfterLoss,
    /// Ion refused the access token, or a person asked.
    Asked,
}

/// What an exchange came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// A new pair. `access_life` as Ion said, `obtained_at` when the reply came.
    Granted {
        /// When the reply came.
        obtained_at: Timestamp,
        /// `expires_in`.
        access_life: Duration,
        /// Thousandths of the spread that [`due_at`] adds.
        jitter: u16,
    },
    /// Ion said no (400 and the like).
    Refused,
    /// Ion asked to wait (429): the token was not looked at.
    Busy {
        /// How long, where it said so.
        wait: Option<Duration>,
    },
    /// Proven: no byte of the request left.
    NotSent,
    /// Anything else: the token may be consumed and the new pair lost.
    Lost {
        /// When the exchange was started.
        started_at: Timestamp,
    },
}

/// Whether the old access token lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Ion accepts it.
    Alive,
    /// Ion refuses it.
    Dead,
    /// Ion could not be asked.
    Unknown,
}

/// When a pair is exchanged next: between 50 and 54 % of the access token's life (`jitter` in thousandths of that spread, later only),
/// and never sooner than the smaller of 30 s and a tenth of that life.
pub fn due_at(obtained_at: Timestamp, access_life: Duration, jitter: u16) -> Timestamp {
    let spread = access_life * 4 / 100;
    let wait = access_life / 2 + spread * u32::from(jitter.min(1000)) / 1000;
    later(obtained_at, wait.max(min_spacing(access_life)))
}

/// What to do with this login now. `known_for`: how long it has been as it is, by a clock that never steps; see [`super::Sight`].
///
/// Answers for a login without an exchange under way: one that was started and has no result is first resolved by its owner.
pub fn next(login: &Login, now: Timestamp, known_for: Duration) -> Step {
    let due = |why| {
        let longest = longest_wait(login.access_life);
        when(login.next_refresh_at, now, longest, Step::Refresh(why))
    };
    match login.status {
        ConnectionStatus::Removed
        | ConnectionStatus::Paused
        | ConnectionStatus::NotFinished
        | ConnectionStatus::NeedsNewCredentials => Step::Rest,
        // Nothing was sent, so nothing can be sent too often.
        ConnectionStatus::Active if login.unsent > 0 => due(Why::Unsent),
        ConnectionStatus::Active => rested(login, now, known_for, due(Why::Due)),
        ConnectionStatus::Rechecking => rested(login, now, known_for, due(Why::Recheck)),
        ConnectionStatus::Unclear => match login.loss {
            Some(loss) if loss.may_present && !loss.presented_again => due(Why::AfterLoss),
            Some(loss) => when(loss.probe_at, now, LONGEST_PROBE, Step::Probe),
            None => Step::Probe,
        },
    }
}

/// Whether an exchange may be started out of turn, because Ion refused the access token.
pub fn may_refresh_now(login: &Login, known_for: Duration) -> bool {
    login.status == ConnectionStatus::Active
        && login.unsent == 0
        && known_for >= min_spacing(login.access_life)
}

/// Whether an exchange may be started because a person asked. What was never sent, a person may try at once.
pub fn may_be_asked_for(login: &Login, known_for: Duration) -> bool {
    match login.status {
        ConnectionStatus::Active if login.unsent > 0 => true,
        ConnectionStatus::Active | ConnectionStatus::Rechecking => {
            known_for >= min_spacing(login.access_life)
        }
        _ => false,
    }
}

/// The login after an exchange that presented the token of `login.generation`.
///
/// A granted pair that came from an older generation must be checked by [`may_become_current`] first.
pub fn after_exchange(login: &Login, result: Exchange, now: Timestamp) -> Login {
    let presented_again = login.status == ConnectionStatus::Unclear
        && login.loss.is_some_and(|loss| loss.may_present);
    let mut next = login.clone();
    match result {
        Exchange::Granted {
            obtained_at,
            access_life,
            jitter,
        } => {
            next.status = ConnectionStatus::Active;
            next.generation += 1;
            next.refreshed_at = obtained_at;
            next.access_life = access_life;
            next.access_expires_at = later(obtained_at, access_life);
            next.next_refresh_at = due_at(obtained_at, access_life, jitter);
            (next.refusals, next.unsent, next.loss, next.cause) = (0, 0, None, None);
        }
        // The old access token may still live: that is looked at before anybody is asked.
        Exchange::Refused if presented_again => {
            if let Some(loss) = &mut next.loss {
                loss.presented_again = true;
                loss.probe_at = now;
            }
        }
        Exchange::Refused => {
            next.refusals += 1;
            next.unsent = 0;
            match RECHECK_AFTER.get(next.refusals as usize - 1) {
                Some(wait) => {
                    next.status = ConnectionStatus::Rechecking;
                    next.next_refresh_at = later(now, *wait);
                }
                None => give_up(&mut next, Cause::Refused),
            }
        }
        Exchange::Busy { wait } => {
            next.next_refresh_at = later(
                now,
                wait.unwrap_or(Duration::from_secs(60))
                    .clamp(Duration::from_secs(5), LONGEST_BUSY),
            );
        }
        Exchange::NotSent => {
            let wait = RETRY_UNSENT[(next.unsent as usize).min(RETRY_UNSENT.len() - 1)];
            next.unsent += 1;
            next.next_refresh_at = later(now, wait);
        }
        Exchange::Lost { started_at } => {
            next.status = ConnectionStatus::Unclear;
            next.unsent = 0;
            // A second loss keeps the first one's time: that is the answer people are told about.
            let at = login.loss.map_or(started_at, |loss| loss.at);
            let withheld = login.loss.is_some_and(Loss::is_of_a_copy);
            next.loss = Some(Loss {
                at,
                presented_again: presented_again || withheld,
                may_present: presented_again,
                probe_at: now,
            });
        }
    }
    next
}

/// The login after a look at the old access token, in `Unclear`.
///
/// Dead: the exchange may have happened, the old refresh token is the last hope and can harm nothing any more.
/// Alive where Ion kills old access tokens: the exchange did not happen. Alive otherwise: work on while it lives.
pub fn after_probe(login: &Login, probe: Probe, now: Timestamp) -> Login {
    let mut next = login.clone();
    let loss = next.loss.get_or_insert(Loss {
        at: now,
        presented_again: false,
        may_present: false,
        probe_at: now,
    });
    let unused = !loss.presented_again || loss.is_of_a_copy();
    match probe {
        Probe::Unknown => loss.probe_at = later(now, Duration::from_secs(30)),
        Probe::Dead if loss.is_of_a_copy() => give_up(&mut next, Cause::Restored),
        Probe::Dead if loss.presented_again => give_up(&mut next, Cause::ReplyLost),
        Probe::Dead => allow(&mut next, now),
        Probe::Alive if login.profile == VendorProfile::Kills && unused => allow(&mut next, now),
        // Looked at again when it should have ended by itself, and now and then before, since Ion may end it early.
        Probe::Alive => {
            loss.probe_at = later(now, LONGEST_PROBE).min(
                login
                    .access_expires_at
                    .max(later(now, Duration::from_secs(5))),
            );
        }
    }
    next
}

/// Whether a granted reply, which presented the token of `from_generation`, becomes the current pair.
///
/// A late reply may hold the only live pair, so neither lease nor status matters: only whether a newer pair exists.
pub fn may_become_current(current_generation: u64, from_generation: u64) -> bool {
    current_generation == from_generation
}

fn allow(login: &mut Login, now: Timestamp) {
    if let Some(loss) = &mut login.loss {
        (loss.may_present, loss.presented_again) = (true, false);
    }
    login.next_refresh_at = now;
}

fn give_up(login: &mut Login, cause: Cause) {
    login.status = ConnectionStatus::NeedsNewCredentials;
    login.cause = Some(cause);
    if let Some(loss) = &mut login.loss {
        loss.presented_again = true;
    }
}

fn when(due: Timestamp, now: Timestamp, longest: Duration, step: Step) -> Step {
    if has_come(due, now, longest) {
        step
    } else {
        Step::Wait(due)
    }
}

/// The step, unless the login changed too shortly ago for another exchange.
fn rested(login: &Login, now: Timestamp, known_for: Duration, step: Step) -> Step {
    let rest = min_spacing(login.access_life).saturating_sub(known_for);
    match step {
        Step::Refresh(_) if !rest.is_zero() => Step::Wait(later(now, rest)),
        step => step,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn now() -> Timestamp {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    fn login() -> Login {
        Login {
            status: ConnectionStatus::Active,
            profile: VendorProfile::Unknown,
            generation: 7,
            access_expires_at: later(now(), 2 * HOUR),
            access_life: 2 * HOUR,
            refreshed_at: now(),
            next_refresh_at: due_at(now(), 2 * HOUR, 0),
            refusals: 0,
            unsent: 0,
            loss: None,
            cause: None,
        }
    }

    fn next(login: &Login, now: Timestamp) -> Step {
        super::next(login, now, HOUR)
    }

    fn lost(profile: VendorProfile) -> Login {
        let login = Login { profile, ..login() };
        after_exchange(&login, Exchange::Lost { started_at: now() }, now())
    }

    #[test]
    fn due_between_50_and_54_percent_and_never_sooner() {
        assert_eq!(due_at(now(), 2 * HOUR, 0), later(now(), HOUR));
        assert_eq!(
            due_at(now(), 2 * HOUR, 1000),
            later(now(), Duration::from_secs(3888))
        );
        assert_eq!(
            due_at(now(), 2 * HOUR, u16::MAX),
            later(now(), Duration::from_secs(3888))
        );
        assert_eq!(next(&login(), now()), Step::Wait(later(now(), HOUR)));
        assert_eq!(next(&login(), later(now(), HOUR)), Step::Refresh(Why::Due));
    }

    #[test]
    fn an_access_token_refused_twice_in_a_moment_spends_one_refresh_only() {
        assert!(!may_refresh_now(&login(), Duration::from_secs(29)));
        assert!(may_refresh_now(&login(), Duration::from_secs(30)));
    }

    #[test]
    fn a_grant_counts_up_and_clears_every_trouble() {
        let troubled = Login {
            refusals: 2,
            unsent: 3,
            ..lost(VendorProfile::Kills)
        };
        let after = after_exchange(
            &troubled,
            Exchange::Granted {
                obtained_at: now(),
                access_life: 2 * HOUR,
                jitter: 0,
            },
            now(),
        );
        assert_eq!(
            after,
            Login {
                generation: 8,
                profile: VendorProfile::Kills,
                ..login()
            }
        );
    }

    #[test]
    fn a_refusal_is_rechecked_three_times_before_a_person_is_asked() {
        let mut login = login();
        for wait in RECHECK_AFTER {
            login = after_exchange(&login, Exchange::Refused, now());
            assert_eq!(login.status, ConnectionStatus::Rechecking);
            assert_eq!(next(&login, now()), Step::Wait(later(now(), wait)));
            assert_eq!(
                next(&login, later(now(), wait)),
                Step::Refresh(Why::Recheck)
            );
        }
        login = after_exchange(&login, Exchange::Refused, now());
        assert_eq!(
            (login.status, login.cause),
            (ConnectionStatus::NeedsNewCredentials, Some(Cause::Refused))
        );
        assert_eq!(next(&login, later(now(), 100 * HOUR)), Step::Rest);
    }

    #[test]
    fn what_was_not_sent_is_simply_sent_again() {
        let after = after_exchange(&login(), Exchange::NotSent, now());
        assert_eq!((after.status, after.loss), (ConnectionStatus::Active, None));
        assert_eq!(
            next(&after, later(now(), Duration::from_secs(5))),
            Step::Refresh(Why::Unsent)
        );
    }

    #[test]
    fn a_lost_reply_is_probed_before_anything_is_presented() {
        assert_eq!(next(&lost(VendorProfile::Unknown), now()), Step::Probe);
        assert_eq!(next(&lost(VendorProfile::Kills), now()), Step::Probe);
    }

    #[test]
    fn alive_proves_not_exchanged_only_where_ion_kills() {
        let kills = after_probe(&lost(VendorProfile::Kills), Probe::Alive, now());
        assert_eq!(next(&kills, now()), Step::Refresh(Why::AfterLoss));
        for profile in [VendorProfile::Unknown, VendorProfile::Keeps] {
            let after = after_probe(&lost(profile), Probe::Alive, now());
            assert!(matches!(next(&after, now()), Step::Wait(_)), "{profile}");
        }
    }

    #[test]
    fn dead_allows_one_more_presentation_and_no_second() {
        let allowed = after_probe(&lost(VendorProfile::Unknown), Probe::Dead, now());
        assert_eq!(next(&allowed, now()), Step::Refresh(Why::AfterLoss));
        let refused = after_exchange(&allowed, Exchange::Refused, now());
        assert_eq!(next(&refused, now()), Step::Probe);
        let refused = after_probe(&refused, Probe::Dead, now());
        assert_eq!(
            (refused.status, refused.cause),
            (
                ConnectionStatus::NeedsNewCredentials,
                Some(Cause::ReplyLost)
            )
        );
        let lost_again = after_exchange(&allowed, Exchange::Lost { started_at: now() }, now());
        assert_eq!(next(&lost_again, now()), Step::Probe);
        let dead_again = after_probe(&lost_again, Probe::Dead, now());
        assert_eq!(
            (dead_again.status, dead_again.cause),
            (
                ConnectionStatus::NeedsNewCredentials,
                Some(Cause::ReplyLost)
            )
        );
        let alive_again = after_probe(
            &Login {
                profile: VendorProfile::Kills,
                ..lost_again
            },
            Probe::Alive,
            now(),
        );
        assert!(
            matches!(next(&alive_again, now()), Step::Wait(_)),
            "never a third presentation"
        );
    }

    #[test]
    fn an_unsent_second_presentation_is_not_used_up() {
        let allowed = after_probe(&lost(VendorProfile::Unknown), Probe::Dead, now());
        let unsent = after_exchange(&allowed, Exchange::NotSent, now());
        assert_eq!(
            next(&unsent, later(now(), HOUR)),
            Step::Refresh(Why::AfterLoss)
        );
    }

    #[test]
    fn a_late_reply_counts_unless_a_newer_pair_exists() {
        assert!(may_become_current(7, 7));
        assert!(!may_become_current(8, 7));
    }
}
