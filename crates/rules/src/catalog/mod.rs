//! What differs between two readings of a product, what a list shows of it, and when an import must not withdraw.

mod diff;
mod guard;
mod listing;

pub use diff::{Change, diff, main_price};
pub use guard::{Guard, Verdict, judge};
pub use listing::{Listing, listing};
