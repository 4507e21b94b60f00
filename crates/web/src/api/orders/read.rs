//! Reading Ion's orders, asked for.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::body::Body;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// Whose orders are read.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OrdersToRead {
    /// The connection.
    connection_id: Uuid,
}

/// Read what changed among Ion's orders now, by a job: what was placed in the Ion portal, and how each stands. It happens by itself every few minutes
#[utoipa::path(post, path = "/api/v1/orders/read", tag = "orders", operation_id = "read_orders", request_body = OrdersToRead, responses(
    (status = NO_CONTENT),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "`not_found`: there is no such connection"),
))]
pub(crate) async fn now(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body<OrdersToRead>,
) -> Result<StatusCode, Fault> {
    app.engine()
        .request_read_orders(body.connection_id.into(), &caller.actor())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
