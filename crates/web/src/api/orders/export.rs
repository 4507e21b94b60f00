//! Orders as a file: what a filter finds, streamed.

use axum::extract::{Query, State};
use axum::response::Response;
use domain::access::Right;
use engine::table::TableFormat;

use super::list::Which;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};
use crate::pages::orders::export::export;

/// Orders as CSV; cells that a spreadsheet would take for formulas begin with an apostrophe
#[utoipa::path(get, path = "/api/v1/orders/export.csv", tag = "orders", operation_id = "export_orders_csv", params(Which), responses(
    (status = OK, body = String, content_type = "text/csv"),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn csv(
    State(app): State<App>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Response, Fault> {
    let filter = which.filter(&app, &caller)?;
    export(&app, filter, TableFormat::Csv, caller.may(Right::SeeCost)).await
}

/// Orders as a JSON list
#[utoipa::path(get, path = "/api/v1/orders/export.json", tag = "orders", operation_id = "export_orders_json", params(Which), responses(
    (status = OK, body = Vec<super::shape::Order>),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn json(
    State(app): State<App>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Response, Fault> {
    let filter = which.filter(&app, &caller)?;
    export(&app, filter, TableFormat::Json, caller.may(Right::SeeCost)).await
}
