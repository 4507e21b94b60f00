//! `ionbridge customers`.

mod conflicts;
mod edit;
mod file;
mod find;
mod history;
mod list;
mod mapping;
mod plan;
mod policy;
mod settle;
mod sync;

use super::Host;
use super::on::On;
use crate::args::CustomersCommand;
use crate::output::{Exit, Output};

pub(super) async fn run(
    command: CustomersCommand,
    host: &dyn Host,
    out: Output,
) -> anyhow::Result<Exit> {
    let engine = host.engine().await?;
    let at = On { engine, host, out };
    match command {
        CustomersCommand::Sync(args) => sync::run(&at, args).await,
        CustomersCommand::List(args) => list::list(&at, args).await,
        CustomersCommand::Show { id } => list::show(&at, &id).await,
        CustomersCommand::Create {
            values,
            in_ion,
            connection,
        } => edit::create(&at, &values, in_ion, connection.as_deref()).await,
        CustomersCommand::Set { id, values } => edit::set(&at, &id, &values).await,
        CustomersCommand::Archive { id } => edit::archive(&at, &id).await,
        CustomersCommand::Restore { id } => edit::restore(&at, &id).await,
        CustomersCommand::Mapping { command } => mapping::run(&at, command).await,
        CustomersCommand::Conflicts { command } => conflicts::run(&at, command).await,
        CustomersCommand::History { id, limit } => history::list(&at, &id, limit).await,
        CustomersCommand::Undo { change, run } => history::undo(&at, change.as_deref(), run).await,
        CustomersCommand::Combine { keep, other } => edit::combine(&at, &keep, &other).await,
        CustomersCommand::Split { id } => edit::split(&at, &id).await,
        CustomersCommand::Export { text, archived } => list::export(&at, &text, archived).await,
        CustomersCommand::Import(args) => file::import(&at, args).await,
        CustomersCommand::Plan(command) => plan::run(&at, command).await,
        CustomersCommand::Policy(args) => policy::run(&at, args).await,
    }
}
