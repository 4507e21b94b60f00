//! What the pages show: typed structs whose strings are ready to print, each with its template.
//!
//! Handlers fill them; templates hold no logic beyond loops and ifs. A page struct is the whole page; its `list` or `body` is the
//! partial that htmx gets (request headers `HX-Request: true` and `HX-Request-Type: partial`).

pub mod audit;
pub mod change;
pub mod connection;
pub mod customers;
pub mod dashboard;
pub mod entry;
pub mod error;
pub mod filters;
pub mod form;
pub mod format;
pub mod frame;
pub mod job;
pub mod jump;
pub mod margins;
pub mod notice;
pub mod orders;
pub mod parts;
pub mod person;
pub mod product;
pub mod reference;
pub mod run;
pub mod set_aside;
pub mod status;
pub mod subscriptions;
pub mod table;
pub mod token;

#[cfg(test)]
#[path = "../../examples/gallery/samples/mod.rs"]
pub(crate) mod samples;

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

pub use form::{Check, Choice, Field, FieldKind};
pub use format::Times;
pub use frame::{ConnectionCard, Crumb, Flash, Frame, Person, Plain, Section, Theme};
pub use parts::{
    Button, Delta, Fact, Life, Link, Moment, Money, Note, Point, Step, StepState, Tone, Value,
};
pub use status::Status;
pub use table::{Chip, ChipOption, Column, Pager, Search};

/// A page or partial as an answer: HTML that no cache keeps, for it may show what only this person may see.
#[derive(Debug)]
pub struct Html<T>(pub T);

impl<T: Template> IntoResponse for Html<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(body) => (
                [
                    (CONTENT_TYPE, "text/html; charset=utf-8"),
                    (CACHE_CONTROL, "no-store"),
                ],
                body,
            )
                .into_response(),
            Err(error) => {
                tracing::error!(%error, template = std::any::type_name::<T>(), "a page could not be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

#[cfg(test)]
mod tests;
