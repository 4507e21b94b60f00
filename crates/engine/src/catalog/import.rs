//! One import: fetch, read and write overlap; then what the list no longer shows; then the end.

use std::time::Duration;

use domain::run::{RunCounts, RunStatus};
use domain::{ConnectionId, RunId};
use ion_client::IonClient;
use store::queue::Job;
use store::runs::{self, RunRow};
use store::{StoreError, catalog, connections};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::absent::{Absent, Missing};
use super::checkpoint::Checkpoint;
use super::claim::Claim;
use super::prices::PriceBook;
use super::progress::Live;
use super::read::{Reader, Readings, Seen};
use super::words;
use super::write::Writer;
use crate::listing::{ScanEnd, fetch};
use crate::{Engine, kill_point};

/// Which import to carry out.
#[derive(Debug, Clone, Copy)]
pub struct ImportJob {
    /// The connection.
    pub connection: ConnectionId,
    /// Its run.
    pub run: RunId,
}

/// How an import ended. The run's row says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportEnd {
    /// State of the run. [`RunStatus::Interrupted`]: the process was asked to stop, and the run goes on with the next call.
    pub status: RunStatus,
    /// What was read and written.
    pub counts: RunCounts,
}

/// Why an import could not go on. Its run is not ended: it goes on where it was, with the next call.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The store failed.
    #[error("the import could not be stored")]
    Store(#[from] StoreError),
    /// There is no way to Ion.
    #[error("there is no login to Ion")]
    Login(#[source] crate::connection::ConnectionError),
    /// Ion or the network failed.
    #[error("Ion failed")]
    Ion(#[source] ion_client::Error),
    /// The run or the connection is not there.
    #[error("{0} was not found")]
    Missing(&'static str),
    /// A part of the import ended without a result.
    #[error("a part of the import crashed: {0}")]
    Crashed(String),
    /// Another worker has the job now; it goes on with the run.
    #[error("another worker has taken the import over")]
    Taken,
}

/// Imports the catalog of a connection. Goes on where an earlier call of the same run was interrupted.
///
/// What Ion does wrong ends the run as [`RunStatus::Failed`], with what was read saved; an `Err` leaves it to be called again.
pub async fn import(
    engine: &Engine,
    job: ImportJob,
    cancel: CancellationToken,
) -> Result<ImportEnd, ImportError> {
    let ion = engine
        .ion(job.connection)
        .await
        .map_err(ImportError::Login)?;
    import_with(engine, job, ion, cancel).await
}

/// The same under the claim of a queued job: writes nothing any more once another worker has that job.
pub async fn import_claimed(
    engine: &Engine,
    job: ImportJob,
    claim: &Job,
    cancel: CancellationToken,
) -> Result<ImportEnd, ImportError> {
    let ion = engine
        .ion(job.connection)
        .await
        .map_err(ImportError::Login)?;
    carry_out(engine, job, ion, Claim::of(claim), cancel).await
}

/// The same with a client of one's own.
pub async fn import_with(
    engine: &Engine,
    job: ImportJob,
    ion: IonClient,
    cancel: CancellationToken,
) -> Result<ImportEnd, ImportError> {
    carry_out(engine, job, ion, Claim::default(), cancel).await
}

async fn carry_out(
    engine: &Engine,
    job: ImportJob,
    ion: IonClient,
    claim: Claim,
    cancel: CancellationToken,
) -> Result<ImportEnd, ImportError> {
    let run = runs::find(engine.store().read(), job.run)
        .await?
        .ok_or(ImportError::Missing("the run"))?;
    if run.status.is_final() {
        return Ok(ImportEnd {
            status: run.status,
            counts: run.counts,
        });
    }
    let connection = connections::find(engine.store().read(), job.connection)
        .await?
        .ok_or(ImportError::Missing("the connection"))?;
    Box::pin(
        Import::begin(engine, run, ion, connection.account_id, claim)
            .await?
            .run(cancel),
    )
    .await
}

struct Import<'a> {
    engine: &'a Engine,
    run: RunRow,
    ion: IonClient,
    account: String,
    /// Where an interrupted run goes on.
    start: Option<String>,
    live: Live,
    claim: Claim,
}

/// How the reading of the list ended.
enum Reading {
    Ended(ScanEnd),
    /// A person asked the run to stop.
    Stopped,
    /// The process is to stop.
    Cancelled,
}

impl<'a> Import<'a> {
    async fn begin(
        engine: &'a Engine,
        run: RunRow,
        ion: IonClient,
        account: String,
        claim: Claim,
    ) -> Result<Self, ImportError> {
        let start = Checkpoint::read(run.checkpoint.as_deref()).map(|checkpoint| checkpoint.token);
        let live = engine.progress_hub().begin(&run, engine.clock());
        let now = engine.clock().now();
        let tx = engine.store().begin().await?;
        claim.hold(&tx).await?;
        runs::mark_running(&tx, run.id, now).await?;
        let line = words::begin(&run, start.is_some(), engine.settings().ion.page_size);
        runs::log(&tx, run.id, "info", &line, now).await?;
        tx.commit().await?;
        live.log(now, "info", &line);
        Ok(Self {
            engine,
            run,
            ion,
            account,
            start,
            live,
            claim,
        })
    }

    async fn run(&self, cancel: CancellationToken) -> Result<ImportEnd, ImportError> {
        let resumed = self.start.is_some() || self.run.started_at.is_some();
        let store = self.engine.store();
        let open_set_aside = catalog::list_set_aside_ids(store.read(), self.run.connection).await?;
        let reader = Reader {
            engine: self.engine.clone(),
            ion: self.ion.clone(),
            account: self.account.clone(),
            connection: self.run.connection,
            run: self.run.id,
            full: self.run.full,
            report: !self.run.baseline,
            resumed_since: self.run.started_at.filter(|_| resumed),
            open_set_aside: open_set_aside.into_iter().collect(),
            prices: PriceBook::new(&self.engine.settings().catalog),
            seen: Seen::default(),
        };
        let (pages_in, pages) = mpsc::channel(1);
        let (readings_in, mut readings) = mpsc::channel(1);
        let (ion, account) = (self.ion.clone(), self.account.clone());
        let page_size = self.engine.settings().ion.page_size;
        let read_page = move |token: Option<ion_client::PageToken>| {
            let (ion, account) = (ion.clone(), account.clone());
            async move {
                let list = ion.products(&account).list().page_size(page_size);
                token
                    .map_or(list.clone(), |token| list.start_at(token))
                    .send()
                    .await
            }
        };
        let fetching =
            AbortOnDropHandle::new(tokio::spawn(fetch(read_page, self.start.clone(), pages_in)));
        let reading = AbortOnDropHandle::new(tokio::spawn(reader.run(pages, readings_in)));
        let counts = if self.start.is_some() {
            self.run.counts
        } else {
            RunCounts {
                expected: self.run.counts.expected,
                ..RunCounts::default()
            }
        };
        let mut writer = Writer::new(self.engine, &self.run, &self.claim, counts, &self.live);
        // A run that goes on in mid-list has not seen its beginning; a list started anew is seen whole.
        let mut whole = self.start.is_none();
        let end = loop {
            let readings = tokio::select! {
                readings = readings.recv() => readings,
                () = cancel.cancelled() => break Reading::Cancelled,
            };
            match readings {
                Some(Readings::Page(page)) => {
                    kill_point::reached("import.after-page-read");
                    writer.page(*page).await?;
                }
                Some(Readings::Restarted(times)) => {
                    whole = true;
                    writer.log("warn", &words::restarted(times)).await?;
                    continue;
                }
                Some(Readings::End(end)) => break Reading::Ended(end),
                // The reader ended without a last word: its result says why.
                None => break Reading::Cancelled,
            }
            if runs::stop_requested(store.read(), self.run.id).await? {
                break Reading::Stopped;
            }
        };
        drop(readings);
        drop(fetching);
        let ended = matches!(end, Reading::Ended(_));
        let seen = if ended || !cancel.is_cancelled() && !matches!(end, Reading::Stopped) {
            match reading.await {
                Ok(Ok(seen)) => Some(seen),
                Ok(Err(ImportError::Ion(error))) => {
                    return self.finish_failed(writer, ScanEnd::Failed(error)).await;
                }
                Ok(Err(error)) => return Err(error),
                Err(error) => return Err(ImportError::Crashed(error.to_string())),
            }
        } else {
            None
        };
        match (end, seen) {
            (Reading::Ended(ScanEnd::Complete), Some(seen)) => {
                self.finish_complete(writer, seen, whole).await
            }
            (Reading::Ended(end), _) => self.finish_failed(writer, end).await,
            (Reading::Stopped, _) => self.finish_stopped(writer).await,
            (Reading::Cancelled, _) if runs::stop_requested(store.read(), self.run.id).await? => {
                self.finish_stopped(writer).await
            }
            (Reading::Cancelled, _) => self.interrupt(writer).await,
        }
    }

    /// The list was read to its end.
    async fn finish_complete(
        &self,
        mut writer: Writer<'_>,
        seen: Seen,
        whole: bool,
    ) -> Result<ImportEnd, ImportError> {
        writer.write_pending().await?;
        writer.step("Looking for withdrawn products").await?;
        kill_point::reached("import.before-withdrawals");
        let absent = Absent {
            engine: self.engine,
            run: &self.run,
            ion: &self.ion,
            account: &self.account,
        };
        let missing = if whole {
            absent.judge(&seen, &mut writer.counts).await?
        } else {
            writer.log("info", words::NOT_WHOLE).await?;
            Missing::default()
        };
        let status = match (missing.held.is_empty(), writer.counts.set_aside) {
            (false, _) => RunStatus::NeedsDecision,
            (true, 0) => RunStatus::Done,
            (true, _) => RunStatus::DoneSetAside,
        };
        writer.counts.withdrawn = missing.gone.len() as u64;
        let outcome = match status {
            RunStatus::NeedsDecision => words::needs_decision(
                missing.held.len() as u64,
                missing.known,
                self.engine.settings().catalog.guard_percent,
            ),
            _ => words::done(&writer.counts),
        };
        self.finish(writer, status, &outcome, whole.then_some(missing))
            .await
    }

    async fn finish_failed(
        &self,
        writer: Writer<'_>,
        end: ScanEnd,
    ) -> Result<ImportEnd, ImportError> {
        if let ScanEnd::Failed(error) = &end {
            tracing::warn!(run = %self.run.id, error = %words::chain(error), "import failed");
        }
        let outcome = words::failed(&writer.counts, &end);
        self.finish(writer, RunStatus::Failed, &outcome, None).await
    }

    async fn finish_stopped(&self, writer: Writer<'_>) -> Result<ImportEnd, ImportError> {
        let outcome = words::stopped(&writer.counts);
        self.finish(writer, RunStatus::Stopped, &outcome, None)
            .await
    }

    /// The process is to stop: the run goes on later.
    async fn interrupt(&self, mut writer: Writer<'_>) -> Result<ImportEnd, ImportError> {
        writer.save().await?;
        let tx = self.engine.store().begin().await?;
        self.claim.hold(&tx).await?;
        runs::mark_interrupted(&tx, self.run.id).await?;
        tx.commit().await?;
        self.live.end(RunStatus::Interrupted, &writer.counts);
        Ok(ImportEnd {
            status: RunStatus::Interrupted,
            counts: writer.counts,
        })
    }

    /// Ends the run, durably: on SQLite this commit makes everything before it survive a power loss too.
    ///
    /// `missing` is there where the list was seen whole.
    async fn finish(
        &self,
        mut writer: Writer<'_>,
        status: RunStatus,
        outcome: &str,
        missing: Option<Missing>,
    ) -> Result<ImportEnd, ImportError> {
        writer.write_pending().await?;
        let now = self.engine.clock().now();
        if self.run.started_at.is_some() && !self.run.baseline {
            // What was written before an interruption is told by the report alone.
            writer.recount_prices().await?;
        }
        kill_point::reached("import.before-end");
        let tx = self.engine.store().begin().await?;
        self.claim.hold(&tx).await?;
        if let Some(missing) = missing {
            catalog::withdraw(&tx, self.run.id, &missing.gone, !self.run.baseline, now).await?;
            catalog::mark_missed(&tx, &missing.missed).await?;
            catalog::resolve_not_seen(&tx, self.run.connection, self.run.id, now).await?;
            super::decide::supersede(&tx, &self.run, now).await?;
            catalog::hold_withdrawals(&tx, self.run.id, &missing.held).await?;
        }
        let level = match status {
            RunStatus::Failed => "bad",
            RunStatus::Done => "info",
            _ => "warn",
        };
        runs::log(&tx, self.run.id, level, outcome, now).await?;
        runs::finish(&tx, self.run.id, status, &writer.counts, outcome, now).await?;
        super::notice::raise(self.engine, &tx, &self.run, status, outcome, now).await?;
        tx.commit().await?;
        if let Err(error) = crate::margins::after_import(self.engine, self.run.id).await {
            tracing::warn!(run = %self.run.id, error = %error, "what follows from the prices of an import waits for the next one");
        }
        self.live.log(now, level, outcome);
        self.live.end(status, &writer.counts);
        Ok(ImportEnd {
            status,
            counts: writer.counts,
        })
    }
}

/// How long progress and checkpoint may lag behind.
pub(super) const LAG: Duration = Duration::from_secs(2);
