//! Imports asked for by a person, a program or the schedule: a run and its job, in one transaction.

use domain::connection::ConnectionStatus;
use domain::run::RunKind;
use domain::{ConnectionId, JobId, RunId};
use store::audit::{self, Actor};
use store::queue::{self, NewJob, Payload};
use store::{StoreError, connections, runs};

use crate::Engine;

/// Times that an import is tried before it is given up: after each failure of the store or a lost worker it goes on where it was.
const TRIES: u32 = 20;

/// An import that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportRequested {
    /// Its run.
    pub run: RunId,
    /// Its job.
    pub job: JobId,
    /// It waits or runs already; no second one was made.
    pub already_running: bool,
}

/// Why an import was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// There is no such connection.
    #[error("there is no such connection")]
    NoConnection,
    /// The connection has no login.
    #[error("the connection has no login: {0}")]
    NoLogin(ConnectionStatus),
    /// The store failed.
    #[error("the import could not be stored")]
    Store(#[from] StoreError),
}

impl Engine {
    /// Asks for an import. `full` compares every row, not only hashes. One import of a connection waits or runs at a time.
    pub async fn request_import(
        &self,
        connection: ConnectionId,
        full: bool,
        actor: &Actor,
    ) -> Result<ImportRequested, RequestError> {
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        let row = connections::find(&tx, connection)
            .await?
            .ok_or(RequestError::NoConnection)?;
        if matches!(
            row.login.status,
            ConnectionStatus::Removed | ConnectionStatus::NotFinished | ConnectionStatus::Paused
        ) {
            return Err(RequestError::NoLogin(row.login.status));
        }
        if let Some(running) =
            runs::find_unfinished(&tx, connection, RunKind::CatalogImport).await?
            && let Some(job) = queue::find_by_run(&tx, running.id).await?
        {
            return Ok(ImportRequested {
                run: running.id,
                job: job.id,
                already_running: true,
            });
        }
        let run = RunId::new(self.ids());
        let number = runs::insert(
            &tx,
            run,
            connection,
            RunKind::CatalogImport,
            full,
            &actor.name,
            now,
        )
        .await?;
        let new = NewJob {
            payload: Payload::ImportCatalog { connection, run },
            run_at: now,
            dedupe_key: Some(format!("import:{connection}")),
            max_attempts: TRIES,
            run: Some(run),
        };
        let job = queue::enqueue(&tx, self.ids(), now, &new).await?;
        let enqueued = queue::find(&tx, job).await?.and_then(|job| job.run);
        if let Some(other) = enqueued.filter(|other| *other != run) {
            // Somebody else asked in the same instant: theirs stands, ours is rolled back.
            return Ok(ImportRequested {
                run: other,
                job,
                already_running: true,
            });
        }
        let detail = if full { "compare every row" } else { "" };
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "import.request",
            &format!("run {number}"),
            detail,
        )
        .await?;
        tx.commit().await?;
        Ok(ImportRequested {
            run,
            job,
            already_running: false,
        })
    }

    /// Asks a run to stop after the page that it reads. False where it has ended.
    pub async fn request_stop(&self, run: RunId, actor: &Actor) -> Result<bool, StoreError> {
        let tx = self.store().begin().await?;
        let Some(row) = runs::find(&tx, run).await? else {
            return Ok(false);
        };
        let asked = runs::request_stop(&tx, run).await?;
        if asked {
            audit::append(
                &tx,
                &**self.clock(),
                actor,
                "import.stop",
                &format!("run {}", row.number),
                "",
            )
            .await?;
        }
        tx.commit().await?;
        Ok(asked)
    }
}
