//! Margin rules: which one gives the sale price, what comes of it, and whether a rule makes sense.
//!
//! - [`choose`] decides which rule wins and says why the others did not.
//! - [`price`] works the sale price out, and the margin that is left.
//! - [`check`] names what is wrong with a rule, by field.

pub mod check;
pub mod choose;
pub mod price;
