//! The sandbox on the command line.

use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;

use crate::fault::{FAULTS, Fault};
use crate::knobs::{KNOBS, KnobError, Knobs};
use crate::oauth::Credentials;
use crate::server::{Sandbox, SandboxConfig, SandboxError};

/// Arguments of the sandbox.
#[derive(Debug, Clone, Args)]
pub struct SandboxArgs {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
    /// Seed of the catalog and the customers: same seed, same data
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Number of customers
    #[arg(long, default_value_t = 40)]
    pub customers: usize,
    /// Number of products
    #[arg(long, default_value_t = 2000)]
    pub products: usize,
    /// Number of subscriptions; three for each customer where none is given
    #[arg(long)]
    pub subscriptions: Option<usize>,
    /// Account ID
    #[arg(long, default_value = "10412")]
    pub account_id: String,
    /// Knobs and faults from a TOML file
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// Turn a knob, as NAME=VALUE; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub knob: Vec<String>,
    /// Write account-id, access-token and refresh-token into this folder
    #[arg(long, value_name = "DIR")]
    pub credentials_dir: Option<PathBuf>,
    /// Key of the control page; random where none is given
    #[arg(long, value_name = "KEY")]
    pub control_key: Option<String>,
    /// Show every knob and fault, and end
    #[arg(long)]
    pub list_knobs: bool,
    /// Write this many customers of one's own, similar to those of a sandbox with the same --seed and --customers, as CSV, and end
    #[arg(long, value_name = "N")]
    pub similar_customers: Option<usize>,
    /// File for --similar-customers; without one they are printed
    #[arg(long, value_name = "FILE", requires = "similar_customers")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Scenario {
    knobs: Knobs,
    faults: Vec<Fault>,
}

/// Why the command failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The server.
    #[error(transparent)]
    Start(#[from] SandboxError),
    /// A knob.
    #[error(transparent)]
    Knob(#[from] KnobError),
    /// A file.
    #[error("{} cannot be {what}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The scenario.
    #[error("{} is no scenario", path.display())]
    Scenario {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// The output.
    #[error("the output cannot be written")]
    Output(#[from] std::io::Error),
}

/// Runs the sandbox until `shutdown`.
pub async fn run(
    args: SandboxArgs,
    out: &mut impl Write,
    shutdown: impl Future<Output = ()>,
) -> Result<(), CommandError> {
    if args.list_knobs {
        return list(out).map_err(Into::into);
    }
    if let Some(count) = args.similar_customers {
        return write_similar(&args, count, out);
    }
    let mut scenario = match &args.scenario {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|source| CommandError::File {
                what: "read",
                path: path.clone(),
                source,
            })?;
            toml::from_str::<Scenario>(&text).map_err(|source| CommandError::Scenario {
                path: path.clone(),
                source: Box::new(source),
            })?
        }
        None => Scenario::default(),
    };
    for knob in &args.knob {
        let (name, value) = knob.split_once('=').unwrap_or((knob, "true"));
        scenario.knobs.set(name, value)?;
    }
    let key = args.control_key.unwrap_or_else(control_key);
    let config = SandboxConfig {
        listen: args.listen,
        account_id: args.account_id,
        seed: args.seed,
        products: args.products,
        customers: args.customers,
        subscriptions: args.subscriptions.unwrap_or(args.customers * 3),
        knobs: scenario.knobs,
        faults: scenario.faults,
        control_key: Some(key.clone()),
        ..SandboxConfig::default()
    };
    let sandbox = Sandbox::start(config).await?;
    let credentials = sandbox.request_new_credentials();
    if let Some(folder) = &args.credentials_dir {
        write_credentials(folder, &credentials)?;
    }
    writeln!(
        out,
        "TEST: the Ion sandbox is ready\n\n  address        {}",
        sandbox.base_url()
    )?;
    writeln!(
        out,
        "  account id     {}\n  access token   {}\n  refresh token  {}",
        credentials.account_id, credentials.access_token, credentials.refresh_token
    )?;
    writeln!(
        out,
        "  control page   {}/_sandbox/?key={key}\n",
        sandbox.base_url()
    )?;
    out.flush()?;
    shutdown.await;
    sandbox.stop().await;
    Ok(())
}

fn write_similar(
    args: &SandboxArgs,
    count: usize,
    out: &mut impl Write,
) -> Result<(), CommandError> {
    let text = crate::customers::similar_customers(args.seed, args.customers, count);
    let Some(path) = &args.out else {
        return Ok(out.write_all(text.as_bytes())?);
    };
    std::fs::write(path, text).map_err(|source| CommandError::File {
        what: "written",
        path: path.clone(),
        source,
    })?;
    writeln!(
        out,
        "{count} customers, similar to those of a sandbox with --seed {} --customers {}: {}",
        args.seed,
        args.customers,
        path.display()
    )?;
    Ok(())
}

/// A random key for the control page.
pub fn control_key() -> String {
    use rand::RngExt as _;
    format!("{:024x}", rand::rng().random::<u128>() >> 32)
}

fn write_credentials(folder: &Path, credentials: &Credentials) -> Result<(), CommandError> {
    std::fs::create_dir_all(folder).map_err(|source| CommandError::File {
        what: "made",
        path: folder.to_owned(),
        source,
    })?;
    for (name, text) in [
        ("account-id", &credentials.account_id),
        ("access-token", &credentials.access_token),
        ("refresh-token", &credentials.refresh_token),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|source| CommandError::File {
            what: "written",
            path,
            source,
        })?;
    }
    Ok(())
}

fn list(out: &mut impl Write) -> std::io::Result<()> {
    writeln!(
        out,
        "Knobs: what nobody knows of Ion for sure. Turn them by --knob NAME=VALUE, a scenario file, or on the control page.\n"
    )?;
    let defaults = serde_json::to_value(Knobs::default()).unwrap_or_default();
    for knob in KNOBS {
        writeln!(
            out,
            "  {:<26} {}\n  {:<26} takes {}; default {}",
            knob.name,
            knob.what.trim(),
            "",
            knob.values,
            defaults[knob.name]
                .as_str()
                .map_or_else(|| defaults[knob.name].to_string(), str::to_owned)
        )?;
    }
    writeln!(
        out,
        "\nFaults: what can go wrong on the way. In a scenario file:\n\n  [[faults]]\n  path = \"/api/v3/*\"\n  skip = 2\n  action = {{ kind = \"status\", code = 503 }}\n\nA method before the path leaves other requests alone: path = \"PUT /api/v3/*\"\nA star inside a path is one part of it: path = \"POST /api/v3/accounts/*/customers/*/orders\"\n"
    )?;
    for fault in FAULTS {
        writeln!(out, "  {:<26} {}", fault.name, fault.what)?;
    }
    Ok(())
}
