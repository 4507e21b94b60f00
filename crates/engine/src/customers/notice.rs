//! What a sync tells people who do not look at it.

use domain::notice::{NoticeKind, Severity};
use domain::{ConnectionId, CustomerId};
use jiff::Timestamp;
use store::customers::CustomerRow;
use store::notices::{self, Scope};
use store::runs::RunRow;
use store::{StoreError, Tx};

use super::plan::{Waiting, name_of};
use crate::Engine;
use crate::notices::{NewNotice, raise};

/// A run ended well: what failed before is over, and a plan that waits is told.
pub(super) async fn after_run(
    engine: &Engine,
    tx: &Tx,
    run: &RunRow,
    waiting: Option<&Waiting>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let connection = run.connection;
    notices::resolve_kind(
        tx,
        connection,
        NoticeKind::CustomerSyncFailed,
        Scope::Only,
        now,
    )
    .await?;
    let counts = store::customers::mapping_counts(tx).await?;
    if waiting.is_none() && counts.to_confirm == 0 && counts.conflicts == 0 {
        notices::resolve_kind(tx, connection, NoticeKind::CustomersWait, Scope::Only, now).await?;
    }
    let Some(waiting) = waiting.filter(|waiting| waiting.is_new) else {
        return Ok(());
    };
    let (title, text) = if waiting.held {
        (
            "A customer sync waits: it would change unusually many customers",
            "Nothing was changed. Look at the plan, then apply it or leave everything as it is.",
        )
    } else if waiting.first {
        (
            "The first customer sync is ready to look at",
            "Customers that were found only in Ion were imported. Nothing has been written to Ion: look at the plan, then apply it.",
        )
    } else {
        (
            "A plan of a customer sync waits",
            "Look at the plan, then apply it or leave everything as it is.",
        )
    };
    let new = NewNotice {
        kind: NoticeKind::CustomersWait,
        severity: Severity::Warn,
        connection: Some(connection),
        run: None,
        title: title.to_owned(),
        text: text.to_owned(),
        dedupe_key: format!("plan:{}", waiting.plan),
    };
    raise(engine, tx, new).await.map(drop)
}

/// Nothing of a plan waits any more.
pub(super) async fn plan_settled(
    tx: &Tx,
    connection: ConnectionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    notices::resolve_kind(tx, connection, NoticeKind::CustomersWait, Scope::Only, now)
        .await
        .map(drop)
}

/// A run failed: told once until one ends well.
pub(super) async fn failed(
    engine: &Engine,
    tx: &Tx,
    run: &RunRow,
    outcome: &str,
) -> Result<(), StoreError> {
    let new = NewNotice {
        kind: NoticeKind::CustomerSyncFailed,
        severity: Severity::Bad,
        connection: Some(run.connection),
        run: None,
        title: format!("A customer sync failed (run {})", run.number),
        text: outcome.to_owned(),
        dedupe_key: format!("sync-failed:{}", run.connection),
    };
    raise(engine, tx, new).await.map(drop)
}

/// Fields of a customer came into conflict.
pub(super) async fn conflicts(
    engine: &Engine,
    tx: &Tx,
    connection: ConnectionId,
    customer: &CustomerRow,
    fields: usize,
) -> Result<(), StoreError> {
    let name = name_of(&customer.customer);
    let what = if fields == 1 {
        "a field".to_owned()
    } else {
        format!("{fields} fields")
    };
    let new = NewNotice {
        kind: NoticeKind::CustomersWait,
        severity: Severity::Warn,
        connection: Some(connection),
        run: None,
        title: format!("{name}: {what} changed here and in Ion"),
        text: "Neither was overwritten. Choose which is right.".to_owned(),
        dedupe_key: format!("conflict:{connection}:{}", customer.id),
    };
    raise(engine, tx, new).await.map(drop)
}

/// Ion did not take a customer.
pub(super) async fn write_failed(
    engine: &Engine,
    tx: &Tx,
    connection: ConnectionId,
    customer: &CustomerRow,
    message: &str,
) -> Result<(), StoreError> {
    let new = NewNotice {
        kind: NoticeKind::CustomerWriteFailed,
        severity: Severity::Bad,
        connection: Some(connection),
        run: None,
        title: format!(
            "{} could not be written to Ion",
            name_of(&customer.customer)
        ),
        text: message.to_owned(),
        dedupe_key: write_key(customer.id),
    };
    raise(engine, tx, new).await.map(drop)
}

/// What failed before worked now.
pub(super) async fn write_worked(
    tx: &Tx,
    customer: CustomerId,
    now: Timestamp,
) -> Result<(), StoreError> {
    notices::resolve_key(tx, &write_key(customer), now)
        .await
        .map(drop)
}

fn write_key(customer: CustomerId) -> String {
    format!("customer-write:{customer}")
}
