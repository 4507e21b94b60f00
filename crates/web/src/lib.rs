//! REST API, server-rendered pages, live progress, authentication.
//!
//! [`router()`] is the whole of it. [`routes`] lists every route with who may use it; `guard` is what a request passes on its way
//! in and out; `pages` and `api` are thin: load, map, answer. What a page looks like stands in [`view`].

mod api;
mod app;
pub mod assets;
pub mod auth;
mod fault;
mod filter;
mod from_engine;
mod guard;
mod markup;
mod pages;
mod raw;
mod router;
pub mod routes;
mod table;
pub mod view;
mod words;

pub use app::{Metrics, WebParts, WebSettings};
pub use fault::{FieldFault, Problem, WrongField};
pub use router::{openapi, router};
