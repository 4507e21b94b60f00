//! Reports (Ion API notes 2.8): definitions that are saved, and their data out of what subscriptions cost.

mod answers;
mod book;
mod columns;
mod data;

pub(crate) use answers::{answer, refresh_cache};
pub(crate) use book::ReportBook;
