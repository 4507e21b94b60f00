//! Runs and jobs as a command waits for them: by a worker that is alive, or carried out in this process.

use std::time::Duration;

use anyhow::Context as _;
use domain::run::RunStatus;
use domain::{JobId, RunId};
use engine::Engine;
use indicatif::{ProgressBar, ProgressStyle};
use store::audit::Actor;
use store::runs::RunRow;

use super::Host;
use crate::output::{Exit, Output};

/// A worker that gave a sign of life within this time will take the job.
const FRESH: Duration = Duration::from_secs(20);

/// Whether a worker is alive that takes jobs.
pub(super) async fn has_worker(engine: &Engine) -> anyhow::Result<bool> {
    let since = engine.clock().now().checked_sub(FRESH).unwrap_or_default();
    Ok(store::workers::count_since(engine.store().read(), since).await? > 0)
}

/// Follows a run to its end; carries it out here where no worker is alive.
pub(super) async fn follow(
    engine: &Engine,
    host: &dyn Host,
    (run, job): (RunId, JobId),
    out: Output,
) -> anyhow::Result<RunRow> {
    let stop = host.stop();
    let here = !has_worker(engine).await?;
    let bar = if out.draws() {
        ProgressBar::new(0)
    } else {
        ProgressBar::hidden()
    };
    bar.set_style(
        ProgressStyle::with_template("{spinner} {msg}  {wide_bar} {pos}/{len}  {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let work = async {
        if here {
            host.run_job(engine, job, stop.clone()).await?;
        }
        anyhow::Ok(())
    };
    let watch = async {
        let mut asked = false;
        loop {
            let row = store::runs::find(engine.store().read(), run)
                .await?
                .context("the run is gone")?;
            let live = engine.run_progress(run).await?;
            let counts = live.as_ref().map_or(row.counts, |live| live.counts);
            bar.set_length(counts.expected.max(counts.read));
            bar.set_position(counts.read);
            bar.set_message(live.map_or(row.step.clone(), |live| live.step));
            if row.status.is_final() {
                return anyhow::Ok(row);
            }
            if stop.is_cancelled() && !asked {
                asked = true;
                engine.request_stop(run, &Actor::cli()).await?;
            }
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    };
    let (worked, row) = tokio::join!(work, watch);
    bar.finish_and_clear();
    worked?;
    row
}

/// How a run ended, in a line.
pub(super) fn told(run: &RunRow) -> String {
    format!(
        "Run {}: {}. {}",
        run.number,
        run.status.as_str().replace('_', " "),
        run.outcome.clone().unwrap_or_default()
    )
}

/// The exit code of a run that ended.
pub(super) fn exit(status: RunStatus) -> Exit {
    match status {
        RunStatus::Done => Exit::Done,
        RunStatus::DoneSetAside | RunStatus::NeedsDecision => Exit::Awaiting,
        _ => Exit::Failed,
    }
}
