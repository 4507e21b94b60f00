//! The client against servers of this machine: well-behaved ones by wiremock, others by raw sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod bodies;
mod exchange;
mod fixtures;
mod pages;
mod refusals;
mod retries;
mod servers;
mod tokens;
mod writes;
