//! Products, their search, the price ledger, changes, withdrawals and what was set aside.

mod bed;
mod gone;
mod ledger;
mod offers;
mod search;
mod touched;
