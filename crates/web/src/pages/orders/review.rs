//! Step 3: what will be ordered, what it binds to, what was checked; and the one button.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::Term;
use domain::access::Right;
use domain::customer::LinkState;
use domain::order::{OrderAction, OrderLine};
use engine::orders::{Confirmation, OrderError, OrderView};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rules::orders::check::{Problem, line_name};
use rules::orders::money::commitment_words;
use rules::orders::review;
use rules::subscriptions::change::action_of;
use serde::Deserialize;
use uuid::Uuid;

use super::compose::{Draft, head, is_part, moved, open};
use super::money::{only_currency, sum_text, sums_text, without_tax};
use super::products::duplicates;
use super::{href, money, step_href};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, sentence};
use crate::pages::address::Address;
use crate::pages::go_to;
use crate::view::format::{amount, count};
use crate::view::orders::compose::Moved;
use crate::view::orders::money::GoOn;
use crate::view::orders::review::{
    Bind, BindRow, CheckLine, MovedPrice, MovedPrices, ReviewLine, ReviewPage, ReviewStep,
    ReviewTotal, Schedule, TypedTotal,
};
use crate::view::{Button, Fact, Field, FieldKind, Html, Link, Note, Times, Tone, Value, status};

/// What the review shows beside the draft.
#[derive(Default)]
struct Shown {
    moved: Option<Moved>,
    notes: Vec<Note>,
    /// What was found wrong when the button was pressed.
    problems: Vec<Problem>,
    pressed: bool,
    typed: String,
    day: String,
    time: String,
    day_error: String,
    status: Option<StatusCode>,
}

/// The step.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(step_href(id.into(), "review"), query.as_deref());
    let Some(draft) = open(&app, &caller, &headers, id.into(), &address).await? else {
        return Ok(go_to(&href(id.into())));
    };
    page(&app, &caller, &headers, draft, Shown::default()).await
}

/// What is typed into the review.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Place {
    version: u64,
    #[serde(default, rename = "do")]
    act: String,
    #[serde(default)]
    typed: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    time: String,
}

/// Places the order, or takes the prices of today into it.
pub(crate) async fn place(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(form): ProtectedForm<Place>,
) -> Result<Response, Fault> {
    let here = step_href(id.into(), "review");
    let address = Address::new(here.clone(), None);
    // Pressed twice, the second press finds the order placed: its page tells how it stands.
    let Some(draft) = open(&app, &caller, &headers, id.into(), &address).await? else {
        return Ok(go_to(&href(id.into())));
    };
    let actor = caller.actor();
    let mut shown = Shown {
        typed: form.typed.clone(),
        day: form.day.clone(),
        time: form.time.clone(),
        ..Shown::default()
    };
    match form.act.as_str() {
        "place" => {}
        "accept" => {
            let done = app
                .engine()
                .accept_prices(id.into(), form.version, &actor)
                .await;
            return match done {
                Ok(_) => Ok(go_to(&here)),
                Err(error) => refused(&app, &caller, &headers, draft, shown, error).await,
            };
        }
        _ => return Ok(go_to(&here)),
    }
    let times = &draft.around.times;
    let at = match time_of(&form.day, &form.time, &times.zone) {
        Ok(at) => at,
        Err(why) => {
            shown.day_error = why;
            shown.status = Some(StatusCode::UNPROCESSABLE_ENTITY);
            return page(&app, &caller, &headers, draft, shown).await;
        }
    };
    if at.is_some_and(|at| at <= times.now) {
        "This time has passed. Choose a later one, or leave both empty."
            .clone_into(&mut shown.day_error);
        shown.status = Some(StatusCode::UNPROCESSABLE_ENTITY);
        return page(&app, &caller, &headers, draft, shown).await;
    }
    let confirmation = Confirmation {
        typed_total: form.typed.clone(),
        accepted_prices: false,
        // Emptied, it is sent at once, whatever the draft proposed.
        at: at.or_else(|| draft.row().scheduled_for.map(|_| times.now)),
    };
    let placed = app
        .engine()
        .submit_order(id.into(), form.version, confirmation, &actor)
        .await;
    match placed {
        Ok(row) => {
            let done = if row.scheduled_for.is_some_and(|at| at > app.now()) {
                "scheduled"
            } else {
                "placed"
            };
            Ok(go_to(&format!("{}?done={done}", href(row.id))))
        }
        Err(error) => refused(&app, &caller, &headers, draft, shown, error).await,
    }
}

