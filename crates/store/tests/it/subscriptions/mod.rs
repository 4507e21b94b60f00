//! Subscriptions: kept as Ion shows them, counted as they are written, listed, and told of before they renew.

pub(crate) mod bed;
mod counts;
mod due;
mod events;
mod links;
mod lists;
mod months;
mod readings;
