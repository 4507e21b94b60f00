//! Days and months of the calendar, and what stands in them: by the calendar of the reader, also where the clocks change.

use std::collections::BTreeMap;

use domain::Currency;
use domain::order::Sums;
use engine::subscriptions::{RenewalDay, RenewalRow, Urgency};
use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Span, Timestamp};
use rust_decimal::Decimal;
use store::subscriptions::RenewalSums;

use super::money::sums;
use super::row::{customer_name, days_to, last_instant};
use super::{PATH, href, title};
use crate::view::format::{self, count, counted};
use crate::view::subscriptions::renewals::{Day, Entry, EntryKind, Month};
use crate::view::{Link, Times, Tone};

/// Days of the view by weeks.
pub(super) const DAYS: i64 = 42;
/// Entries of a day that are shown.
pub(super) const SHOWN: u32 = 3;
/// Days before its end at which a login is warned of first.
const WARNED: i64 = 14;

/// The end of a connection's login.
#[derive(Debug, Clone)]
pub(super) struct LoginEnd {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) at: Timestamp,
}

/// The Monday on or before a day.
pub(super) fn monday(day: Date) -> Date {
    let back = day.weekday().since(Weekday::Monday);
    day.checked_sub(Span::new().days(i64::from(back)))
        .unwrap_or(day)
}

/// A day by the reader's calendar.
pub(super) fn date_of(at: Timestamp, times: &Times) -> Date {
    at.to_zoned(times.zone.clone()).date()
}

