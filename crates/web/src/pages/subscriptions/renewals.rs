//! The calendar of what renews and ends, and the same by urgency.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use domain::{Currency, Term};
use engine::subscriptions::{RenewalRow, Urgency};
use http::HeaderMap;
use jiff::Span;
use jiff::civil::Date;
use rules::orders::money::term_words;
use store::subscriptions::RenewalSums;

use super::calendar::{
    DAYS, LoginEnd, SHOWN, amount, date_of, days, is_weighty, monday, months, presses,
    pressing_until, spans_of_days, spans_of_months, start_of, what,
};
use super::money::sums;
use super::readings::Readings;
use super::row::{LAST_DAYS, customer_name, days_to, is_test, last_instant, percent_of};
use super::{PATH, href, tabs};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::Around;
use crate::pages::address::Address;
use crate::pages::around::connection_href;
use crate::view::format::{count, counted};
use crate::view::parts::Empty;
use crate::view::subscriptions::renewals::{RenewalsPage, Urgent, ViewWay};
use crate::view::{Button, Html, Link, Section, Times, Tone};

const HERE: &str = "/subscriptions/renewals";
/// Renewals beside the calendar.
const URGENT: u32 = 10;

/// Which part of time is looked at.
struct Looked {
    year: bool,
    /// Its first day: a Monday, or the first of a month.
    from: Date,
    /// The first day behind it.
    until: Date,
    /// It begins with today.
    is_now: bool,
}

impl Looked {
    fn read(address: &Address, times: &Times) -> Result<Self, Fault> {
        let today = date_of(times.now, times);
        let asked = match address.get("from") {
            None => today,
            Some(text) => text
                .parse::<Date>()
                .ok()
                .filter(|day| (1970..=9000).contains(&day.year()))
                .ok_or_else(|| Fault::field("from", "Give a day such as 2026-11-23."))?,
        };
        let year = match address.get("view") {
            None | Some("weeks") => false,
            Some("year") => true,
            Some(_) => return Err(Fault::field("view", "Give weeks or year.")),
        };
        let first = |day: Date| {
            if year {
                day.first_of_month()
            } else {
                monday(day)
            }
        };
        let from = first(asked);
        Ok(Self {
            year,
            from,
            until: plus(from, year, 1),
            is_now: from == first(today),
        })
    }

    /// `23 November 2026 – 3 January 2027`, `November 2026 – October 2027`.
    fn words(&self) -> String {
        let last = self.until.yesterday().unwrap_or(self.until);
        if self.year {
            return format!(
                "{} – {}",
                self.from.strftime("%B %Y"),
                last.strftime("%B %Y")
            );
        }
        let first = if self.from.year() == last.year() {
            "%-d %B"
        } else {
            "%-d %B %Y"
        };
        format!(
            "{} – {}",
            self.from.strftime(first),
            last.strftime("%-d %B %Y")
        )
    }

    fn href(&self, from: Date) -> String {
        let view = if self.year { "&view=year" } else { "" };
        format!("{HERE}?from={from}{view}")
    }
}

/// So many spans later.
fn plus(from: Date, year: bool, spans: i64) -> Date {
    let span = if year {
        Span::new().months(12 * spans)
    } else {
        Span::new().days(DAYS * spans)
    };
    from.checked_add(span).unwrap_or(from)
}

