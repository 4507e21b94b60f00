//! Orders as a file: what the list shows, all pages, streamed.

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use engine::customers::TableFormat;
use engine::orders::OrderTable;
use futures::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use store::orders::OrderFilter;

use super::{PATH, filter};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, chain};
use crate::pages::address::Address;
use crate::pages::customers::export::file_name;

/// As CSV, for spreadsheets.
pub(crate) async fn csv(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    of_query(&app, &caller, query.as_deref(), TableFormat::Csv).await
}

/// As JSON, an array.
pub(crate) async fn json(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    of_query(&app, &caller, query.as_deref(), TableFormat::Json).await
}

async fn of_query(
    app: &App,
    caller: &Caller,
    query: Option<&str>,
    format: TableFormat,
) -> Result<Response, Fault> {
    let costs = caller.may(Right::SeeCost);
    let address = Address::new(PATH, query);
    // The same as the list that it is taken from.
    let filter = filter::read(
        |name| {
            address
                .get(name)
                .filter(|word| filter::is_known(name, word))
        },
        costs,
        app.now(),
    )?;
    export(app, filter, format, costs).await
}

/// What a filter finds, as a file.
pub(crate) async fn export(
    app: &App,
    filter: OrderFilter,
    format: TableFormat,
    costs: bool,
) -> Result<Response, Fault> {
    let table = app.engine().order_table(filter, format, costs).await?;
    let (ending, content) = match format {
        TableFormat::Csv => ("csv", "text/csv; charset=utf-8"),
        TableFormat::Json => ("json", "application/json"),
    };
    let name = file_name(app, "orders", ending).await?;
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
async fn next(mut table: OrderTable) -> Result<Option<(Bytes, OrderTable)>, std::io::Error> {
    let part = table.next().await.map_err(|error| {
        tracing::warn!(error = %chain(&error), "an export broke off");
        std::io::Error::other("the database failed")
    })?;
    Ok(part.map(|part| (Bytes::from(part), table)))
}
