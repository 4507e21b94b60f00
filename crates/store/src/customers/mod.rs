//! Customers of both sides: ours, Ion's as it was last shown, links, pairs, conflicts, history, writes, plans and files.

pub(crate) mod batch;
mod combine;
mod conflicts;
mod files;
mod find;
mod history;
mod ion;
mod links;
mod mapping;
mod ours;
mod pairs;
mod plan_rows;
mod plans;
mod rows;
mod search;
mod settings;
mod state;
mod writes;

pub use combine::*;
pub use conflicts::*;
pub use files::*;
pub use find::*;
pub use history::*;
pub use ion::*;
pub use links::*;
pub use mapping::*;
pub use ours::*;
pub use pairs::*;
pub use plan_rows::*;
pub use plans::*;
pub use rows::*;
pub use search::*;
pub use settings::*;
pub use state::*;
pub use writes::*;
