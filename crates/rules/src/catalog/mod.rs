//! What differs between two readings of a product, and when an import must not withdraw.

mod diff;
mod guard;

pub use diff::{Change, diff, main_price};
pub use guard::{Guard, Verdict, judge};
