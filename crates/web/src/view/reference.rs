//! The API reference: a small viewer of the OpenAPI description, served from here.

use askama::Template;

use super::filters;
use super::frame::Plain;

/// `GET /api/v1/docs`.
#[derive(Debug, Template)]
#[template(path = "reference.html")]
pub struct ReferencePage {
    /// Around it.
    pub frame: Plain,
    /// Where the description is: `/api/v1/openapi.json`.
    pub description_href: String,
}
