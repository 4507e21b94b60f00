//! What is done with an order that was submitted: called off, taken back, looked for, sent again, given up, copied. None waits for Ion.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::access::Right;
use engine::orders::OrderError;
use http::StatusCode;
use store::orders::OrderRow;
use uuid::Uuid;

use super::refuse::refused;
use super::shape::Order;
use crate::api::once::OnceKey;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

fn told(caller: &Caller, done: Result<OrderRow, OrderError>) -> Result<Response, Fault> {
    let row = done.map_err(|error| refused(error, caller.may(Right::SeeCost)))?;
    Ok(super::answer(caller, &row))
}

/// Call an order off: at once where nothing of it was sent; else Ion is asked, and `cancel_asked_at` says so until it answered
#[utoipa::path(post, path = "/api/v1/orders/{id}/cancel", tag = "orders", operation_id = "cancel_order", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Order),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: it is too late, or not known yet whether Ion has it"),
    (status = PRECONDITION_FAILED, body = Problem, content_type = "application/problem+json", description = "`changed_meanwhile`: look at it and decide again"),
))]
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let row = super::find(&app, id).await?;
    let done = app
        .engine()
        .cancel_order(row.id, row.version, &caller.actor())
        .await;
    told(&caller, done)
}

/// Take an order that waits for its time back: it is a draft again, and nothing of it was sent
#[utoipa::path(post, path = "/api/v1/orders/{id}/take-back", tag = "orders", operation_id = "take_back_order", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Order),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: it does not wait for a time"),
    (status = PRECONDITION_FAILED, body = Problem, content_type = "application/problem+json", description = "`changed_meanwhile`: look at it and decide again"),
))]
pub(crate) async fn take_back(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let row = super::find(&app, id).await?;
    let done = app
        .engine()
        .take_back_order(row.id, row.version, &caller.actor())
        .await;
    told(&caller, done)
}

/// Look at once: an order whose answer was lost is searched for in Ion, another one is asked about; by a job
#[utoipa::path(post, path = "/api/v1/orders/{id}/look", tag = "orders", operation_id = "look_for_order", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Order),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: nothing of it is at Ion, or it has ended"),
))]
pub(crate) async fn look(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let row = super::find(&app, id).await?;
    app.engine()
        .look_now(row.id, &caller.actor())
        .await
        .map_err(|error| refused(error, caller.may(Right::SeeCost)))?;
    Ok(super::answer(&caller, &super::find(&app, id).await?))
}

/// Send an order again that was searched for completely and was not found: with the same reference, after one more search
#[utoipa::path(post, path = "/api/v1/orders/{id}/send-again", tag = "orders", operation_id = "send_order_again", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Order),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: it is not known yet that Ion does not have it, or it has it"),
))]
pub(crate) async fn send_again(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let row = super::find(&app, id).await?;
    let done = app
        .engine()
        .send_again(row.id, row.version, &caller.actor())
        .await;
    told(&caller, done)
}

/// Close an order that was not found in Ion. Should it appear there within a day, it is taken over all the same
#[utoipa::path(post, path = "/api/v1/orders/{id}/give-up", tag = "orders", operation_id = "give_up_order", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Order),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: it is not known yet that Ion does not have it, or it has it"),
))]
pub(crate) async fn give_up(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let row = super::find(&app, id).await?;
    let done = app
        .engine()
        .give_up_order(row.id, row.version, &caller.actor())
        .await;
    told(&caller, done)
}

/// Begin a new draft with what an order asked for, at the prices of today. The other order stays as it is
#[utoipa::path(post, path = "/api/v1/orders/{id}/copy", tag = "orders", operation_id = "copy_order",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header, description = "A new one for each copy")), responses(
    (status = CREATED, body = Order, description = "The draft; its `ETag` is for the next edit"),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: Ion does not say what it was for"),
))]
pub(crate) async fn copy(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: OnceKey,
) -> Result<Response, Fault> {
    let costs = caller.may(Right::SeeCost);
    let effect = async {
        let row = super::find(&app, id).await?;
        let copy = app
            .engine()
            .copy_order(row.id, &caller.actor())
            .await
            .map_err(|error| refused(error, costs))?;
        Ok((StatusCode::CREATED, Order::of(&copy, costs)))
    };
    super::begun(Box::pin(key.around(&app, effect)).await?).await
}
