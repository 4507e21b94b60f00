//! Carts of customers (Ion API notes 2.4): what is in them, and the checkout that makes an order of one.
//!
//! No client of the real ones is known: shapes are those of the official description.

mod answers;
mod book;
mod checkout;
mod items;

pub(crate) use answers::answer;
pub(crate) use book::CartBook;
