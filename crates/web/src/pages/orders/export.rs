//! Orders as a file: what the list shows, all pages, streamed.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::access::Right;
use engine::table::TableFormat;
use store::orders::OrderFilter;

use super::{PATH, filter};
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
    answer(app, "orders", table).await
}
