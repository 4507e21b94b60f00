//! Subscriptions: the list, one of them, the calendar of renewals, and what other pages show of them.

pub mod dashboard;
pub mod detail;
pub mod list;
pub mod plot;
pub mod product;
pub mod renewals;
