//! The commands of Ionbridge and their output.
