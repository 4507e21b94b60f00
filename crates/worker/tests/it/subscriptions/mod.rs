//! Subscriptions: read, changed, told of and sold, judged by what the sandbox holds.

mod bed;
mod change;
mod gone;
mod margins;
mod pages;
mod reading;
mod reminders;
mod runs;
