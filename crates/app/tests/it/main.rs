//! The whole binary, and the token protocol with its real keeper.
#![expect(clippy::unwrap_used, reason = "a test fails by its panic")]

mod commands;
mod copies;
mod customers;
mod customers_kills;
mod invariants;
mod key;
mod orders_kills;
mod orders_restored;
mod orders_scene;
mod runs;
mod subscriptions_kills;
mod tokens;

/// The binary under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_ionbridge");
