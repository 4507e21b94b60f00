//! Customers of the account (Ion API notes 2.2): the book of them, what requests do with it, and who is in it at the start.

mod answers;
mod book;
mod people;
mod profile;
mod similar;

pub(crate) use answers::answer;
pub(crate) use book::{CustomerBook, id_of};
pub use similar::similar_customers;
