//! Customers on both sides: who wins, who is who, and what a run would do.

pub mod check;
pub mod decide;
pub mod match_up;
pub mod name;
pub mod places;
pub mod plan;
pub mod rule;
pub mod table;
pub mod whose;
