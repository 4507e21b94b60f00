//! The whole binary, and the token protocol with its real keeper.

mod commands;
mod invariants;
mod tokens;

/// The binary under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_ionbridge");
