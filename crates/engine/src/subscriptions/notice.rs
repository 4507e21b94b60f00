//! What a reading tells people who do not look at it.

use domain::notice::{NoticeKind, Severity};
use jiff::Timestamp;
use store::notices::{self, Scope};
use store::runs::RunRow;
use store::{StoreError, Tx};

use crate::Engine;
use crate::notices::{NewNotice, raise};

/// A run failed: told once until one ends well.
pub(super) async fn failed(
    engine: &Engine,
    tx: &Tx,
    run: &RunRow,
    outcome: &str,
) -> Result<(), StoreError> {
    let new = NewNotice {
        kind: NoticeKind::SubscriptionSyncFailed,
        severity: Severity::Bad,
        connection: Some(run.connection),
        run: None,
        title: format!("The subscriptions could not be read (run {})", run.number),
        text: outcome.to_owned(),
        dedupe_key: format!("subscriptions-failed:{}", run.connection),
    };
    raise(engine, tx, new).await.map(drop)
}

/// A run ended well: what failed before is over.
pub(super) async fn worked(tx: &Tx, run: &RunRow, now: Timestamp) -> Result<(), StoreError> {
    notices::resolve_kind(
        tx,
        run.connection,
        NoticeKind::SubscriptionSyncFailed,
        Scope::Only,
        now,
    )
    .await
    .map(drop)
}

/// So many are missing that a person decides.
pub(super) async fn asks(
    engine: &Engine,
    tx: &Tx,
    run: &RunRow,
    outcome: &str,
) -> Result<(), StoreError> {
    let new = NewNotice {
        kind: NoticeKind::SubscriptionsWait,
        severity: Severity::Warn,
        connection: Some(run.connection),
        run: Some(run.id),
        title: format!(
            "Unusually many subscriptions are missing at Ion (run {})",
            run.number
        ),
        text: outcome.to_owned(),
        dedupe_key: format!("subscriptions-wait:{}", run.id),
    };
    raise(engine, tx, new).await.map(drop)
}
