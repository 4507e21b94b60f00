//! One subscription in a list: its words, figures and last days.

use domain::subscription::SubscriptionState;
use domain::{BillingPeriod, Currency, Term};
use jiff::{SignedDuration, Timestamp};
use rules::margins::price::shown_percent;
use rules::orders::money::commitment_words;
use rules::subscriptions::remind::{Coming, coming};
use rust_decimal::Decimal;
use store::subscriptions::SubscriptionRow;

use super::{href, title};
use crate::pages::Around;
use crate::view::subscriptions::list::{self, Due, Stop};
use crate::view::{Status, Times, Tone, format, status};

/// A renewal that can be stopped for no more days than these is red.
pub(crate) const LAST_DAYS: i64 = 7;
/// Days are counted where there are no more than these.
const COUNTED_DAYS: i64 = 90;

/// A row of a list. `one`: the currency that the head of the column says.
pub(super) fn row(
    of: &SubscriptionRow,
    around: &Around,
    costs: bool,
    one: Option<Currency>,
) -> list::SubscriptionRow {
    let times = &around.times;
    let currency = of.subscription.currency;
    let (cost, shown) = match (of.monthly_units.filter(|_| costs), currency) {
        (Some(units), Some(currency)) => (
            format::total(units, currency),
            if one == Some(currency) {
                String::new()
            } else {
                currency.to_string()
            },
        ),
        _ => (String::new(), String::new()),
    };
    list::SubscriptionRow {
        href: href(of.id),
        name: title(&of.subscription).to_owned(),
        vendor: of.vendor.clone(),
        term: term_words(of),
        test: is_test(of, around),
        customer: customer_name(of),
        customer_href: of
            .customer
            .map(|id| format!("/customers/{id}"))
            .unwrap_or_default(),
        seats: of
            .subscription
            .seats
            .map(|seats| format::count(u64::from(seats)))
            .unwrap_or_default(),
        cost,
        currency: shown,
        margin: of
            .margin_permille
            .filter(|_| costs)
            .map(percent)
            .unwrap_or_default(),
        margin_tone: match of.margin_permille {
            Some(margin) if margin < 0 => Tone::Bad,
            _ => Tone::Calm,
        },
        due: due(of, times),
        stop: stop(of, times),
        status: state(of),
        resource: of.subscription.resource_id.clone(),
    }
}

