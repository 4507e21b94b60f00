//! The rules by case tables, by properties, and by simulation.

mod clock;
mod sim;
