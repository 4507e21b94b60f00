//! Customers as a file: what a filter finds, streamed.

use axum::extract::{Query, State};
use axum::response::Response;
use engine::table::TableFormat;
use store::customers::CustomerFilter;

use super::list::Which;
use crate::app::App;
use crate::fault::{Fault, Problem};
use crate::table::answer;

/// Customers as CSV; cells that a spreadsheet would take for formulas begin with an apostrophe, and an import takes it away again
#[utoipa::path(get, path = "/api/v1/customers/export.csv", tag = "customers", operation_id = "export_customers_csv", params(Which), responses(
    (status = OK, body = String, content_type = "text/csv"),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn csv(
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Response, Fault> {
    file(&app, which.filter()?, TableFormat::Csv).await
}

/// Customers as a JSON list
#[utoipa::path(get, path = "/api/v1/customers/export.json", tag = "customers", operation_id = "export_customers_json", params(Which), responses(
    (status = OK, body = Vec<super::shape::Customer>),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn json(
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Response, Fault> {
    file(&app, which.filter()?, TableFormat::Json).await
}

async fn file(app: &App, filter: CustomerFilter, format: TableFormat) -> Result<Response, Fault> {
    let table = app.engine().customer_table(filter, format).await?;
    answer(app, "customers", table).await
}
