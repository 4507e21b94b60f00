//! The only SQL of Ionbridge. One text of each statement for SQLite and PostgreSQL: numbered parameters, and types that both know.
//!
//! - [`Store`] opens the database; [`Store::read`] and [`Store::begin`] are what every query function takes.
//! - Times are stored as microseconds since 1970, ids as UUID, money as integer and text, words of `domain` as text.
//! - A query is a function in the module of its noun: `find_*` may find nothing, `list_*` gives many, a write says what it did.

pub mod audit;
pub mod backup;
pub mod budget;
pub mod catalog;
pub mod connections;
pub mod copy;
pub mod customers;
mod db;
mod error;
pub mod margins;
mod migrate;
pub mod notices;
pub mod orders;
pub mod queue;
pub mod runs;
pub mod seal;
pub mod sessions;
mod sql;
pub mod subscriptions;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tokens;
pub mod users;
pub mod workers;

pub use db::{Backend, OneWrite, Store, StoreSettings, Tx};
pub use error::StoreError;
pub use migrate::{SCHEMA_VERSION, SchemaState};
pub use sea_orm::ConnectionTrait;
