//! One run of the reading: Ion's list by offset, what differs written while the list is still read, and then what it no longer shows.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::run::{RunCounts, RunStatus};
use domain::{ConnectionId, RunId};
use ion_client::{IonClient, Item};
use jiff::Timestamp;
use store::queue::Job;
use store::runs::{self, RunRow};
use store::{StoreError, Tx, connections, orders, subscriptions};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::error::SubscriptionSyncError;
use super::intake::Intake;
use super::missing::Proof;
use super::offset::{Part, WalkEnd, Walked, walk};
use super::{decide, link, missing, notice, request, words};
use crate::catalog::Live;
use crate::{Engine, kill_point};

/// Which reading to carry out.
#[derive(Debug, Clone, Copy)]
pub struct SubscriptionSyncJob {
    /// The connection.
    pub connection: ConnectionId,
    /// Its run.
    pub run: RunId,
    /// How many a person said may be gone, where one did.
    pub gone_up_to: Option<u64>,
}

/// How a reading ended. The run's row says the same, unless it found nothing and left none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionSyncEnd {
    /// State of the run. [`RunStatus::Interrupted`]: the process was asked to stop, and the run begins anew with the next call.
    pub status: RunStatus,
    /// What was read and written.
    pub counts: RunCounts,
}

/// Subscriptions of one request; Ion may give fewer (Ion API notes 2.1).
const LIMIT: u32 = 500;
/// How long progress may lag behind.
const LAG: Duration = Duration::from_secs(2);
/// A reading is not begun again sooner than this many times what it took.
const REST: u32 = 4;

/// Reads all subscriptions of a connection. Under the claim of a queued job it writes nothing any more once another worker has that job.
///
/// What Ion does wrong ends the run as [`RunStatus::Failed`], with what was read saved; an `Err` leaves it to be called again.
pub async fn sync(
    engine: &Engine,
    job: SubscriptionSyncJob,
    claim: Option<&Job>,
    cancel: CancellationToken,
) -> Result<SubscriptionSyncEnd, SubscriptionSyncError> {
    let store = engine.store();
    // A run that found nothing leaves no row: its job may be given to a second worker all the same.
    let Some(run) = runs::find(store.read(), job.run).await? else {
        return Err(SubscriptionSyncError::Missing("the run"));
    };
    if run.status.is_final() {
        return Ok(SubscriptionSyncEnd {
            status: run.status,
            counts: run.counts,
        });
    }
    let connection = connections::find(store.read(), job.connection)
        .await?
        .ok_or(SubscriptionSyncError::Missing("the connection"))?;
    let ion = engine
        .ion(job.connection)
        .await
        .map_err(SubscriptionSyncError::Login)?;
    let known = subscriptions::known(store.read(), job.connection).await?;
    let mut intake =
        Intake::begin_with(engine, job.connection, Some(run.id), claim.cloned(), known).await?;
    intake.counts.expected = intake.stored();
    let live = engine.progress_hub().begin(&run, engine.clock());
    let mut sync = Sync {
        engine,
        ion,
        account: connection.account_id,
        run,
        gone_up_to: job.gone_up_to,
        live,
        cancel,
        intake,
        odd: false,
        saved_at: engine.clock().steady(),
    };
    let end = Box::pin(sync.run()).await;
    if end.is_err() {
        sync.live.end(RunStatus::Interrupted, &sync.intake.counts);
    }
    end
}

struct Sync<'a> {
    engine: &'a Engine,
    ion: IonClient,
    account: String,
    run: RunRow,
    gone_up_to: Option<u64>,
    live: Live,
    cancel: CancellationToken,
    intake: Intake<'a>,
    /// Something about the list is such that people should see the run.
    odd: bool,
    saved_at: Duration,
}

/// How the reading of the list ended.
enum Reading {
    Ended(WalkEnd),
    /// A person or the process wants it to stop.
    Cancelled,
}