/// A day and a time in the zone of the reader; nothing where both are empty.
fn time_of(day: &str, time: &str, zone: &TimeZone) -> Result<Option<Timestamp>, String> {
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

/// The review again, with what stands against it.
async fn refused(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    draft: Draft,
    mut shown: Shown,
    error: OrderError,
) -> Result<Response, Fault> {
    let id = draft.row().id;
    match error {
        OrderError::Invalid(problems) => {
            let many = problems.len() as u64;
            shown.notes.push(Note::new(
                Tone::Bad,
                "alert-circle",
                match many {
                    1 => "It was not placed: one thing stands against it".to_owned(),
                    many => format!("It was not placed: {many} things stand against it"),
                },
                "Nothing was sent. Each stands below with what to do.",
            ));
            shown.problems = problems;
            shown.pressed = true;
            shown.status = Some(StatusCode::UNPROCESSABLE_ENTITY);
        }
        OrderError::Moved { now } => {
            if now.state != domain::order::OrderState::Draft {
                return Ok(go_to(&href(id)));
            }
            shown.moved = Some(moved(&now, &draft.row().content, &draft.around.times));
            // Theirs is what would be placed: it is looked at anew.
            shown.typed.clear();
            shown.status = Some(StatusCode::CONFLICT);
        }
        OrderError::Refused(why) => {
            let now = store::orders::find(app.store().read(), id).await?;
            if now.is_some_and(|now| now.state != domain::order::OrderState::Draft) {
                return Ok(go_to(&href(id)));
            }
            shown.notes.push(Note::new(
                Tone::Bad,
                "alert-circle",
                "It was not placed",
                sentence(&why),
            ));
            shown.status = Some(StatusCode::UNPROCESSABLE_ENTITY);
        }
        other => return Err(other.into()),
    }
    let draft = draft.again(app).await?;
    page(app, caller, headers, draft, shown).await
}

async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    draft: Draft,
    shown: Shown,
) -> Result<Response, Fault> {
    let status = shown.status;
    let frame = draft.around.frame.clone();
    let body = step(app, caller, &draft, shown).await?;
    let mut response = if is_part(headers) {
        Html(body).into_response()
    } else {
        Html(ReviewPage { frame, body }).into_response()
    };
    if let Some(status) = status {
        *response.status_mut() = status;
    }
    Ok(response)
}

async fn step(
    app: &App,
    caller: &Caller,
    draft: &Draft,
    shown: Shown,
) -> Result<ReviewStep, Fault> {
    let (view, times) = (&draft.view, &draft.around.times);
    let only = only_currency(&view.row.content);
    let mut same = Vec::new();
    for place in 0..view.row.content.lines.len() {
        same.extend(duplicates(app, view, place, draft).await?);
    }
    let later = !shown.day.is_empty() || view.row.scheduled_for.is_some();
    let (customer, customer_actions) = whom(draft, caller);
    Ok(ReviewStep {
        csrf: draft.around.frame.csrf.clone(),
        action_href: step_href(view.row.id, "review"),
        back_href: step_href(view.row.id, "provisioning"),
        moved_prices: moved_prices(view, times, shown.pressed),
        lines: lines(view, only.is_none()),
        lines_words: without_tax(only),
        totals: totals(view, only.is_none()),
        bind: bind(view, times, &shown),
        short_words: if view.review.commitments.is_empty() {
            "Nothing here binds for a year or more: the button is enough.".to_owned()
        } else {
            String::new()
        },
        customer,
        customer_href: step_href(view.row.id, "customer"),
        customer_actions,
        checks: checks(view, &shown.problems),
        same,
        schedule: schedule(view, times, &shown),
        summary: money::summary(
            view,
            times,
            Some(GoOn {
                label: format!(
                    "{} order, {}",
                    if later { "Schedule" } else { "Place" },
                    money::button_amount(view)
                ),
                icon: "send",
                form: "compose-form",
                act: "place",
                busy: if later { "Scheduling…" } else { "Placing…" },
                words: "Sent to Ion once. If its answer gets lost, we look before we do anything."
                    .to_owned(),
            }),
            money::source(app, times).await?,
        ),
        head: head(draft, 3, shown.notes, shown.moved),
    })
}

