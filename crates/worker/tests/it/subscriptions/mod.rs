//! Subscriptions: read, changed, told of and sold, judged by what the sandbox holds.

#![expect(
    clippy::large_futures,
    reason = "a story of many steps is one large future, of which there is one at a time"
)]

mod bed;
mod change;
mod gone;
mod margins;
mod pages;
mod reading;
mod reminders;
mod runs;
