//! Live progress of the runs in this process.

/// Live progress of the runs in this process; other processes read the run's row.
#[derive(Debug, Default)]
pub struct ProgressHub {}
