//! The engine against the sandbox.

mod catalog;
mod keeper;
mod survive;
