//! What the store promises, on SQLite and on PostgreSQL.

mod audit;
mod budget;
mod catalog;
mod connections;
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
