//! Syncs asked for by a person, a program or the schedule: a run and its job, in one transaction.

use domain::connection::ConnectionStatus;
use domain::run::RunKind;
use domain::{ConnectionId, JobId, PlanId, RunId};
use rules::customers::decide::Policy;
use store::audit::{self, Actor, Via};
use store::customers::{self, PlanState};
use store::queue::{self, NewJob, Payload};
use store::{StoreError, Tx, connections, runs};

use super::error::SyncError;
use super::history::ITSELF;
use crate::Engine;

/// Times that a sync is tried before it is given up.
const TRIES: u32 = 20;

/// A sync that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncRequested {
    /// Its run.
    pub run: RunId,
    /// Its job.
    pub job: JobId,
    /// One waits or runs already; no second one was made.
    pub already_running: bool,
}

impl Engine {
    /// Asks for a sync. `dry_run`: makes a plan, and writes nothing on either side. One of a connection waits or runs at a time.
    pub async fn request_sync(
        &self,
        connection: ConnectionId,
        dry_run: bool,
        actor: &Actor,
    ) -> Result<SyncRequested, SyncError> {
        let tx = self.store().begin().await?;
        self.connected(&tx, connection).await?;
        let make = |run| Payload::SyncCustomers {
            connection,
            run,
            dry_run,
        };
        let (requested, number) = self.enqueue_run(&tx, connection, make, actor).await?;
        if requested.already_running {
            return Ok(requested);
        }
        if actor.via != Via::System {
            let action = if dry_run {
                "customers.preview"
            } else {
                "customers.sync"
            };
            audit::append(
                &tx,
                &**self.clock(),
                actor,
                action,
                &format!("run {number}"),
                "",
            )
            .await?;
        }
        tx.commit().await?;
        Ok(requested)
    }

    /// Asks for what is chosen of a plan to be carried out, where it still is true.
    pub async fn request_apply(
        &self,
        plan: PlanId,
        actor: &Actor,
    ) -> Result<SyncRequested, SyncError> {
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        let row = customers::find_plan(&tx, plan)
            .await?
            .ok_or(SyncError::NoPlan)?;
        if row.state != PlanState::Waiting {
            return Err(SyncError::PlanSettled);
        }
        let connection = row.connection;
        self.connected(&tx, connection).await?;
        let make = |run| Payload::ApplySyncPlan {
            connection,
            run,
            plan,
        };
        let (requested, number) = self.enqueue_run(&tx, connection, make, actor).await?;
        if requested.already_running {
            return Ok(requested);
        }
        if !customers::settle_plan(
            &tx,
            plan,
            PlanState::Applied,
            &actor.name,
            Some(requested.run),
            now,
        )
        .await?
        {
            return Err(SyncError::PlanSettled);
        }
        super::notice::plan_settled(&tx, connection, now).await?;
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customers.plan_apply",
            &format!("run {number}"),
            &format!("plan {plan}"),
        )
        .await?;
        tx.commit().await?;
        Ok(requested)
    }

    /// Changes how a connection's customers are synced. What rested is decided anew.
    pub async fn save_policy(
        &self,
        connection: ConnectionId,
        policy: &Policy,
        paused: bool,
        actor: &Actor,
    ) -> Result<(), SyncError> {
        let tx = self.store().begin().await?;
        connections::find(&tx, connection)
            .await?
            .ok_or(SyncError::NoConnection)?;
        let before = customers::sync_setting(&tx, connection).await?;
        customers::save_policy(&tx, connection, policy, paused).await?;
        if before.policy != *policy {
            customers::unsettle(&tx, connection, None).await?;
        }
        let detail = format!("{} wins, paused: {paused}", policy.winner);
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customers.policy",
            &format!("connection {connection}"),
            &detail,
        )
        .await?;
        Ok(tx.commit().await?)
    }

    /// Asks for every sync that is due. A connection is looked at by itself once a person asked for its first sync.
    pub async fn request_due_syncs(&self) -> Result<(), StoreError> {
        let due = customers::due(self.store().read(), self.clock().now()).await?;
        for connection in due {
            if let Err(error) = self.request_sync(connection, false, &Actor::system()).await {
                match error {
                    SyncError::Store(error) => return Err(error),
                    other => {
                        tracing::debug!(connection = %connection, error = %other, "a sync that is due was not asked for")
                    }
                }
            }
        }
        Ok(())
    }

    async fn connected(&self, tx: &Tx, connection: ConnectionId) -> Result<(), SyncError> {
        let row = connections::find(tx, connection)
            .await?
            .ok_or(SyncError::NoConnection)?;
        match row.login.status {
            status @ (ConnectionStatus::Removed
            | ConnectionStatus::NotFinished
            | ConnectionStatus::Paused
            | ConnectionStatus::NeedsNewCredentials) => Err(SyncError::NoLogin(status)),
            ConnectionStatus::Active | ConnectionStatus::Rechecking | ConnectionStatus::Unclear => {
                Ok(())
            }
        }
    }

    async fn enqueue_run(
        &self,
        tx: &Tx,
        connection: ConnectionId,
        make: impl FnOnce(RunId) -> Payload,
        actor: &Actor,
    ) -> Result<(SyncRequested, u64), SyncError> {
        let now = self.clock().now();
        let kind = RunKind::CustomerSync;
        if let Some(running) = runs::find_unfinished(tx, connection, kind).await?
            && let Some(job) = queue::find_by_run(tx, running.id).await?
        {
            let requested = SyncRequested {
                run: running.id,
                job: job.id,
                already_running: true,
            };
            return Ok((requested, running.number));
        }
        let run = RunId::new(self.ids());
        let by = if actor.via == Via::System {
            ITSELF
        } else {
            &actor.name
        };
        let number = runs::insert(tx, run, connection, kind, false, by, now).await?;
        let new = NewJob {
            payload: make(run),
            run_at: now,
            dedupe_key: Some(format!("sync:{connection}")),
            max_attempts: TRIES,
            run: Some(run),
        };
        let job = queue::enqueue(tx, self.ids(), now, &new).await?;
        let enqueued = queue::find(tx, job).await?.and_then(|job| job.run);
        let already_running = enqueued.is_some_and(|other| other != run);
        let run = enqueued.unwrap_or(run);
        Ok((
            SyncRequested {
                run,
                job,
                already_running,
            },
            number,
        ))
    }
}
