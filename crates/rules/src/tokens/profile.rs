//! What Ion does with the old access token when a refresh token is exchanged. Nobody says; so it is observed.

use std::time::Duration;

use domain::connection::{ConnectionStatus, VendorProfile};

use super::state::Login;

/// How often the old access token was seen dead or alive right after a normal refresh.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Observation {
    /// Times it was dead.
    pub kills: u32,
    /// Times it was alive.
    pub keeps: u32,
}

/// Counts one more look, and gives the profile that follows.
///
/// `kills` is a proof that later decisions rest on ("alive means: not exchanged"), so it needs two looks and none to the contrary;
/// one look at a living token is enough for `keeps`.
pub fn observe(seen: Observation, old_token_alive: bool) -> (Observation, VendorProfile) {
    let seen = if old_token_alive {
        Observation {
            keeps: seen.keeps + 1,
            ..seen
        }
    } else {
        Observation {
            kills: seen.kills + 1,
            ..seen
        }
    };
    let profile = match seen {
        Observation { keeps: 1.., .. } => VendorProfile::Keeps,
        Observation {
            kills: 2..,
            keeps: 0,
        } => VendorProfile::Kills,
        Observation { .. } => VendorProfile::Unknown,
    };
    (seen, profile)
}

/// Whether an old access token that is dead after a refresh was ended by that refresh, and not by its age.
///
/// `old` is the login before the refresh, and `known_for` how long it had been known then; see [`super::Sight`].
pub fn tells(old: &Login, known_for: Duration) -> bool {
    // Of a login in trouble the age is not known so well.
    old.status == ConnectionStatus::Active
        && old.refusals == 0
        && known_for < old.access_life * 9 / 10
}

/// Whether the old access token is looked at after this refresh: the first three, and then once in 30 days.
pub fn should_look_at_old(refreshes_done: u64, days_since_last_look: Option<i64>) -> bool {
    refreshes_done <= 3 || days_since_last_look.is_none_or(|days| days >= 30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kills_needs_two_looks_and_no_contradiction() {
        let (seen, profile) = observe(Observation::default(), false);
        assert_eq!(profile, VendorProfile::Unknown);
        let (seen, profile) = observe(seen, false);
        assert_eq!(profile, VendorProfile::Kills);
        let (_, profile) = observe(seen, true);
        assert_eq!(profile, VendorProfile::Keeps);
    }

    #[test]
    fn looks_thrice_and_then_monthly() {
        assert!((1..=3).all(|n| should_look_at_old(n, Some(0))));
        assert!(!should_look_at_old(4, Some(29)));
        assert!(should_look_at_old(4, Some(30)));
        assert!(should_look_at_old(4, None));
    }
}
