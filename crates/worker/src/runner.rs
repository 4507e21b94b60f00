//! The loop that claims jobs and carries them out.

use std::sync::Arc;
use std::time::Duration;

use domain::run::JobState;
use domain::{JobId, RunId, WorkerId};
use engine::Engine;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rand::RngExt as _;
use store::queue::{self, Job};
use store::{StoreError, workers};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::jobs::{self, Retention};
use crate::outcome::{Outcome, backoff};
use crate::schedule::{Schedule, ScheduleError};

/// How a worker works.
#[derive(Debug, Clone)]
pub struct WorkerSettings {
    /// Jobs at a time.
    pub slots: usize,
    /// How long a claim holds without being extended.
    pub lease: Duration,
    /// How often the queue is looked at for jobs of other processes, and for what becomes due.
    pub poll: Duration,
    /// When the catalog is imported by itself: five cron fields; empty for never.
    pub import_schedule: String,
    /// How long ended jobs are kept.
    pub keep_jobs: Duration,
    /// Name of this host.
    pub host: String,
    /// Where the calendar is read.
    pub time_zone: TimeZone,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            slots: 8,
            lease: Duration::from_secs(30),
            poll: Duration::from_millis(250),
            import_schedule: "10 3 * * *".to_owned(),
            keep_jobs: Duration::from_secs(30 * 86_400),
            host: "localhost".to_owned(),
            time_zone: TimeZone::system(),
        }
    }
}

/// A worker of this process.
#[derive(Debug, Clone)]
pub struct Worker {
    engine: Engine,
    settings: Arc<WorkerSettings>,
    schedule: Arc<Schedule>,
    id: WorkerId,
}

impl Worker {
    /// A worker. Starts nothing.
    pub fn new(engine: Engine, settings: WorkerSettings) -> Result<Self, ScheduleError> {
        let schedule = Arc::new(Schedule::new(
            &settings.import_schedule,
            settings.time_zone.clone(),
        )?);
        let id = WorkerId::new(engine.ids());
        Ok(Self {
            engine,
            settings: Arc::new(settings),
            schedule,
            id,
        })
    }

    /// Works until it is told to stop; then lets jobs stop at their next good place, and gives them back.
    pub async fn run(&self, stop: CancellationToken) {
        let (slots, tasks) = (
            Arc::new(Semaphore::new(self.settings.slots)),
            TaskTracker::new(),
        );
        let mut beat_at = Duration::ZERO;
        while !stop.is_cancelled() {
            let steady = self.engine.clock().steady();
            if steady >= beat_at {
                beat_at = steady + Duration::from_secs(5);
                self.beat().await;
            }
            let claimed = match slots.clone().try_acquire_owned() {
                Ok(slot) => self.claim(None).await.map(|job| (slot, job)),
                Err(_) => None,
            };
            match claimed {
                Some((slot, job)) => {
                    let (worker, stop) = (self.clone(), stop.clone());
                    tasks.spawn(async move {
                        worker.carry_out(job, stop).await;
                        drop(slot);
                        // Another of its lane may go on.
                        worker.engine.store().tell_workers();
                    });
                }
                None => {
                    tokio::select! {
                        () = tokio::time::sleep(self.settings.poll) => {}
                        () = self.engine.store().enqueued() => {}
                        () = stop.cancelled() => {}
                    }
                }
            }
        }
        tasks.close();
        tasks.wait().await;
        if let Err(error) = workers::leave(self.engine.store().read(), self.id).await {
            tracing::debug!(error = %error, "the worker's row stays until it is old");
        }
    }

