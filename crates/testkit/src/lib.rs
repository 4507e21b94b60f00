//! Development only: a sandbox, engines and the binary, ready for a story.

mod binary;
mod lab;

pub use binary::{Ended, Running, TestBinary};
pub use lab::Lab;
