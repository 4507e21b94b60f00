//! A change of a subscription: a draft order, or one that is submitted at once.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::SubscriptionId;
use domain::access::Right;
use engine::orders::{Confirmation, OrderError};
use engine::subscriptions::When;
use http::StatusCode;
use jiff::Timestamp;
use rules::subscriptions::change::SubscriptionChange;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::once::Once;
use crate::api::orders::begun;
use crate::api::orders::refuse::refused;
use crate::api::orders::shape::Order;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// What to change.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wanted {
    /// Another number of seats.
    Seats,
    /// Stop it for a while.
    Suspend,
    /// Let it go on.
    Resume,
    /// End it.
    Cancel,
    /// It renews by itself at its end.
    RenewalOn,
    /// It ends at its end.
    RenewalOff,
}

/// A change.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewChange {
    /// What to change.
    change: Wanted,
    /// Seats from then on: the new total, not the difference. For `seats` alone.
    #[serde(default)]
    #[schema(example = 80)]
    seats: Option<u32>,
    /// `now`, `renewal`, or a time such as `2026-12-18T08:00:00Z`. Now where it is left out.
    #[serde(default)]
    when: Option<String>,
    /// Submit it at once; else it stays a draft for a person.
    #[serde(default)]
    submit: bool,
    /// What it binds to, as `confirmation` of the draft's review says it: the total, or where no price is known how many seats it is to have.
    /// Needed to submit what binds for a year or longer, or for an unknown time.
    #[serde(default)]
    #[schema(example = "90.48")]
    confirm_total: Option<String>,
}

impl NewChange {
    fn wanted(&self) -> Result<SubscriptionChange, Fault> {
        Ok(match self.change {
            Wanted::Seats => SubscriptionChange::Seats(
                self.seats
                    .ok_or_else(|| Fault::field("seats", "Give the new total of seats."))?,
            ),
            Wanted::Suspend => SubscriptionChange::Suspend,
            Wanted::Resume => SubscriptionChange::Resume,
            Wanted::Cancel => SubscriptionChange::Cancel,
            Wanted::RenewalOn => SubscriptionChange::AutoRenew(true),
            Wanted::RenewalOff => SubscriptionChange::AutoRenew(false),
        })
    }

    fn when(&self) -> Result<When, Fault> {
        match self.when.as_deref() {
            None | Some("now") => Ok(When::Now),
            Some("renewal") => Ok(When::Renewal),
            Some(text) => text.parse::<Timestamp>().map(When::At).map_err(|_| {
                Fault::field(
                    "when",
                    "Give now, renewal, or a time such as 2026-12-18T08:00:00Z.",
                )
            }),
        }
    }
}

/// Change a subscription: gives the draft order, or the order that was submitted. Nothing reaches Ion before it is submitted, and then once
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/changes", tag = "subscriptions", operation_id = "change_subscription", request_body = NewChange,
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header, description = "A new one for each change")), responses(
    (status = CREATED, body = Order, description = "The order"),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: it cannot be done; the detail says why and what can be done instead"),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json", description = "With `submit`: what is missing or was not confirmed; no draft is left behind"),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Once { body, key }: Once<NewChange>,
) -> Result<Response, Fault> {
    let effect = async {
        let order = made(&app, &caller, SubscriptionId(id), &body).await?;
        Ok((StatusCode::CREATED, order))
    };
    begun(Box::pin(key.around(&app, effect)).await?).await
}

async fn made(
    app: &App,
    caller: &Caller,
    id: SubscriptionId,
    body: &NewChange,
) -> Result<Order, Fault> {
    let actor = caller.actor();
    let costs = caller.may(Right::SeeCost);
    let draft = app
        .engine()
        .change_subscription(id, body.wanted()?, body.when()?, &actor)
        .await
        .map_err(|error| match error {
            OrderError::Gone => Fault::not_found("subscription"),
            other => refused(other, costs),
        })?;
    if !body.submit {
        return Ok(Order::of(&draft, costs));
    }
    let confirmation = Confirmation {
        tells_cost: costs,
        typed_total: body.confirm_total.clone().unwrap_or_default(),
        ..Confirmation::default()
    };
    match app
        .engine()
        .submit_order(draft.id, draft.version, confirmation, &actor)
        .await
    {
        Ok(order) => Ok(Order::of(&order, costs)),
        Err(error) => {
            // Who asked to submit gets an order or nothing.
            app.engine()
                .discard_order(draft.id, draft.version, &actor)
                .await?;
            Err(refused(error, costs))
        }
    }
}