    /// Carries out one job in this process, where nobody else has it. True where it was carried out here.
    pub async fn run_one(&self, job: JobId, stop: CancellationToken) -> Result<bool, StoreError> {
        match self.try_claim(Some(job)).await? {
            Some(job) => {
                self.carry_out(job, stop).await;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Carries out every job that is due, until none is. For tests.
    pub async fn drain(&self) -> Result<usize, StoreError> {
        let mut done = 0;
        while let Some(job) = self.try_claim(None).await? {
            self.carry_out(job, CancellationToken::new()).await;
            done += 1;
        }
        Ok(done)
    }

    /// What [`Worker::run`] does every few seconds: a sign of life, jobs of workers that went away, the calendar.
    pub async fn beat(&self) {
        let now = self.engine.clock().now();
        let looked = async {
            workers::beat(
                self.engine.store().read(),
                self.id,
                &self.settings.host,
                std::process::id(),
                "worker",
                now,
            )
            .await?;
            let lost = queue::requeue_lost(self.engine.store(), now).await?;
            for run in lost {
                tracing::warn!(run = %run, "the worker of a run went away; it is resumed");
            }
            self.schedule.look(&self.engine).await
        };
        if let Err(error) = looked.await {
            tracing::warn!(error = %error, "the queue could not be looked at; tried again in some seconds");
        }
    }

    async fn claim(&self, only: Option<JobId>) -> Option<Job> {
        self.try_claim(only).await.unwrap_or_else(|error| {
            tracing::warn!(error = %error, "no job could be claimed; tried again");
            None
        })
    }

    async fn try_claim(&self, only: Option<JobId>) -> Result<Option<Job>, StoreError> {
        let now = self.engine.clock().now();
        // Reading first: an idle worker writes nothing.
        if !queue::any_due(self.engine.store().read(), now).await? {
            return Ok(None);
        }
        queue::claim(self.engine.store(), self.id, self.lease_end(now), now, only).await
    }

    fn lease_end(&self, now: Timestamp) -> Timestamp {
        now.checked_add(self.settings.lease)
            .unwrap_or(Timestamp::MAX)
    }

    /// Carries out a claimed job, holding its lease, and ends it.
    async fn carry_out(&self, job: Job, stop: CancellationToken) {
        let cancel = stop.child_token();
        // Ends with this future, also where that is dropped or the job panics: a lease that nobody works under must run out.
        let holder =
            AbortOnDropHandle::new(tokio::spawn(self.clone().hold(job.clone(), cancel.clone())));
        let retention = Retention {
            jobs: self.settings.keep_jobs,
        };
        let outcome = Box::pin(jobs::run(&self.engine, &job, &retention, cancel.clone())).await;
        drop(holder);
        if let Err(error) = self.end(&job, outcome).await {
            tracing::warn!(error = %error, job = %job.id, "the job could not be ended; its lease runs out, then it is tried again");
        }
    }

    /// Extends the lease while the job runs, and passes on a person's wish to stop.
    async fn hold(self, job: Job, cancel: CancellationToken) {
        let every = (self.settings.lease / 3).min(Duration::from_millis(1000));
        let mut extended = self.engine.clock().steady();
        loop {
            tokio::time::sleep(every).await;
            if let Some(run) = job.run
                && self.stop_wanted(run).await
            {
                cancel.cancel();
            }
            if self.engine.clock().steady() < extended + self.settings.lease / 3 {
                continue;
            }
            extended = self.engine.clock().steady();
            match queue::extend(
                self.engine.store().read(),
                &job,
                self.lease_end(self.engine.clock().now()),
            )
            .await
            {
                Ok(true) => {}
                Ok(false) => {
                    tracing::warn!(job = %job.id, "the lease was lost; another worker has the job");
                    cancel.cancel();
                    return;
                }
                Err(error) => {
                    tracing::warn!(error = %error, job = %job.id, "the lease could not be extended")
                }
            }
        }
    }

    async fn stop_wanted(&self, run: RunId) -> bool {
        store::runs::stop_requested(self.engine.store().read(), run)
            .await
            .unwrap_or(false)
    }

    async fn end(&self, job: &Job, outcome: Outcome) -> Result<(), StoreError> {
        let store = self.engine.store();
        let now = self.engine.clock().now();
        let ended = match outcome {
            Outcome::Done => queue::finish(store.read(), job, JobState::Done, None, now).await?,
            Outcome::Cancelled => {
                queue::finish(store.read(), job, JobState::Cancelled, None, now).await?
            }
            Outcome::Interrupted => queue::retry(store.read(), job, now, None, false).await?,
            Outcome::Again(after, why) => {
                let at = now.checked_add(after).unwrap_or(Timestamp::MAX);
                queue::retry(store.read(), job, at, why.as_deref(), false).await?
            }
            Outcome::Retry(why) if job.attempt < job.max_attempts => {
                let wait = backoff(job.attempt, rand::rng().random_range(0..=1000));
                tracing::info!(job = %job.id, attempt = job.attempt, wait_s = wait.as_secs(), error = %why, "the job is tried again");
                queue::retry(
                    store.read(),
                    job,
                    now.checked_add(wait).unwrap_or(Timestamp::MAX),
                    Some(&why),
                    true,
                )
                .await?
            }
            Outcome::Failed(why) | Outcome::Retry(why) => {
                queue::finish(store.read(), job, JobState::Failed, Some(&why), now).await?
            }
        };
        if !ended {
            tracing::warn!(job = %job.id, "the job was taken over by another worker");
        }
        Ok(())
    }
}
