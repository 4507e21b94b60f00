//! Customers of both sides: ours, Ion's as it was last shown, links, pairs, conflicts, history, writes, plans and files.

mod rows;

pub use rows::*;
