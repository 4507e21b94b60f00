//! The calendar of renewals: six weeks, a year, and weeks in which nothing renews.

use super::*;
use crate::view::subscriptions::renewals::{
    Day, Entry, EntryKind, Month, RenewalsPage, Urgent, ViewWay,
};

pub(super) fn renewals() -> RenewalsPage {
    let entry = |kind, name: &str, detail: &str| Entry {
        href: "/subscriptions/1".to_owned(),
        kind,
        name: name.to_owned(),
        detail: detail.to_owned(),
        sentence: format!("{name}: {detail}"),
    };
    use EntryKind::{Ends, LastDay, LoginEnds, LoginSoon, Notable, Renews};
    let entries = |day: u32| match day {
        2 => vec![
            entry(LastDay, "Tin Lantern Studios Ltd", "3,369.60"),
            entry(LastDay, "Paper Boat Shipping ApS", "1,159.20"),
        ],
        7 => vec![entry(Ends, "Quillfeather Legal LLP", "ends")],
        8 => vec![
            entry(Renews, "Moonpenny Bakery GmbH", "1,422.72"),
            entry(Renews, "Hedgehog Logistics Oy", "96.00"),
        ],
        13 => vec![entry(LoginSoon, "Login, 14 d", "first warning")],
        15 => vec![
            entry(Renews, "Quillfeather Legal LLP", "74.10"),
            entry(Renews, LONG, "42.00"),
        ],
        21 => vec![entry(Notable, "Quillfeather Legal LLP", "2,134.08")],
        26 => vec![entry(Notable, "Hedgehog Logistics Oy", "16,623.36")],
        27 => vec![entry(LoginEnds, "Login ends", "paste new ones")],
        _ => Vec::new(),
    };
    let start: jiff::civil::Date = "2026-11-23".parse().expect("a literal");
    let days = (0..42_u32)
        .map(|place| {
            let date = start
                .checked_add(jiff::Span::new().days(i64::from(place)))
                .expect("a day");
            Day {
                iso: date.to_string(),
                label: if date.day() == 1 {
                    date.strftime("%-d %b").to_string()
                } else {
                    date.day().to_string()
                },
                name: date.strftime("%A, %-d %B %Y").to_string(),
                today: place == 0,
                out: place > 38,
                entries: entries(place),
                more: (place == 15).then(|| Link::new("+4 more", "/subscriptions?due=x")),
            }
        })
        .collect();
    let urgent = |customer: &str, what: &str, amount: &str, left: &str, tone| Urgent {
        href: "/subscriptions/1".to_owned(),
        customer: customer.to_owned(),
        what: what.to_owned(),
        amount: amount.to_owned(),
        currency: String::new(),
        left: left.to_owned(),
        tone,
        test: false,
    };
    RenewalsPage {
        frame: under("Renewals", Section::Subscriptions, &[("Subscriptions", "/subscriptions")]),
        summary: "Next 6 weeks: 58 renewals that would bind 27,730.00 EUR. 2 of them can be stopped for 2 more days.".to_owned(),
        tabs: tabs(1),
        notes: Vec::new(),
        exports: vec![Link::new("CSV", "/subscriptions/export.csv")],
        feed_href: "/renewals.ics".to_owned(),
        span: "23 November 2026 – 3 January 2027".to_owned(),
        earlier: "/subscriptions/renewals?from=2026-10-12".to_owned(),
        later: "/subscriptions/renewals?from=2027-01-04".to_owned(),
        today: String::new(),
        views: vec![
            ViewWay { label: "6 weeks", href: "/subscriptions/renewals".to_owned(), here: true },
            ViewWay { label: "Year", href: "/subscriptions/renewals?view=year".to_owned(), here: false },
        ],
        days,
        months: Vec::new(),
        amounts: "Amounts: EUR that would be bound".to_owned(),
        empty: None,
        urgent: vec![
            urgent("Tin Lantern Studios Ltd", "15 × Business Premium, 1 year", "3,369.60", "2 d to stop", Tone::Bad),
            urgent("Paper Boat Shipping ApS", "6 × Workspace Plus, 1 year", "1,159.20", "2 d to stop", Tone::Bad),
            urgent(LONG, "12 × Business Standard, 1 year", "1,422.72", "7 d", Tone::Calm),
            urgent("Hedgehog Logistics Oy", "74 × Business Premium, 7.6 %", "16,623.36", "25 d, low margin", Tone::Warn),
        ],
        urgent_words: "EUR bound".to_owned(),
        more: Some(Link::new("All 7 of the next 14 days", "/subscriptions?due=14")),
    }
}

pub(super) fn year() -> RenewalsPage {
    let months = (0..12_i64)
        .map(|place| {
            let date: jiff::civil::Date = "2026-11-01".parse().expect("a literal");
            let date = date
                .checked_add(jiff::Span::new().months(place))
                .expect("a month");
            Month {
                label: date.strftime("%B %Y").to_string(),
                href: format!("/subscriptions/renewals?from={date}"),
                now: place == 0,
                renewals: if place == 6 {
                    String::new()
                } else {
                    format!("{} renew", 40 - place)
                },
                bound: match place {
                    6 => Vec::new(),
                    3 => vec!["38,500.00 EUR".to_owned(), "1,200.00 USD".to_owned()],
                    _ => vec![format!("{},410.00 EUR", 26 - place)],
                },
                share: if place == 6 {
                    0
                } else {
                    1000 - u32::try_from(place).unwrap_or(0) * 70
                },
                ends: if place == 1 {
                    "2 end".to_owned()
                } else {
                    String::new()
                },
                tone: if place == 0 { Tone::Bad } else { Tone::Calm },
            }
        })
        .collect();
    let base = renewals();
    RenewalsPage {
        span: "November 2026 – October 2027".to_owned(),
        days: Vec::new(),
        months,
        today: "/subscriptions/renewals?view=year".to_owned(),
        views: base
            .views
            .into_iter()
            .map(|way| ViewWay {
                here: !way.here,
                ..way
            })
            .collect(),
        ..renewals()
    }
}

pub(super) fn quiet() -> RenewalsPage {
    let base = renewals();
    RenewalsPage {
        summary: "Next 6 weeks: nothing renews or ends.".to_owned(),
        days: base
            .days
            .into_iter()
            .map(|day| Day {
                entries: Vec::new(),
                more: None,
                ..day
            })
            .collect(),
        urgent: Vec::new(),
        urgent_words: String::new(),
        more: None,
        ..renewals()
    }
}
