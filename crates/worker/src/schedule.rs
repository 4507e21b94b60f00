//! What is due by the calendar. One row for each entry; the worker that moves it on enqueues.

use croner::Cron;
use domain::connection::ConnectionStatus;
use engine::Engine;
use jiff::{Timestamp, tz::TimeZone};
use store::StoreError;
use store::audit::Actor;
use store::queue::{NewJob, Payload, enqueue};

/// A calendar entry that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{text:?} is no cron entry: {why}")]
pub struct ScheduleError {
    /// The entry.
    pub text: String,
    /// Why.
    pub why: String,
}

/// When the catalog is imported.
#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    import: Option<Cron>,
    prune: Cron,
}

impl Schedule {
    /// A schedule; an empty entry never imports by itself.
    pub(crate) fn new(import: &str) -> Result<Self, ScheduleError> {
        let parse = |text: &str| text.parse::<Cron>().map_err(|error| ScheduleError { text: text.to_owned(), why: error.to_string() });
        Ok(Self { import: (!import.trim().is_empty()).then(|| parse(import)).transpose()?, prune: parse("17 4 * * *")? })
    }

    /// Enqueues what is due.
    pub(crate) async fn look(&self, engine: &Engine) -> Result<(), StoreError> {
        let now = engine.clock().now();
        if due(engine, "prune", &self.prune, now).await? {
            let tx = engine.store().begin().await?;
            enqueue(&tx, engine.ids(), now, &NewJob { payload: Payload::Prune, run_at: now, dedupe_key: Some("prune".to_owned()), max_attempts: 3, run: None }).await?;
            tx.commit().await?;
        }
        let Some(import) = &self.import else { return Ok(()) };
        for row in store::connections::list(engine.store().read()).await? {
            if row.login.status == ConnectionStatus::Active
                && due(engine, &format!("import:{}", row.id), import, now).await?
                && let Err(error) = engine.request_import(row.id, false, &Actor::system()).await
            {
                tracing::warn!(error = %error, connection = %row.id, "the daily import could not be asked for");
            }
        }
        Ok(())
    }
}

/// Whether an entry is due, and this worker is the one that found it.
async fn due(engine: &Engine, name: &str, cron: &Cron, now: Timestamp) -> Result<bool, StoreError> {
    let Some(next) = next_after(cron, now) else { return Ok(false) };
    match store::workers::next_due(engine.store().read(), name).await? {
        // Seen for the first time: due when the calendar says so next.
        None => store::workers::advance(engine.store().read(), name, None, next, now).await.map(|_| false),
        Some(at) if at <= now => store::workers::advance(engine.store().read(), name, Some(at), next, now).await,
        Some(_) => Ok(false),
    }
}

fn next_after(cron: &Cron, now: Timestamp) -> Option<Timestamp> {
    let local = now.to_zoned(TimeZone::system());
    cron.find_next_occurrence(&local, false).ok().map(|next| next.timestamp())
}
