//! One measurement in a process of its own: the job comes as JSON on standard input, the figures go to standard output.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;

use crate::figures::Figures;
use crate::sandbox::Source;
use crate::{floor, ours};

/// What a process is to do and measure.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub(crate) enum Job {
    /// Downloads every page, and nothing else.
    Wire { source: Source },
    /// Floor A: downloads, parses, writes products, SKUs and plans into a new SQLite file.
    Rows { source: Source, file: PathBuf },
    /// Floor B: the same with price ledger, compressed raw replies and search rows.
    Whole { source: Source, file: PathBuf },
    /// Downloads, parses, hashes, and compares with the hashes of a floor's file. Writes nothing.
    Hash { source: Source, file: PathBuf },
    /// The import. Makes database and connection where they are not there.
    Import { source: Source, database: String },
}

/// Does the job that stands on standard input.
pub(crate) async fn carry_out() -> anyhow::Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let figures = match serde_json::from_str(&text)? {
        Job::Wire { source } => floor::wire(source).await,
        Job::Rows { source, file } => {
            floor::sqlite::write(source, &file, floor::Extent::Rows).await
        }
        Job::Whole { source, file } => {
            floor::sqlite::write(source, &file, floor::Extent::Whole).await
        }
        Job::Hash { source, file } => floor::hash(source, &file).await,
        Job::Import { source, database } => Box::pin(ours::import(&source, &database)).await,
    }?;
    let mut out = tokio::io::stdout();
    out.write_all(&serde_json::to_vec(&figures)?).await?;
    Ok(out.flush().await?)
}

/// Has a new process do a job.
pub(crate) async fn run(job: &Job) -> anyhow::Result<Figures> {
    let program = std::env::current_exe()?;
    let mut child = tokio::process::Command::new(program)
        .arg("job")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("a measuring process cannot be started")?;
    let mut stdin = child.stdin.take().context("standard input is piped")?;
    stdin.write_all(&serde_json::to_vec(job)?).await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    ensure!(
        output.status.success(),
        "a measuring process failed: {}",
        output.status
    );
    serde_json::from_slice(&output.stdout).context("a measuring process told no figures")
}
