//! Raising a notice: stored once, with its deliveries enqueued in the same transaction.

use domain::notice::{NoticeKind, Severity};
use domain::{ConnectionId, NoticeId, RunId};
use store::notices::NoticeRow;
use store::queue::{NewJob, Payload};
use store::{StoreError, Tx};

use crate::Engine;

/// A notice to raise.
#[derive(Debug, Clone)]
pub struct NewNotice {
    /// What it is about.
    pub kind: NoticeKind,
    /// How much it matters.
    pub severity: Severity,
    /// About which connection.
    pub connection: Option<ConnectionId>,
    /// About which run.
    pub run: Option<RunId>,
    /// One line.
    pub title: String,
    /// What it means and what to do.
    pub text: String,
    /// Raised once for each key.
    pub dedupe_key: String,
}

/// Tries of one delivery: about two days, since the waits between them grow to an hour.
const TRIES: u32 = 52;

/// Raises a notice, unless it was. Gives its id where it is new.
pub async fn raise(
    engine: &Engine,
    tx: &Tx,
    new: NewNotice,
) -> Result<Option<NoticeId>, StoreError> {
    let now = engine.clock().now();
    let id = NoticeId::new(engine.ids());
    let row = NoticeRow {
        id,
        kind: new.kind,
        severity: new.severity,
        connection: new.connection,
        run: new.run,
        title: new.title,
        text: new.text,
        created_at: now,
        resolved_at: None,
    };
    if !store::notices::insert(tx, &row, &new.dedupe_key).await? {
        return Ok(None);
    }
    let settings = &engine.settings().notices;
    for (channel, configured) in [
        ("email", settings.email.is_some()),
        ("webhook", settings.webhook.is_some()),
    ] {
        if configured {
            let job = NewJob {
                payload: Payload::DeliverNotice {
                    notice: id,
                    channel: channel.to_owned(),
                },
                run_at: now,
                dedupe_key: Some(format!("deliver:{id}:{channel}")),
                max_attempts: TRIES,
                run: None,
            };
            store::queue::enqueue(tx, engine.ids(), now, &job).await?;
        }
    }
    Ok(Some(id))
}
