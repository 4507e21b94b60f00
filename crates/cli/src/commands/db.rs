//! `ionbridge db`.

use std::time::Duration;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use store::copy::copy;
use store::{Backend, SCHEMA_VERSION, SchemaState, Store, StoreSettings};

use super::Host;
use crate::args::DbCommand;
use crate::output::{Exit, Output};

/// A worker that gave a sign of life within this time is taken to run.
const FRESH: Duration = Duration::from_secs(20);

pub(super) async fn run(command: DbCommand, host: &dyn Host, out: Output) -> anyhow::Result<Exit> {
    if let DbCommand::Copy { to } = command {
        return copy_to(to, host, out).await;
    }
    let store = host.store().await?;
    if matches!(command, DbCommand::Migrate) {
        store.migrate().await?;
    }
    let state = store.schema_state().await?;
    let words = match state {
        SchemaState::Empty => "empty; bring it up with: ionbridge db migrate".to_owned(),
        SchemaState::Current => format!("up to date (schema {SCHEMA_VERSION})"),
        SchemaState::Behind(by) => {
            format!("{by} versions behind; bring it up with: ionbridge db migrate")
        }
        SchemaState::Newer(found) => {
            format!("of a newer Ionbridge (schema {found}, this one knows {SCHEMA_VERSION})")
        }
    };
    out.answer(&json!({"current": state == SchemaState::Current, "schema": SCHEMA_VERSION, "state": words}), |out| out.line(&format!("The database is {words}")));
    Ok(if state == SchemaState::Current {
        Exit::Done
    } else {
        Exit::Failed
    })
}

async fn copy_to(to: String, host: &dyn Host, out: Output) -> anyhow::Result<Exit> {
    // Two installations with the same single-use tokens would end each other's login.
    let _lock = host.lock()?;
    let from = host.store().await?;
    refuse_while_workers_run(&from).await?;
    let settings = StoreSettings {
        url: to.into(),
        max_connections: 4,
    };
    let target = Store::open(&settings)
        .await
        .context("the other database cannot be opened")?;
    let bar = if out.draws() {
        ProgressBar::new_spinner()
    } else {
        ProgressBar::hidden()
    };
    bar.set_style(
        ProgressStyle::with_template("{spinner} {msg}  {pos} rows  {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner()),
    );
    let copied = copy(&from, &target, |table, rows| {
        bar.set_message(table.to_owned());
        bar.set_position(rows);
    })
    .await;
    bar.finish_and_clear();
    target.close().await;
    let copied = copied?;
    let rows: u64 = copied.iter().map(|table| table.rows).sum();
    let tables: Vec<_> = copied
        .iter()
        .map(|table| json!({"table": table.name, "rows": table.rows, "hash": table.hash}))
        .collect();
    out.answer(&json!({"rows": rows, "tables": tables}), |out| {
        let filled = copied.iter().filter(|table| table.rows > 0);
        out.table(&["table", "rows", "hash"], filled.map(|table| vec![table.name.clone(), table.rows.to_string(), table.hash[..16].to_owned()]).collect());
        out.line(&format!("\n{rows} rows were copied and compared. Start Ionbridge on the new database with --database-url (or database.url), with the same key and the same data directory:\nthe token journal there belongs to these logins. Never start it on the old one again."));
    });
    Ok(Exit::Done)
}

/// Servers on other machines are known by their workers' signs of life.
async fn refuse_while_workers_run(store: &Store) -> anyhow::Result<()> {
    if store.backend() == Backend::Sqlite || store.schema_state().await? != SchemaState::Current {
        return Ok(());
    }
    let since = now().checked_sub(FRESH).unwrap_or_default();
    match store::workers::count_since(store.read(), since).await? {
        0 => Ok(()),
        count => bail!(
            "{count} Ionbridge servers use this database; stop them first, and try again after {} seconds",
            FRESH.as_secs()
        ),
    }
}

fn now() -> jiff::Timestamp {
    use domain::Clock as _;
    domain::SystemClock::new().now()
}
