//! Readings asked for by a person, a program or the schedule: a run and its job, in one transaction.

use domain::connection::ConnectionStatus;
use domain::run::RunKind;
use domain::{ConnectionId, JobId, RunId};
use store::audit::{self, Actor, Via};
use store::queue::{self, NewJob, Payload};
use store::{Tx, connections, runs};

use crate::Engine;
use crate::orders::OrderError;

/// Times that a reading is tried before it is given up.
const TRIES: u32 = 20;

/// Who is said to have asked for what nobody asked for.
pub(super) const ITSELF: &str = "Ionbridge";

/// A reading that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionSyncRequested {
    /// Its run.
    pub run: RunId,
    /// Its job.
    pub job: JobId,
    /// One waits or runs already; no second one was made.
    pub already_running: bool,
}

impl Engine {
    /// Asks for all subscriptions of a connection to be read. One reading of a connection waits or runs at a time.
    pub async fn request_subscription_sync(
        &self,
        connection: ConnectionId,
        actor: &Actor,
    ) -> Result<SubscriptionSyncRequested, OrderError> {
        let tx = self.store().begin().await?;
        let requested = self.request_reading(&tx, connection, actor, None).await?;
        if !requested.already_running {
            tx.commit().await?;
        }
        Ok(requested)
    }

    /// The same inside a transaction, which must be given up where one waits or runs already. `gone_up_to`: how many a person said may be
    /// gone.
    pub(super) async fn request_reading(
        &self,
        tx: &Tx,
        connection: ConnectionId,
        actor: &Actor,
        gone_up_to: Option<u64>,
    ) -> Result<SubscriptionSyncRequested, OrderError> {
        let now = self.clock().now();
        let row = connections::find(tx, connection)
            .await?
            .ok_or(OrderError::NoConnection)?;
        if let Some(why) = no_login(row.login.status) {
            return Err(OrderError::Refused(why.to_owned()));
        }
        let kind = RunKind::SubscriptionSync;
        if let Some(running) = runs::find_unfinished(tx, connection, kind).await?
            && let Some(job) = queue::find_by_run(tx, running.id).await?
        {
            return Ok(SubscriptionSyncRequested {
                run: running.id,
                job: job.id,
                already_running: true,
            });
        }
        let run = RunId::new(self.ids());
        let by = if actor.via == Via::System {
            ITSELF
        } else {
            &actor.name
        };
        let number = runs::insert(tx, run, connection, kind, false, by, now).await?;
        let new = NewJob {
            payload: Payload::SyncSubscriptions {
                connection,
                run,
                gone_up_to,
            },
            run_at: now,
            dedupe_key: Some(format!("subscriptions:{connection}")),
            max_attempts: TRIES,
            run: Some(run),
        };
        let job = queue::enqueue(tx, self.ids(), now, &new).await?;
        let enqueued = queue::find(tx, job).await?.and_then(|job| job.run);
        if let Some(other) = enqueued.filter(|other| *other != run) {
            // Somebody else asked in the same instant: theirs stands, ours is rolled back.
            return Ok(SubscriptionSyncRequested {
                run: other,
                job,
                already_running: true,
            });
        }
        if actor.via != Via::System {
            let about = format!("run {number}");
            audit::append(tx, &**self.clock(), actor, "subscriptions.read", &about, "").await?;
        }
        Ok(SubscriptionSyncRequested {
            run,
            job,
            already_running: false,
        })
    }
}

/// Why Ion cannot be asked through a connection.
fn no_login(status: ConnectionStatus) -> Option<&'static str> {
    match status {
        ConnectionStatus::Removed => Some("This connection was removed; its data is only kept."),
        ConnectionStatus::NotFinished => {
            Some("This connection is not set up yet. Finish it under Settings, Integrations.")
        }
        ConnectionStatus::Paused => Some("This connection is paused. Resume it first."),
        ConnectionStatus::NeedsNewCredentials => {
            Some("This connection needs new credentials. Paste them under Settings, Integrations.")
        }
        ConnectionStatus::Active | ConnectionStatus::Rechecking | ConnectionStatus::Unclear => None,
    }
}
