//! What is wrong with a draft, by field, and what to do about it: said before anything is sent.

/// The largest quantity of a line.
pub const MAX_QUANTITY: u32 = 100_000;
