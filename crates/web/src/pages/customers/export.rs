//! Customers as a file: what the list shows, all pages, streamed.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use engine::table::TableFormat;

use super::list::read;
use crate::app::App;
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::table::answer;

/// As CSV, for spreadsheets; an import reads it as it is.
pub(crate) async fn csv(
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    export(&app, query.as_deref(), TableFormat::Csv).await
}

/// As JSON, an array.
pub(crate) async fn json(
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    export(&app, query.as_deref(), TableFormat::Json).await
}

async fn export(app: &App, query: Option<&str>, format: TableFormat) -> Result<Response, Fault> {
    let filter = read(&Address::new("/customers", query))?;
    let table = app.engine().customer_table(filter, format).await?;
    answer(app, "customers", table).await
}
