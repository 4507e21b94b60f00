//! `ionbridge orders`.

mod act;
mod create;
mod find;
mod list;

use engine::orders::OrderError;
use rules::orders::check::Problem;

pub(super) use act::placed;
pub(super) use create::confirmation;

use super::Host;
use super::on::On;
use crate::args::OrdersCommand;
use crate::output::{Exit, Output};

pub(super) async fn run(
    command: OrdersCommand,
    host: &dyn Host,
    out: Output,
) -> anyhow::Result<Exit> {
    let engine = host.engine().await?;
    let at = On { engine, host, out };
    match command {
        OrdersCommand::Create {
            file,
            submit,
            confirm,
        } => create::create(&at, &file, submit.then_some(&confirm)).await,
        OrdersCommand::Submit { id, confirm } => create::submit(&at, &id, &confirm).await,
        OrdersCommand::List(args) => list::list(&at, &args).await,
        OrdersCommand::Show { id } => list::show(&at, &id).await,
        OrdersCommand::Cancel { id } => act::cancel(&at, &id).await,
        OrdersCommand::Look { id } => act::look(&at, &id).await,
        OrdersCommand::SendAgain { id } => act::send_again(&at, &id).await,
        OrdersCommand::Adopt { id, ion_id } => act::adopt(&at, &id, &ion_id).await,
        OrdersCommand::GiveUp { id } => act::give_up(&at, &id).await,
        OrdersCommand::Copy { id } => act::copy(&at, &id).await,
        OrdersCommand::Discard { id } => act::discard(&at, &id).await,
        OrdersCommand::Read { connection } => act::read(&at, connection.as_deref()).await,
        OrdersCommand::Export(args) => list::export(&at, &args).await,
    }
}

/// An error in words: each thing that is wrong on a line of its own, with its path.
pub(super) fn told(error: OrderError) -> anyhow::Error {
    match error {
        OrderError::Invalid(problems) => anyhow::anyhow!(listed(&problems)),
        OrderError::Moved { now } => anyhow::anyhow!(
            "{} changed this order meanwhile; look at it again: ionbridge orders show O-{}",
            now.edited_by,
            now.number
        ),
        other => other.into(),
    }
}

fn listed(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| {
            let path = if problem.path.is_empty() {
                String::new()
            } else {
                format!(" ({})", problem.path)
            };
            format!("{}: {}{path}", problem.label, problem.message)
        })
        .collect();
    lines.join("\n")
}