/// The one currency of all rows that have a cost; nothing where there are several.
pub(super) fn one_currency(rows: &[SubscriptionRow]) -> Option<Currency> {
    let mut all = rows
        .iter()
        .filter(|row| row.monthly_units.is_some())
        .filter_map(|row| row.subscription.currency);
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// At a sandbox, beside connections that are none.
pub(super) fn is_test(of: &SubscriptionRow, around: &Around) -> bool {
    !around.frame.test
        && around
            .connection(of.connection)
            .is_some_and(|row| row.sandbox)
}

/// The customer's name, else Ion's id of it.
pub(super) fn customer_name(of: &SubscriptionRow) -> String {
    let name = of.customer_name.trim();
    if name.is_empty() {
        format!("Ion {}", of.subscription.ion_customer_id)
    } else {
        name.to_owned()
    }
}

/// How it stands.
pub(super) fn state(of: &SubscriptionRow) -> Status {
    if of.gone_at.is_some() {
        status::gone()
    } else {
        status::subscription(of.subscription.state)
    }
}

/// `1 year, monthly`; what is paid by use has no term.
pub(crate) fn term_words(of: &SubscriptionRow) -> String {
    let it = &of.subscription;
    match (it.term, it.billing) {
        (Term::Unknown, BillingPeriod::Unspecified) => "term not known".to_owned(),
        (Term::Unknown, _) if coming(it).is_none() => "no term".to_owned(),
        (term, billing) => commitment_words(term, billing),
    }
}

/// When it renews or ends.
pub(super) fn due(of: &SubscriptionRow, times: &Times) -> Due {
    let word = |text: String| Due {
        text,
        icon: "",
        word: "",
    };
    if !of.is_live() {
        return word(
            of.subscription
                .ends_at
                .filter(|_| of.gone_at.is_none())
                .map_or_else(
                    || "over".to_owned(),
                    |at| {
                        let word = if at > times.now { "ends" } else { "ended" };
                        format!("{word} {}", times.date(at))
                    },
                ),
        );
    }
    match coming(&of.subscription) {
        Some(Coming { at, ends: true }) => Due {
            text: times.date(at),
            icon: "calendar-off",
            word: "ends",
        },
        Some(Coming { at, ends: false }) => Due {
            text: times.date(at),
            icon: "refresh",
            word: "renews",
        },
        None if of.subscription.state == SubscriptionState::Pending => {
            word("not yet running".to_owned())
        }
        None => word("no term".to_owned()),
    }
}

/// The last instant at which a renewal can be turned off: just before it.
pub(crate) fn last_instant(renews_at: Timestamp) -> Timestamp {
    renews_at - SignedDuration::from_micros(1)
}

/// Whole days from today to the day of an instant, by the calendar of the reader; negative where it is past.
pub(crate) fn days_to(at: Timestamp, times: &Times) -> i64 {
    let day = |at: Timestamp| at.to_zoned(times.zone.clone()).date();
    day(at)
        .since(day(times.now))
        .map_or(0, |span| i64::from(span.get_days()))
}

/// Until when it can be stopped.
pub(super) fn stop(of: &SubscriptionRow, times: &Times) -> Stop {
    let calm = |text: &str| Stop {
        text: text.to_owned(),
        tone: Tone::Calm,
    };
    if !of.is_live() {
        return calm("");
    }
    match coming(&of.subscription) {
        None => Stop {
            text: "any time".to_owned(),
            tone: Tone::Info,
        },
        Some(Coming { ends: true, .. }) => calm("decided"),
        Some(Coming { at, .. }) if at <= times.now => calm("passed"),
        Some(Coming { at, .. }) => {
            let last = last_instant(at);
            let days = days_to(last, times);
            let text = match days {
                0 => "today".to_owned(),
                1..=COUNTED_DAYS => format!("{}, {days} d", times.day(last)),
                _ => times.date(last),
            };
            // A month is soon bound and soon over.
            let presses = days <= LAST_DAYS && of.subscription.term != Term::P1M;
            Stop {
                text,
                tone: if presses { Tone::Bad } else { Tone::Info },
            }
        }
    }
}

/// Thousandths as a percentage: 153 -> `15.3 %`.
pub(crate) fn percent(permille: i64) -> String {
    let text = format::percent(permille.unsigned_abs());
    if permille < 0 {
        format!("\u{2212}{text}")
    } else {
        text
    }
}

/// A percentage that was worked out exactly, with one digit, rounded down: 15.39 -> `15.3 %`.
pub(crate) fn percent_of(exact: Decimal) -> String {
    let tenths = shown_percent(exact) * Decimal::TEN;
    percent(i64::try_from(tenths.trunc()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_never_look_larger_than_they_are() {
        let shown = |text: &str| percent_of(text.parse().unwrap());
        assert_eq!(shown("15.39"), "15.3\u{202f}%");
        assert_eq!(shown("-7.61"), "\u{2212}7.7\u{202f}%");
        assert_eq!(shown("0"), "0.0\u{202f}%");
        assert_eq!(percent(-76), "\u{2212}7.6\u{202f}%");
    }

    #[test]
    fn days_are_counted_by_the_calendar_of_the_reader() {
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        // 23:30 on Saturday; the night has 25 hours.
        let times = Times::new("2026-10-24T21:30:00Z".parse().unwrap(), zone);
        let days = |at: &str| days_to(at.parse().unwrap(), &times);
        assert_eq!(days("2026-10-24T21:59:59Z"), 0);
        assert_eq!(days("2026-10-24T22:00:00Z"), 1);
        assert_eq!(days("2026-10-25T22:59:59Z"), 1);
        assert_eq!(days("2026-10-25T23:00:00Z"), 2);
        assert_eq!(days("2027-10-25T23:00:00Z"), 367);
        assert_eq!(days("2026-10-23T23:00:00Z"), 0);
        assert_eq!(days("2026-10-23T21:00:00Z"), -1);
    }
}