impl Sync<'_> {
    async fn run(&mut self) -> Result<SubscriptionSyncEnd, SubscriptionSyncError> {
        let tx = self.intake.begin().await?;
        runs::mark_running(&tx, self.run.id, self.engine.clock().now()).await?;
        let counts = &self.intake.counts;
        runs::set_progress(
            &tx,
            self.run.id,
            counts,
            words::READING,
            self.engine.clock().now(),
        )
        .await?;
        tx.commit().await?;
        self.say(words::READING);
        let end = self.read().await?;
        self.intake.write_all().await?;
        for (_, message) in std::mem::take(&mut self.intake.unreadable) {
            self.log("warn", &message).await?;
        }
        let incomplete = match end {
            Reading::Cancelled => return self.stop_or_interrupt().await,
            Reading::Ended(WalkEnd::Failed(error)) => {
                tracing::warn!(run = %self.run.id, error = %error, "subscriptions could not be read");
                let outcome = words::failed(&self.intake.counts, error);
                return self.fail(&outcome).await;
            }
            Reading::Ended(WalkEnd::Incomplete { seen, total }) => {
                self.log("warn", &words::incomplete(seen, total)).await?;
                self.odd = true;
                true
            }
            Reading::Ended(WalkEnd::Complete) => {
                self.say("Looking for what is gone");
                self.look_for_missing().await?;
                false
            }
        };
        self.finish(incomplete).await
    }

    /// Reads the list to its end, writing what differs meanwhile.
    async fn read(&mut self) -> Result<Reading, SubscriptionSyncError> {
        let (parts_in, mut parts) = mpsc::channel(2);
        let walking = list(self.ion.clone(), self.account.clone(), None, parts_in);
        let walking = AbortOnDropHandle::new(tokio::spawn(walking));
        let end = loop {
            let walked = tokio::select! {
                walked = parts.recv() => walked,
                () = self.cancel.cancelled() => None,
            };
            match walked {
                Some(Walked::Part(part)) => self.part(part).await?,
                Some(Walked::Again(pass)) => self.log("info", &words::again(pass)).await?,
                Some(Walked::End(end)) => break Reading::Ended(end),
                None => break Reading::Cancelled,
            }
            if runs::stop_requested(self.engine.store().read(), self.run.id).await? {
                break Reading::Cancelled;
            }
        };
        drop(walking);
        Ok(end)
    }

    async fn part(
        &mut self,
        part: Part<Item<ion_client::Subscription>>,
    ) -> Result<(), SubscriptionSyncError> {
        let counts = &mut self.intake.counts;
        counts.pages += 1;
        counts.requests += 1;
        counts.bytes += part.bytes;
        counts.expected = part.total.unwrap_or(counts.expected);
        for (id, item) in &part.entries {
            self.intake.take(id.as_deref(), item);
        }
        drop(part);
        self.intake.write_full().await?;
        kill_point::reached("subscriptions.after-page");
        self.say(words::READING);
        let steady = self.engine.clock().steady();
        if steady.saturating_sub(self.saved_at) >= LAG {
            self.saved_at = steady;
            let tx = self.intake.begin().await?;
            let now = self.engine.clock().now();
            runs::set_progress(&tx, self.run.id, &self.intake.counts, words::READING, now).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn look_for_missing(&mut self) -> Result<(), SubscriptionSyncError> {
        let absent = self.intake.absent();
        if absent.is_empty() {
            return Ok(());
        }
        let known = self.intake.stored();
        let many = missing::is_unusual(known, absent.len() as u64);
        self.odd |= many;
        if many {
            let message = words::many_missing(absent.len() as u64, known);
            self.log("warn", &message).await?;
        }
        let proof = if many {
            self.gone_up_to.map_or(Proof::ById, Proof::Decided)
        } else {
            Proof::List
        };
        let mut found =
            missing::judge(self.engine, &self.ion, &self.account, absent, proof).await?;
        if found.held_back > 0 {
            self.log("warn", &words::held_back(found.held_back)).await?;
        }
        self.intake.counts.held = found.held_back;
        self.intake.counts.requests += found.requests;
        for subscription in std::mem::take(&mut found.shown) {
            self.intake.compare(subscription);
        }
        self.intake.write_all().await?;
        self.intake.counts.gone = found.gone.len() as u64;
        self.intake.changed |= !found.gone.is_empty();
        let tx = self.intake.begin().await?;
        missing::write(self.engine, &tx, &self.run, &found).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends the run.
    async fn finish(
        &mut self,
        incomplete: bool,
    ) -> Result<SubscriptionSyncEnd, SubscriptionSyncError> {
        let relinked =
            link::relink(self.engine, self.run.connection, &self.intake.unlinked).await?;
        self.intake.changed |= relinked > 0;
        kill_point::reached("subscriptions.before-end");
        let now = self.engine.clock().now();
        let counts = &mut self.intake.counts;
        let different = counts.added + counts.changed + counts.set_aside;
        counts.unchanged = counts.read.saturating_sub(different);
        let mut counts = *counts;
        let tx = self.intake.begin().await?;
        let asks = !incomplete && decide::asks(&tx, &self.run, counts.held, now).await?;
        if counts.held > 0 && !asks {
            // Whoever was asked already has the question, or said so: this run says nothing new of it.
            (counts.held, self.odd) = (0, false);
        }
        let status = match counts.set_aside {
            _ if asks => RunStatus::NeedsDecision,
            0 => RunStatus::Done,
            _ => RunStatus::DoneSetAside,
        };
        let mut outcome = words::outcome(&counts, self.intake.ours, incomplete);
        if asks {
            outcome = words::asks(counts.held, &outcome);
            notice::asks(self.engine, &tx, &self.run, &outcome).await?;
        }
        self.note(&tx, now).await?;
        notice::worked(&tx, &self.run, now).await?;
        let by_itself = self.run.requested_by == request::ITSELF;
        if by_itself && !self.intake.changed && counts.set_aside == 0 && !self.odd {
            // A look that found nothing is no news: the time of the last look says it.
            runs::forget(&tx, self.run.id).await?;
        } else {
            let level = if self.odd { "warn" } else { "info" };
            runs::log(&tx, self.run.id, level, &outcome, now).await?;
            runs::finish(&tx, self.run.id, status, &counts, &outcome, now).await?;
        }
        tx.commit().await?;
        self.live.log(now, "info", &outcome);
        self.live.end(status, &counts);
        Ok(SubscriptionSyncEnd { status, counts })
    }

    async fn fail(&mut self, outcome: &str) -> Result<SubscriptionSyncEnd, SubscriptionSyncError> {
        let now = self.engine.clock().now();
        let (run, counts) = (self.run.id, self.intake.counts);
        let tx = self.intake.begin().await?;
        self.note_next(&tx, now).await?;
        runs::log(&tx, run, "bad", outcome, now).await?;
        runs::finish(&tx, run, RunStatus::Failed, &counts, outcome, now).await?;
        notice::failed(self.engine, &tx, &self.run, outcome).await?;
        tx.commit().await?;
        self.live.log(now, "bad", outcome);
        self.live.end(RunStatus::Failed, &counts);
        Ok(SubscriptionSyncEnd {
            status: RunStatus::Failed,
            counts,
        })
    }

    async fn stop_or_interrupt(&mut self) -> Result<SubscriptionSyncEnd, SubscriptionSyncError> {
        let now = self.engine.clock().now();
        let counts = self.intake.counts;
        let stopped = runs::stop_requested(self.engine.store().read(), self.run.id).await?;
        let tx = self.intake.begin().await?;
        let status = if stopped {
            let outcome = words::stopped(&counts);
            self.note_next(&tx, now).await?;
            runs::finish(&tx, self.run.id, RunStatus::Stopped, &counts, &outcome, now).await?;
            RunStatus::Stopped
        } else {
            runs::mark_interrupted(&tx, self.run.id).await?;
            RunStatus::Interrupted
        };
        tx.commit().await?;
        self.live.end(status, &counts);
        Ok(SubscriptionSyncEnd { status, counts })
    }

    /// Notes that all were read, and when they are read next.
    async fn note(&self, tx: &Tx, now: Timestamp) -> Result<(), StoreError> {
        self.note_next(tx, now).await?;
        let mut setting = orders::setting(tx, self.run.connection).await?;
        setting.subscriptions_read_at = Some(now);
        orders::save_setting(tx, self.run.connection, &setting).await
    }

    async fn note_next(&self, tx: &Tx, now: Timestamp) -> Result<(), StoreError> {
        let poll = self.engine.settings().orders.subscriptions_poll;
        let took = self.run.requested_at.duration_until(now).unsigned_abs();
        let mut setting = orders::setting(tx, self.run.connection).await?;
        setting.next_subscriptions_at = Some(
            now.checked_add(poll.max(took * REST))
                .unwrap_or(Timestamp::MAX),
        );
        orders::save_setting(tx, self.run.connection, &setting).await
    }

    fn say(&self, step: &str) {
        self.live
            .update(&self.intake.counts, step, &BTreeMap::default());
    }

    async fn log(&self, level: &str, message: &str) -> Result<(), SubscriptionSyncError> {
        let now = self.engine.clock().now();
        let tx = self.intake.begin().await?;
        runs::log(&tx, self.run.id, level, message, now).await?;
        tx.commit().await?;
        self.live.log(now, level, message);
        Ok(())
    }
}

/// Walks Ion's list, of one customer or of all.
pub(super) async fn list(
    ion: IonClient,
    account: String,
    customer: Option<String>,
    out: mpsc::Sender<Walked<Item<ion_client::Subscription>>>,
) {
    let read = |offset| {
        let (ion, account, customer) = (ion.clone(), account.clone(), customer.clone());
        async move {
            let mut list = ion
                .subscriptions(&account)
                .list()
                .limit(LIMIT)
                .offset(offset);
            if let Some(customer) = &customer {
                list = list.customer(customer);
            }
            let page = list.send().await?;
            Ok(Part {
                entries: page
                    .items
                    .into_iter()
                    .map(|item| (id_of(&item), item))
                    .collect(),
                total: page.total,
                bytes: page.bytes as u64,
            })
        }
    };
    walk(read, out).await;
}

/// The id of an entry, without reading the rest of it.
fn id_of(item: &Item<ion_client::Subscription>) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Id {
        #[serde(alias = "internalId")]
        id: Option<serde_json::Value>,
    }
    let id = serde_json::from_str::<Id>(item.raw()).ok()?.id?;
    let id = match id {
        serde_json::Value::String(text) => text.trim().to_owned(),
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!id.is_empty()).then_some(id)
}
