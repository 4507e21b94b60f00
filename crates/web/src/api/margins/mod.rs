//! Margin rules: what a customer pays, worked out from what it costs.

pub(crate) mod preview;
pub(crate) mod rules;
pub(crate) mod shape;
