//! How long many answers took.

use std::time::Duration;

use serde::Serialize;

/// Milliseconds of many answers.
#[derive(Debug, Serialize)]
pub(crate) struct Times {
    pub(crate) what: String,
    /// How many were taken.
    pub(crate) count: usize,
    pub(crate) median_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) slowest_ms: f64,
}

impl Times {
    pub(crate) fn of(what: &str, mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        let at = |hundredths: usize| {
            let place = (all.len() * hundredths).div_ceil(100).max(1) - 1;
            all.get(place).map_or(0.0, Duration::as_secs_f64) * 1000.0
        };
        Self {
            what: what.to_owned(),
            count: all.len(),
            median_ms: at(50),
            p99_ms: at(99),
            slowest_ms: at(100),
        }
    }
}
