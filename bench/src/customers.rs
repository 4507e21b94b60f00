//! The customer sync: first sync, a look that finds nothing, and edits on their way to Ion. Ion is the sandbox, in this process.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use domain::customer::CustomerField;
use domain::run::RunStatus;
use domain::{ConnectionId, CustomerId};
use engine::Engine;
use engine::customers::{PushEnd, SyncJob, SyncMode, push, sync};
use futures::{StreamExt as _, pin_mut};
use ion_sandbox::{Sandbox, SandboxConfig};
use serde::Serialize;
use store::audit::Actor;
use store::customers::{self, CustomerFilter};
use store::tokens::{self, TokenPair};
use store::{Store, StoreSettings};
use tokio_util::sync::CancellationToken;

use crate::floor::PAGE;
use crate::ours;
use crate::sandbox::Source;

/// Customers that are edited, and pushes under way at a time.
const EDITS: usize = 100;
const IN_FLIGHT: usize = 8;

/// What was measured; seconds.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    customers: usize,
    /// The pages alone, read and thrown away.
    wire_s: f64,
    first_s: f64,
    unchanged_s: f64,
    /// Rows of customers, links, history or Ion's side that the unchanged look wrote.
    unchanged_rows: u64,
    puts_of_100_edits: usize,
    pushes_s: f64,
    pushes_slow_s: f64,
    latency_ms: u64,
}

pub(crate) async fn measure(count: usize, latency_ms: u64) -> anyhow::Result<Report> {
    let sandbox = Sandbox::start(SandboxConfig {
        customers: count,
        products: 1,
        ..SandboxConfig::default()
    })
    .await?;
    let credentials = sandbox.request_new_credentials();
    let source = Source {
        base_url: sandbox.base_url(),
        account: credentials.account_id.clone(),
        token: credentials.access_token.clone(),
    };
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("bench.db").display());
    let store = Store::open(&StoreSettings {
        url: url.into(),
        max_connections: 8,
    })
    .await?;
    store.migrate().await?;
    let engine = ours::engine(store.clone(), ours::ion_settings(&source));
    let connection = ours::connection(&engine, &source).await?;
    let pair = TokenPair {
        access: credentials.access_token.into(),
        refresh: credentials.refresh_token.into(),
    };
    let tx = store.begin().await?;
    tokens::insert_pair(
        &tx,
        engine.sealer(),
        connection,
        1,
        &pair,
        engine.clock().now(),
    )
    .await?;
    tx.commit().await?;

    let wire_s = wire(&engine, connection, &source.account, count).await?;
    let first_s = one_sync(&engine, connection).await?;
    let before = rows_written(&store)?;
    let unchanged_s = one_sync(&engine, connection).await?;
    let unchanged_rows = rows_written(&store)? - before;
    sandbox.clear_ledger();
    let pushes_s = edit_and_push(&engine, connection, "+44 1").await?;
    let ledger = sandbox.ledger();
    let puts = ledger.entries.iter().filter(|entry| entry.method == "PUT");
    let puts_of_100_edits = puts.filter(|entry| entry.effect).count();
    sandbox.set_knob("latency-ms", &latency_ms.to_string())?;
    let pushes_slow_s = edit_and_push(&engine, connection, "+44 2").await?;
    Ok(Report {
        customers: count,
        wire_s,
        first_s,
        unchanged_s,
        unchanged_rows,
        puts_of_100_edits,
        pushes_s,
        pushes_slow_s,
        latency_ms,
    })
}

/// Reads every page and looks at nothing.
async fn wire(
    engine: &Engine,
    connection: ConnectionId,
    account: &str,
    count: usize,
) -> anyhow::Result<f64> {
    let ion = engine.ion(connection).await?;
    let start = Instant::now();
    let pages = ion.customers(account).list().page_size(PAGE).pages();
    pin_mut!(pages);
    let mut read = 0;
    while let Some(page) = pages.next().await {
        read += page?.items.len();
    }
    ensure!(read == count, "the wire gave {read} customers");
    Ok(start.elapsed().as_secs_f64())
}

