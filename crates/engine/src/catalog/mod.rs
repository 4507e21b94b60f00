//! The catalog import: pages are fetched, read and written at the same time; only what differs is written.
//!
//! - [`import()`] carries out a run; it survives a kill at any point and goes on where it was.
//! - [`Engine::request_import`](crate::Engine::request_import) asks for one; [`Engine::run_progress`](crate::Engine::run_progress) tells how far it is.
//! - Products that a complete list no longer shows are withdrawn with care: see `absent` and `rules::catalog::guard`.

mod absent;
mod checkpoint;
mod claim;
mod compare;
mod decide;
mod import;
mod map;
mod notice;
mod prices;
mod progress;
mod read;
mod request;
mod vendor;
mod words;
mod write;

pub use decide::DecideError;
pub use import::{ImportEnd, ImportError, ImportJob, import, import_claimed, import_with};
pub(crate) use progress::Live;
pub use progress::{ProgressHub, RunProgress};
pub use request::{ImportRequested, RequestError};
pub(crate) use vendor::vendor_of;
pub(crate) use words::cause;
