//! The API reference.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;

use crate::app::App;
use crate::pages::around::plain;
use crate::router::OPENAPI;
use crate::view::Html;
use crate::view::reference::ReferencePage;

/// The page; it tells nothing that the description does not.
pub(crate) async fn show(State(app): State<App>, headers: HeaderMap) -> Response {
    Html(ReferencePage {
        frame: plain(&app, &headers, "API reference"),
        description_href: OPENAPI.to_owned(),
    })
    .into_response()
}
