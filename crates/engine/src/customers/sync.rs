//! One run of the sync: read Ion's list, decide for every customer, do what is ours to do, and ask for the rest.
//!
//! Links are known with their revision before the list is read: whoever writes one meanwhile moves it on, and what was read of it
//! is left to the next run. Only pushes and creates change anything in Ion; a run asks for them in the transaction of its decision.

use std::collections::{BTreeMap, HashMap};

use domain::run::{RunCounts, RunStatus};
use domain::{ConnectionId, PlanId, RunId};
use ion_client::{Class, IonClient};
use rules::catalog::Guard;
use rules::customers::plan::{Entry, Plan};
use store::customers::{self, Known, SyncSetting};
use store::queue::{self, Job};
use store::runs::{self, RunRow};
use store::{StoreError, Tx, connections};
use tokio_util::sync::CancellationToken;

use super::error::SyncError;
use super::plan::Waiting;
use super::scan::{Scan, scan};
use super::{map, words};
use crate::catalog::Live;
use crate::listing::ScanEnd;
use crate::{Engine, kill_point};

mod apply;
pub(super) use apply::{of_ion, origins};
mod chosen;
mod confirm;
mod judge;
mod keep;
mod mirror;
mod missing;

/// Which sync to carry out.
#[derive(Debug, Clone, Copy)]
pub struct SyncJob {
    /// The connection.
    pub connection: ConnectionId,
    /// Its run.
    pub run: RunId,
    /// What it may do.
    pub mode: SyncMode,
}

/// What a run may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncMode {
    /// What the rules say; what needs a person becomes a plan that waits.
    Auto,
    /// Makes a plan, and writes nothing on either side.
    DryRun,
    /// What a person chose of a plan, where it still is true.
    Apply(PlanId),
}

/// How a run ended. Its row says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncEnd {
    /// State of the run. [`RunStatus::Interrupted`]: the process was asked to stop; the next call begins anew.
    pub status: RunStatus,
    /// What was read and done.
    pub counts: RunCounts,
}

/// Customers that a missing one is asked for by id, before it only counts as missing.
const ASKED_BY_ID: usize = 50;

/// Carries out a run. Killed, it is called again and begins anew: what was done is not done twice.
///
/// What Ion does wrong ends the run as [`RunStatus::Failed`]; an `Err` leaves it to be called again.
pub async fn sync(
    engine: &Engine,
    job: SyncJob,
    claim: Option<&Job>,
    cancel: CancellationToken,
) -> Result<SyncEnd, SyncError> {
    let store = engine.store();
    let run = runs::find(store.read(), job.run)
        .await?
        .ok_or(SyncError::Missing("the run"))?;
    if run.status.is_final() {
        return Ok(SyncEnd {
            status: run.status,
            counts: run.counts,
        });
    }
    let connection = connections::find(store.read(), job.connection)
        .await?
        .ok_or(SyncError::NoConnection)?;
    let ion = engine.ion(job.connection).await.map_err(SyncError::Login)?;
    let setting = customers::sync_setting(store.read(), job.connection).await?;
    let live = engine.progress_hub().begin(&run, engine.clock());
    let mut sync = Sync {
        engine,
        ion,
        account: connection.account_id,
        setting,
        counts: RunCounts {
            expected: run.counts.expected,
            ..RunCounts::default()
        },
        run,
        mode: job.mode,
        live,
        claim: claim.cloned(),
        cancel,
        changed: false,
        revisions: HashMap::new(),
    };
    let end = Box::pin(sync.run()).await;
    if end.is_err() {
        sync.live.end(RunStatus::Interrupted, &sync.counts);
    }
    end
}

struct Sync<'a> {
    engine: &'a Engine,
    ion: IonClient,
    account: String,
    setting: SyncSetting,
    run: RunRow,
    mode: SyncMode,
    live: Live,
    claim: Option<Job>,
    cancel: CancellationToken,
    counts: RunCounts,
    /// Something was written that people would call a change.
    changed: bool,
    /// Revision of each link before the list was read, by Ion's id.
    revisions: HashMap<String, u64>,
}

