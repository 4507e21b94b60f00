//! The catalog import.

mod progress;

pub use progress::ProgressHub;
