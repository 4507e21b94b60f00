//! Subscriptions as a file: what a filter finds, streamed.

use axum::extract::{Query, State};
use axum::response::Response;
use engine::table::TableFormat;

use super::list::Which;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};
use crate::pages::subscriptions::export::file;

/// Subscriptions as CSV; cells that a spreadsheet would take for formulas begin with an apostrophe
#[utoipa::path(get, path = "/api/v1/subscriptions/export.csv", tag = "subscriptions", operation_id = "export_subscriptions_csv", params(Which), responses(
    (status = OK, body = String, content_type = "text/csv"),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn csv(
    State(app): State<App>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Response, Fault> {
    let filter = which.filter(&app, &caller)?;
    file(&app, &caller, filter, TableFormat::Csv).await
}

/// Subscriptions as a JSON list
#[utoipa::path(get, path = "/api/v1/subscriptions/export.json", tag = "subscriptions", operation_id = "export_subscriptions_json", params(Which), responses(
    (status = OK, body = Vec<super::shape::Subscription>),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn json(
    State(app): State<App>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Response, Fault> {
    let filter = which.filter(&app, &caller)?;
    file(&app, &caller, filter, TableFormat::Json).await
}
