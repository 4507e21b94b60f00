//! Subscriptions: how one stands, what changed, what can be done with it and until when, when people are reminded.
pub mod change;
