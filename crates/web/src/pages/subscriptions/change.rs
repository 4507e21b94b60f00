//! A change of a subscription: what it would cost while one types, and the draft order that it becomes.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use domain::SubscriptionId;
use domain::access::Right;
use engine::orders::OrderError;
use engine::subscriptions::When;
use http::{HeaderMap, StatusCode};
use rules::subscriptions::change::SubscriptionChange;
use serde::Deserialize;
use uuid::Uuid;

use super::detail;
use super::money::{Typed, effect, read_seats};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, sentence};
use crate::pages::{go_to, wants_part};
use crate::view::subscriptions::detail::ChangeEffect;
use crate::view::{Html, Note, Times, Tone};

/// When a change of seats is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Now,
    Renewal,
}

/// The form.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// `seats`, `suspend`, `resume`, `cancel`, `renewal_on`, `renewal_off`.
    #[serde(default)]
    what: String,
    #[serde(default)]
    seats: String,
    /// `now`, `renewal`.
    #[serde(default)]
    when: String,
    /// `draft`, `preview`.
    #[serde(rename = "do", default)]
    act: String,
}

/// What a change would cost, or its draft: then its review opens.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(asked): ProtectedForm<Asked>,
) -> Result<Response, Fault> {
    let id = SubscriptionId(id);
    let typed = Typed {
        seats: asked.seats.trim().chars().take(20).collect(),
        when: if asked.when == "renewal" {
            Moment::Renewal
        } else {
            Moment::Now
        },
    };
    if asked.act == "preview" {
        return preview(&app, &caller, &headers, id, typed).await;
    }
    let Some(wanted) = wanted(&asked.what, &typed) else {
        return refused(
            &app,
            &caller,
            &headers,
            id,
            typed,
            "Give a whole number of seats, such as 12.",
        )
        .await;
    };
    if wanted == SubscriptionChange::Seats(0) {
        return refused(
            &app,
            &caller,
            &headers,
            id,
            typed,
            "Fewer than 1 seat is a cancellation: use Cancel at the top of this page.",
        )
        .await;
    }
    let when = match (wanted, typed.when) {
        (SubscriptionChange::Seats(_), Moment::Renewal) => When::Renewal,
        _ => When::Now,
    };
    match app
        .engine()
        .change_subscription(id, wanted, when, &caller.actor())
        .await
    {
        Ok(order) => Ok(go_to(&format!("/orders/{}/edit/review", order.id))),
        Err(OrderError::Refused(why)) => {
            refused(&app, &caller, &headers, id, typed, &sentence(&why)).await
        }
        Err(OrderError::Gone) => Err(Fault::not_found("subscription")),
        Err(other) => Err(other.into()),
    }
}

/// The change that a form asks for; nothing where its number of seats is none.
fn wanted(what: &str, typed: &Typed) -> Option<SubscriptionChange> {
    Some(match what {
        "suspend" => SubscriptionChange::Suspend,
        "resume" => SubscriptionChange::Resume,
        "cancel" => SubscriptionChange::Cancel,
        "renewal_on" => SubscriptionChange::AutoRenew(true),
        "renewal_off" => SubscriptionChange::AutoRenew(false),
        _ => SubscriptionChange::Seats(read_seats(&typed.seats)?),
    })
}

/// What a change of seats would cost: the part that htmx asks for, or the page with it.
async fn preview(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    id: SubscriptionId,
    typed: Typed,
) -> Result<Response, Fault> {
    if wants_part(headers) {
        let view = app.engine().view_subscription(id).await.map_err(gone)?;
        let times = Times::new(app.now(), app.settings().zone.clone());
        let part = ChangeEffect {
            oob: true,
            ..effect(&view, &typed, &times, caller.may(Right::SeeCost))
        };
        return Ok(Html(part).into_response());
    }
    let page = detail::page(app, caller, headers, id, Some(typed), None).await?;
    Ok(Html(page).into_response())
}

/// The page with why not, and with what was typed.
async fn refused(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    id: SubscriptionId,
    typed: Typed,
    why: &str,
) -> Result<Response, Fault> {
    let note = Note::new(
        Tone::Bad,
        "alert-circle",
        "This cannot be done",
        format!("{why} Nothing was ordered."),
    );
    let page = detail::page(app, caller, headers, id, Some(typed), Some(note)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}

/// A subscription that is not there.
pub(super) fn gone(error: OrderError) -> Fault {
    match error {
        OrderError::Gone => Fault::not_found("subscription"),
        other => other.into(),
    }
}
