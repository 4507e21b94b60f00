//! Subscriptions as a file: what the list shows, all pages, streamed.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::access::Right;
use engine::table::TableFormat;
use store::subscriptions::SubscriptionFilter;

use super::PATH;
use super::filter;
use super::list::asker;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::table::answer;

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
    answer(app, "subscriptions", table).await
}
