//! What the store promises, on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test fails by its panic")]

mod audit;
mod budget;
mod catalog;
mod connections;
mod copies;
mod customers;
mod make;
mod notices;
mod open;
mod people;
mod queue;
mod runs;
mod schema;
mod sessions;
mod tokens;
mod workers;
