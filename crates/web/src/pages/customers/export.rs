//! Customers as a file: what the list shows, all pages, streamed.

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use engine::customers::{CustomerTable, TableFormat};
use futures::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use store::connections;

use super::list::read;
use crate::app::App;
use crate::fault::{Fault, chain};
use crate::pages::address::Address;

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
    let (ending, content) = match format {
        TableFormat::Csv => ("csv", "text/csv; charset=utf-8"),
        TableFormat::Json => ("json", "application/json"),
    };
    let name = file_name(app, "customers", ending).await?;
    Ok((
        [
            (CONTENT_TYPE, content.to_owned()),
            (CONTENT_DISPOSITION, name),
        ],
        Body::from_stream(stream::try_unfold(table, next)),
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

/// How a file is called: `TEST-` before it where all connections are sandboxes, and its day.
pub(crate) async fn file_name(app: &App, what: &str, ending: &str) -> Result<String, Fault> {
    let all = connections::list_all(app.store().read()).await?;
    let test = !all.is_empty() && all.iter().all(|row| row.sandbox);
    let day = app
        .now()
        .to_zoned(app.settings().zone.clone())
        .strftime("%Y-%m-%d")
        .to_string();
    Ok(format!(
        "attachment; filename=\"{}{what}-{day}.{ending}\"",
        if test { "TEST-" } else { "" }
    ))
}
