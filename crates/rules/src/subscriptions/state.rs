//! How a subscription stands, by Ion's words for it, which are many, free, and in any case (Ion API notes 3, no. 1).

use domain::subscription::SubscriptionState;
use jiff::Timestamp;

/// What Ion shows of how a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown<'a> {
    /// `subscriptionStatus`.
    pub word: &'a str,
    /// `isTrial`.
    pub trial: bool,
    /// `autoRenew`, or what `subscriptionRenewStatus` says.
    pub auto_renew: Option<bool>,
    /// Begin of the term.
    pub starts_at: Option<Timestamp>,
    /// End of the term.
    pub ends_at: Option<Timestamp>,
}

/// The state for what Ion shows.
///
/// One that runs and is not renewed *ends*, also where its end is over: Ion has not said yet that it ended. Consumption has no term,
/// which Ion shows as an end that is its begin (Ion API notes 4.6); it does not end.
pub fn state_of(shown: &Shown<'_>) -> SubscriptionState {
    let word: String = shown
        .word
        .trim()
        .to_ascii_lowercase()
        .replace(['-', ' '], "_");
    let word = word.strip_prefix("subscription_status_").unwrap_or(&word);
    match word {
        "active" | "enabled" | "running" | "past_due" | "warning" => {
            let has_term = match (shown.starts_at, shown.ends_at) {
                (Some(starts), Some(ends)) => ends > starts,
                (None, Some(_)) => true,
                (_, None) => false,
            };
            if shown.trial {
                SubscriptionState::Trial
            } else if shown.auto_renew == Some(false) && has_term {
                SubscriptionState::Ends
            } else {
                SubscriptionState::Active
            }
        }
        "trial" | "in_trial" => SubscriptionState::Trial,
        "pending" | "accepted" | "available" | "confirmed" | "initiated" | "in_progress"
        | "provisioning" | "new" | "future" => SubscriptionState::Pending,
        "suspended" | "paused" | "stopped" | "disabled" | "on_hold" => SubscriptionState::Suspended,
        "cancelled" | "canceled" | "deleted" | "terminated" => SubscriptionState::Cancelled,
        "expired" | "ended" => SubscriptionState::Expired,
        _ => SubscriptionState::Unknown,
    }
}

/// Whether it renews by itself: `autoRenew`, else what `subscriptionRenewStatus` says; nothing where neither does.
pub fn auto_renew_of(flag: Option<bool>, word: &str) -> Option<bool> {
    flag.or(match word.trim().to_ascii_lowercase().as_str() {
        "enabled" | "auto-on" | "true" | "on" => Some(true),
        "disabled" | "auto-off" | "false" | "off" => Some(false),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