/// Prices that moved since the draft was made.
fn moved_prices(view: &OrderView, times: &Times, pressed: bool) -> Option<MovedPrices> {
    let mut lines = Vec::new();
    let mut accepted = Vec::new();
    for (line, reviewed) in view.row.content.lines.iter().zip(&view.review.lines) {
        let Some(moved) = &reviewed.moved else {
            continue;
        };
        let now = amount(&moved.now, moved.currency);
        let text = format!(
            "{}: {} {} → {now} {} a seat.",
            line_name(line),
            amount(&moved.before, moved.currency_before),
            if moved.currency_before == moved.currency {
                String::new()
            } else {
                moved.currency_before.to_string()
            },
            moved.currency
        )
        .replace("  ", " ");
        let difference = reviewed.moved_over_term.map(|by| {
            let word = if by.is_sign_negative() {
                "less"
            } else {
                "more"
            };
            format!(
                "{} {} {word}",
                sum_text(by.abs(), moved.currency),
                moved.currency
            )
        });
        accepted.push(format!("{now} {}", moved.currency));
        lines.push(MovedPrice {
            text,
            over: match line.term {
                Term::P1M => "Over the month that is",
                Term::P1Y => "Over the year that is",
                Term::P3Y => "Over the three years that is",
                Term::Unknown => "For one billing period that is",
            }
            .to_owned(),
            difference: difference.unwrap_or_default(),
        });
    }
    // Prices of add-ons, and those that nobody has seen yet: told by their own words.
    for problem in &view.review.problems {
        let told = problem
            .line()
            .filter(|_| !problem.path.contains("/add_ons"))
            .and_then(|line| view.review.lines.get(line))
            .is_some_and(|line| line.moved.is_some());
        if is_acceptable(problem) && !told {
            lines.push(MovedPrice {
                text: sentence(&problem.message.replace(" Accept it to go on.", "")),
                over: String::new(),
                difference: String::new(),
            });
        }
    }
    if lines.is_empty() {
        return None;
    }
    let since = times.date(view.row.created_at);
    Some(MovedPrices {
        title: match lines.len() {
            1 => format!("A price moved since this draft was made on {since}"),
            many => format!("{many} prices moved since this draft was made on {since}"),
        },
        accept: match accepted.as_slice() {
            [only] if lines.len() == 1 => format!("Accept {only}"),
            _ => "Accept the prices of today".to_owned(),
        },
        lines,
        error: if pressed {
            "Accept it to go on; the total then follows.".to_owned()
        } else {
            String::new()
        },
    })
}

/// A price that goes away by being accepted.
fn is_acceptable(problem: &Problem) -> bool {
    problem.path.ends_with("/price") && problem.message.contains("Accept it to go on")
}

fn lines(view: &OrderView, several: bool) -> Vec<ReviewLine> {
    view.row
        .content
        .lines
        .iter()
        .zip(&view.review.lines)
        .map(|(line, reviewed)| {
            let in_currency = |sums: &domain::order::Sums| match (several, reviewed.currency) {
                (false, Some(currency)) => sums.get(&currency).map_or_else(
                    || sum_text(rust_decimal::Decimal::ZERO, currency),
                    |sum| sum_text(*sum, currency),
                ),
                _ => sums_text(sums),
            };
            let add_ons = line
                .add_ons
                .iter()
                .map(|one| format!("{} × {}", count(u64::from(one.quantity)), one.name))
                .collect::<Vec<_>>()
                .join(", ");
            let unpriced = line.price.is_none();
            ReviewLine {
                vendor: line.vendor.clone(),
                name: line_name(line).to_owned(),
                number: line.part_number.clone().unwrap_or_default(),
                detail: match (add_ons.is_empty(), action_of(line)) {
                    (false, _) => format!("with {add_ons}"),
                    (true, OrderAction::Buy) => String::new(),
                    (true, _) => money::quantity_words(line),
                },
                term: commitment_words(line.term, line.billing),
                quantity: match (action_of(line), line.quantity_before) {
                    (OrderAction::Seats, Some(before)) => format!(
                        "{} → {}",
                        count(u64::from(before)),
                        count(u64::from(line.quantity))
                    ),
                    (OrderAction::Buy | OrderAction::Seats, _) => count(u64::from(line.quantity)),
                    _ => String::new(),
                },
                cost: line.price.as_ref().map_or_else(
                    || "no price".to_owned(),
                    |price| amount(&price.cost, price.currency),
                ),
                sale: line
                    .price
                    .as_ref()
                    .and_then(|price| Some(amount(price.sale.as_ref()?, price.currency)))
                    .unwrap_or_default(),
                monthly: if unpriced {
                    "by use".to_owned()
                } else {
                    in_currency(&reviewed.monthly)
                },
                bound: if unpriced {
                    "not known".to_owned()
                } else {
                    in_currency(&reviewed.bound)
                },
                // Where there are several, each sum says its own.
                currency: String::new(),
            }
        })
        .collect()
}

