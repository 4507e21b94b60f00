//! Probes for machines: alive, ready, measures.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use store::{SchemaState, workers};

use crate::app::App;
use crate::fault::{Fault, chain};

/// A worker that was seen this lately is alive.
const WORKER_SEEN: Duration = Duration::from_mins(1);

/// Alive: the process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// How the server is.
#[derive(Debug, Serialize)]
struct Readiness {
    ready: bool,
    database: &'static str,
    schema: &'static str,
    workers: u64,
}

/// Ready: the database answers and is of this version. A missing worker is told, and makes the pages no less ready.
pub(crate) async fn readyz(State(app): State<App>) -> Response {
    let store = app.store();
    let schema = match store.schema_state().await {
        Ok(SchemaState::Current) => "current",
        Ok(SchemaState::Empty) => "empty",
        Ok(SchemaState::Behind(_)) => "behind",
        Ok(SchemaState::Newer(_)) => "newer",
        Err(error) => {
            tracing::warn!(error = %chain(&error), "not ready: the database does not answer");
            "unknown"
        }
    };
    let workers = workers::count_since(store.read(), app.now() - WORKER_SEEN).await;
    let ready = Readiness {
        ready: schema == "current" && workers.is_ok(),
        database: if workers.is_ok() { "ok" } else { "unreachable" },
        schema,
        workers: workers.unwrap_or(0),
    };
    let status = if ready.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(ready)).into_response()
}

/// Measures, in the Prometheus text format.
pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, Fault> {
    let metrics = app
        .metrics()
        .ok_or_else(|| Fault::not_found("collection of metrics"))?;
    Ok((
        [(CONTENT_TYPE, "text/plain; version=0.0.4")],
        metrics.render(),
    )
        .into_response())
}
