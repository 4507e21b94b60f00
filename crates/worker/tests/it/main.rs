//! The worker against both databases, a sandbox, and receivers of what goes out.

mod bench;
mod keeper;
mod mail_server;
mod notices;
mod receiver;
mod runner;
mod schedule;
