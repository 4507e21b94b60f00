//! Puts routes and guards together.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use http::StatusCode;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::app::{App, WebParts};
use crate::fault::Fault;
use crate::guard;
use crate::routes;

/// Largest body that is read.
const LARGEST_BODY: usize = 1024 * 1024;
/// Time for an answer to begin; streams go on as long as they like.
const PATIENCE: Duration = Duration::from_secs(30);
/// The same where the handler waits on Ion: an exchange of tokens alone may take two minutes, and must not be cut.
const PATIENCE_WITH_ION: Duration = Duration::from_mins(5);

/// Where the description of the API is.
pub(crate) const OPENAPI: &str = "/api/v1/openapi.json";

/// The whole web side.
///
/// Serve it with `into_make_service_with_connect_info::<SocketAddr>()`: `/metrics` asks where the peer is.
pub fn router(parts: WebParts) -> Router {
    let app = App::new(parts);
    let (api, description) = routes::api().split_for_parts();
    let description = Json(description);
    routes::pages()
        .merge(api)
        .route(
            OPENAPI,
            axum::routing::get(move || async move { description }),
        )
        .fallback(async || Fault::not_found("page or record"))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(app.clone(), guard::right::check))
        .layer(from_fn_with_state(app.clone(), guard::host::check))
        .layer(from_fn(limit_time))
        .layer(CatchPanicLayer::custom(guard::answer::panicked))
        .layer(from_fn_with_state(app.clone(), guard::answer::print))
        // Each answer is made anew: time counts for more than the last byte. What never changes was compressed beforehand.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(from_fn_with_state(app.clone(), guard::headers::harden))
        .layer(from_fn_with_state(app.clone(), guard::trace::follow))
        .with_state(app)
}

/// The description of the REST API (OpenAPI 3.1).
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes::api().into_openapi()
}

/// Ends a request that finds no answer. Its handler is dropped: what must not be cut runs in a task of its own.
async fn limit_time(request: Request, next: Next) -> Response {
    let with_ion = request
        .extensions()
        .get::<MatchedPath>()
        .is_some_and(|path| {
            path.as_str().contains("/integrations") || path.as_str().contains("/connections")
        });
    let patience = if with_ion {
        PATIENCE_WITH_ION
    } else {
        PATIENCE
    };
    match tokio::time::timeout(patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Fault {
            retry_after: Some(5),
            ..Fault::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "too_slow",
                "No answer in time",
                "The server took too long. Look whether it was done before you try again.",
            )
        }
        .into_response(),
    }
}
