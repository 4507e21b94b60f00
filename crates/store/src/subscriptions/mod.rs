//! Subscriptions as Ion shows them, what changed, and what is due.

mod columns;
mod events;
mod facets;
mod figures;
mod find;
mod links;
mod months;
mod reminders;
mod renewals;
mod rows;
mod search;
mod tally;
mod touched;
mod write;

pub use events::*;
pub use facets::*;
pub use figures::*;
pub use find::*;
pub use links::*;
pub use months::cost_by_month;
pub use reminders::*;
pub use renewals::*;
pub use rows::*;
pub use search::*;
pub use touched::*;
pub use write::*;
