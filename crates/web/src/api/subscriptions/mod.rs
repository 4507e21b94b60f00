//! Subscriptions: a list, one, its changes, what renews, and reading Ion.

pub(crate) mod changes;
pub(crate) mod export;
pub(crate) mod list;
pub(crate) mod renewals;
pub(crate) mod shape;
pub(crate) mod syncs;
