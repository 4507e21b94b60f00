//! Measures the catalog import as a ratio to the floor: what the same machine needs, in the same minute, for the same bytes
//! with nothing of ours. Run `cargo run --profile demo -p bench`; README.md says what each figure means.
//!
//! Everything that is measured runs in a process of its own, so that time, memory and bytes written are counted apart;
//! Ion is the sandbox, in another process again.

mod customers;
mod exact;
mod figures;
mod floor;
mod job;
mod lists;
mod measure;
mod orders;
mod ours;
mod pages;
mod postgres;
mod sandbox;
mod server;
mod table;
mod times;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use clap::{Parser, ValueEnum};

/// Measures the catalog import as a ratio to the floor measured in the same run.
#[derive(Debug, Parser)]
struct Args {
    /// What to measure
    #[arg(value_enum, default_value_t = What::Import)]
    what: What,
    /// Products of the catalog
    #[arg(long, default_value_t = 20_000)]
    products: usize,
    /// Subscriptions, for their lists
    #[arg(long, default_value_t = 100_000)]
    subscriptions: usize,
    /// Database of the server under way
    #[arg(long, hide = true, default_value = "")]
    database: String,
    /// Orders that are placed when nothing else is under way
    #[arg(long, default_value_t = 300)]
    orders: usize,
    /// Customers, for the customer sync
    #[arg(long, default_value_t = 50_000)]
    customers: usize,
    /// Runs of each figure; medians are told
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Products of the large catalog, to compare memory and ratios; 0 leaves it out
    #[arg(long, default_value_t = 50_000)]
    large: usize,
    /// Milliseconds that each page takes where the wire is what is waited for; 0 leaves it out
    #[arg(long, default_value_t = 200)]
    latency: u64,
    /// On PostgreSQL too: the server that the tests use
    #[arg(long)]
    postgres: bool,
    /// The built binary, to measure its start; without it, the one beside this program where there is one
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// Writes every figure here
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// The catalog import
    Import,
    /// The customer sync
    Customers,
    /// Lists of subscriptions, as programs ask for them
    Lists,
    /// Orders, from the request that places one to its first byte at Ion
    Orders,
    #[value(hide = true)]
    Serve,
    #[value(hide = true)]
    Sandbox,
    #[value(hide = true)]
    Job,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    match args.what {
        What::Sandbox => sandbox::serve(args.products)
            .await
            .map(|()| ExitCode::SUCCESS),
        What::Job => job::carry_out().await.map(|()| ExitCode::SUCCESS),
        What::Serve => pages::serve(&args.database)
            .await
            .map(|()| ExitCode::SUCCESS),
        What::Lists => {
            let reports = lists::measure(args.subscriptions, args.postgres).await?;
            lists::print(&reports);
            if let Some(path) = &args.json {
                std::fs::write(path, serde_json::to_string_pretty(&reports)?)
                    .with_context(|| format!("{} cannot be written", path.display()))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        What::Orders => {
            let program = server::find(args.server.as_deref())?.context(
                "no built binary stands beside this program: build it, or name it with --server",
            )?;
            let report = orders::measure(&program, args.products, args.orders).await?;
            orders::print(&report);
            if let Some(path) = &args.json {
                std::fs::write(path, serde_json::to_string_pretty(&report)?)
                    .with_context(|| format!("{} cannot be written", path.display()))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        What::Customers => {
            let latency = if args.latency == 0 { 200 } else { args.latency };
            let work = customers::measure(args.customers, latency);
            let report = tokio::time::timeout(customers::PATIENCE, work)
                .await
                .context("the customer sync takes too long")??;
            report.print();
            if let Some(path) = &args.json {
                std::fs::write(path, serde_json::to_string_pretty(&report)?)
                    .with_context(|| format!("{} cannot be written", path.display()))?;
            }
            Ok(if report.is_exact() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
        What::Import => {
            ensure!(
                args.runs > 0 && args.products > 0,
                "--runs and --products must be at least 1"
            );
            let report = measure::all(&args).await?;
            report.print()?;
            if let Some(path) = &args.json {
                let text = serde_json::to_string_pretty(&report)?;
                std::fs::write(path, text)
                    .with_context(|| format!("{} cannot be written", path.display()))?;
            }
            Ok(if report.is_exact() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
    }
}
