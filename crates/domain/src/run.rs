//! Runs and jobs: one execution of an import, and the durable work behind it.

use serde::{Deserialize, Serialize};

use crate::text_enum;

text_enum! {
    /// What a run does.
    pub enum RunKind {
        /// Reads the whole catalog of a connection.
        CatalogImport = "catalog_import",
        /// Compares the customers of a connection on both sides, or carries out a plan of that.
        CustomerSync = "customer_sync",
        /// Reads all subscriptions of a connection, and the orders placed elsewhere.
        SubscriptionSync = "subscription_sync",
    }
}

text_enum! {
    /// State of a run.
    pub enum RunStatus {
        /// Waits for a worker.
        Queued = "queued",
        /// Goes on.
        Running = "running",
        /// Complete.
        Done = "done",
        /// Complete, some records set aside.
        DoneSetAside = "done_set_aside",
        /// Complete but for a step that a person must decide.
        NeedsDecision = "needs_decision",
        /// Its worker went away; it resumes by itself.
        Interrupted = "interrupted",
        /// Ended by an error; what was read is saved.
        Failed = "failed",
        /// Stopped by a person; what was read is saved.
        Stopped = "stopped",
    }
}

impl RunStatus {
    /// True where nothing more will happen by itself.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running | Self::Interrupted)
    }
}

text_enum! {
    /// State of a job.
    pub enum JobState {
        /// Waits until its time.
        Queued = "queued",
        /// A worker holds its lease.
        Running = "running",
        /// Done.
        Done = "done",
        /// Gave up.
        Failed = "failed",
        /// Cancelled before or while it ran.
        Cancelled = "cancelled",
    }
}

/// Counts of a run, and how far it is. Stored with the run; `total` is known only where an earlier run told it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunCounts {
    /// Records read from Ion, each once.
    pub read: u64,
    /// Records that were not there before.
    pub added: u64,
    /// Records with a difference that was written.
    pub changed: u64,
    /// Records without a difference.
    pub unchanged: u64,
    /// Records that could not be read.
    pub set_aside: u64,
    /// Records marked as withdrawn.
    pub withdrawn: u64,
    /// Variants read.
    pub variants: u64,
    /// Prices that rose.
    pub price_up: u64,
    /// Prices that fell.
    pub price_down: u64,
    /// Pages read.
    pub pages: u64,
    /// Requests sent to Ion.
    pub requests: u64,
    /// Bytes of JSON read.
    pub bytes: u64,
    /// How many records the last complete run of this kind had; 0 where unknown.
    pub expected: u64,
    /// Customers with a field taken over from Ion.
    pub pulled: u64,
    /// Customers with a field sent to Ion, or to be sent by a job.
    pub pushed: u64,
    /// Customers to be made in Ion by a job.
    pub created: u64,
    /// Pairs that were linked.
    pub linked: u64,
    /// Customers with a field that a person decides.
    pub conflicts: u64,
    /// Pairs that a person is asked about.
    pub proposed: u64,
    /// Customers found to be gone from Ion.
    pub gone: u64,
    /// What a plan held that is no longer true, and was left.
    pub moved: u64,
    /// Subscriptions that stay as they are because so many at once are not called gone before a person says so.
    pub held: u64,
}
