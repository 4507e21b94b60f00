//! The queue runner and the schedule; one thin file per job.
//!
//! A [`Worker`] claims one job at a time for each of its slots, holds it by a lease that it extends while the job runs, and ends it
//! under the fence of its claim: a worker that lost its lease cannot end a job that another one has.

mod jobs;
mod outcome;
mod runner;
mod schedule;

pub use outcome::Outcome;
pub use runner::{Worker, WorkerSettings};
pub use schedule::ScheduleError;