async fn one_sync(engine: &Engine, connection: ConnectionId) -> anyhow::Result<f64> {
    let asked = engine
        .request_sync(connection, false, &Actor::cli())
        .await?;
    let start = Instant::now();
    let job = SyncJob {
        connection,
        run: asked.run,
        mode: SyncMode::Auto,
    };
    let end = sync(engine, job, None, CancellationToken::new()).await?;
    let took = start.elapsed().as_secs_f64();
    ensure!(
        end.status == RunStatus::Done,
        "the sync ended as {}",
        end.status
    );
    let tx = engine.store().begin().await?;
    // No worker ends the job of this run here.
    store::queue::cancel(&tx, asked.job, engine.clock().now()).await?;
    tx.commit().await?;
    Ok(took)
}

/// Edits customers, and brings each to Ion as its job would.
async fn edit_and_push(
    engine: &Engine,
    connection: ConnectionId,
    phone: &str,
) -> anyhow::Result<f64> {
    let filter = CustomerFilter {
        limit: u32::try_from(EDITS)?,
        ..CustomerFilter::default()
    };
    let page = customers::search(engine.store().read(), &filter).await?;
    let mut ids: Vec<CustomerId> = Vec::new();
    for hit in page.customers {
        let mut customer = hit.row.customer.clone();
        customer.fields.set(CustomerField::Phone, phone);
        engine
            .edit_customer(hit.row.id, hit.row.version, customer, &Actor::cli())
            .await?;
        ids.push(hit.row.id);
    }
    let start = Instant::now();
    let pushes = futures::stream::iter(ids).map(|id| push(engine, connection, id, None));
    let ends: Vec<_> = pushes.buffer_unordered(IN_FLIGHT).collect().await;
    let took = start.elapsed().as_secs_f64();
    for end in ends {
        ensure!(end? == PushEnd::Settled, "a push did not settle");
    }
    Ok(took)
}

/// Versions and revisions of every row that a sync may write, summed: a row that is written moves it.
fn rows_written(store: &Store) -> anyhow::Result<u64> {
    let file = store.file().context("the bench runs on SQLite")?;
    let database =
        rusqlite::Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let sql = "SELECT (SELECT COALESCE(SUM(version), 0) FROM customer) + (SELECT COALESCE(SUM(revision), 0) FROM customer_link)
        + (SELECT COUNT(*) FROM customer_change) + (SELECT COUNT(*) FROM ion_customer) + (SELECT COALESCE(SUM(missed), 0) FROM ion_customer)
        + (SELECT COUNT(*) FROM customer_pair) + (SELECT COUNT(DISTINCT changed_at) FROM ion_customer)";
    Ok(database.query_row(sql, [], |row| row.get(0))?)
}

impl Report {
    #[expect(
        clippy::print_stdout,
        reason = "the figures are what the person waits for"
    )]
    pub(crate) fn print(&self) {
        let line = |what: &str, value: String, bound: &str, met: bool| {
            println!(
                "| P8 | {what} | {value} | {bound} | {} |",
                if met { "met" } else { "NOT MET" }
            );
        };
        println!("| goal | what | measured | bound | |\n| --- | --- | --- | --- | --- |");
        let beyond = self.first_s - self.wire_s;
        line(
            &format!(
                "first sync of {} customers, beyond the wire ({:.2} s)",
                self.customers, self.wire_s
            ),
            format!("{beyond:.2} s"),
            "<= 4 s",
            beyond <= 4.0,
        );
        let beyond = self.unchanged_s - self.wire_s;
        line(
            "a look that finds nothing, beyond the wire",
            format!("{beyond:.2} s"),
            "<= 0.8 s",
            beyond <= 0.8,
        );
        line(
            "rows that it wrote",
            self.unchanged_rows.to_string(),
            "0",
            self.unchanged_rows == 0,
        );
        line(
            "writes to Ion for 100 edits",
            self.puts_of_100_edits.to_string(),
            "100",
            self.puts_of_100_edits == EDITS,
        );
        line(
            "100 pushes, 8 at a time",
            format!("{:.2} s", self.pushes_s),
            "",
            true,
        );
        line(
            &format!("the same at {} ms a request", self.latency_ms),
            format!("{:.2} s", self.pushes_slow_s),
            "<= 9 s",
            self.pushes_slow_s <= 9.0,
        );
    }

    /// What does not depend on the machine is right.
    pub(crate) fn is_exact(&self) -> bool {
        self.unchanged_rows == 0 && self.puts_of_100_edits == EDITS
    }
}

/// Nothing takes longer than this; a hang is a fault.
pub(crate) const PATIENCE: Duration = Duration::from_secs(600);