fn totals(view: &OrderView, several: bool) -> Vec<ReviewTotal> {
    let totals = &view.review.totals;
    let mut currencies: Vec<_> = totals.monthly.keys().chain(totals.bound.keys()).collect();
    currencies.sort();
    currencies.dedup();
    currencies
        .into_iter()
        .map(|currency| {
            let of = |sums: &domain::order::Sums| {
                sums.get(currency)
                    .map_or_else(String::new, |sum| sum_text(*sum, *currency))
            };
            ReviewTotal {
                label: "Total".to_owned(),
                monthly: of(&totals.monthly),
                bound: of(&totals.bound),
                currency: if several {
                    currency.to_string()
                } else {
                    String::new()
                },
            }
        })
        .collect()
}

/// What binds for a year or more, or for nobody knows how long.
fn bind(view: &OrderView, times: &Times, shown: &Shown) -> Option<Bind> {
    let commitments = &view.review.commitments;
    if commitments.is_empty() {
        return None;
    }
    let mut rows: Vec<(BindRow, domain::order::Sums, u64, bool)> = Vec::new();
    for one in commitments {
        let row = BindRow {
            name: one.name.clone(),
            until: one
                .bound_until
                .map_or_else(|| "not known".to_owned(), |until| times.date(until.at)),
            cancel: one
                .last_day_to_cancel
                .map_or_else(|| "not known".to_owned(), |last| times.date_time(last.at)),
            expected: one.last_day_to_cancel.is_some_and(|last| last.expected),
            owed: String::new(),
        };
        let fits = rows.iter_mut().find(|(other, _, _, open)| {
            other.until == row.until && other.cancel == row.cancel && *open == one.open_ended
        });
        match fits {
            Some((_, sums, number, _)) => {
                for (currency, sum) in &one.owed_after {
                    *sums.entry(*currency).or_default() += *sum;
                }
                *number += 1;
            }
            None => rows.push((row, one.owed_after.clone(), 1, one.open_ended)),
        }
    }
    let alone = rows.len() == 1;
    let rows = rows
        .into_iter()
        .map(|(mut row, sums, number, open)| {
            if alone {
                row.name.clear();
            } else if number > 1 {
                row.name = format!("{} lines", count(number));
            }
            row.owed = match (sums.is_empty(), open) {
                (true, _) => "not known".to_owned(),
                (false, true) => format!("{} at least", sums_text(&sums)),
                (false, false) => {
                    format!(
                        "{} {} owed",
                        sums_text(&sums),
                        if sums.len() > 1 { "are" } else { "is" }
                    )
                }
            };
            row
        })
        .collect();
    Some(Bind {
        title: bind_title(view),
        rows,
        typed: match &view.review.confirmation {
            review::Confirmation::Button => None,
            review::Confirmation::TypeTotal {
                total,
                text,
                currency,
            } => {
                let mut plain = *total;
                plain.rescale(currency.exponent());
                Some(TypedTotal {
                    total: plain.to_string(),
                    words: text.clone(),
                    value: shown.typed.clone(),
                    error: typed_error(shown, text),
                })
            }
        },
        words: bind_words(view, times),
    })
}

