//! Times as Ion writes them: with milliseconds, or with none.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Serialize, Serializer};

/// A time in a reply: `2024-01-08T08:50:50Z` or `2024-01-08T08:50:56.475Z`, whichever it is (Ion API notes 2).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp(pub(crate) Timestamp);

impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let time = self.0;
        if time.as_millisecond() % 1000 == 0 {
            write!(f, "{time:.0}")
        } else {
            write!(f, "{time:.3}")
        }
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Without what is finer than a millisecond, so that what is shown is what is compared.
pub(crate) fn cut(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

/// So many months later, by the calendar.
pub(crate) fn months_later(time: Timestamp, months: i64) -> Timestamp {
    let later = time
        .to_zoned(TimeZone::UTC)
        .checked_add(Span::new().months(months));
    later.map_or(Timestamp::MAX, |later| later.timestamp())
}

pub(crate) fn days_later(time: Timestamp, days: i64) -> Timestamp {
    time.checked_add(jiff::SignedDuration::from_hours(days * 24))
        .unwrap_or(Timestamp::MAX)
}

pub(crate) fn seconds_later(time: Timestamp, seconds: u64) -> Timestamp {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    time.checked_add(jiff::SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

/// A time, or a day's begin in UTC, as queries and attributes write them.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let day: Date = text.parse().ok()?;
        Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_three_digits_of_a_second_or_none() {
        let at = |ms| Stamp(cut(Timestamp::from_microsecond(ms).unwrap())).to_string();
        assert_eq!(at(1_704_704_050_000_999), "2024-01-08T08:54:10Z");
        assert_eq!(at(1_704_704_050_500_000), "2024-01-08T08:54:10.500Z");
    }

    #[test]
    fn a_month_is_the_calendars() {
        let start: Timestamp = "2026-01-31T10:00:00Z".parse().unwrap();
        assert_eq!(months_later(start, 1).to_string(), "2026-02-28T10:00:00Z");
        assert_eq!(
            read("2026-01-31").unwrap().to_string(),
            "2026-01-31T00:00:00Z"
        );
        assert_eq!(read("soon"), None);
    }
}
