//! Jobs that bring single things to Ion: waited for where a worker is alive, carried out here where none is.

use std::collections::HashSet;
use std::time::Duration;

use domain::JobId;
use domain::run::JobState;
use engine::Engine;
use store::queue::{self, Job, Payload};

use super::{Host, follow};

/// Jobs that are looked at for those that are open.
const LATEST: u32 = 20_000;
/// How long a worker that is alive is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sees to it that the jobs that are meant are carried out. True where some still wait: for a later try, or for a busy worker.
pub(super) async fn settle(
    engine: &Engine,
    host: &dyn Host,
    meant: impl Fn(&Payload) -> bool,
) -> anyhow::Result<bool> {
    let stop = host.stop();
    if follow::has_worker(engine).await? {
        let begun = tokio::time::Instant::now();
        while begun.elapsed() < PATIENCE && !stop.is_cancelled() {
            if open(engine, &meant).await?.is_empty() {
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        return Ok(true);
    }
    let mut tried: HashSet<JobId> = HashSet::new();
    loop {
        let open = open(engine, &meant).await?;
        let now = engine.clock().now();
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
                host.run_job(engine, job.id, stop.clone()).await?;
            }
        }
    }
}

async fn open(engine: &Engine, meant: &impl Fn(&Payload) -> bool) -> anyhow::Result<Vec<Job>> {
    let jobs = queue::list(engine.store().read(), LATEST).await?;
    Ok(jobs
        .into_iter()
        .filter(|job| matches!(job.state, JobState::Queued | JobState::Running))
        .filter(|job| meant(&job.payload))
        .collect())
}
