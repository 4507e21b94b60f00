//! Ionbridge: one binary. Reads the command line and the configuration, and wires everything together.

mod config;
mod demo;
mod home;
mod serve;
mod telemetry;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use async_trait::async_trait;
use clap::{CommandFactory as _, Parser as _, Subcommand};
use cli::{Cli, Exit, Host, ServeArgs};
use domain::JobId;
use engine::Engine;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use worker::Worker;

use crate::config::Config;
use crate::demo::DemoArgs;
use crate::home::Home;
use crate::serve::Roles;

/// Every command: those of the binary itself, and those of `cli`.
#[derive(Debug, Subcommand)]
enum Command {
    /// Try it: a sandbox and a server with sample data, ready in seconds
    Demo(DemoArgs),
    /// Run the server: pages, REST API, jobs, token refresh
    Serve(ServeArgs),
    /// Make the data directory, the key and the database, and end
    Init,
    /// Run the Ion sandbox alone
    Sandbox(ion_sandbox::command::SandboxArgs),
    #[command(flatten)]
    Engine(cli::Command),
    /// The configuration
    #[command(subcommand)]
    Config(cli::ConfigCommand),
    /// Print the description of the REST API (OpenAPI 3.1)
    Openapi,
    /// Print a completion script
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// One exchange of a refresh token, for a parent process
    #[command(hide = true)]
    TokenKeeper,
}

fn main() -> ExitCode {
    if std::env::args_os()
        .nth(1)
        .is_some_and(|argument| argument == "token-keeper")
    {
        return keeper();
    }
    let cli = Cli::<Command>::parse();
    let (verbose, json) = (cli.verbose, cli.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return complain(&error.into(), verbose, json),
    };
    match runtime.block_on(Box::pin(run(cli))) {
        Ok(exit) => ExitCode::from(exit as u8),
        // A reader such as `head` that saw enough is no failure.
        Err(error) if reader_left(&error) => ExitCode::SUCCESS,
        Err(error) => complain(&error, verbose, json),
    }
}

