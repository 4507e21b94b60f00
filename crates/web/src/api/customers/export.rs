//! Customers as a file: what a filter finds, streamed.

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use engine::customers::{CustomerTable, TableFormat};
use futures::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use store::customers::CustomerFilter;

use super::list::Which;
use crate::app::App;
use crate::fault::{Fault, Problem, chain};

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

/// What a filter finds, as a file for a browser or a program.
pub(crate) async fn file(
    app: &App,
    filter: CustomerFilter,
    format: TableFormat,
) -> Result<Response, Fault> {
    let table = app.engine().customer_table(filter, format).await?;
    let (ending, content) = match format {
        TableFormat::Csv => ("csv", "text/csv; charset=utf-8"),
        TableFormat::Json => ("json", "application/json"),
    };
    let day = app.now().to_zoned(app.settings().zone.clone());
    let name = format!(
        "attachment; filename=\"customers-{}.{ending}\"",
        day.strftime("%Y-%m-%d")
    );
    let body = Body::from_stream(stream::try_unfold(table, next));
    Ok((
        [
            (CONTENT_TYPE, content.to_owned()),
            (CONTENT_DISPOSITION, name),
        ],
        body,
    )
        .into_response())
}

/// The next part of the file. An error cuts the answer short, so that nobody takes it for whole.
async fn next(mut table: CustomerTable) -> Result<Option<(Bytes, CustomerTable)>, std::io::Error> {
    let part = table.next().await.map_err(|error| {
        tracing::warn!(error = %chain(&error), "an export broke off");
        std::io::Error::other("the database failed")
    })?;
    Ok(part.map(|part| (Bytes::from(part), table)))
}
