//! Live progress of the runs in this process; other processes read the run's row.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::run::{RunCounts, RunStatus};
use domain::{Clock, RunId};
use jiff::Timestamp;
use store::StoreError;
use store::runs::{self, LogLine, RunRow};
use tokio::sync::watch;

use crate::Engine;

/// Lines of the log that are kept for the page.
const LINES: usize = 50;
/// Runs that are kept after their end, so that a page that looks late still sees it.
const KEPT: usize = 20;
/// A rate is told after this long; before, it says little.
const FIRST_RATE: Duration = Duration::from_millis(500);

/// How far a run is.
#[derive(Debug, Clone)]
pub struct RunProgress {
    /// Its state.
    pub status: RunStatus,
    /// Its counts.
    pub counts: RunCounts,
    /// What it does at the moment, in words; empty at its end.
    pub step: String,
    /// Products a second, where it is known.
    pub rate_per_s: Option<u64>,
    /// How long it will take about, where that is known.
    pub eta: Option<Duration>,
    /// Products by vendor, the most first.
    pub vendors: Vec<(String, u64)>,
    /// The last lines of its log, the oldest first.
    pub log: Vec<LogLine>,
    /// Whether it runs in this process; else this is what its row told at its last writing.
    pub live: bool,
}

/// Live progress of the runs in this process.
#[derive(Debug, Default)]
pub struct ProgressHub {
    runs: Mutex<VecDeque<(RunId, Live)>>,
}

impl ProgressHub {
    /// Follows a run of this process. The receiver sees each change, and its end.
    pub fn subscribe(&self, run: RunId) -> Option<watch::Receiver<RunProgress>> {
        let runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, live) = runs.iter().find(|(id, _)| *id == run)?;
        Some(live.sender.subscribe())
    }

    /// Begins to tell of a run.
    pub(crate) fn begin(&self, run: &RunRow, clock: &Arc<dyn Clock>) -> Live {
        let progress = RunProgress {
            status: RunStatus::Running,
            counts: run.counts,
            step: String::new(),
            rate_per_s: None,
            eta: None,
            vendors: Vec::new(),
            log: Vec::new(),
            live: true,
        };
        let live = Live {
            sender: Arc::new(watch::Sender::new(progress)),
            clock: Arc::clone(clock),
            began: clock.steady(),
            read_before: run.counts.read,
        };
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.retain(|(id, _)| *id != run.id);
        runs.push_back((run.id, live.clone()));
        if runs.len() > KEPT {
            runs.pop_front();
        }
        live
    }
}

/// Where one run tells of its progress.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    sender: Arc<watch::Sender<RunProgress>>,
    clock: Arc<dyn Clock>,
    began: Duration,
    read_before: u64,
}

impl Live {
    pub(crate) fn update(&self, counts: &RunCounts, step: &str, vendors: &BTreeMap<String, u64>) {
        let took = self.clock.steady().saturating_sub(self.began);
        let read = u128::from(counts.read.saturating_sub(self.read_before));
        let rate = (took >= FIRST_RATE)
            .then(|| u64::try_from(read * 1000 / took.as_millis().max(1)).ok())
            .flatten();
        let left = counts.expected.saturating_sub(counts.read);
        self.sender.send_modify(|progress| {
            progress.counts = *counts;
            step.clone_into(&mut progress.step);
            progress.rate_per_s = rate;
            progress.eta = rate
                .filter(|rate| *rate > 0 && counts.expected > 0)
                .map(|rate| Duration::from_secs(left.div_ceil(rate)));
            progress.vendors = vendors
                .iter()
                .map(|(vendor, count)| (vendor.clone(), *count))
                .collect();
            progress
                .vendors
                .sort_by(|(a, many), (b, more)| more.cmp(many).then_with(|| a.cmp(b)));
        });
    }

    pub(crate) fn log(&self, at: Timestamp, level: &str, message: &str) {
        self.sender.send_modify(|progress| {
            if progress.log.len() == LINES {
                progress.log.remove(0);
            }
            progress.log.push(LogLine {
                at,
                level: level.to_owned(),
                message: message.to_owned(),
            });
        });
    }

    pub(crate) fn end(&self, status: RunStatus, counts: &RunCounts) {
        self.sender.send_modify(|progress| {
            progress.status = status;
            progress.counts = *counts;
            progress.step.clear();
            progress.eta = None;
        });
    }
}

impl Engine {
    /// How far a run is: live where it runs in this process, else as its row told last. `None` where there is no such run.
    pub async fn run_progress(&self, run: RunId) -> Result<Option<RunProgress>, StoreError> {
        let Some(row) = runs::find(self.store().read(), run).await? else {
            return Ok(None);
        };
        if let Some(live) = self.progress_hub().subscribe(run) {
            let progress = live.borrow().clone();
            // Another process may have taken an interrupted run over.
            if progress.status == row.status
                || !row.status.is_final()
                    && !progress.status.is_final()
                    && progress.status == RunStatus::Running
            {
                return Ok(Some(progress));
            }
        }
        let mut log = runs::list_log(self.store().read(), run).await?;
        let log = log.split_off(log.len().saturating_sub(LINES));
        Ok(Some(RunProgress {
            status: row.status,
            counts: row.counts,
            step: row.step,
            rate_per_s: None,
            eta: None,
            vendors: Vec::new(),
            log,
            live: false,
        }))
    }
}
