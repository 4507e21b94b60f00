//! Orders: the list, putting one together in three steps, one order, what else shows them.

pub mod compose;
pub mod list;
pub mod money;
pub mod new;
pub mod order;
pub mod products;
pub mod provisioning;
pub mod review;
