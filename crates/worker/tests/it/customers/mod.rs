//! Customers in sync, through jobs and workers, judged by what the sandbox holds and received.

mod bed;
mod faults;
mod interleave;
mod knobs;
mod story;
