//! The commands of Ionbridge and their output. Opens nothing itself: the binary hands it a [`Host`].

mod args;
mod commands;
mod output;

pub use args::{Cli, Command, ConfigCommand, Part, ServeArgs};
pub use commands::{Host, run};
pub use output::Exit;
