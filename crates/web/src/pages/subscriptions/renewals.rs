//! The calendar of what renews and ends, and the same by urgency.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use domain::order::Sums;
use domain::{Currency, Term};
use engine::subscriptions::{RenewalRow, Urgency};
use http::HeaderMap;
use jiff::Span;
use jiff::civil::Date;
use rules::orders::money::term_words;

use super::calendar::{
    DAYS, LoginEnd, amount, date_of, days, is_weighty, monday, months, presses, start_of, what,
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
const URGENT: usize = 10;

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
    // What renews on the day behind can last be stopped on the last one.
    let behind = start_of(looked.until.tomorrow().unwrap_or(looked.until), times);
    let all = app.engine().renewals(from, behind).await?;
    let shown: Vec<RenewalRow> = all
        .into_iter()
        .filter(|row| row.due_at < until || presses(row, times) && !looked.year)
        .collect();
    let ahead: Vec<&RenewalRow> = shown.iter().filter(|row| row.due_at >= times.now).collect();
    let one = one_currency(&shown);
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
            days(looked.from, &shown, &logins, times, costs, one)
        },
        months: if looked.year && !never {
            months(looked.from, &shown, times, costs)
        } else {
            Vec::new()
        },
        amounts: match one {
            Some(currency) if costs => format!("Amounts: {currency} that would be bound"),
            _ => String::new(),
        },
        empty: never.then(|| nothing(&around, &readings)),
        urgent: ahead
            .iter()
            .take(URGENT)
            .map(|row| urgent(row, &around, costs, one))
            .collect(),
        urgent_words: match one {
            Some(currency) if costs && !ahead.is_empty() => format!("{currency} bound"),
            _ => String::new(),
        },
        more: (!ahead.is_empty()).then(|| {
            Link::new(
                format!("All {} in the list", count(ahead.len() as u64)),
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
fn summary(looked: &Looked, ahead: &[&RenewalRow], times: &Times, costs: bool) -> String {
    let span = match (looked.is_now, looked.year) {
        (true, false) => "Next 6 weeks".to_owned(),
        (true, true) => "Next 12 months".to_owned(),
        (false, _) => looked.words(),
    };
    let renew: Vec<&&RenewalRow> = ahead.iter().filter(|row| !row.ends).collect();
    let ends = ahead.len() - renew.len();
    if ahead.is_empty() {
        return format!("{span}: nothing renews or ends.");
    }
    let mut bound = Sums::new();
    for (currency, sum) in renew.iter().flat_map(|row| &row.cost_of_renewal) {
        let total = bound.entry(*currency).or_default();
        *total = total.saturating_add(*sum);
    }
    let mut words = format!(
        "{span}: {}",
        counted(renew.len() as u64, "renewal", "renewals")
    );
    let bound = sums(&bound);
    if costs && !bound.is_empty() {
        let verb = if renew.len() == 1 {
            "would bind"
        } else {
            "that would bind"
        };
        words.push_str(&format!(" {verb} {}", bound.join(" and ")));
    }
    if ends > 0 {
        words.push_str(&format!(", {}", counted(ends as u64, "end", "ends")));
    }
    words.push('.');
    let left: Vec<i64> = renew
        .iter()
        .filter(|row| presses(row, times))
        .map(|row| days_to(last_instant(row.due_at), times))
        .collect();
    if let Some(most) = left.iter().max() {
        let number = left.len() as u64;
        words.push_str(&format!(
            " {} of them can be stopped {}.",
            count(number),
            match most {
                0 => "only today".to_owned(),
                1 => "until tomorrow".to_owned(),
                days => format!("for {days} more days at most"),
            }
        ));
    }
    words
}

/// The one currency of all that would be bound; nothing where there are several.
fn one_currency(rows: &[RenewalRow]) -> Option<Currency> {
    let mut all = rows
        .iter()
        .flat_map(|row| row.cost_of_renewal.keys().copied());
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
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