/// The instant at which a day begins for the reader.
pub(super) fn start_of(day: Date, times: &Times) -> Timestamp {
    day.to_zoned(times.zone.clone())
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// Large, or with a margin below its floor: looked at a step earlier than others, which its urgency tells.
pub(super) fn is_weighty(row: &RenewalRow, now: Timestamp) -> bool {
    let left = row
        .last_day_to_stop
        .map_or(SignedDuration::ZERO, |stop| stop.duration_since(now));
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    row.low_margin
        || match row.urgency {
            Urgency::Now => left > days(super::row::LAST_DAYS),
            Urgency::Soon => left > days(30),
            _ => false,
        }
}

/// It can be stopped for a few days only.
pub(super) fn presses(row: &RenewalRow, times: &Times) -> bool {
    row.urgency == Urgency::Now
        && row
            .last_day_to_stop
            .is_some_and(|stop| days_to(last_instant(stop), times) <= super::row::LAST_DAYS)
}

/// `15 × Microsoft 365 Business Premium`.
pub(super) fn what(row: &RenewalRow) -> String {
    let of = &row.row.subscription;
    let seats = of.seats.map_or_else(String::new, |seats| {
        format!("{} × ", count(u64::from(seats)))
    });
    format!("{seats}{}", title(of))
}

/// What is urgent and renews until then presses: see [`presses`].
pub(super) fn pressing_until(times: &Times) -> Timestamp {
    let today = date_of(times.now, times);
    let behind = today.checked_add(Span::new().days(super::row::LAST_DAYS + 1));
    start_of(behind.unwrap_or(today), times)
}

/// The days of the six weeks from a Monday on.
pub(super) fn spans_of_days(from: Date, times: &Times) -> Vec<(Timestamp, Timestamp)> {
    (0..DAYS)
        .filter_map(|place| from.checked_add(Span::new().days(place)).ok())
        .map(|day| (start_of(day, times), start_of(next(day), times)))
        .collect()
}

/// The twelve months from the first day of one on.
pub(super) fn spans_of_months(from: Date, times: &Times) -> Vec<(Timestamp, Timestamp)> {
    months_from(from)
        .map(|month| {
            let next = month.checked_add(Span::new().months(1)).unwrap_or(month);
            (start_of(month, times), start_of(next, times))
        })
        .collect()
}

fn months_from(from: Date) -> impl Iterator<Item = Date> {
    (0..12_i64).filter_map(move |place| from.checked_add(Span::new().months(place)).ok())
}

/// The six weeks from a Monday on, with what stands in each of their days.
pub(super) fn days(
    from: Date,
    renewals: &[RenewalDay],
    logins: &[LoginEnd],
    times: &Times,
    costs: bool,
    one: Option<Currency>,
) -> Vec<Day> {
    let mut by_day: BTreeMap<Date, Vec<(u8, Decimal, Entry)>> = BTreeMap::new();
    for (day, entry) in logins.iter().flat_map(|login| login_entries(login, times)) {
        by_day
            .entry(day)
            .or_default()
            .push((rank(entry.kind), Decimal::ZERO, entry));
    }
    let today = date_of(times.now, times);
    (0..DAYS)
        .filter_map(|place| Some((place, from.checked_add(Span::new().days(place)).ok()?)))
        .map(|(place, date)| {
            let mut entries = by_day.remove(&date).unwrap_or_default();
            let of = usize::try_from(place)
                .ok()
                .and_then(|place| renewals.get(place));
            let all = entries.len() as u64 + of.map_or(0, |of| of.total);
            for row in of.into_iter().flat_map(|of| &of.rows) {
                let entry = entry(row, times, costs, one);
                let weight = row.cost_of_renewal.values().copied().max();
                entries.push((rank(entry.kind), weight.unwrap_or_default(), entry));
            }
            entries.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
            let shown = if all > u64::from(SHOWN) {
                SHOWN - 1
            } else {
                SHOWN
            };
            Day {
                iso: date.to_string(),
                label: if date.day() == 1 || date == from && date != today {
                    date.strftime("%-d %b").to_string()
                } else {
                    date.day().to_string()
                },
                name: date.strftime("%A, %-d %B %Y").to_string(),
                today: date == today,
                out: date < today,
                more: (all > u64::from(shown)).then(|| {
                    Link::new(
                        format!("+{} more", count(all - u64::from(shown))),
                        format!("{PATH}?due_from={date}&due_to={}", next(date)),
                    )
                }),
                entries: entries
                    .into_iter()
                    .take(shown as usize)
                    .map(|(_, _, entry)| entry)
                    .collect(),
            }
        })
        .collect()
}

/// What can last be stopped on a day renews on the next: the list of a day shows both.
fn next(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}

/// What presses stands first.
fn rank(kind: EntryKind) -> u8 {
    match kind {
        EntryKind::LastDay => 0,
        EntryKind::LoginEnds => 1,
        EntryKind::Notable => 2,
        EntryKind::LoginSoon => 3,
        EntryKind::Ends => 4,
        EntryKind::Renews => 5,
    }
}

/// A renewal or end in its day.
fn entry(row: &RenewalRow, times: &Times, costs: bool, one: Option<Currency>) -> Entry {
    let who = customer_name(&row.row);
    let what = what(row);
    let bound = if costs {
        sums(&row.cost_of_renewal).join(", ")
    } else {
        String::new()
    };
    let binds = if bound.is_empty() {
        String::new()
    } else {
        format!("; it would bind {bound}")
    };
    let kind = if row.ends {
        EntryKind::Ends
    } else if presses(row, times) {
        EntryKind::LastDay
    } else if is_weighty(row, times.now) {
        EntryKind::Notable
    } else {
        EntryKind::Renews
    };
    let sentence = match kind {
        EntryKind::Ends => format!("{who}: {what} ends"),
        EntryKind::LastDay => format!("{who}: last day to stop {what}{binds}"),
        EntryKind::Notable if row.low_margin => {
            format!("{who}: {what} renews with a low margin{binds}")
        }
        _ => format!("{who}: {what} renews{binds}"),
    };
    let detail = match (kind, amount(&row.cost_of_renewal, one)) {
        (EntryKind::Ends, _) => "ends".to_owned(),
        (_, amount) if costs && !amount.is_empty() => amount,
        (EntryKind::LastDay, _) => "last day to stop".to_owned(),
        _ => "renews".to_owned(),
    };
    Entry {
        href: href(row.row.id),
        kind,
        name: who,
        detail,
        sentence,
    }
}

/// The sum without its currency where that is the one of all; several sums with theirs.
pub(super) fn amount(sums_of: &Sums, one: Option<Currency>) -> String {
    match (sums_of.len(), sums_of.first_key_value(), one) {
        (1, Some((currency, sum)), Some(one)) if *currency == one => {
            format::sum(*sum, one).unwrap_or_default()
        }
        _ => sums(sums_of).join(", "),
    }
}

fn login_entries(login: &LoginEnd, times: &Times) -> Vec<(Date, Entry)> {
    let entry = |kind, at: Timestamp, name: &str, detail: &str, sentence: String| {
        (
            date_of(at, times),
            Entry {
                href: login.href.clone(),
                kind,
                name: name.to_owned(),
                detail: detail.to_owned(),
                sentence,
            },
        )
    };
    let mut entries = vec![entry(
        EntryKind::LoginEnds,
        login.at,
        "Login ends",
        "paste new ones",
        format!(
            "The login of {} ends; paste new credentials before",
            login.name
        ),
    )];
    let warned = login.at - SignedDuration::from_hours(24 * WARNED);
    if warned > times.now {
        entries.push(entry(
            EntryKind::LoginSoon,
            warned,
            "Login, 14 d",
            "first warning",
            format!("The login of {} ends 14 days later", login.name),
        ));
    }
    entries
}

/// Twelve months from the first day of one on, each with its sums.
pub(super) fn months(
    from: Date,
    sums_of: &[RenewalSums],
    times: &Times,
    costs: bool,
) -> Vec<Month> {
    let today = date_of(times.now, times).first_of_month();
    let most = sums_of
        .iter()
        .flat_map(|of| of.bound.values().copied())
        .max()
        .unwrap_or_default();
    months_from(from)
        .zip(sums_of)
        .map(|(month, of)| Month {
            label: month.strftime("%B %Y").to_string(),
            href: format!(
                "{PATH}/renewals?from={}",
                month.max(date_of(times.now, times))
            ),
            now: month == today,
            renewals: match of.renewals {
                0 => String::new(),
                number => counted(number, "renews", "renew"),
            },
            bound: if costs { sums(&of.bound) } else { Vec::new() },
            share: if costs {
                share(of.bound.values().copied().max(), most)
            } else {
                0
            },
            ends: match of.ends {
                0 => String::new(),
                number => counted(number, "ends", "end"),
            },
            tone: if of.pressing > 0 {
                Tone::Bad
            } else {
                Tone::Calm
            },
        })
        .collect()
}

/// A part of the largest, of 1000; what is there at all is seen.
pub(super) fn share(part: Option<Decimal>, most: Decimal) -> u32 {
    let Some(part) = part.filter(|part| *part > Decimal::ZERO && most > Decimal::ZERO) else {
        return 0;
    };
    part.checked_mul(Decimal::ONE_THOUSAND)
        .and_then(|part| part.checked_div(most))
        .and_then(|share| u32::try_from(share.trunc()).ok())
        .unwrap_or(1000)
        .clamp(1, 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    fn times(now: &str, zone: &str) -> Times {
        Times::new(now.parse().unwrap(), TimeZone::get(zone).unwrap())
    }

    #[test]
    fn six_weeks_have_42_days_also_where_the_clocks_change() {
        // Both changes of 2026 in Europe, one in America, and a place that left a day out.
        for (now, zone) in [
            ("2026-03-23T10:00:00Z", "Europe/Berlin"),
            ("2026-10-12T10:00:00Z", "Europe/Berlin"),
            ("2026-10-26T10:00:00Z", "America/New_York"),
            ("2011-12-20T10:00:00Z", "Pacific/Apia"),
        ] {
            let times = times(now, zone);
            let from = monday(date_of(times.now, &times));
            let days = days(from, &[], &[], &times, true, None);
            assert_eq!(days.len(), 42, "{zone}");
            assert_eq!(from.weekday(), Weekday::Monday);
            let mut isos: Vec<_> = days.iter().map(|day| day.iso.clone()).collect();
            isos.dedup();
            assert_eq!(isos.len(), 42, "{zone}: a day twice");
            assert_eq!(days.iter().filter(|day| day.today).count(), 1, "{zone}");
        }
    }

    #[test]
    fn a_login_stands_on_the_day_on_which_it_ends_for_the_reader() {
        let times = times("2026-10-20T10:00:00Z", "Europe/Berlin");
        let login = LoginEnd {
            name: "Nordics".to_owned(),
            href: "/settings/integrations/1".to_owned(),
            // 00:30 in Berlin, winter time; the warning is at 01:30 of summer time.
            at: "2026-11-07T23:30:00Z".parse().unwrap(),
        };
        let days = days(
            monday(date_of(times.now, &times)),
            &[],
            &[login],
            &times,
            true,
            None,
        );
        let on = |iso: &str| {
            days.iter()
                .find(|day| day.iso == iso)
                .unwrap()
                .entries
                .iter()
                .map(|entry| entry.kind)
                .collect::<Vec<_>>()
        };
        assert_eq!(on("2026-11-08"), [EntryKind::LoginEnds]);
        assert_eq!(on("2026-10-25"), [EntryKind::LoginSoon]);
    }

    #[test]
    fn shares_are_seen_and_bounded() {
        let dec = |text: &str| Some(text.parse::<Decimal>().unwrap());
        let most = "1000".parse().unwrap();
        assert_eq!(share(None, most), 0);
        assert_eq!(share(dec("0"), most), 0);
        assert_eq!(share(dec("0.01"), most), 1);
        assert_eq!(share(dec("500"), most), 500);
        assert_eq!(share(dec("1000"), most), 1000);
        assert_eq!(share(Some(Decimal::MAX), most), 1000);
    }
}
