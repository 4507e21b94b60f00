//! Orders: drafts, what was sent, what became of it, and orders placed elsewhere.

pub(crate) mod columns;
mod events;
mod figures;
mod find;
mod lines;
mod links;
mod merge;
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
pub use merge::*;
pub use rows::*;
pub use schedule::*;
pub use search::*;
pub use secrets::*;
pub use settings::*;
pub use templates::*;
pub use write::*;
