//! Orders, through jobs and workers, judged by what the sandbox holds and received.

mod bed;
mod faults;
mod knobs;
mod portal;
mod story;
