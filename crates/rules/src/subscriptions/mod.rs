//! Subscriptions: how one stands, what changed, what can be done with it and until when, when people are reminded.
//!
//! - [`state`] decides how one stands by Ion's free words.
//! - [`diff`] names what changed between two readings, and when one is gone.
//! - [`change`] decides what can be done, until when, and makes the order line that does it.
//! - [`remind`] decides when people are reminded of a renewal or an end.
//! - [`renewal`] works out what a renewal binds to.

pub mod change;
pub mod diff;
pub mod remind;
pub mod renewal;
pub mod state;
