//! Orders of the account (Ion API notes 2.5): the book of them, what requests do with it, how they go on, and what comes out of them.

mod answers;
mod body;
mod book;
mod check;
mod fulfil;
mod life;
mod list;
mod order;
mod past;
mod place;
mod show;

pub(crate) use answers::{answer, forbidden};
pub(crate) use body::{Placed, PlacedItem};
pub(crate) use book::Fate;
pub(crate) use book::OrderBook;
pub(crate) use check::refuse_items;
pub(crate) use life::{cancel, fail_at_once, hold, move_on, step};
pub(crate) use list::of_account;
pub(crate) use order::{Item, Order, Origin, Status};
pub(crate) use past::seed;
pub(crate) use place::{place, place_in_portal};
pub(crate) use show::json;
