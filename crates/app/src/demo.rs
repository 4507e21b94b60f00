//! `ionbridge demo`: a sandbox and a server with sample data, connected, importing.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use domain::access::Role;
use domain::{Clock as _, SystemClock, SystemIds, UserId};
use engine::connection::{CredentialDraft, SaveTarget};
use ion_sandbox::{Sandbox, SandboxConfig};
use rand::RngExt as _;
use store::audit::Actor;
use store::users::UserRow;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::home::{Home, make_private};
use crate::serve::{self, Roles};

mod customers;
mod margins;

/// Arguments of the demo.
#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArgs {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0")]
    pub(crate) listen: String,
    /// Number of products in the sandbox
    #[arg(long, default_value_t = 2000)]
    pub(crate) products: usize,
    /// Number of customers in the sandbox
    #[arg(long, default_value_t = 40)]
    pub(crate) customers: usize,
    /// Number of customers of our own, most of them like one in the sandbox
    #[arg(long, default_value_t = 14)]
    pub(crate) own_customers: usize,
    /// Number of subscriptions in the sandbox, with the orders that they came of
    #[arg(long, default_value_t = 120)]
    pub(crate) subscriptions: usize,
    /// Seed of the sandbox: same seed, same data
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

/// A file by which a folder is known to be a demo's, and may be emptied.
const MARK: &str = "this-is-a-demo";
const EMAIL: &str = "demo@ionbridge.example";

/// Runs the demo until `stop`.
#[expect(
    clippy::print_stdout,
    reason = "the address and the log-in are what the person waits for"
)]
pub(crate) async fn run(
    args: DemoArgs,
    mut config: Config,
    data_dir: Option<PathBuf>,
    json: bool,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let folder = fresh_folder(&data_dir.unwrap_or_else(|| PathBuf::from("ionbridge-demo")))?;
    let control_key = ion_sandbox::command::control_key();
    let sandbox = Sandbox::start(SandboxConfig {
        products: args.products,
        customers: args.customers,
        subscriptions: args.subscriptions,
        seed: args.seed,
        control_key: Some(control_key.clone()),
        ..SandboxConfig::default()
    })
    .await?;
    config.server.listen.clone_from(&args.listen);
    let bound = serve::bind(&config).await?;
    config.server.public_url = format!("http://{}", bound.address);
    config.use_sandbox(&sandbox.base_url(), &sandbox.host());
    let home = Home::new(config, Some(folder.clone()), None)?;
    let _lock = home.lock()?;
    let engine = home.engine().await?;
    let password = random_password();
    add_admin(&engine, &password).await?;

    let server = tokio::spawn({
        let (engine, home, stop) = (engine.clone(), home.clone(), stop.clone());
        let metrics = crate::telemetry::metrics()?;
        async move {
            serve::run(
                engine,
                &home,
                Roles {
                    web: true,
                    worker: true,
                },
                Some(bound),
                metrics,
                stop,
            )
            .await
        }
    });
    let credentials = sandbox.request_new_credentials();
    let draft = CredentialDraft {
        name: "Demo".to_owned(),
        account_id: credentials.account_id,
        access_token: credentials.access_token.into(),
        refresh_token: credentials.refresh_token.into(),
        base_url: None,
    };
    let saved = engine
        .save_credentials(draft, SaveTarget::New, &Actor::system())
        .await?;
    engine
        .request_import(saved.connection, false, &Actor::system())
        .await?;
    customers::bring(&engine, &sandbox, args.own_customers).await?;
    margins::bring(&engine).await?;
    engine
        .request_sync(saved.connection, false, &Actor::system())
        .await?;

    let control = format!("{}/_sandbox/?key={control_key}", sandbox.base_url());
    if json {
        println!(
            "{}",
            serde_json::json!({"url": home.public_url, "email": EMAIL, "password": password, "sandbox": sandbox.base_url(), "sandbox_key": control_key, "connection": saved.connection, "data_dir": folder})
        );
    } else {
        println!("\nIonbridge is ready, on a sandbox: nothing here is real.\n");
        println!(
            "  open       {}\n  log in     {EMAIL}\n  password   {password}\n",
            home.public_url
        );
        println!("  sandbox    {control}\n             break things there and watch\n");
        println!(
            "{} products are being imported now; the first sync of the customers is ready to look at. Data: {}\nCtrl-C ends it.\n",
            args.products,
            folder.display()
        );
    }
    let ended = server.await.context("the server crashed")?;
    sandbox.stop().await;
    ended
}

/// An empty folder of the demo. One that is not a demo's is never touched.
fn fresh_folder(folder: &Path) -> anyhow::Result<PathBuf> {
    if folder.exists() {
        let empty = std::fs::read_dir(folder)
            .with_context(|| format!("{} cannot be read", folder.display()))?
            .next()
            .is_none();
        if !empty && !folder.join(MARK).exists() {
            bail!(
                "{} holds something that is not a demo; choose another folder with --data-dir",
                folder.display()
            );
        }
        if !empty {
            refuse_running(folder)?;
            std::fs::remove_dir_all(folder).with_context(|| {
                format!(
                    "the data of the last demo, {}, cannot be removed",
                    folder.display()
                )
            })?;
        }
    }
    if !folder.exists() {
        make_private(folder)?;
    }
    std::fs::write(folder.join(MARK), "The next demo removes this folder.\n")
        .with_context(|| format!("{} cannot be written", folder.display()))?;
    Ok(folder.canonicalize()?)
}

/// A demo that still runs keeps its folder.
fn refuse_running(folder: &Path) -> anyhow::Result<()> {
    let Ok(file) = std::fs::File::open(folder.join("server.lock")) else {
        return Ok(());
    };
    match file.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => bail!(
            "a demo runs on {} already; end it, or choose another folder with --data-dir",
            folder.display()
        ),
        _ => Ok(()),
    }
}

async fn add_admin(engine: &engine::Engine, password: &str) -> anyhow::Result<()> {
    let hash = web::auth::password::hash(&password.to_owned().into())?;
    let user = UserRow {
        id: UserId::new(&SystemIds),
        email: EMAIL.to_owned(),
        name: "Demo Admin".to_owned(),
        role: Role::Admin,
        password_hash: hash,
        disabled: false,
        created_at: SystemClock::new().now(),
        seen_at: None,
    };
    let tx = engine.store().begin().await?;
    store::users::insert(&tx, &user).await?;
    tx.commit().await?;
    Ok(())
}

/// Four groups of letters that are easy to read out.
fn random_password() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut random = rand::rng();
    let mut group = || {
        (0..5)
            .map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())]))
            .collect::<String>()
    };
    [group(), group(), group(), group()].join("-")
}