/// The keeper needs neither settings nor logs: its order comes by standard input, its result goes to the journal.
fn keeper() -> ExitCode {
    install_tls();
    match engine::connection::keeper::main(std::io::stdin().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn install_tls() {
    // A second call in one process finds it done.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
}

fn reader_left(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Tells an error once: what happened, and its causes where they are asked for.
fn complain(error: &anyhow::Error, verbose: bool, json: bool) -> ExitCode {
    let mut out = std::io::stderr();
    let told = if json {
        writeln!(
            out,
            "{}",
            serde_json::json!({"error": error.to_string(), "causes": error.chain().skip(1).map(ToString::to_string).collect::<Vec<_>>()})
        )
    } else if verbose {
        writeln!(out, "error: {error:?}")
    } else {
        let cause = error
            .chain()
            .nth(1)
            .map(|cause| format!(": {cause}"))
            .unwrap_or_default();
        writeln!(out, "error: {error}{cause}")
    };
    drop(told);
    ExitCode::from(Exit::Failed as u8)
}

async fn run(cli: Cli<Command>) -> anyhow::Result<Exit> {
    install_tls();
    let database_url = cli.database_url.map(SecretString::from);
    match cli.command {
        Command::TokenKeeper => anyhow::bail!("token-keeper is started by the server alone"),
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Cli::<Command>::command(),
                "ionbridge",
                &mut std::io::stdout(),
            );
            Ok(Exit::Done)
        }
        Command::Openapi => {
            writeln!(std::io::stdout(), "{}", web::openapi().to_pretty_json()?)?;
            Ok(Exit::Done)
        }
        Command::Config(cli::ConfigCommand::Default) => {
            write!(std::io::stdout(), "{}", config::DEFAULT)?;
            Ok(Exit::Done)
        }
        Command::Sandbox(args) => {
            let stop = serve::stop_signal()?;
            ion_sandbox::command::run(args, &mut std::io::stdout(), stop.cancelled_owned()).await?;
            Ok(Exit::Done)
        }
        command => {
            let mut config = Config::load(cli.config.as_deref())?;
            if matches!(command, Command::Config(_)) {
                writeln!(std::io::stdout(), "The configuration can be used.")?;
                return Ok(Exit::Done);
            }
            let long_running = matches!(command, Command::Serve(_));
            if !long_running {
                // What commands have to say, they say themselves.
                config.telemetry.filter =
                    format!("off,{}", if cli.verbose { "info" } else { "error" });
            }
            let _telemetry = telemetry::start(&config.telemetry)?;
            dispatch(command, config, cli.data_dir, database_url, cli.json).await
        }
    }
}

async fn dispatch(
    command: Command,
    mut config: Config,
    data_dir: Option<PathBuf>,
    database_url: Option<SecretString>,
    json: bool,
) -> anyhow::Result<Exit> {
    let stop = serve::stop_signal()?;
    match command {
        Command::Demo(args) => {
            demo::run(args, config, data_dir, json, stop).await?;
            Ok(Exit::Done)
        }
        Command::Serve(args) => {
            if let Some(listen) = args.listen {
                config.server.listen = listen;
            }
            config.server.behind_proxy |= args.behind_proxy;
            let roles = match args.only {
                None => Roles {
                    web: true,
                    worker: true,
                },
                Some(part) => Roles {
                    web: part == cli::Part::Web,
                    worker: part == cli::Part::Worker,
                },
            };
            serve_forever(config, data_dir, database_url, roles, stop).await?;
            Ok(Exit::Done)
        }
        Command::Init => {
            let home = Home::new(config, data_dir, database_url)?;
            let engine = home.engine().await?;
            writeln!(
                std::io::stdout(),
                "Ready: {}\nKeep a copy of the key {} in a safe place. Start the server with: ionbridge serve",
                home.data_dir.display(),
                home.key_path().display()
            )?;
            engine.store().close().await;
            Ok(Exit::Done)
        }
        Command::Engine(command) => {
            let home = Home::new(config, data_dir, database_url)?;
            cli::run(command, &Opened { home, stop }, json).await
        }
        _ => anyhow::bail!("this command needs nothing of an installation"),
    }
}

async fn serve_forever(
    mut config: Config,
    data_dir: Option<PathBuf>,
    database_url: Option<SecretString>,
    roles: Roles,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let bound = if roles.web {
        Some(serve::bind(&config).await?)
    } else {
        None
    };
    if let Some(bound) = &bound
        && config.server.public_url.is_empty()
    {
        config.server.public_url = format!("http://{}", bound.address);
    }
    let home = Home::new(config, data_dir, database_url)?;
    let _lock = home.lock()?;
    let engine = home.engine().await?;
    if roles.web {
        serve::offer_setup(&engine, &home).await?;
    }
    tracing::info!(url = %home.public_url, data_dir = %home.data_dir.display(), web = roles.web, worker = roles.worker, "Ionbridge is ready");
    serve::run(engine, &home, roles, bound, telemetry::metrics()?, stop).await
}

/// What commands get.
struct Opened {
    home: Home,
    stop: CancellationToken,
}

#[async_trait]
impl Host for Opened {
    async fn engine(&self) -> anyhow::Result<Engine> {
        self.home.engine().await
    }

    async fn store(&self) -> anyhow::Result<store::Store> {
        self.home.open_store().await
    }

    async fn engine_on(&self, store: store::Store) -> anyhow::Result<Engine> {
        self.home.engine_on(store).await
    }

    fn database(&self) -> SecretString {
        self.home.url()
    }

    fn lock(&self) -> anyhow::Result<Box<dyn std::any::Any + Send>> {
        Ok(Box::new(self.home.lock()?))
    }

    async fn run_job(
        &self,
        engine: &Engine,
        job: JobId,
        stop: CancellationToken,
    ) -> anyhow::Result<bool> {
        let worker = Worker::new(
            engine.clone(),
            self.home.config.worker(&engine.settings().host),
        )
        .context("catalog.schedule cannot be used")?;
        Ok(worker.run_one(job, stop).await?)
    }

    fn hash_password(&self, password: &SecretString) -> anyhow::Result<String> {
        Ok(web::auth::password::hash(password)?)
    }

    fn new_api_token(&self) -> (SecretString, String, Vec<u8>) {
        let made = web::auth::token::new_token();
        (made.secret, made.prefix, made.hash)
    }

    fn data_dir(&self) -> PathBuf {
        self.home.data_dir.clone()
    }

    fn key_path(&self) -> PathBuf {
        self.home.key_path()
    }

    fn public_url(&self) -> String {
        self.home.public_url.clone()
    }

    fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }
}
