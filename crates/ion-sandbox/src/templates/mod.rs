//! Provisioning templates (Ion API notes 2.7): which attributes an order of a vendor takes, and the documents that say so.

mod answers;
mod document;
mod table;

pub(crate) use answers::answer;
pub(crate) use table::{attributes_of, takes};
