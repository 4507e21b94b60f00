//! Orders: saved by one, found again by what Ion knows of them, listed, followed, and nothing of them lost.

pub(crate) mod bed;
mod drafts;
mod events;
mod figures;
mod find;
mod links;
mod lists;
mod logins;
mod merge;
mod save;
mod schedule;
mod settings;
mod templates;
mod waiting;
