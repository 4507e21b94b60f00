//! Where time and ids come from. Nothing else in the workspace reads the clock of the machine or makes a random id.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

/// Time, as wall clock for people and records, and as a steady count for waiting.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The wall clock, UTC. May step; never use differences of it to decide how long to wait in one process.
    fn now(&self) -> Timestamp;
    /// Time since some fixed instant of this process; never goes back.
    fn steady(&self) -> Duration;
}

/// The clock of the machine.
#[derive(Debug)]
pub struct SystemClock {
    start: std::time::Instant,
}

impl SystemClock {
    /// A clock whose steady count starts now.
    pub fn new() -> Self {
        Self {
            start: std::time::Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the wall clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn steady(&self) -> Duration {
        self.start.elapsed()
    }
}

/// A clock that stands still until it is told to move: for tests and simulations.
#[derive(Debug)]
pub struct ManualClock {
    state: Mutex<(Timestamp, Duration)>,
}

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: Timestamp) -> Self {
        Self {
            state: Mutex::new((now, Duration::ZERO)),
        }
    }

    /// Moves both the wall clock and the steady count forward.
    pub fn advance(&self, by: Duration) {
        let mut state = self
            .state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        state.0 = state.0.checked_add(by).unwrap_or(Timestamp::MAX);
        state.1 += by;
    }

    /// Steps the wall clock alone, as an administrator or NTP would.
    pub fn step_wall(&self, to: Timestamp) {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .0 = to;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .0
    }

    fn steady(&self) -> Duration {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .1
    }
}

/// Where ids come from.
pub trait IdGen: Send + Sync + std::fmt::Debug {
    /// A new id that no other call returned before.
    fn uuid(&self) -> Uuid;
}

/// UUID version 7 of the machine's clock and random source.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemIds;

impl IdGen for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Ids that count up from a seed: the same in every run.
#[derive(Debug)]
pub struct SeededIds {
    next: Mutex<u128>,
}

impl SeededIds {
    /// Ids of this seed.
    pub fn new(seed: u32) -> Self {
        Self {
            next: Mutex::new((u128::from(seed) << 96) | (0x7 << 76) | (0x8 << 60)),
        }
    }
}

impl IdGen for SeededIds {
    fn uuid(&self) -> Uuid {
        let mut next = self
            .next
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *next += 1;
        Uuid::from_u128(*next)
    }
}
