//! Ion's stand-in, in a process of its own.

use std::collections::BTreeMap;
use std::process::Stdio;

use anyhow::{Context as _, bail};
use ion_sandbox::{MovedPrice, Sandbox, SandboxConfig};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

/// Where the catalog is read from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Source {
    pub(crate) base_url: String,
    pub(crate) account: String,
    pub(crate) token: String,
}

/// A price that was moved, as the sandbox tells it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) struct Moved {
    pub(crate) product: String,
    pub(crate) sku: String,
    pub(crate) plan: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
enum Order {
    Move { touch_etag: bool },
    Latency { ms: u64 },
    Requests,
}

/// The sandbox's process, until standard input ends.
pub(crate) async fn serve(products: usize) -> anyhow::Result<()> {
    let sandbox = Sandbox::start(SandboxConfig {
        products,
        ..SandboxConfig::default()
    })
    .await?;
    let credentials = sandbox.request_new_credentials();
    let source = Source {
        base_url: sandbox.base_url(),
        account: credentials.account_id,
        token: credentials.access_token,
    };
    let mut out = tokio::io::stdout();
    answer(&mut out, &source).await?;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str(&line)? {
            Order::Move { touch_etag } => {
                let moved: Vec<MovedPrice> = sandbox.catalog().move_prices(10, touch_etag);
                answer(&mut out, &moved).await?;
            }
            Order::Latency { ms } => {
                sandbox.set_knob("latency-ms", &ms.to_string())?;
                answer(&mut out, &()).await?;
            }
            Order::Requests => {
                let mut requests: BTreeMap<String, u64> = BTreeMap::new();
                for entry in sandbox.ledger().entries {
                    *requests
                        .entry(format!("{} {}", entry.method, entry.path))
                        .or_default() += 1;
                }
                sandbox.clear_ledger();
                answer(&mut out, &requests).await?;
            }
        }
    }
    Ok(())
}

async fn answer(out: &mut tokio::io::Stdout, value: &impl Serialize) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    out.write_all(&line).await?;
    Ok(out.flush().await?)
}

/// A sandbox in another process. Ends with this value.
#[derive(Debug)]
pub(crate) struct Ion {
    pub(crate) source: Source,
    _child: Child,
    to: ChildStdin,
    from: Lines<BufReader<ChildStdout>>,
}

impl Ion {
    pub(crate) async fn start(products: usize) -> anyhow::Result<Self> {
        let mut child = tokio::process::Command::new(std::env::current_exe()?)
            .args(["sandbox", "--products", &products.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the sandbox cannot be started")?;
        let to = child.stdin.take().context("standard input is piped")?;
        let mut from =
            BufReader::new(child.stdout.take().context("standard output is piped")?).lines();
        let source = read(&mut from).await?;
        Ok(Self {
            source,
            _child: child,
            to,
            from,
        })
    }

    /// Moves one price of one product in a hundred. Stamp and etag move only where asked.
    pub(crate) async fn move_prices(&mut self, touch_etag: bool) -> anyhow::Result<Vec<Moved>> {
        self.ask(&Order::Move { touch_etag }).await
    }

    /// Every reply takes this long from now on.
    pub(crate) async fn set_latency(&mut self, ms: u64) -> anyhow::Result<()> {
        self.ask(&Order::Latency { ms }).await
    }

    /// Requests since this was last asked, by method and path.
    pub(crate) async fn requests(&mut self) -> anyhow::Result<BTreeMap<String, u64>> {
        self.ask(&Order::Requests).await
    }

    async fn ask<T: DeserializeOwned>(&mut self, order: &Order) -> anyhow::Result<T> {
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        self.to.write_all(&line).await?;
        self.to.flush().await?;
        read(&mut self.from).await
    }
}

async fn read<T: DeserializeOwned>(from: &mut Lines<BufReader<ChildStdout>>) -> anyhow::Result<T> {
    let Some(line) = from.next_line().await? else {
        bail!("the sandbox ended");
    };
    serde_json::from_str(&line).context("the sandbox answered something strange")
}
