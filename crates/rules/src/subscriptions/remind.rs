//! When people are reminded of a renewal or an end: 90, 60, 30 and 7 days before it, each once, also where it renews by itself.

use std::time::Duration;

use domain::Term;
use domain::subscription::{Subscription, SubscriptionState};
use jiff::Timestamp;

use crate::orders::earlier;

/// Days before a renewal or an end on which people are reminded.
pub const REMINDER_DAYS: [u16; 4] = [90, 60, 30, 7];
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What comes for a subscription by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coming {
    /// When.
    pub at: Timestamp,
    /// It ends then; else it renews.
    pub ends: bool,
}

/// When a live subscription renews or ends; nothing where it does neither, or where Ion does not say.
pub fn coming(subscription: &Subscription) -> Option<Coming> {
    if !subscription.state.is_live() || subscription.state == SubscriptionState::Pending {
        return None;
    }
    // Consumption has no term: its end is its begin.
    let has_term = |end: &Timestamp| subscription.starts_at.is_none_or(|starts| *end > starts);
    let ends = subscription.auto_renew == Some(false);
    let at = if ends {
        subscription.ends_at.or(subscription.renews_at)
    } else {
        subscription.renews_at.or(subscription.ends_at)
    };
    at.filter(has_term).map(|at| Coming { at, ends })
}

/// A reminder that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueReminder {
    /// What comes.
    pub coming: Coming,
    /// The reminder that is given now, in days before.
    pub days: u16,
    /// Those that were never given and whose time is over: they count as given, so that one look gives one reminder.
    pub skipped: Vec<u16>,
}

/// The reminder that is due, given those that were given already for this renewal or end (in days before it).
///
/// What is bound by the month and renews by itself gives none: it would be one each month, of nothing that can be lost.
/// A day that lies before the term began is never reminded of.
pub fn due_reminders(
    subscription: &Subscription,
    already: &[u16],
    now: Timestamp,
) -> Option<DueReminder> {
    let coming = coming(subscription)?;
    if now >= coming.at || (subscription.term == Term::P1M && !coming.ends) {
        return None;
    }
    let in_term = |days: &u16| {
        subscription
            .starts_at
            .is_none_or(|starts| earlier(coming.at, DAY * u32::from(*days)) > starts)
    };
    let mut due: Vec<u16> = REMINDER_DAYS
        .into_iter()
        .filter(in_term)
        .filter(|days| now >= earlier(coming.at, DAY * u32::from(*days)))
        .collect();
    due.sort_unstable();
    let days = *due.first()?;
    if already.contains(&days) {
        return None;
    }
    let skipped = due
        .into_iter()
        .skip(1)
        .filter(|other| !already.contains(other))
        .collect();
    Some(DueReminder {
        coming,
        days,
        skipped,
    })
}

#[cfg(test)]
mod tests;