/// The page.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(HERE, query.as_deref());
    let around = Around::load(&app, &caller, &headers, "Renewals", Section::Subscriptions)
        .await?
        .under("Subscriptions", PATH);
    let times = &around.times;
    let costs = caller.may(Right::SeeCost);
    let looked = Looked::read(&address, times)?;
    let (from, until) = (start_of(looked.from, times), start_of(looked.until, times));
    let since = from.max(times.now);
    // What renews as the day behind begins can last be stopped on the last one.
    let behind = start_of(looked.until.tomorrow().unwrap_or(looked.until), times);
    let mut spans = vec![
        (from, until),
        (since, until),
        (until.max(times.now), behind),
    ];
    if looked.year {
        spans.extend(spans_of_months(looked.from, times));
    }
    let engine = app.engine();
    let pressing = pressing_until(times);
    let mut sums = engine.renewal_sums(&spans, pressing).await?.into_iter();
    let whole = sums.next().unwrap_or_default();
    let mut ahead = sums.next().unwrap_or_default();
    let tail = sums.next().unwrap_or_default();
    let by_month: Vec<RenewalSums> = sums.collect();
    if !looked.year {
        add_pressing(&mut ahead, tail);
    }
    let of_days = if looked.year {
        Vec::new()
    } else {
        let spans = spans_of_days(looked.from, times);
        engine.renewals_of_days(&spans, pressing, SHOWN).await?
    };
    let most_urgent = engine.renewals((since, until), None, URGENT).await?.rows;
    let one = one_currency(&whole, &ahead);
    let number = ahead.renewals + ahead.ends;
    let readings = Readings::of(&app, &around).await?;
    let never = !readings.was_read();
    let range = format!(
        "due_from={}&due_to={}",
        looked.from.max(date_of(times.now, times)),
        looked.until.yesterday().unwrap_or(looked.until)
    );
    Ok(Html(RenewalsPage {
        summary: summary(&looked, &ahead, times, costs),
        tabs: tabs(&app, "Renewals").await?,
        notes: readings.notes(&around),
        exports: if caller.may(Right::Export) {
            vec![
                Link::new("CSV", format!("{PATH}/export.csv?{range}")),
                Link::new("JSON", format!("{PATH}/export.json?{range}")),
            ]
        } else {
            Vec::new()
        },
        feed_href: "/renewals.ics".to_owned(),
        span: looked.words(),
        earlier: looked.href(plus(looked.from, looked.year, -1)),
        later: looked.href(looked.until),
        today: if looked.is_now {
            String::new()
        } else if looked.year {
            format!("{HERE}?view=year")
        } else {
            HERE.to_owned()
        },
        views: views(&looked),
        days: if looked.year || never {
            Vec::new()
        } else {
            let logins = logins(&around);
            days(looked.from, &of_days, &logins, times, costs, one)
        },
        months: if looked.year && !never {
            months(looked.from, &by_month, times, costs)
        } else {
            Vec::new()
        },
        amounts: match one {
            Some(currency) if costs => format!("Amounts: {currency} that would be bound"),
            _ => String::new(),
        },
        empty: never.then(|| nothing(&around, &readings)),
        urgent: most_urgent
            .iter()
            .map(|row| urgent(row, &around, costs, one))
            .collect(),
        urgent_words: match one {
            Some(currency) if costs && number > 0 => format!("{currency} bound"),
            _ => String::new(),
        },
        more: (number > 0).then(|| {
            Link::new(
                format!("All {} in the list", count(number)),
                format!("{PATH}?{range}"),
            )
        }),
        frame: around.frame,
    })
    .into_response())
}

fn views(looked: &Looked) -> Vec<ViewWay> {
    let from = if looked.is_now {
        String::new()
    } else {
        format!("from={}", looked.from)
    };
    let way = |label, query: String, here| ViewWay {
        label,
        href: if query.is_empty() {
            HERE.to_owned()
        } else {
            format!("{HERE}?{query}")
        },
        here,
    };
    let year = if from.is_empty() {
        "view=year".to_owned()
    } else {
        format!("{from}&view=year")
    };
    vec![
        way("6 weeks", from, !looked.year),
        way("Year", year, looked.year),
    ]
}

