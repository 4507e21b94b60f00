//! The rules by case tables, by properties, and by simulation.
#![expect(clippy::unwrap_used, reason = "a test fails by its panic")]

mod clock;
mod order_sim;
mod seeds;
mod sim;
