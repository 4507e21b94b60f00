//! Orders: drafts, what was sent, what became of it, and orders placed elsewhere.

mod events;
mod figures;
mod find;
mod lines;
mod links;
mod rows;
mod schedule;
mod search;
mod secrets;
mod settings;
mod templates;
mod write;

pub use events::*;
pub use figures::*;
pub use find::*;
pub use lines::*;
pub use links::*;
pub use rows::*;
pub use schedule::*;
pub use search::*;
pub use secrets::*;
pub use settings::*;
pub use templates::*;
pub use write::*;
