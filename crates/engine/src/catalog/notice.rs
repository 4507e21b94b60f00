//! What an import tells people who do not look at it.

use domain::notice::{NoticeKind, Severity};
use domain::run::{RunKind, RunStatus};
use jiff::Timestamp;
use store::notices;
use store::runs::{self, RunRow};
use store::{StoreError, Tx};

use crate::Engine;
use crate::notices::NewNotice;

/// Earlier runs whose notices a good run ends.
const EARLIER: u32 = 20;

/// Raises what a run's end needs a person for, and takes back what no longer holds.
pub(super) async fn raise(
    engine: &Engine,
    tx: &Tx,
    run: &RunRow,
    status: RunStatus,
    outcome: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (kind, severity, title) = match status {
        RunStatus::NeedsDecision => (
            NoticeKind::ImportNeedsDecision,
            Severity::Warn,
            "An import needs a decision",
        ),
        RunStatus::Failed => (NoticeKind::ImportFailed, Severity::Bad, "An import failed"),
        RunStatus::Stopped => return Ok(()),
        _ => return take_back(tx, run, now).await,
    };
    if status == RunStatus::NeedsDecision {
        take_back(tx, run, now).await?;
    }
    let new = NewNotice {
        kind,
        severity,
        connection: Some(run.connection),
        run: Some(run.id),
        title: format!("{title} (run {})", run.number),
        text: outcome.to_owned(),
        dedupe_key: format!("run:{}:{}", run.id, kind),
    };
    crate::notices::raise(engine, tx, new).await.map(drop)
}

async fn take_back(tx: &Tx, run: &RunRow, now: Timestamp) -> Result<(), StoreError> {
    let earlier = runs::list(tx, Some(run.connection), Some(run.number), EARLIER).await?;
    for earlier in earlier.iter().filter(|earlier| {
        earlier.kind == RunKind::CatalogImport && earlier.status == RunStatus::Failed
    }) {
        notices::resolve_run(tx, earlier.id, now).await?;
    }
    Ok(())
}
