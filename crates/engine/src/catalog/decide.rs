//! Too many products would be withdrawn: a person decides.

use domain::RunId;
use domain::run::{RunKind, RunStatus};
use jiff::Timestamp;
use store::audit::{self, Actor};
use store::runs::{self, RunRow};
use store::{StoreError, Tx, catalog, notices};

use crate::Engine;

/// Why a decision was not taken.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// There is nothing to decide about this run: it was decided, or a later one took its place.
    #[error(
        "nothing is left to decide about this run: it was decided, or a later one took its place"
    )]
    Settled,
    /// It cannot be decided now. The text says why and what to do.
    #[error("{0}")]
    Refused(String),
    /// The store failed.
    #[error("the decision could not be stored")]
    Store(#[from] StoreError),
}

impl Engine {
    /// Decides what a run held back: products that an import would withdraw, or subscriptions that a reading would call gone.
    pub async fn decide_run(
        &self,
        run: RunId,
        apply: bool,
        actor: &Actor,
    ) -> Result<(), DecideError> {
        let row = runs::find(self.store().read(), run).await?;
        match row.map(|row| row.kind) {
            Some(RunKind::SubscriptionSync) => self.decide_gone(run, apply, actor).await.map(drop),
            _ => self.decide_withdrawals(run, apply, actor).await.map(drop),
        }
    }

    /// Withdraws the products that a run held back, or lets them stay. Gives how many were withdrawn.
    pub async fn decide_withdrawals(
        &self,
        run: RunId,
        apply: bool,
        actor: &Actor,
    ) -> Result<u64, DecideError> {
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        let row = runs::find(&tx, run)
            .await?
            .filter(|row| {
                row.kind == RunKind::CatalogImport && row.status == RunStatus::NeedsDecision
            })
            .ok_or(DecideError::Settled)?;
        let held = catalog::list_held_ids(&tx, run).await?;
        let mut counts = row.counts;
        let outcome = if apply {
            counts.withdrawn += catalog::withdraw(&tx, run, &held, !row.baseline, now).await?;
            format!(
                "{} products are marked withdrawn, as {} decided.",
                held.len(),
                actor.name
            )
        } else {
            format!(
                "{} products that Ion did not show stay, as {} decided.",
                held.len(),
                actor.name
            )
        };
        catalog::clear_held(&tx, run).await?;
        let status = if counts.set_aside > 0 {
            RunStatus::DoneSetAside
        } else {
            RunStatus::Done
        };
        catalog::settle_decision(&tx, run, status, &counts, &outcome).await?;
        runs::log(&tx, run, "info", &outcome, now).await?;
        notices::resolve_run(&tx, run, now).await?;
        let action = if apply {
            "withdrawals.apply"
        } else {
            "withdrawals.discard"
        };
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            action,
            &format!("run {}", row.number),
            &outcome,
        )
        .await?;
        tx.commit().await?;
        Ok(counts.withdrawn - row.counts.withdrawn)
    }
}

/// A later complete list takes the place of what waits for a decision.
pub(super) async fn supersede(tx: &Tx, by: &RunRow, now: Timestamp) -> Result<(), StoreError> {
    for run in catalog::list_undecided(tx, by.connection).await? {
        let Some(row) = runs::find(tx, run).await? else {
            continue;
        };
        let outcome = format!(
            "Nothing was withdrawn; run {} read the whole list again and took its place.",
            by.number
        );
        catalog::clear_held(tx, run).await?;
        let status = if row.counts.set_aside > 0 {
            RunStatus::DoneSetAside
        } else {
            RunStatus::Done
        };
        catalog::settle_decision(tx, run, status, &row.counts, &outcome).await?;
        notices::resolve_run(tx, run, now).await?;
    }
    Ok(())
}
