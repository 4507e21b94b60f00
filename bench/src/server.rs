//! Start of the whole server.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::figures::resident_kib;

/// How long a start may take before it is given up.
const PATIENCE: Duration = Duration::from_secs(20);
/// After this long without a request the server is idle.
const SETTLED: Duration = Duration::from_secs(2);

/// The built binary: the one that is named, else the one beside this program, where there is one.
pub(crate) fn find(named: Option<&Path>) -> anyhow::Result<Option<PathBuf>> {
    let beside = std::env::current_exe()?.with_file_name("ionbridge");
    Ok(named
        .map(Path::to_owned)
        .or_else(|| beside.exists().then_some(beside)))
}

/// Starts the server on this data directory. Gives the time until it was ready, and its resident KiB when nothing was asked of it.
pub(crate) async fn start(program: &Path, data: &Path) -> anyhow::Result<(Duration, u64)> {
    let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let started = Instant::now();
    let mut child = tokio::process::Command::new(program)
        .args(["serve", "--listen", &address.to_string(), "--data-dir"])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{} cannot be started", program.display()))?;
    let client = reqwest::Client::builder().build()?;
    let url = format!("http://{address}/readyz");
    loop {
        if client
            .get(&url)
            .send()
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            break;
        }
        if started.elapsed() > PATIENCE || child.try_wait()?.is_some() {
            bail!("the server was not ready in time");
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let took = started.elapsed();
    tokio::time::sleep(SETTLED).await;
    let resident = resident_kib(child.id().context("the server ended")?)?;
    child.kill().await?;
    Ok((took, resident))
}
