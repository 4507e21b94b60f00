//! Readings asked for.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::customers::run;
use crate::api::once::Once;
use crate::api::runs::Run;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// A reading to start.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewReading {
    /// The connection.
    connection_id: Uuid,
}

/// Read all subscriptions of a connection from Ion; where a reading goes on, that one is given. Nothing is changed there
#[utoipa::path(post, path = "/api/v1/subscriptions/syncs", tag = "subscriptions", operation_id = "start_subscription_sync", request_body = NewReading,
    params(("Idempotency-Key" = String, Header, description = "A new one for each reading")), responses(
    (status = ACCEPTED, body = Run),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: the connection has no login"),
))]
pub(crate) async fn start(
    State(app): State<App>,
    caller: Caller,
    Once { body, key }: Once<NewReading>,
) -> Result<Response, Fault> {
    let effect = async {
        let asked = app
            .engine()
            .request_subscription_sync(body.connection_id.into(), &caller.actor())
            .await?;
        Ok((StatusCode::ACCEPTED, run(&app, asked.run).await?))
    };
    key.around(&app, effect).await
}
