//! Unusually many subscriptions are missing at Ion: a person says whether they are gone.

use domain::RunId;
use domain::run::{RunKind, RunStatus};
use jiff::{SignedDuration, Timestamp};
use store::audit::{self, Actor};
use store::runs::{self, RunRow};
use store::{StoreError, Tx, notices};

use super::request::ITSELF;
use super::words;
use crate::Engine;
use crate::catalog::DecideError;
use crate::orders::OrderError;

/// How long a person who let them stay is not asked again by readings that nobody asked for.
const RESTS: SignedDuration = SignedDuration::from_hours(24);
/// Runs among which that is looked for.
const LAST_RUNS: u32 = 50;

impl Engine {
    /// Says that what a reading held back is gone, or lets it stay. Gone: a new reading asks Ion for each and marks what Ion does not know,
    /// up to as many as the person was told. Gives that reading.
    pub async fn decide_gone(
        &self,
        run: RunId,
        apply: bool,
        actor: &Actor,
    ) -> Result<Option<RunId>, DecideError> {
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        let row = runs::find(&tx, run)
            .await?
            .filter(|row| {
                row.kind == RunKind::SubscriptionSync && row.status == RunStatus::NeedsDecision
            })
            .ok_or(DecideError::Settled)?;
        let held = row.counts.held;
        let (reading, outcome) = if apply {
            let asked = self
                .request_reading(&tx, row.connection, actor, Some(held))
                .await
                .map_err(refused)?;
            if asked.already_running {
                return Err(DecideError::Refused(
                    "The subscriptions are being read at this moment. Decide when that has ended."
                        .to_owned(),
                ));
            }
            let number = runs::find(&tx, asked.run)
                .await?
                .map_or(0, |reading| reading.number);
            let outcome = words::said_gone(held, &actor.name, number);
            (Some(asked.run), outcome)
        } else {
            (None, words::said_stay(held, &actor.name))
        };
        // What was let stay is remembered: nobody is asked about it again the same day.
        let held = if apply { 0 } else { held };
        settle(&tx, &row, held, &outcome, now).await?;
        runs::log(&tx, run, "info", &outcome, now).await?;
        let action = if apply {
            "subscriptions.gone"
        } else {
            "subscriptions.stay"
        };
        let about = format!("run {}", row.number);
        audit::append(&tx, &**self.clock(), actor, action, &about, &outcome).await?;
        tx.commit().await?;
        Ok(reading)
    }
}

/// Whether a complete reading asks a person about what it held back. It takes the place of an earlier one that does, unless nobody asked
/// for it and that one asks for as many.
pub(super) async fn asks(
    tx: &Tx,
    run: &RunRow,
    held: u64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let waiting = runs::find_undecided(tx, run.connection, run.kind).await?;
    let by_itself = run.requested_by == ITSELF;
    if held > 0 && by_itself {
        let asks_for_as_many = waiting.as_ref().is_some_and(|row| row.counts.held >= held);
        if asks_for_as_many || was_let_stay(tx, run, held, now).await? {
            return Ok(false);
        }
    }
    if let Some(row) = waiting {
        let outcome = match held {
            0 => words::FOUND_AGAIN.to_owned(),
            _ => words::asked_anew(run.number),
        };
        settle(tx, &row, 0, &outcome, now).await?;
    }
    Ok(held > 0)
}

/// Whether a person let as many stay a short while ago.
async fn was_let_stay(
    tx: &Tx,
    run: &RunRow,
    held: u64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let earlier = runs::list(tx, Some(run.connection), Some(run.number), LAST_RUNS).await?;
    let last = earlier
        .iter()
        .find(|row| row.kind == run.kind && row.counts.held > 0);
    Ok(last.is_some_and(|row| {
        row.status != RunStatus::NeedsDecision
            && row.counts.held >= held
            && now.duration_since(row.requested_at) < RESTS
    }))
}

async fn settle(
    tx: &Tx,
    row: &RunRow,
    held: u64,
    outcome: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut counts = row.counts;
    counts.held = held;
    runs::settle(tx, row.id, row.kind, &counts, outcome).await?;
    notices::resolve_run(tx, row.id, now).await?;
    Ok(())
}

fn refused(error: OrderError) -> DecideError {
    match error {
        OrderError::Store(error) => DecideError::Store(error),
        other => DecideError::Refused(other.to_string()),
    }
}
