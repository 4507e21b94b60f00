//! The pages: each loads what it shows, maps it to its [`crate::view`], and answers with the page or with the part that htmx asked for.

pub(crate) mod address;
pub(crate) mod around;
pub(crate) mod audit;
pub(crate) mod changes;
mod connection_history;
pub(crate) mod connections;
pub(crate) mod credentials;
pub(crate) mod customers;
pub(crate) mod dashboard;
pub(crate) mod error;
pub(crate) mod export;
pub(crate) mod jobs;
pub(crate) mod jump;
pub(crate) mod live;
pub(crate) mod login;
pub(crate) mod margins;
pub(crate) mod notices;
pub(crate) mod orders;
mod price_plot;
pub(crate) mod probe;
pub(crate) mod product;
pub(crate) mod products;
pub(crate) mod profile;
pub(crate) mod reauthenticate;
pub(crate) mod reference;
pub(crate) mod run_body;
pub(crate) mod runs;
pub(crate) mod set_aside;
pub(crate) mod setup;
pub(crate) mod subscriptions;
pub(crate) mod team;
pub(crate) mod tokens;

use axum::response::{IntoResponse as _, Redirect, Response};
use http::HeaderMap;

pub(crate) use around::Around;

/// Whether htmx asks for the part that changed, and not for the page.
pub(crate) fn wants_part(headers: &HeaderMap) -> bool {
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
    is("hx-request", "true") && is("hx-request-type", "partial")
}

/// Goes on to a page after a post.
pub(crate) fn go_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}
