//! Customers of the account (Ion API notes 2.2): the book of them, what requests do with it, and who is in it at the start.

mod answers;
mod book;
mod people;
mod profile;
mod similar;

pub(crate) use answers::{answer, not_found};
pub(crate) use book::{CustomerBook, Members, id_of};
pub(crate) use profile::microsoft_domain;
pub use similar::similar_customers;
