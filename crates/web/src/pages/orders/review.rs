//! Step 3: what will be ordered, what it binds to, what was checked; and the one button.

mod bind;
mod checks;
mod prices;
mod schedule;
mod sums;
mod verb;
mod whom;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use engine::orders::{Confirmation, OrderError, changes_subscription};
use http::{HeaderMap, StatusCode};
use rules::orders::check::Problem;
use serde::Deserialize;
use uuid::Uuid;

use self::bind::bind;
use self::checks::checks;
use self::prices::moved_prices;
use self::schedule::{schedule, time_of};
use self::sums::{lines, totals};
use self::verb::{is_change, place_words, what_words};
use self::whom::whom;
use super::compose::{Draft, head, is_part, moved, open};
use super::money::{only_currency, without_tax};
use super::products::duplicates;
use super::{href, money, step_href};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, sentence};
use crate::pages::address::Address;
use crate::pages::go_to;
use crate::view::orders::compose::Moved;
use crate::view::orders::money::GoOn;
use crate::view::orders::review::{ReviewPage, ReviewStep};
use crate::view::{Html, Note, Tone};

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
        tells_cost: caller.may(Right::SeeCost),
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
        lines_title: if is_change(view) {
            "What will change"
        } else {
            "What will be ordered"
        },
        totals: totals(view, only.is_none()),
        bind: bind(view, times, &shown),
        short_words: if view.review.commitments.is_empty() {
            "Nothing here binds for a year or more: the button is enough.".to_owned()
        } else {
            String::new()
        },
        customer,
        customer_href: if changes_subscription(&view.row) {
            String::new()
        } else {
            step_href(view.row.id, "customer")
        },
        customer_actions,
        checks: checks(view, &shown.problems),
        same,
        schedule: schedule(view, times, &shown),
        summary: money::summary(
            view,
            times,
            Some(GoOn {
                label: place_words(view, later),
                icon: "send",
                form: "compose-form",
                act: "place",
                busy: if later { "Scheduling…" } else { "Placing…" },
                words: format!(
                    "{}Sent to Ion once. If its answer gets lost, we look before we do anything.",
                    what_words(view)
                ),
            }),
            money::source(app, times).await?,
        ),
        head: head(draft, 3, shown.notes, shown.moved),
    })
}
