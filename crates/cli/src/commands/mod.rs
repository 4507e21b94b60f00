//! One file for each noun.

mod backup;
mod connect;
mod connection;
mod customers;
mod db;
mod doctor;
mod follow;
mod installation;
mod margins;
mod money;
mod on;
mod orders;
mod people;
mod products;
mod renewals;
mod runs;
mod settle;
mod subscriptions;
mod table;

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use async_trait::async_trait;
use domain::JobId;
use engine::Engine;
use engine::connection::ConnectionOverview;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::args::Command;
use crate::output::{Exit, Output};

/// What the binary gives to commands.
#[async_trait]
pub trait Host: Send + Sync {
    /// The engine on the data directory; the database is brought to this version.
    async fn engine(&self) -> anyhow::Result<Engine>;
    /// The database as it is.
    async fn store(&self) -> anyhow::Result<store::Store>;
    /// An engine on this store, with the key and the data directory of this installation.
    async fn engine_on(&self, store: store::Store) -> anyhow::Result<Engine>;
    /// Address of the database.
    fn database(&self) -> SecretString;
    /// Holds the data directory, as a server does, until the value is dropped. An error where a server runs.
    fn lock(&self) -> anyhow::Result<Box<dyn std::any::Any + Send>>;
    /// Carries out one job in this process. False where somebody else has it.
    async fn run_job(
        &self,
        engine: &Engine,
        job: JobId,
        stop: CancellationToken,
    ) -> anyhow::Result<bool>;
    /// Hashes a password.
    fn hash_password(&self, password: &SecretString) -> anyhow::Result<String>;
    /// Makes the secret of an API token: the secret, its first letters, its hash.
    fn new_api_token(&self) -> (SecretString, String, Vec<u8>);
    /// The data directory.
    fn data_dir(&self) -> PathBuf;
    /// Where the key is.
    fn key_path(&self) -> PathBuf;
    /// Address of this installation.
    fn public_url(&self) -> String;
    /// Cancelled when the person wants to stop.
    fn stop(&self) -> CancellationToken;
}

/// Runs a command.
pub async fn run(command: Command, host: &dyn Host, json: bool) -> anyhow::Result<Exit> {
    let out = Output { json };
    match command {
        Command::Connect(args) => connect::run(args, host, out).await,
        Command::Connection(command) => connection::run(command, host, out).await,
        Command::Products(command) => products::run(command, host, out).await,
        Command::Customers(command) => Box::pin(customers::run(command, host, out)).await,
        Command::Orders(command) => Box::pin(orders::run(command, host, out)).await,
        Command::Subscriptions(command) => Box::pin(subscriptions::run(command, host, out)).await,
        Command::Renewals(args) => renewals::run(args, host, out).await,
        Command::Margins(command) => margins::run(command, host, out).await,
        Command::Runs(command) => runs::run(command, host, out).await,
        Command::User(command) => people::user(command, host, out).await,
        Command::Token(command) => people::token(command, host, out).await,
        Command::Db(command) => db::run(command, host, out).await,
        Command::Backup { file } => backup::write(&file, host, out).await,
        Command::Restore(args) => backup::restore(args, host, out).await,
        Command::Key(command) => installation::key(command, host, out).await,
        Command::Audit(command) => installation::audit(command, host, out).await,
        Command::Doctor => doctor::run(host, out).await,
    }
}

/// The connection that is meant: the only one, or the one of this name, account or id.
async fn pick(engine: &Engine, wanted: Option<&str>) -> anyhow::Result<ConnectionOverview> {
    let mut all = engine.list_overviews().await?;
    match wanted {
        None if all.len() == 1 => Ok(all.remove(0)),
        None if all.is_empty() => {
            bail!("no Ion account is connected; connect one with: ionbridge connect")
        }
        None => bail!(
            "there are {} connections; name one of: {}",
            all.len(),
            all.iter()
                .map(|one| one.name.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        ),
        Some(wanted) => all
            .into_iter()
            .find(|one| {
                one.name == wanted || one.account_id == wanted || one.id.to_string() == wanted
            })
            .with_context(|| {
                format!("there is no connection {wanted:?}; see: ionbridge connection list")
            }),
    }
}
