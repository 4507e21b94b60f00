//! Faults and refusals as people or programs read them: a page, or a problem.

use std::any::Any;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, StatusCode};

use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};
use crate::guard::trace::RequestId;
use crate::pages;

/// Text of a refusal by axum is read up to here.
const REFUSAL: usize = 4096;

/// Who asked, told by the guard of rights for the error page's frame.
#[derive(Debug, Clone)]
pub(crate) struct Asker(pub(crate) Caller);

/// Prints what went wrong: for the API and probes as a problem, for people as a page.
pub(crate) async fn print(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default();
    let path = request.uri().path().to_owned();
    let headers = request.headers().clone();
    let head_only = request.method() == Method::HEAD;
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_printed(&response) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let fault = match parts.extensions.get::<Fault>() {
        Some(fault) => fault.clone(),
        None => refusal(status, body).await,
    };
    let for_programs =
        path.starts_with("/api/") || matches!(path.as_str(), "/healthz" | "/readyz" | "/metrics");
    let mut response = if for_programs {
        let problem = serde_json::to_vec(&Problem::of(&fault, &id)).unwrap_or_default();
        ([(CONTENT_TYPE, "application/problem+json")], problem).into_response()
    } else {
        let asker = parts.extensions.get::<Asker>().map(|asker| &asker.0);
        pages::error::show(&app, asker, &headers, &fault, &id).await
    };
    *response.status_mut() = status;
    for (name, value) in &parts.headers {
        if name != CONTENT_TYPE && name != CONTENT_LENGTH {
            response.headers_mut().append(name, value.clone());
        }
    }
    if head_only {
        *response.body_mut() = Body::empty();
    }
    response
}

/// A page or a problem that a handler printed itself.
fn is_printed(response: &Response) -> bool {
    response.extensions().get::<Fault>().is_none()
        && response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.starts_with("text/html") || kind.starts_with("application/"))
}

/// The fault behind a refusal that axum wrote as plain text.
async fn refusal(status: StatusCode, body: Body) -> Fault {
    let text = to_bytes(body, REFUSAL).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let (code, title) = match status {
        StatusCode::NOT_FOUND => return Fault::not_found("page or record"),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("method_not_allowed", "This cannot be done at this address")
        }
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "The request is too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ("unsupported_media_type", "Send it as application/json")
        }
        StatusCode::UNPROCESSABLE_ENTITY => ("invalid", "A field is wrong"),
        StatusCode::BAD_REQUEST if text.starts_with("Invalid URL") => {
            let detail = "It holds an id that cannot be one: it was cut off or mistyped.";
            return Fault::new(
                status,
                "unreadable",
                "There is nothing at this address",
                detail,
            );
        }
        StatusCode::BAD_REQUEST => ("unreadable", "The request cannot be read"),
        _ if status.is_server_error() => ("internal", "Something of ours failed"),
        _ => ("refused", "The request was refused"),
    };
    Fault::new(status, code, title, text)
}

/// The answer to a handler that panicked. The panic's text may hold data: it stays in the log.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the panic over"
)]
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no text");
    tracing::error!(panic = text, "a handler panicked");
    Fault::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "Something of ours failed",
        "Nothing more is known here; the server's log has the cause under this request's number.",
    )
    .into_response()
}
