//! A number for each request, its span, and its measures.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use tracing::Instrument as _;

use crate::app::App;

/// The number of a request, as in the log and in `x-request-id`.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// Numbers, logs and measures a request. The path is logged as its pattern: values in it may be personal.
pub(crate) async fn follow(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = app.engine().ids().uuid().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", id = %id, method = %method, path = %path);
    let clock = app.engine().clock();
    let begun = clock.steady();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = clock.steady().saturating_sub(begun);
    let status = response.status();
    span.in_scope(|| log(status.as_u16(), took));
    metrics::counter!("ionbridge_http_requests_total", "path" => path.clone(), "status" => status.as_u16().to_string()).increment(1);
    metrics::histogram!("ionbridge_http_request_seconds", "path" => path)
        .record(took.as_secs_f64());
    if let Ok(value) = HeaderValue::try_from(id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

fn log(status: u16, took: Duration) {
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    if status >= 500 {
        tracing::warn!(status, took_ms, "answered");
    } else {
        tracing::debug!(status, took_ms, "answered");
    }
}
