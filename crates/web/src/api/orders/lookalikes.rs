//! Orders of Ion's that look like one that was not found: a person or program says which of them it is.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::access::Right;
use engine::orders::LookAlikeRow;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::refuse::refused;
use crate::api::body::Body;
use crate::api::page::Page;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// An order of Ion's that looks like one of ours, without its reference.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LookAlike {
    /// Ion's id of it.
    #[schema(example = "366959")]
    ion_id: String,
    /// Why it looks alike, in words.
    reasons: Vec<String>,
    /// When it was made at Ion.
    #[schema(value_type = Option<String>, format = DateTime)]
    created_at: Option<Timestamp>,
    /// Ion's word for how it stands.
    status_word: String,
}

impl From<LookAlikeRow> for LookAlike {
    fn from(row: LookAlikeRow) -> Self {
        Self {
            ion_id: row.ion_id,
            reasons: row.reasons,
            created_at: row.created_at,
            status_word: row.status,
        }
    }
}

/// Orders of Ion's that look like this one, as the last search that found some found them; all on one page
#[utoipa::path(get, path = "/api/v1/orders/{id}/look-alikes", tag = "orders", operation_id = "list_order_look_alikes", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Page<LookAlike>),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Page<LookAlike>>, Fault> {
    let row = super::find(&app, id).await?;
    let found = app
        .engine()
        .lookalikes(row.id)
        .await
        .map_err(|error| refused(error, caller.may(Right::SeeCost)))?;
    Ok(Json(Page::whole(
        found.into_iter().map(LookAlike::from).collect(),
    )))
}

/// Which of Ion's orders it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ToAdopt {
    /// Ion's id of it, of those that look alike.
    #[schema(example = "366959")]
    ion_id: String,
}

/// Say that an order of Ion's is this one: it is followed to its end from then on, and is not sent again
#[utoipa::path(post, path = "/api/v1/orders/{id}/adopt", tag = "orders", operation_id = "adopt_order", request_body = ToAdopt,
    params(("id" = Uuid, Path)), responses(
    (status = OK, body = super::shape::Order),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: it is none of those that look alike, is another order here already, or nothing is searched for any more"),
))]
pub(crate) async fn adopt(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Body(body): Body<ToAdopt>,
) -> Result<Response, Fault> {
    let row = super::find(&app, id).await?;
    let row = app
        .engine()
        .adopt_order(row.id, &body.ion_id, &caller.actor())
        .await
        .map_err(|error| refused(error, caller.may(Right::SeeCost)))?;
    Ok(super::answer(&caller, &row))
}