fn typed_error(shown: &Shown, total: &str) -> String {
    let wrong = shown
        .problems
        .iter()
        .any(|problem| problem.path == "/typed_total");
    match (wrong, shown.typed.trim()) {
        (false, _) => String::new(),
        (true, "") => format!("Type {total} to confirm."),
        (true, typed) => {
            let typed: String = typed.chars().take(40).collect();
            format!("“{typed}” is not the total. Type {total}, as it stands above.")
        }
    }
}

fn bind_title(view: &OrderView) -> String {
    let mut words: Vec<&str> = Vec::new();
    for one in &view.review.commitments {
        let line = view.row.content.lines.get(one.line);
        let word = match line.map(|line| line.term) {
            Some(Term::P1Y) => "one year",
            Some(Term::P3Y) => "three years",
            // The line is short, and one of its add-ons is not.
            Some(Term::P1M) => "an add-on",
            Some(Term::Unknown) | None => "unknown length",
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    match words.as_slice() {
        [only] if view.review.commitments.len() == 1 => format!("A commitment of {only}"),
        words => format!("Commitments of {}", words.join(" and of ")),
    }
}

fn bind_words(view: &OrderView, times: &Times) -> String {
    let changes = view
        .row
        .content
        .lines
        .iter()
        .any(|line| action_of(line) != OrderAction::Buy);
    let known = view
        .review
        .commitments
        .iter()
        .find(|one| one.last_day_to_cancel.is_some());
    match known.and_then(|one| one.bound_until) {
        Some(until) if !changes => format!(
            "Seats can be added later. They cannot be taken away before {}, except in the first 7 days after each increase.",
            times.date(until.at)
        ),
        Some(until) => format!(
            "They can be taken back in the first 7 days; after that not before {}.",
            times.date(until.at)
        ),
        None => "Until when it can be cancelled is the vendor’s rule, which Ion does not tell before it is bought. Count on none.".to_owned(),
    }
}

/// For whom, and what must be done for them first.
fn whom(draft: &Draft, caller: &Caller) -> (Vec<Fact>, Vec<Button>) {
    let (view, row) = (&draft.view, draft.row());
    let mut facts = Vec::new();
    facts.push(Fact::new(
        "Customer",
        match row.customer {
            Some(id) => Value::Link(Link::new(
                row.customer_name.clone(),
                crate::pages::customers::href(id),
            )),
            None if !row.customer_name.is_empty() => Value::text(row.customer_name.clone()),
            None => Value::Absent("not chosen yet".to_owned()),
        },
    ));
    let link = &view.link;
    facts.push(Fact::new(
        "In Ion",
        match (link.state, &link.ion_id) {
            (Some(state), Some(ion_id)) => {
                Value::text(format!("{}, {ion_id}", status::customer(state).word))
            }
            (Some(state), None) => Value::Status(status::customer(state)),
            (None, _) => Value::Absent("not known".to_owned()),
        },
    ));
    let mut once = |name: &str, of: fn(&OrderLine) -> &str, mono: bool| {
        let mut all: Vec<&str> = row
            .content
            .lines
            .iter()
            .map(of)
            .filter(|text| !text.is_empty())
            .collect();
        all.dedup();
        if !all.is_empty() {
            let text = all.join(", ");
            facts.push(Fact::new(
                name,
                if mono {
                    Value::Mono(text)
                } else {
                    Value::text(text)
                },
            ));
        }
    };
    once(
        "Tenant",
        |line| line.attribute("domainName").unwrap_or_default(),
        true,
    );
    once("Customer’s PO", |line| &line.customer_po, false);
    once("Your PO", |line| &line.reseller_po, false);
    if draft.around.connections.len() > 1
        && let Some(connection) = draft.around.connection(row.connection)
    {
        facts.push(Fact::new(
            "Connection",
            Value::text(connection.name.clone()),
        ));
    }
    let mut actions = Vec::new();
    if let Some(customer) = row.customer
        && link.can_create
        && caller.may(Right::EditCustomers)
    {
        actions.push(
            Button::post(
                format!("Create {} in Ion", row.customer_name),
                format!(
                    "{}/create/{}",
                    crate::pages::customers::href(customer),
                    row.connection
                ),
            )
            .with_icon("cloud-up"),
        );
    }
    (facts, actions)
}

fn check_line(class: &'static str, title: String, detail: String) -> CheckLine {
    let (icon, word) = match class {
        "ok" => ("circle-check", "good"),
        "warn" => ("alert-triangle", "look at it"),
        _ => ("circle-x", "stands against it"),
    };
    CheckLine {
        icon,
        class,
        word,
        title,
        detail,
        action: None,
    }
}

/// What was checked: what holds it back first, then what is told, then what is good.
fn checks(view: &OrderView, pressed: &[Problem]) -> Vec<CheckLine> {
    let row = &view.row;
    let mut checks = Vec::new();
    let mut problems: Vec<&Problem> = view.review.problems.iter().collect();
    for problem in pressed {
        if !problems.iter().any(|known| known.path == problem.path) {
            problems.push(problem);
        }
    }
    for problem in problems
        .into_iter()
        // These stand at their own fields.
        .filter(|problem| problem.path != "/typed_total" && !is_acceptable(problem))
    {
        let of = problem
            .line()
            .and_then(|line| row.content.lines.get(line))
            .filter(|_| row.content.lines.len() > 1)
            .map(|line| format!("{}, ", line_name(line)))
            .unwrap_or_default();
        let mut line = check_line(
            "bad",
            format!("{of}{}", problem.label),
            sentence(&problem.message),
        );
        line.action = Some(mend(view, problem));
        checks.push(line);
    }
    for warning in &view.review.warnings {
        // Told above, with the change that may be meant.
        if warning.label == "Already there" {
            continue;
        }
        checks.push(check_line(
            "warn",
            warning.label.clone(),
            sentence(&warning.message),
        ));
    }
    let is_wrong = |part: &str| {
        view.review
            .problems
            .iter()
            .any(|problem| problem.path.contains(part))
    };
    let mut good = |title: String| checks.push(check_line("ok", title, String::new()));
    if !is_wrong("/customer") {
        good("Customer is linked and active in Ion".to_owned());
    }
    let buys = row
        .content
        .lines
        .iter()
        .filter(|line| action_of(line) == OrderAction::Buy)
        .count();
    if buys > 0 && !is_wrong("/product") && !is_wrong("/plan") && !is_wrong("/sku") {
        good(match buys {
            1 => "The variant is in your price book".to_owned(),
            2 => "Both variants are in your price book".to_owned(),
            many => format!("All {many} variants are in your price book"),
        });
    }
    if !row.content.lines.is_empty() && !is_wrong("/attributes") {
        let mut vendors: Vec<&str> = row
            .content
            .lines
            .iter()
            .map(|line| line.vendor.as_str())
            .collect();
        vendors.dedup();
        good(match vendors.as_slice() {
            [only] if !only.is_empty() => format!("{only}’s form is complete"),
            _ => "What the vendors need is complete".to_owned(),
        });
    }
    if buys > 0 && view.review.duplicates.is_empty() {
        good("No subscription of the same product".to_owned());
    }
    if !view.review.approval_needed {
        good("No approval needed".to_owned());
    }
    checks
}

/// Where a problem is mended.
fn mend(view: &OrderView, problem: &Problem) -> Button {
    let row = &view.row;
    if problem.path == "/customer" {
        return match (row.customer, view.link.state) {
            (None, _) => Button::link("Choose", step_href(row.id, "customer")),
            (Some(id), Some(LinkState::Proposed)) => Button::link(
                "Confirm",
                format!("/customers/mapping/to-confirm?customer={id}"),
            ),
            (Some(id), _) => Button::link("Open", crate::pages::customers::href(id)),
        };
    }
    if problem.path.contains("/attributes") {
        return Button::link(
            "Fill in",
            format!("{}?mend=1", step_href(row.id, "provisioning")),
        );
    }
    Button::link("Mend", step_href(row.id, "products"))
}

fn schedule(view: &OrderView, times: &Times, shown: &Shown) -> Schedule {
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

    #[test]
    fn what_was_typed_is_told_beside_what_must_be() {
        let mut shown = Shown::default();
        assert_eq!(typed_error(&shown, "5,690.10"), "");
        shown.problems = vec![Problem::new("/typed_total", "Total", "type it")];
        assert_eq!(typed_error(&shown, "5,690.10"), "Type 5,690.10 to confirm.");
        "5609.10".clone_into(&mut shown.typed);
        assert!(typed_error(&shown, "5,690.10").contains("“5609.10” is not the total"));
    }
}
