//! Customers of both sides: compared, merged by `rules::customers`, and written where a decision says so.
//!
//! - [`sync()`] carries out a run: reads Ion's list, decides for each customer, does what is ours to do, and asks for the rest.
//! - [`push()`] is the only one that changes customers in Ion, [`create()`] the only one that makes them; each is a job of one customer.
//! - What people do stands in `edit`, `pair`, `conflict`, `combine` and `undo`, as methods of [`Engine`](crate::Engine).

mod combine;
mod conflict;
mod create;
mod edit;
mod error;
mod file;
mod history;
mod map;
mod matching;
mod notice;
mod pair;
mod plan;
mod push;
mod request;
mod scan;
mod settle;
mod steps;
mod sync;
mod table;
mod undo;
mod words;

pub use create::create;
pub(crate) use create::password_place;
pub use edit::Edited;
pub use error::{EditError, MappingError, PushError, SyncError};
pub use file::{Applied, ChosenLines, FileError, LARGEST_FILE};
pub use plan::Chosen;
pub use push::{PushEnd, push};
pub use request::SyncRequested;
pub use steps::MappingStep;
pub use sync::{SyncEnd, SyncJob, SyncMode, sync};
pub use table::{CustomerTable, customer_json};
pub use undo::Undone;
