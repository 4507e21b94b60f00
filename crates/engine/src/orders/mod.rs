//! Orders: put together, confirmed, sent once, searched for where the answer was lost, and followed to their end.
//!
//! - What people do with an order stands in `draft`, `confirm` and `logins`, as methods of [`Engine`](crate::Engine); none waits for Ion.
//! - [`submit()`] is the only one that posts an order, [`cancel()`] the only one that calls one off; [`follow()`] searches for one and asks
//!   how it stands, [`read()`] reads what changed at Ion. Each is a job; what an event comes to is decided by `rules::orders::state`.

mod confirm;
mod draft;
mod error;
mod file;
mod jobs;
mod json;
mod logins;
mod lookalikes;
mod request;
mod table;
mod template;
mod view;

pub use confirm::Confirmation;
pub use draft::NewDraft;
pub use error::{OrderError, SubmitError};
pub use jobs::{JobEnd, cancel, follow, read, read_template, submit};
pub use json::order_json;
pub use logins::Login;
pub use lookalikes::LookAlikeRow;
pub use table::OrderTable;
pub use template::TemplateState;
pub use view::{LinkFacts, OrderView};
