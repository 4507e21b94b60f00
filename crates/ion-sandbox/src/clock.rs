//! The sandbox's time: by itself, or as tests move it.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How the sandbox's time goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockMode {
    /// As the machine's.
    #[default]
    Automatic,
    /// Stands still until it is moved.
    Driven,
}

/// Where a driven clock begins: 2026-11-23T10:00:00Z.
const DRIVEN_FROM: i64 = 1_795_428_000;

#[derive(Debug)]
pub(crate) struct Clock {
    mode: ClockMode,
    start: Instant,
    base: Timestamp,
    moved: Duration,
}

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the sandbox is a program of its own, with its own clock"
    )]
    pub(crate) fn new(mode: ClockMode) -> Self {
        Self {
            mode,
            start: Instant::now(),
            base: match mode {
                ClockMode::Automatic => Timestamp::now(),
                // The same on every day that a test runs.
                ClockMode::Driven => Timestamp::constant(DRIVEN_FROM, 0),
            },
            moved: Duration::ZERO,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let passed = if self.mode == ClockMode::Automatic {
            self.start.elapsed()
        } else {
            Duration::ZERO
        };
        self.base
            .checked_add(passed + self.moved)
            .unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.moved += by;
    }

    /// Milliseconds since the start, by the machine: for the ledger.
    pub(crate) fn real_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
