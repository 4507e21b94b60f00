//! Drafts: begun, changed, thrown away.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::access::Right;
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use super::refuse::refused;
use super::shape::Order;
use super::written::{NewOrder, OrderChange};
use crate::api::body::Body;
use crate::api::etag;
use crate::api::once::Once;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// Begin an order: a draft, of which nothing is sent before it is submitted
#[utoipa::path(post, path = "/api/v1/orders", tag = "orders", operation_id = "create_order", request_body = NewOrder,
    params(("Idempotency-Key" = String, Header, description = "A new one for each order")), responses(
    (status = CREATED, body = Order, description = "The draft; its `ETag` is for the next edit"),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Once { body, key }: Once<Value>,
) -> Result<Response, Fault> {
    let costs = caller.may(Right::SeeCost);
    let effect = async {
        let row = app
            .engine()
            .order_from_file(&body, &caller.actor())
            .await
            .map_err(|error| refused(error, costs))?;
        Ok((StatusCode::CREATED, Order::of(&row, costs)))
    };
    super::begun(Box::pin(key.around(&app, effect)).await?).await
}

/// Change a draft; the lines of an order that changes a subscription stay as they are
#[utoipa::path(patch, path = "/api/v1/orders/{id}", tag = "orders", operation_id = "change_order", request_body = OrderChange,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "ETag of the last GET")), responses(
    (status = OK, body = Order),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: it is no draft any more"),
    (status = PRECONDITION_FAILED, body = Problem, content_type = "application/problem+json"),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Body(change): Body<Value>,
) -> Result<Response, Fault> {
    let row = super::find(&app, id).await?;
    etag::require(&headers, &super::tag(&row))?;
    let row = app
        .engine()
        .edit_order_from_file(row.id, row.version, &change, &caller.actor())
        .await
        .map_err(|error| refused(error, caller.may(Right::SeeCost)))?;
    Ok(super::answer(&caller, &row))
}

/// Throw a draft away
#[utoipa::path(delete, path = "/api/v1/orders/{id}", tag = "orders", operation_id = "discard_order",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "ETag of the last GET")), responses(
    (status = NO_CONTENT),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: it is no draft any more; it can be called off"),
))]
pub(crate) async fn discard(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    let row = super::find(&app, id).await?;
    etag::require(&headers, &super::tag(&row))?;
    app.engine()
        .discard_order(row.id, row.version, &caller.actor())
        .await
        .map_err(|error| refused(error, caller.may(Right::SeeCost)))?;
    Ok(StatusCode::NO_CONTENT)
}
