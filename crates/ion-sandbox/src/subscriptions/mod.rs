//! Subscriptions of the account (Ion API notes 2.6): the book of them, lists by offset, what orders, the portal and time do with them.

mod book;
mod change;
mod detail;
mod list;
mod seed;
mod show;
mod subscription;
mod wanted;

pub(crate) use book::SubscriptionBook;
pub(crate) use change::{Bought, Change, end_term, renew_now};
pub(crate) use detail::get;
pub(crate) use list::list;
pub(crate) use seed::seed;
pub(crate) use subscription::Subscription;
pub(crate) use wanted::{Days, relative_range};
