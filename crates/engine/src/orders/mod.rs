//! Orders: put together, confirmed, sent once, searched for where the answer was lost, and followed to their end.
//!
//! - What people do with an order stands in `draft`, `confirm` and `logins`, as methods of [`Engine`](crate::Engine); none waits for Ion.
//! - [`submit()`] is the only one that posts an order, [`cancel()`] the only one that calls one off; [`follow()`] searches for one and asks
//!   how it stands, [`read()`] reads what changed at Ion. Each is a job; what an event comes to is decided by `rules::orders::state`.

mod buyer;
mod cancel;
mod confirm;
mod draft;
mod due;
mod edit_file;
mod error;
mod facts;
mod file;
mod fill;
mod follow;
mod happen;
mod jobs;
mod json;
mod logins;
mod lookalikes;
mod map;
mod notice;
mod offers;
mod profiles;
mod read;
mod request;
mod restored;
mod search;
mod submit;
mod table;
mod template;
mod view;
mod watch;
mod way;
mod words;

pub use cancel::cancel;
pub use confirm::Confirmation;
pub use draft::{NewDraft, changes_subscription};
pub use error::{OrderError, SubmitError};
pub use follow::follow;
pub use jobs::JobEnd;
pub use json::order_json;
pub use logins::{Login, LoginViewer, WaitingLogin};
pub(crate) use logins::{login_place, password_place, user_place};
pub use lookalikes::LookAlikeRow;
pub use profiles::read_cloud_profiles;
pub use read::read;
pub use submit::submit;
pub use table::OrderTable;
pub use template::{TemplateState, read_template};
pub use view::{LinkFacts, OrderView};
pub(crate) use watch::Watch;
