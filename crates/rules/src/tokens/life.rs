//! How long a login lasts, and when people are warned.

use jiff::{Timestamp, Unit};

/// Days that Ion gives a credential; rotation probably does not extend them (Ion API notes 1.4).
pub const LIFE_DAYS: i64 = 32;

/// Days before the end at which people are warned, the first one first.
pub const WARNING_DAYS: [i64; 4] = [14, 7, 3, 1];

/// Whole days until `end`, rounded down; negative once it has passed.
pub fn days_left(end: Timestamp, now: Timestamp) -> i64 {
    let seconds = end
        .since(now)
        .ok()
        .and_then(|span| span.total(Unit::Second).ok())
        .unwrap_or(0.0);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "days between two representable instants fit"
    )]
    let days = (seconds / 86_400.0).floor() as i64;
    days
}

/// The warning to raise now, if it was not raised before: the smallest mark of [`WARNING_DAYS`] that has been reached.
///
/// `warned` is the mark of the last warning for this credential.
pub fn warning_due(end: Timestamp, now: Timestamp, warned: Option<i64>) -> Option<i64> {
    let left = end.since(now).ok()?.total(Unit::Second).ok()? / 86_400.0;
    #[expect(clippy::cast_precision_loss, reason = "the marks are small")]
    let reached = WARNING_DAYS
        .into_iter()
        .filter(|mark| left <= *mark as f64)
        .min()?;
    (warned.is_none_or(|last| reached < last)).then_some(reached)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    fn at(days: i64) -> (Timestamp, Timestamp) {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        (now + (days * 24).hours(), now)
    }

    #[test]
    fn warns_once_at_each_mark() {
        let (end, now) = at(15);
        assert_eq!(warning_due(end, now, None), None);
        let (end, now) = at(14);
        assert_eq!(warning_due(end, now, None), Some(14));
        assert_eq!(warning_due(end, now, Some(14)), None);
        let (end, now) = at(2);
        assert_eq!(warning_due(end, now, Some(14)), Some(3));
        assert_eq!(warning_due(end, now, Some(3)), None);
        let (end, now) = at(-1);
        assert_eq!(warning_due(end, now, Some(3)), Some(1));
    }

    #[test]
    fn counts_whole_days() {
        let (end, now) = at(27);
        assert_eq!(days_left(end, now), 27);
        assert_eq!(days_left(end, now + 1.hours()), 26);
        assert_eq!(days_left(now, end), -27);
    }
}
