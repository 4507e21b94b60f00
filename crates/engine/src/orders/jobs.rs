//! How jobs of orders end.

use std::time::Duration;

/// How a job of an order ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnd {
    /// Nothing is left to do for it.
    Done,
    /// It is to go on after this time.
    Again(Duration),
    /// It cannot be done; the text says why.
    Failed(String),
}
