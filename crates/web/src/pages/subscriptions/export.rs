//! Subscriptions as a file: what the list shows, all pages, streamed.

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use engine::customers::TableFormat;
use engine::subscriptions::SubscriptionTable;
use futures::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use store::subscriptions::SubscriptionFilter;

use super::PATH;
use super::filter;
use super::list::asker;
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
    export(&app, &caller, query.as_deref(), TableFormat::Csv).await
}

/// As JSON, an array.
pub(crate) async fn json(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    export(&app, &caller, query.as_deref(), TableFormat::Json).await
}

async fn export(
    app: &App,
    caller: &Caller,
    query: Option<&str>,
    format: TableFormat,
) -> Result<Response, Fault> {
    let address = Address::new(PATH, query);
    let filter = filter::read(|name| address.get(name), &asker(app, caller))?;
    file(app, caller, filter, format).await
}

/// What a filter finds, as a file for a browser or a program; cost only for who may see it.
pub(crate) async fn file(
    app: &App,
    caller: &Caller,
    filter: SubscriptionFilter,
    format: TableFormat,
) -> Result<Response, Fault> {
    let costs = caller.may(Right::SeeCost);
    let table = app
        .engine()
        .subscription_table(filter, format, costs)
        .await?;
    let (ending, content) = match format {
        TableFormat::Csv => ("csv", "text/csv; charset=utf-8"),
        TableFormat::Json => ("json", "application/json"),
    };
    let name = file_name(app, "subscriptions", ending).await?;
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
async fn next(
    mut table: SubscriptionTable,
) -> Result<Option<(Bytes, SubscriptionTable)>, std::io::Error> {
    let part = table.next().await.map_err(|error| {
        tracing::warn!(error = %chain(&error), "an export broke off");
        std::io::Error::other("the database failed")
    })?;
    Ok(part.map(|part| (Bytes::from(part), table)))
}
