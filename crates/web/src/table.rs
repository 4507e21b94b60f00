//! A list as a file for a browser or a program, streamed.

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse as _, Response};
use engine::table::Table;
use futures::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use store::connections;

use crate::app::App;
use crate::fault::{Fault, chain};

/// The answer with this table, named by what it holds.
pub(crate) async fn answer(app: &App, what: &str, table: impl Table) -> Result<Response, Fault> {
    let format = table.format();
    let name = file_name(app, what, format.ending()).await?;
    Ok((
        [
            (CONTENT_TYPE, format.content_type().to_owned()),
            (CONTENT_DISPOSITION, name),
        ],
        Body::from_stream(stream::try_unfold(table, next)),
    )
        .into_response())
}

/// The next part of the file. An error cuts the answer short, so that nobody takes it for whole.
async fn next<T: Table>(mut table: T) -> Result<Option<(Bytes, T)>, std::io::Error> {
    let part = table.next().await.map_err(|error| {
        tracing::warn!(error = %chain(&error), "an export broke off");
        std::io::Error::other("the database failed")
    })?;
    Ok(part.map(|part| (Bytes::from(part), table)))
}

/// How a file is called: `TEST-` before it where all connections are sandboxes, and its day.
pub(crate) async fn file_name(app: &App, what: &str, ending: &str) -> Result<String, Fault> {
    let test = if is_test(app).await? { "TEST-" } else { "" };
    let day = app
        .now()
        .to_zoned(app.settings().zone.clone())
        .strftime("%Y-%m-%d");
    Ok(format!(
        "attachment; filename=\"{test}{what}-{day}.{ending}\""
    ))
}

/// Whether all connections are sandboxes: nothing in a file is real then.
pub(crate) async fn is_test(app: &App) -> Result<bool, Fault> {
    let all = connections::list_all(app.store().read()).await?;
    Ok(!all.is_empty() && all.iter().all(|row| row.sandbox))
}
