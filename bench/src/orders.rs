//! Orders accepted over REST by the built binary, beside the least that a durable answer costs, and how long after the answer the first
//! byte reaches Ion: by the sandbox's ledger, not by what the server says.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use reqwest::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::times::Times;

/// What it may take at the 99th of a hundred, in milliseconds: until it is accepted when nothing else happens, and during an import.
const IDLE: f64 = 30.0;
const BUSY: f64 = 100.0;
/// How long after the answer its first byte reaches Ion.
const FIRST_BYTE: f64 = 100.0;
/// Between two orders, as a person or a program places them one by one.
const PAUSE: Duration = Duration::from_millis(100);
/// How long anything may take before it is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// What was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    products: usize,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    times: Times,
    bound: Option<f64>,
}

impl Report {
    fn push(&mut self, what: &str, all: Vec<Duration>, bound: Option<f64>) {
        let times = Times::of(what, all);
        self.rows.push(Row { times, bound });
    }
}

/// What `demo --json` tells.
#[derive(Deserialize)]
struct Told {
    url: String,
    sandbox: String,
    sandbox_key: String,
}

/// A demo of the built binary, in a process of its own. Ends with this value.
struct Demo {
    told: Told,
    token: String,
    client: reqwest::Client,
    folder: tempfile::TempDir,
    _child: Child,
}

/// Orders while the first import of so many products runs, then as many as `count` when nothing else happens.
pub(crate) async fn measure(
    program: &Path,
    products: usize,
    count: usize,
) -> anyhow::Result<Report> {
    let demo = Demo::start(program, products).await?;
    let offer = demo.offer().await?;
    demo.first(&offer).await?;
    let mut report = Report {
        products,
        rows: Vec::new(),
    };
    let mut busy = Placed::default();
    while demo.is_importing().await? {
        demo.place(&offer, &mut busy).await?;
        tokio::time::sleep(PAUSE).await;
    }
    ensure!(
        busy.accepted.len() >= 20,
        "the import was over after {} orders; take more --products",
        busy.accepted.len()
    );
    let (mut idle, mut floors) = (Placed::default(), Vec::new());
    let floor = Floor::make(demo.folder.path())?;
    for _ in 0..count {
        demo.place(&offer, &mut idle).await?;
        floors.push(floor.once(&demo).await?);
        tokio::time::sleep(PAUSE).await;
    }
    let reached = demo.reached(idle.sent.len() + busy.sent.len()).await?;
    report.push("/healthz, and 4 KiB forced to disk", floors, None);
    report.push(
        "accepted, nothing else under way",
        idle.accepted,
        Some(IDLE),
    );
    report.push("accepted, during an import", busy.accepted, Some(BUSY));
    let idle = delays(&idle.sent, &reached)?;
    report.push("first byte at Ion after that", idle, Some(FIRST_BYTE));
    let busy = delays(&busy.sent, &reached)?;
    report.push("first byte, during an import", busy, None);
    Ok(report)
}

/// Orders that were placed: how long each took to be accepted, and when that was, by the reference that Ion sees.
#[derive(Default)]
struct Placed {
    accepted: Vec<Duration>,
    sent: Vec<(String, Instant)>,
}

/// How long after the answer each reached Ion; nothing where it was there before the answer came.
fn delays(
    sent: &[(String, Instant)],
    reached: &HashMap<String, Instant>,
) -> anyhow::Result<Vec<Duration>> {
    let each = sent.iter().map(|(reference, answered)| {
        let at = reached
            .get(reference)
            .with_context(|| format!("{reference} did not reach Ion"))?;
        Ok(at.saturating_duration_since(*answered))
    });
    each.collect()
}

