//! Rows on their way into the store: short transactions, a checkpoint with the rows that it covers, progress for people.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::run::RunCounts;
use store::catalog::{self, ReadyProduct};
use store::runs::{self, RunRow};

use super::checkpoint::Checkpoint;
use super::claim::Claim;
use super::import::{ImportError, LAG};
use super::progress::Live;
use super::read::ReadPage;
use crate::{Engine, kill_point};

/// How long one write transaction should take: others wait for it on SQLite.
const TRANSACTION: Duration = Duration::from_millis(30);
/// Rows of a transaction: the first guess, and its bounds.
const ROWS: usize = 1500;
const FEWEST_ROWS: usize = 500;
const MOST_ROWS: usize = 4000;

/// Writes pages, and keeps the counts.
pub(super) struct Writer<'a> {
    engine: &'a Engine,
    run: &'a RunRow,
    claim: &'a Claim,
    live: Live,
    pub(super) counts: RunCounts,
    vendors: BTreeMap<String, u64>,
    step: String,
    /// Rows that fit into one transaction, by experience.
    rows: usize,
    /// Read, and not written yet: pages with few differences share a transaction.
    pending: Vec<ReadyProduct>,
    /// Something was written that no checkpoint covers yet.
    uncovered: bool,
    /// Where the list goes on behind what was written.
    next: Option<String>,
    saved_at: Duration,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        run: &'a RunRow,
        claim: &'a Claim,
        counts: RunCounts,
        live: &Live,
    ) -> Self {
        Self {
            engine,
            run,
            claim,
            live: live.clone(),
            counts,
            vendors: BTreeMap::new(),
            step: "Reading the catalog".to_owned(),
            rows: ROWS,
            pending: Vec::new(),
            uncovered: false,
            next: None,
            saved_at: engine.clock().steady(),
        }
    }

    /// Takes a page: whole products, in transactions that are full; the rest of it waits for the next page, or for the checkpoint.
    pub(super) async fn page(&mut self, page: ReadPage) -> Result<(), ImportError> {
        let ReadPage {
            next,
            counts,
            vendors,
            writes,
            set_aside,
            resolved,
            seen_again,
        } = page;
        self.pending.extend(writes);
        self.write_full().await?;
        add(&mut self.counts, &counts);
        for (vendor, count) in vendors {
            *self.vendors.entry(vendor).or_default() += count;
        }
        self.next.clone_from(&next);
        let due = self.engine.clock().steady().saturating_sub(self.saved_at) >= LAG;
        let others = !(set_aside.is_empty() && resolved.is_empty() && seen_again.is_empty());
        if others || due {
            let now = self.engine.clock().now();
            let (tx, rows, started) = self.begin().await?;
            for entry in &set_aside {
                catalog::set_aside(&tx, self.run.connection, self.run.id, entry, now).await?;
            }
            for ion_id in &resolved {
                catalog::resolve_set_aside(&tx, self.run.connection, ion_id, now).await?;
            }
            catalog::mark_seen_again(&tx, &seen_again).await?;
            self.uncovered |= others;
            if due {
                self.save_in(&tx).await?;
            }
            self.commit(tx, rows, started).await?;
        }
        self.live.update(&self.counts, &self.step, &self.vendors);
        Ok(())
    }

    /// Writes what waits, but for a last part that fills no transaction.
    async fn write_full(&mut self) -> Result<(), ImportError> {
        loop {
            let part = self.part(&self.pending);
            if part == self.pending.len() {
                return Ok(());
            }
            let rest = self.pending.split_off(part);
            let written = self.write_pending().await;
            self.pending = rest;
            written?;
        }
    }

    /// Writes what waits.
    pub(super) async fn write_pending(&mut self) -> Result<(), ImportError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let (tx, rows, started) = self.begin().await?;
        self.commit(tx, rows, started).await
    }

    /// Begins a transaction with all that waits.
    async fn begin(&mut self) -> Result<(store::Tx, usize, Duration), ImportError> {
        let started = self.engine.clock().steady();
        kill_point::reached("import.before-page-commit");
        let tx = self.engine.store().begin_import().await?;
        self.claim.hold(&tx).await?;
        let products = std::mem::take(&mut self.pending);
        let rows = products.iter().map(ReadyProduct::rows).sum();
        if !products.is_empty() {
            catalog::write_ready(&tx, self.run.id, products).await?;
            self.uncovered = true;
        }
        Ok((tx, rows, started))
    }

    async fn commit(
        &mut self,
        tx: store::Tx,
        rows: usize,
        started: Duration,
    ) -> Result<(), ImportError> {
        tx.commit().await?;
        self.learn(rows, started);
        kill_point::reached("import.after-page-commit");
        Ok(())
    }

    /// How many of these products fit into one transaction.
    fn part(&self, products: &[ReadyProduct]) -> usize {
        let mut rows = 0;
        let fitting = products.iter().take_while(|product| {
            let fits = rows == 0 || rows + product.rows() <= self.rows;
            rows += product.rows();
            fits
        });
        fitting.count()
    }

    /// Fits the size of transactions to this machine.
    fn learn(&mut self, rows: usize, started: Duration) {
        let took = self.engine.clock().steady().saturating_sub(started);
        metrics::histogram!("ionbridge_import_transaction_seconds").record(took.as_secs_f64());
        if rows * 2 < self.rows {
            return;
        }
        self.rows = match took {
            took if took > TRANSACTION * 3 / 2 => self.rows / 2,
            took if took < TRANSACTION / 2 => self.rows * 3 / 2,
            _ => self.rows,
        }
        .clamp(FEWEST_ROWS, MOST_ROWS);
    }

    /// Writes counts and step, and where the run goes on if anything was written since the last time.
    async fn save_in(&mut self, tx: &store::Tx) -> Result<(), ImportError> {
        let now = self.engine.clock().now();
        runs::set_progress(tx, self.run.id, &self.counts, &self.step, now).await?;
        if let Some(token) = self.next.clone().filter(|_| self.uncovered) {
            runs::set_checkpoint(
                tx,
                self.run.id,
                &self.counts,
                &Checkpoint { token }.text(),
                now,
            )
            .await?;
            self.uncovered = false;
        }
        self.saved_at = self.engine.clock().steady();
        Ok(())
    }

    /// Writes what waits, counts, step and checkpoint now.
    pub(super) async fn save(&mut self) -> Result<(), ImportError> {
        let (tx, rows, started) = self.begin().await?;
        self.save_in(&tx).await?;
        self.commit(tx, rows, started).await
    }

    /// Says what the run does now.
    pub(super) async fn step(&mut self, step: &str) -> Result<(), ImportError> {
        step.clone_into(&mut self.step);
        self.live.update(&self.counts, &self.step, &self.vendors);
        if self.engine.clock().steady().saturating_sub(self.saved_at) >= LAG {
            self.save().await?;
        }
        Ok(())
    }

    /// Adds a line to the run's log.
    pub(super) async fn log(&mut self, level: &str, message: &str) -> Result<(), ImportError> {
        let now = self.engine.clock().now();
        let tx = self.engine.store().begin_import().await?;
        self.claim.hold(&tx).await?;
        runs::log(&tx, self.run.id, level, message, now).await?;
        tx.commit().await?;
        self.live.log(now, level, message);
        Ok(())
    }

    /// Takes the numbers of moved prices from the report of changes.
    pub(super) async fn recount_prices(&mut self) -> Result<(), ImportError> {
        use domain::catalog::ChangeKind;
        let counts = catalog::change_counts(self.engine.store().read(), self.run.id).await?;
        let count = |kind| {
            counts
                .iter()
                .find(|count| count.kind == kind)
                .map_or(0, |count| count.count)
        };
        self.counts.price_up = count(ChangeKind::PriceUp);
        self.counts.price_down = count(ChangeKind::PriceDown);
        Ok(())
    }
}

fn add(counts: &mut RunCounts, more: &RunCounts) {
    let RunCounts {
        read,
        added,
        changed,
        unchanged,
        set_aside,
        withdrawn,
        variants,
        price_up,
        price_down,
        pages,
        requests,
        bytes,
        // What only a customer sync counts.
        ..
    } = more;
    for (count, more) in [
        (&mut counts.read, read),
        (&mut counts.added, added),
        (&mut counts.changed, changed),
        (&mut counts.unchanged, unchanged),
        (&mut counts.set_aside, set_aside),
        (&mut counts.withdrawn, withdrawn),
        (&mut counts.variants, variants),
        (&mut counts.price_up, price_up),
        (&mut counts.price_down, price_down),
        (&mut counts.pages, pages),
        (&mut counts.requests, requests),
        (&mut counts.bytes, bytes),
    ] {
        *count += more;
    }
}
