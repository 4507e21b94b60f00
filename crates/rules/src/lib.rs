//! Every decision of Ionbridge, pure: no clock, no IO, no async, no SQL. Time and ids come in as values.
//!
//! - [`tokens`]: when a login is refreshed, and what a lost or refused reply allows.
//! - [`catalog`]: what differs between two readings of a product, and when an import must not withdraw.
//! - [`orders`]: when an order is sent, what a lost answer allows, what it costs and binds to, what is wrong with it.
//! - [`margins`]: which rule gives the sale price, and what comes of it.
//! - [`subscriptions`]: what changed in one, what can be done with it and until when.

pub mod catalog;
pub mod cell;
pub mod customers;
pub mod margins;
pub mod orders;
#[cfg(test)]
mod samples;
pub mod subscriptions;
pub mod tokens;
