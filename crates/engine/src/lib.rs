//! What happens: fetch from Ion, ask `rules`, apply to the store. Ion's wire types stop at this crate's mapping.

pub mod catalog;
pub mod connection;
pub mod notices;
