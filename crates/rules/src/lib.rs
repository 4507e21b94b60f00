//! Every decision of Ionbridge, pure: no clock, no IO, no async, no SQL. Time and ids come in as values.
//!
//! - [`tokens`]: when a login is refreshed, and what a lost or refused reply allows.
//! - [`catalog`]: what differs between two readings of a product, and when an import must not withdraw.

pub mod catalog;
pub mod cell;
pub mod customers;
pub mod tokens;