impl Demo {
    async fn start(program: &Path, products: usize) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("demo");
        let mut child = Command::new(program)
            .arg("--json")
            .arg("--data-dir")
            .arg(&data)
            .args(["demo", "--own-customers", "0", "--customers", "12"])
            .args(["--subscriptions", "0", "--products", &products.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        let out = child.stdout.take().context("standard output is piped")?;
        let line = BufReader::new(out).lines().next_line().await?;
        let told: Told = serde_json::from_str(&line.context("the demo ended")?)?;
        let made = Command::new(program)
            .arg("--json")
            .arg("--data-dir")
            .arg(&data)
            .args(["token", "create", "bench", "--role", "admin"])
            .output()
            .await?;
        ensure!(made.status.success(), "no token could be made");
        let made: Value = serde_json::from_slice(&made.stdout)?;
        let token = made["token"].as_str().context("the token is told")?;
        Ok(Self {
            told,
            token: token.to_owned(),
            client: reqwest::Client::builder().build()?,
            folder,
            _child: child,
        })
    }

    /// Status, `ETag` and body of an answer to a program.
    async fn ask(
        &self,
        (method, path): (Method, &str),
        body: Option<&Value>,
        seen: &str,
    ) -> anyhow::Result<(StatusCode, String, Value)> {
        let changes = method != Method::GET;
        let mut ask = self
            .client
            .request(method, format!("{}{path}", self.told.url))
            .bearer_auth(&self.token);
        if changes {
            let key = domain::IdGen::uuid(&domain::SystemIds).to_string();
            ask = ask.header("idempotency-key", key);
        }
        if !seen.is_empty() {
            ask = ask.header("if-match", seen);
        }
        if let Some(body) = body {
            ask = ask
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = ask.send().await?;
        let status = answer.status();
        let tag = answer.headers().get("etag");
        let tag = tag.map_or("", |tag| tag.to_str().unwrap_or_default());
        let tag = tag.to_owned();
        let body = serde_json::from_slice(&answer.bytes().await?).unwrap_or_default();
        Ok((status, tag, body))
    }

    async fn control(&self, path: &str) -> anyhow::Result<Value> {
        let ask = self
            .client
            .get(format!("{}/_sandbox{path}", self.told.sandbox))
            .header("x-sandbox-key", &self.told.sandbox_key);
        let answer = ask.send().await?.error_for_status()?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }

    /// A draft of something that binds for a month, as a program writes it.
    async fn offer(&self) -> anyhow::Result<Value> {
        let offers = self.control("/offers?last=100000").await?;
        let offers = offers["offers"].as_array().context("offers are listed")?;
        let offer = offers
            .iter()
            .find(|one| {
                one["vendor"] == "Microsoft" && one["by_use"] == false && one["term"] == "P1M"
            })
            .context("the catalog sells by the month")?;
        let customers = self.control("/customers").await?;
        let customer = customers["customers"][0]["name"].as_str();
        let customer = customer.and_then(|name| name.rsplit('/').next());
        let attributes =
            json!({"domainName": "contoso.onmicrosoft.com", "renewalSetting": "auto-on"});
        Ok(json!({
            "customer": customer.context("there are customers")?,
            "lines": [{"product": offer["product_id"], "sku": offer["sku_id"], "plan": offer["plan_id"], "quantity": 1, "attributes": attributes}],
        }))
    }

    /// Waits until it can be ordered: its customer is linked, its product is here.
    async fn first(&self, offer: &Value) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            let (status, _, body) = self
                .ask((Method::POST, "/api/v1/orders"), Some(offer), "")
                .await?;
            if status.is_success() && body["review"].is_null() {
                return Ok(());
            }
            ensure!(begun.elapsed() < PATIENCE, "{status}: {body}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn is_importing(&self) -> anyhow::Result<bool> {
        let (_, _, body) = self.ask((Method::GET, "/api/v1/runs"), None, "").await?;
        let runs = body["items"].as_array().context("runs are listed")?;
        Ok(runs
            .iter()
            .any(|run| run["kind"] == "catalog_import" && run["ended"] == false))
    }

    /// Places one order; the time is that of the one request that places it.
    async fn place(&self, offer: &Value, placed: &mut Placed) -> anyhow::Result<()> {
        let (status, tag, draft) = self
            .ask((Method::POST, "/api/v1/orders"), Some(offer), "")
            .await?;
        ensure!(status.is_success(), "{status}: {draft}");
        let id = draft["id"].as_str().context("an order has an id")?;
        let path = format!("/api/v1/orders/{id}/submit");
        let started = Instant::now();
        let (status, _, order) = self
            .ask((Method::POST, &path), Some(&json!({})), &tag)
            .await?;
        let answered = Instant::now();
        if !status.is_success() {
            bail!("{status}: {order}");
        }
        let reference = order["reference"].as_str().context("it has a reference")?;
        placed.accepted.push(answered - started);
        placed.sent.push((reference.to_owned(), answered));
        Ok(())
    }

    /// When each order reached Ion, by the ledger, once all of them did.
    async fn reached(&self, wanted: usize) -> anyhow::Result<HashMap<String, Instant>> {
        let zero = self.zero().await?;
        let begun = Instant::now();
        loop {
            let ledger = self.control("/ledger").await?;
            let entries = ledger["entries"]
                .as_array()
                .context("requests are listed")?;
            let reached: HashMap<String, Instant> = entries
                .iter()
                .filter(|entry| entry["method"] == "POST")
                .filter_map(|entry| {
                    let reference = entry["sent"]["referenceId"].as_str()?;
                    let at = Duration::from_millis(entry["at_ms"].as_u64()?);
                    Some((reference.to_owned(), zero + at))
                })
                .collect();
            if reached.len() >= wanted {
                return Ok(reached);
            }
            ensure!(begun.elapsed() < PATIENCE, "{} of {wanted}", reached.len());
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// When the sandbox's count of milliseconds began: by requests whose time is known here.
    async fn zero(&self) -> anyhow::Result<Instant> {
        let mut zero = None;
        for nth in 0..20 {
            let url = format!("{}/api/v3/clock?nth={nth}", self.told.sandbox);
            let sent = Instant::now();
            self.client.get(url).send().await?;
            let ledger = self.control("/ledger?last=1&path=/api/v3/clock").await?;
            let at = ledger["entries"][0]["at_ms"].as_u64();
            let at = Duration::from_millis(at.context("the request is listed")?);
            let found = sent.checked_sub(at).context("it began before")?;
            // The quickest was noted soonest after it was sent.
            zero = Some(zero.map_or(found, |known: Instant| known.max(found)));
        }
        zero.context("the sandbox answers")
    }
}

/// The least that a durable answer costs: an answer of the same server, and a page forced to the same disk.
struct Floor {
    file: File,
}

impl Floor {
    fn make(folder: &Path) -> anyhow::Result<Self> {
        let file = File::create(folder.join("floor"))?;
        Ok(Self { file })
    }

    async fn once(&self, demo: &Demo) -> anyhow::Result<Duration> {
        let started = Instant::now();
        demo.ask((Method::GET, "/healthz"), None, "").await?;
        (&self.file).write_all(&[0; 4096])?;
        self.file.sync_data()?;
        Ok(started.elapsed())
    }
}

/// Prints the table.
#[expect(
    clippy::print_stdout,
    reason = "the figures are what the person waits for"
)]
pub(crate) fn print(report: &Report) {
    println!("{} products\n", report.products);
    println!("| what | orders | median | p99 | slowest | bound of p99 | |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for Row { times, bound } in &report.rows {
        println!(
            "| {} | {} | {:.1} ms | {:.1} ms | {:.1} ms | {} | {} |",
            times.what,
            times.count,
            times.median_ms,
            times.p99_ms,
            times.slowest_ms,
            bound.map_or_else(String::new, |bound| format!("<= {bound} ms")),
            match bound {
                Some(bound) if times.p99_ms <= *bound => "met",
                Some(_) => "NOT MET",
                None => "",
            }
        );
    }
}
