//! Jobs that bring single customers to Ion: waited for where a worker is alive, carried out here where none is.

use std::collections::HashSet;
use std::time::Duration;

use domain::run::JobState;
use domain::{CustomerId, JobId};
use store::queue::{self, Job, Payload};

use super::On;
use crate::commands::follow;

/// Jobs that are looked at for those that are open.
const LATEST: u32 = 20_000;
/// How long a worker that is alive is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whose jobs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whose {
    /// Of one customer.
    One(CustomerId),
    /// Of all.
    All,
}

impl On<'_> {
    /// Sees to it that what was asked for reaches Ion. True where something still waits: for a later try, or for a busy worker.
    pub(super) async fn settle(&self, whose: Whose) -> anyhow::Result<bool> {
        let stop = self.host.stop();
        if follow::has_worker(&self.engine).await? {
            let begun = tokio::time::Instant::now();
            while begun.elapsed() < PATIENCE && !stop.is_cancelled() {
                if self.open(whose).await?.is_empty() {
                    return Ok(false);
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            return Ok(true);
        }
        let mut tried: HashSet<JobId> = HashSet::new();
        loop {
            let open = self.open(whose).await?;
            let now = self.engine.clock().now();
            let mut due: Vec<&Job> = open
                .iter()
                .filter(|job| job.state == JobState::Queued && job.run_at <= now)
                .filter(|job| !tried.contains(&job.id))
                .collect();
            // The oldest first, as a worker would.
            due.reverse();
            if due.is_empty() || stop.is_cancelled() {
                return Ok(!open.is_empty());
            }
            for job in due {
                tried.insert(job.id);
                if !stop.is_cancelled() {
                    self.host
                        .run_job(&self.engine, job.id, stop.clone())
                        .await?;
                }
            }
        }
    }

    async fn open(&self, whose: Whose) -> anyhow::Result<Vec<Job>> {
        let jobs = queue::list(self.engine.store().read(), LATEST).await?;
        Ok(jobs
            .into_iter()
            .filter(|job| matches!(job.state, JobState::Queued | JobState::Running))
            .filter(|job| match (&job.payload, whose) {
                (
                    Payload::PushCustomer { customer, .. }
                    | Payload::CreateCustomer { customer, .. },
                    Whose::One(id),
                ) => *customer == id,
                (Payload::PushCustomer { .. } | Payload::CreateCustomer { .. }, Whose::All) => true,
                _ => false,
            })
            .collect())
    }
}
