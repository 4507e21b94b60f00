//! The engine against the sandbox.
#![expect(clippy::unwrap_used, reason = "a test fails by its panic")]

mod catalog;
mod keeper;
mod survive;
