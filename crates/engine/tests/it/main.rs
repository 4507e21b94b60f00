//! The engine against the sandbox.

mod catalog;
