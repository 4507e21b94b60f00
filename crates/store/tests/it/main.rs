//! What the store promises, on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test fails by its panic")]

mod audit;
mod budget;
mod catalog;
mod connections;
mod copies;
mod customers;
mod make;
mod margins;
mod notices;
mod open;
mod orders;
mod people;
mod plans;
mod queue;
mod runs;
mod schema;
mod sessions;
mod subscriptions;
mod tokens;
mod workers;
