//! The client against servers of this machine: well-behaved ones by wiremock, others by raw sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod bodies;
mod carts;
mod contract;
mod described;
mod exchange;
mod fixtures;
mod leaves;
mod orders;
mod pages;
mod refusals;
mod reports;
mod retries;
mod secrets;
mod servers;
mod shapes;
mod subscriptions;
mod templates;
mod tokens;
mod writes;
