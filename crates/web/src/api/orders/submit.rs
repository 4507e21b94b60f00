//! A draft is submitted: what it binds to is confirmed, and it is sent once.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::access::Right;
use domain::order::OrderState;
use engine::orders::Confirmation;
use http::HeaderMap;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::refuse::refused;
use super::shape::Order;
use crate::api::body::Body;
use crate::api::etag;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// How an order is confirmed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Submission {
    /// Take the prices of today, where one moved since the draft.
    #[serde(default)]
    accept_prices: bool,
    /// What it binds to, as `confirmation` of its review says it: the total, or where no price is known how many are ordered in all. Needed for
    /// what binds for a year or longer, or for an unknown time.
    #[serde(default)]
    #[schema(example = "5690.10")]
    confirm_total: Option<String>,
    /// When it is sent: `now`, or a time to come. Where it is left out, when the draft says (`scheduled_for`), else now.
    #[serde(default)]
    #[schema(example = "2026-12-01T08:00:00Z")]
    at: Option<String>,
}

impl Submission {
    fn at(&self, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
        let Some(text) = self.at.as_deref() else {
            return Ok(None);
        };
        if text == "now" {
            return Ok(Some(now));
        }
        let at: Timestamp = text
            .parse()
            .map_err(|_| Fault::field("at", "Give now, or a time such as 2026-12-01T08:00:00Z."))?;
        if at <= now {
            return Err(Fault::field(
                "at",
                "This time has passed. Give a later one, or now.",
            ));
        }
        Ok(Some(at))
    }
}

/// Submit a draft: it is stored and sent by a job, once. If Ion's answer gets lost, Ion is searched before anything else is done
#[utoipa::path(post, path = "/api/v1/orders/{id}/submit", tag = "orders", operation_id = "submit_order", request_body = Submission,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "ETag of the draft or of its review: what was looked at is what is sent")), responses(
    (status = OK, body = Order, description = "The order, on its way: read it again until its `state` says what became of it"),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: it is no draft any more; sent twice, this has one effect"),
    (status = PRECONDITION_FAILED, body = Problem, content_type = "application/problem+json"),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json", description = "What is wrong with the draft, and what was not confirmed; nothing was sent"),
))]
pub(crate) async fn submit(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Body(body): Body<Submission>,
) -> Result<Response, Fault> {
    let row = super::find(&app, id).await?;
    // Sent twice, the second is told that it was submitted, not that it changed.
    if row.state == OrderState::Draft {
        etag::require(&headers, &super::tag(&row))?;
    }
    let costs = caller.may(Right::SeeCost);
    let confirmation = Confirmation {
        at: body.at(app.now())?,
        typed_total: body.confirm_total.unwrap_or_default(),
        tells_cost: costs,
        accepted_prices: body.accept_prices,
    };
    let row = app
        .engine()
        .submit_order(row.id, row.version, confirmation, &caller.actor())
        .await
        .map_err(|error| refused(error, costs))?;
    Ok(super::answer(&caller, &row))
}
