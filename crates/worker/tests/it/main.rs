//! The worker against both databases, a sandbox, and receivers of what goes out.
#![expect(clippy::unwrap_used, reason = "a test fails by its panic")]

mod bench;
mod customers;
mod keeper;
mod mail_server;
mod notices;
mod orders;
mod receiver;
mod runner;
mod schedule;
mod subscriptions;