/// `Next 6 weeks: 58 renewals that would bind 27,730.00 EUR. 2 of them can be stopped for 2 more days.`
fn summary(looked: &Looked, ahead: &RenewalSums, times: &Times, costs: bool) -> String {
    let span = match (looked.is_now, looked.year) {
        (true, false) => "Next 6 weeks".to_owned(),
        (true, true) => "Next 12 months".to_owned(),
        (false, _) => looked.words(),
    };
    if ahead.renewals + ahead.ends == 0 {
        return format!("{span}: nothing renews or ends.");
    }
    let mut words = format!("{span}: {}", counted(ahead.renewals, "renewal", "renewals"));
    let bound = sums(&ahead.bound);
    if costs && !bound.is_empty() {
        let verb = if ahead.renewals == 1 {
            "would bind"
        } else {
            "that would bind"
        };
        words.push_str(&format!(" {verb} {}", bound.join(" and ")));
    }
    if ahead.ends > 0 {
        words.push_str(&format!(", {}", counted(ahead.ends, "end", "ends")));
    }
    words.push('.');
    if let Some(last) = ahead.last_pressing {
        words.push_str(&format!(
            " {} of them can be stopped {}.",
            count(ahead.pressing),
            match days_to(last_instant(last), times) {
                0 => "only today".to_owned(),
                1 => "until tomorrow".to_owned(),
                days => format!("for {days} more days at most"),
            }
        ));
    }
    words
}

/// Adds what presses of a span to the sums of another.
fn add_pressing(to: &mut RenewalSums, of: RenewalSums) {
    to.renewals += of.pressing;
    to.pressing += of.pressing;
    to.last_pressing = to.last_pressing.max(of.last_pressing);
    for (currency, sum) in of.pressing_bound {
        for sums in [&mut to.bound, &mut to.pressing_bound] {
            let total = sums.entry(currency).or_default();
            *total = total.saturating_add(sum);
        }
    }
}

/// The one currency of all that would be bound; nothing where there are several.
fn one_currency(whole: &RenewalSums, ahead: &RenewalSums) -> Option<Currency> {
    let mut all = whole.bound.keys().chain(ahead.bound.keys());
    let first = all.next()?;
    all.all(|other| other == first).then_some(*first)
}

fn logins(around: &Around) -> Vec<LoginEnd> {
    around
        .connections
        .iter()
        .filter_map(|row| {
            Some(LoginEnd {
                name: format!("“{}”", row.name),
                href: connection_href(row.id),
                at: row.refresh_expires_at?,
            })
        })
        .collect()
}

fn urgent(row: &RenewalRow, around: &Around, costs: bool, one: Option<Currency>) -> Urgent {
    let times = &around.times;
    let weighty = is_weighty(row, times.now);
    let days = days_to(last_instant(row.due_at), times);
    let (left, tone) = if row.ends {
        (format!("ends {}", times.day(row.due_at)), Tone::Calm)
    } else if row.urgency == Urgency::Decided {
        ("can no longer be stopped".to_owned(), Tone::Calm)
    } else if presses(row, times) {
        let words = match days {
            0 => "today to stop".to_owned(),
            days => format!("{days} d to stop"),
        };
        (words, Tone::Bad)
    } else if row.low_margin {
        (format!("{days} d, low margin"), Tone::Warn)
    } else if weighty {
        (format!("{days} d, large"), Tone::Warn)
    } else {
        (format!("{days} d"), Tone::Calm)
    };
    let more = match row.margin_percent.filter(|_| costs && row.low_margin) {
        Some(margin) => percent_of(margin),
        None => match row.row.subscription.term {
            Term::Unknown => String::new(),
            term => term_words(term).to_owned(),
        },
    };
    Urgent {
        href: href(row.row.id),
        customer: customer_name(&row.row),
        what: if more.is_empty() {
            what(row)
        } else {
            format!("{}, {more}", what(row))
        },
        amount: if costs && !row.ends {
            amount(&row.cost_of_renewal, one)
        } else {
            String::new()
        },
        currency: String::new(),
        left,
        tone,
        test: is_test(&row.row, around),
    }
}

fn nothing(around: &Around, readings: &Readings) -> Empty {
    let nothing = Empty::new(
        "calendar",
        "No subscriptions yet",
        format!(
            "They are read from Ion; then what renews or ends stands here, with the last days to stop it, {LAST_DAYS} days before in red."
        ),
    );
    if readings.may_read(around) {
        nothing.with(Button::post("Read the subscriptions", "/subscriptions/read").primary())
    } else {
        nothing
    }
}
