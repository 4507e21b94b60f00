//! Orders, through jobs and workers, judged by what the sandbox holds and received.

#![expect(
    clippy::large_futures,
    reason = "a story of many steps is one large future, of which there is one at a time"
)]

mod bed;
mod customers;
mod faults;
mod fill;
mod knobs;
mod portal;
mod story;
mod thousands;
mod waiting;