/// What was known of Ion's customers before its list was read.
type KnownBook = HashMap<String, Known>;

impl Sync<'_> {
    async fn run(&mut self) -> Result<SyncEnd, SyncError> {
        let store = self.engine.store();
        let tx = self.begin().await?;
        runs::mark_running(&tx, self.run.id, self.engine.clock().now()).await?;
        tx.commit().await?;
        self.say("Reading Ion's customers");
        let known: KnownBook = customers::list_known(store.read(), self.run.connection)
            .await?
            .into_iter()
            .map(|known| (known.ion_id.clone(), known))
            .collect();
        self.revisions = known
            .values()
            .filter_map(|known| Some((known.ion_id.clone(), known.link?.revision)))
            .collect();
        let mut read = self.read(&known).await;
        if read.cancelled {
            return self.stop_or_interrupt().await;
        }
        if !matches!(read.end, ScanEnd::Complete) {
            return self.fail(&words::failed(&self.counts, &read.end)).await;
        }
        for (name, path, why) in &read.unreadable {
            self.log("warn", &words::unreadable(name, path, why))
                .await?;
        }
        self.confirm_young(&known, &mut read).await?;
        let gone = self.look_for_missing(&known, &mut read).await?;
        kill_point::reached("sync.after-list-read");
        let stale = if self.mode == SyncMode::DryRun {
            mirror::Stale::default()
        } else {
            self.say("Comparing");
            self.mirror(&known, &read).await?
        };
        kill_point::reached("sync.after-mirror");
        let judged = self.judge(&known, &read, &stale, &gone).await?;
        let linked = customers::count_linked(store.read(), self.run.connection).await?;
        let guard = Guard {
            percent: self.engine.settings().customers.guard_percent,
            minimum: self.engine.settings().customers.guard_minimum,
        };
        let plan = Plan::new(judged.entries, linked, guard);
        let read_here = customers::count_all(store.read()).await?;
        let sizes = (read_here, self.counts.read);
        self.counts.unchanged =
            (self.counts.read.saturating_sub(read.kept.len() as u64)) + plan.counts.same;
        match self.mode {
            SyncMode::DryRun => self.end_with_plan(plan, sizes).await,
            SyncMode::Apply(id) => self.carry_out_plan(id, plan, &read).await,
            SyncMode::Auto => self.carry_out(plan, judged.pairs, &read, sizes).await,
        }
    }

    /// Reads Ion's list; customers that are linked, settled and the same are only counted.
    async fn read(&mut self, known: &KnownBook) -> Scan {
        let keep = |id: &str, hash: &[u8; 32]| {
            !known.get(id).is_some_and(|known| {
                known.hash == *hash
                    && known.missed == 0
                    && !known.gone
                    && known.link.is_some_and(|link| link.settled || link.archived)
            })
        };
        let live = self.live.clone();
        scan(
            &self.ion,
            &self.account,
            self.engine.settings().ion.page_size,
            keep,
            &mut self.counts,
            |counts| live.update(counts, "Reading Ion's customers", &BTreeMap::default()),
            &self.cancel,
        )
        .await
    }

    /// Asks by id for linked customers that a complete list did not show: a 404 is proof, an answer brings it back.
    async fn look_for_missing(
        &mut self,
        known: &KnownBook,
        read: &mut Scan,
    ) -> Result<Vec<String>, SyncError> {
        let mut gone = Vec::new();
        if !read.is_complete() {
            return Ok(gone);
        }
        let missing: Vec<&Known> = known
            .values()
            .filter(|known| !known.gone && !read.seen.contains(&known.ion_id))
            .filter(|known| known.link.is_some_and(|link| !link.archived))
            .collect();
        if missing.len() > ASKED_BY_ID {
            return Ok(gone);
        }
        for known in missing {
            let found = self.ion.customers(&self.account).get(&known.ion_id).await;
            match found.map(|item| item.decode().ok().and_then(|one| map::from_ion(&one))) {
                Ok(Some(customer)) => {
                    let hash = map::hash(&customer);
                    read.seen.insert(customer.ion_id.clone());
                    read.kept.insert(customer.ion_id.clone(), (customer, hash));
                }
                Ok(None) => {}
                Err(error) if error.class() == Class::NotFound => gone.push(known.ion_id.clone()),
                Err(error) => {
                    tracing::debug!(error = %error, "a missing customer could not be asked for");
                }
            }
        }
        Ok(gone)
    }

    /// What the rules say is done; what needs a person waits as a plan.
    async fn carry_out(
        &mut self,
        plan: Plan,
        pairs: Option<judge::Pairs>,
        read: &Scan,
        sizes: (u64, u64),
    ) -> Result<SyncEnd, SyncError> {
        if let Some(pairs) = &pairs {
            self.propose(pairs).await?;
        }
        let first = self.setting.first_applied_at.is_none();
        let nothing_to_ask = plan.entries.iter().all(|entry| {
            !entry.writes_to_ion()
                && !matches!(
                    entry.action,
                    rules::customers::decide::Action::Propose
                        | rules::customers::decide::Action::Link(_)
                )
        });
        if first && nothing_to_ask {
            let tx = self.begin().await?;
            customers::mark_first_applied(
                &tx,
                self.run.connection,
                super::history::ITSELF,
                self.engine.clock().now(),
            )
            .await?;
            tx.commit().await?;
            self.setting.first_applied_at = Some(self.engine.clock().now());
        }
        let asks = first && !nothing_to_ask || plan.held;
        let does: Vec<Entry> = plan
            .entries
            .iter()
            .filter(|entry| {
                entry.is_chosen()
                    && !matches!(entry.action, rules::customers::decide::Action::Link(_))
            })
            .filter(|entry| {
                !plan.held || matches!(entry.action, rules::customers::decide::Action::Import)
            })
            .cloned()
            .collect();
        if let Some(end) = self.apply(does, read).await? {
            return Ok(end);
        }
        let waiting = if asks {
            Some(self.keep_plan(&plan, sizes, first).await?)
        } else {
            None
        };
        self.finish(waiting).await
    }

    async fn end_with_plan(&mut self, plan: Plan, sizes: (u64, u64)) -> Result<SyncEnd, SyncError> {
        if plan.entries.is_empty() {
            return self.finish(None).await;
        }
        let first = self.setting.first_applied_at.is_none();
        let waiting = self.keep_plan(&plan, sizes, first).await?;
        self.finish(Some(waiting)).await
    }

    /// Ends the run.
    async fn finish(&mut self, waiting: Option<Waiting>) -> Result<SyncEnd, SyncError> {
        kill_point::reached("sync.before-end");
        let now = self.engine.clock().now();
        let status = match (&waiting, self.counts.set_aside) {
            (Some(_), _) => RunStatus::NeedsDecision,
            (None, 0) => RunStatus::Done,
            (None, _) => RunStatus::DoneSetAside,
        };
        let outcome = words::outcome(&self.counts, self.mode, waiting.as_ref());
        let tx = self.begin().await?;
        if self.mode == SyncMode::DryRun {
            runs::finish(&tx, self.run.id, status, &self.counts, &outcome, now).await?;
        } else {
            self.note(&tx, now).await?;
            super::notice::after_run(self.engine, &tx, &self.run, waiting.as_ref(), now).await?;
            let by_itself = self.run.requested_by == super::history::ITSELF;
            let news = self.changed || waiting.as_ref().is_some_and(|waiting| waiting.is_new);
            if by_itself && !news && self.counts.set_aside == 0 {
                // A look that found nothing is no news: the time of the last look says it.
                runs::forget(&tx, self.run.id).await?;
            } else {
                runs::log(&tx, self.run.id, "info", &outcome, now).await?;
                runs::finish(&tx, self.run.id, status, &self.counts, &outcome, now).await?;
            }
        }
        tx.commit().await?;
        self.live.log(now, "info", &outcome);
        self.live.end(status, &self.counts);
        Ok(SyncEnd {
            status,
            counts: self.counts,
        })
    }

    /// When the next look is due: soon while something moves, else at the configured pace.
    async fn note(&self, tx: &Tx, now: jiff::Timestamp) -> Result<(), StoreError> {
        let poll = self.engine.settings().customers.poll;
        let took = self.run.requested_at.duration_until(now).unsigned_abs();
        let lately = self
            .setting
            .last_change_at
            .is_some_and(|at| at.duration_until(now).unsigned_abs() < LIVELY);
        let pace = if self.changed || lately {
            poll.min(SOON)
        } else {
            poll
        };
        // A long list is not read without a pause.
        let wait = pace.max(took * 4);
        let next = now.checked_add(wait).unwrap_or(jiff::Timestamp::MAX);
        customers::note_run(tx, self.run.connection, now, self.changed, next).await
    }

    async fn fail(&mut self, outcome: &str) -> Result<SyncEnd, SyncError> {
        let now = self.engine.clock().now();
        let tx = self.begin().await?;
        self.note(&tx, now).await?;
        runs::log(&tx, self.run.id, "bad", outcome, now).await?;
        runs::finish(
            &tx,
            self.run.id,
            RunStatus::Failed,
            &self.counts,
            outcome,
            now,
        )
        .await?;
        super::notice::failed(self.engine, &tx, &self.run, outcome).await?;
        if let SyncMode::Apply(plan) = self.mode {
            // Nothing of it was done: it waits again.
            customers::reopen_plan(&tx, plan).await?;
        }
        tx.commit().await?;
        self.live.log(now, "bad", outcome);
        self.live.end(RunStatus::Failed, &self.counts);
        Ok(SyncEnd {
            status: RunStatus::Failed,
            counts: self.counts,
        })
    }

    async fn stop_or_interrupt(&mut self) -> Result<SyncEnd, SyncError> {
        let now = self.engine.clock().now();
        let stopped = runs::stop_requested(self.engine.store().read(), self.run.id).await?;
        let tx = self.begin().await?;
        let status = if stopped {
            let outcome = words::stopped(&self.counts);
            runs::finish(
                &tx,
                self.run.id,
                RunStatus::Stopped,
                &self.counts,
                &outcome,
                now,
            )
            .await?;
            RunStatus::Stopped
        } else {
            runs::mark_interrupted(&tx, self.run.id).await?;
            RunStatus::Interrupted
        };
        tx.commit().await?;
        self.live.end(status, &self.counts);
        Ok(SyncEnd {
            status,
            counts: self.counts,
        })
    }

    /// A transaction under the claim of this run's job.
    async fn begin(&self) -> Result<Tx, SyncError> {
        let tx = self.engine.store().begin().await?;
        match &self.claim {
            Some(job) if !queue::hold(&tx, job).await? => Err(SyncError::Taken),
            _ => Ok(tx),
        }
    }

    fn say(&self, step: &str) {
        self.live.update(&self.counts, step, &BTreeMap::default());
    }

    async fn log(&self, level: &str, message: &str) -> Result<(), SyncError> {
        let now = self.engine.clock().now();
        let tx = self.begin().await?;
        runs::log(&tx, self.run.id, level, message, now).await?;
        tx.commit().await?;
        self.live.log(now, level, message);
        Ok(())
    }

    /// Pushes and creates may be asked for: a person has applied the first plan.
    fn may_write_to_ion(&self) -> bool {
        self.setting.first_applied_at.is_some()
    }
}

/// The pace while something moves.
const SOON: std::time::Duration = std::time::Duration::from_secs(60);
/// How long after a change something is said to move.
const LIVELY: std::time::Duration = std::time::Duration::from_secs(600);
