//! How often, whatever the clock says. The wall clock may step by a day in either direction, differ between servers, or swing.
//!
//! Two rules make that harmless. A due time that lies further ahead than any that is ever set was written before the clock stepped
//! back: it counts as reached. And what a login was seen to do, a process measures by its own steady clock: a login that has just
//! changed is left alone for [`min_spacing`], so that no clock can make two exchanges follow each other at once.

use std::time::Duration;

use jiff::Timestamp;

use super::state::Login;

/// The longest time that Ion is waited for where it asks to come later (429).
pub(super) const LONGEST_BUSY: Duration = Duration::from_secs(900);

/// The longest time between two looks at an old access token.
pub(super) const LONGEST_PROBE: Duration = Duration::from_secs(300);

/// A server that made itself known as exchanging a token starts the request within this time, or not at all.
pub const START_WITHIN: Duration = Duration::from_secs(30);

/// After the call's own time-out, an exchange of a server that is not heard of is taken for lost.
pub const GONE_AFTER: Duration = Duration::from_secs(60);

/// The least time between two exchanges of one connection, whatever the clock says: 30 s, or a tenth of a shorter access life.
pub fn min_spacing(access_life: Duration) -> Duration {
    Duration::from_secs(30)
        .min(access_life / 10)
        .max(Duration::from_millis(100))
}

/// Whether an exchange of another server is over, as far as waiting can tell.
///
/// `open_for` is how long this process has seen it open, by its own steady clock: the other's start and our wall clock prove nothing.
/// By then its request has either never been started (see [`START_WITHIN`]) or has run out of time.
pub fn long_over(open_for: Duration, call_timeout: Duration) -> bool {
    open_for > call_timeout + GONE_AFTER
}

/// The longest wait that is ever set for the next exchange of a login.
pub(super) fn longest_wait(access_life: Duration) -> Duration {
    (access_life * 54 / 100).max(LONGEST_BUSY)
}

/// Whether a due time has come, where none is ever set further ahead than `longest`.
pub(super) fn has_come(due: Timestamp, now: Timestamp, longest: Duration) -> bool {
    now >= due || later(now, longest) < due
}

pub(super) fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// What one process remembers of a login: since when it has been as it is, by the steady clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sight {
    /// Generation and refusals that were seen, and when.
    seen: Option<((u64, u32), Duration)>,
    /// Age at the first sight of all: a process that starts has only the wall clock.
    age_at_first: Duration,
}

impl Sight {
    /// Looks at the login, and tells how long it has been known to be as it is. `steady` never goes back within a process.
    pub fn look(&mut self, login: &Login, now: Timestamp, steady: Duration) -> Duration {
        let state = (login.generation, login.refusals);
        match self.seen {
            Some((seen, since)) if seen == state => {
                steady.saturating_sub(since) + self.age_at_first
            }
            // Read before the last change and looked at after it, as another task of the process may: what is newer has been seen.
            Some(((generation, _), _)) if login.generation < generation => Duration::ZERO,
            Some(_) => {
                (self.seen, self.age_at_first) = (Some((state, steady)), Duration::ZERO);
                Duration::ZERO
            }
            None => {
                self.seen = Some((state, steady));
                self.age_at_first =
                    Duration::try_from(now.duration_since(login.refreshed_at)).unwrap_or_default();
                self.age_at_first
            }
        }
    }
}
