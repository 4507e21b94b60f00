//! Syncs asked for.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::once::Once;
use crate::api::runs::Run;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// A sync to start.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewSync {
    /// The connection.
    connection_id: Uuid,
    /// Make a plan, and write nothing on either side.
    #[serde(default)]
    dry_run: bool,
}

/// Compare customers on both sides, and do what follows; where a sync of this connection goes on, that one is given. The first one of a
/// connection imports what resembles none of ours, and leaves a plan of all else for a person
#[utoipa::path(post, path = "/api/v1/customers/syncs", tag = "customers", operation_id = "start_customer_sync", request_body = NewSync,
    params(("Idempotency-Key" = String, Header, description = "A new one for each sync")), responses(
    (status = ACCEPTED, body = Run),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`unusable`: the connection has no login"),
))]
pub(crate) async fn start(
    State(app): State<App>,
    caller: Caller,
    Once { body, key }: Once<NewSync>,
) -> Result<Response, Fault> {
    let effect = async {
        let asked = app
            .engine()
            .request_sync(body.connection_id.into(), body.dry_run, &caller.actor())
            .await?;
        Ok((StatusCode::ACCEPTED, super::run(&app, asked.run).await?))
    };
    key.around(&app, effect).await
}
