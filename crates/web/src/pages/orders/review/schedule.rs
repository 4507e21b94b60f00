//! When an order is sent: at once, or at a day and a time.

use engine::orders::OrderView;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Shown;
use crate::view::orders::review::Schedule;
use crate::view::{Field, FieldKind, Times};

/// A day and a time in the zone of the reader; nothing where both are empty.
pub(super) fn time_of(day: &str, time: &str, zone: &TimeZone) -> Result<Option<Timestamp>, String> {
    let (day, time) = (day.trim(), time.trim());
    if day.is_empty() {
        return if time.is_empty() {
            Ok(None)
        } else {
            Err("Choose the day, too.".to_owned())
        };
    }
    let day: jiff::civil::Date = day
        .parse()
        .map_err(|_| "Give a day such as 2026-11-23.".to_owned())?;
    let time: jiff::civil::Time = if time.is_empty() {
        jiff::civil::time(9, 0, 0, 0)
    } else {
        let padded = if time.len() == 4 {
            format!("0{time}")
        } else {
            time.to_owned()
        };
        padded
            .parse()
            .map_err(|_| "Give a time such as 09:00.".to_owned())?
    };
    day.to_datetime(time)
        .to_zoned(zone.clone())
        .map(|at| Some(at.timestamp()))
        .map_err(|_| "Give a day and a time of these centuries.".to_owned())
}

pub(super) fn schedule(view: &OrderView, times: &Times, shown: &Shown) -> Schedule {
    let proposed = view.row.scheduled_for.filter(|_| !shown.pressed);
    let day = if shown.day.is_empty() {
        proposed.map(|at| times.iso_date(at)).unwrap_or_default()
    } else {
        shown.day.clone()
    };
    let time = if shown.time.is_empty() {
        proposed.map(|at| times.clock(at)).unwrap_or_default()
    } else {
        shown.time.clone()
    };
    Schedule {
        open: !day.is_empty() || !shown.day_error.is_empty(),
        day: Field::new("day", "Day", FieldKind::Date)
            .optional()
            .value(day)
            .error(shown.day_error.clone()),
        time: Field::new("time", "Time", FieldKind::Text)
            .optional()
            .value(time)
            .placeholder("09:00"),
        zone: times
            .zone
            .iana_name()
            .map_or_else(|| "UTC".to_owned(), str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_a_time_means_nine_and_a_time_without_a_day_asks() {
        let zone = TimeZone::UTC;
        let of = |day: &str, time: &str| time_of(day, time, &zone);
        assert_eq!(of("", "").unwrap(), None);
        assert_eq!(
            of("2026-12-01", "").unwrap().unwrap().to_string(),
            "2026-12-01T09:00:00Z"
        );
        assert_eq!(
            of(" 2026-12-01 ", "7:30").unwrap().unwrap().to_string(),
            "2026-12-01T07:30:00Z"
        );
        assert!(of("", "09:00").is_err());
        assert!(of("1 Dec", "").is_err());
        assert!(of("2026-12-01", "noon").is_err());
    }
}
