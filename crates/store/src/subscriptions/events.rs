//! What happened with subscriptions, line by line.

use std::collections::HashMap;

use domain::{OrderId, RunId, SubscriptionId};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::SubscriptionEventRow;
use crate::customers::batch::insert_rows;
use crate::sql::{Row, hold_rows, last_seqs, micros, rows, values};
use crate::{StoreError, Tx};

/// Adds lines to the histories of subscriptions, in this order.
pub async fn add_events(tx: &Tx, events: &[SubscriptionEventRow]) -> Result<(), StoreError> {
    let mut ids: Vec<Uuid> = events.iter().map(|event| event.subscription.0).collect();
    ids.sort_unstable();
    ids.dedup();
    // Others who add lines to one of them wait, so that each line has its own place.
    hold_rows(tx, "subscription", &ids).await?;
    let mut last: HashMap<Uuid, i64> =
        last_seqs(tx, "subscription_event", "subscription_id", &ids).await?;
    let rows = events.iter().map(|event| {
        let seq = last.entry(event.subscription.0).or_insert(0);
        *seq += 1;
        values![
            event.subscription.0,
            *seq,
            micros(event.at),
            event.kind.as_str(),
            event.before.clone(),
            event.after.clone(),
            event.run.map(|id| id.0),
            event.order.map(|id| id.0)
        ]
    });
    let head = "INSERT INTO subscription_event (subscription_id, seq, at, kind, before, after, run_id, order_id) VALUES ";
    insert_rows(tx, head, "", rows.collect()).await
}

/// What happened with a subscription, the newest first.
pub async fn list_events(
    conn: &impl ConnectionTrait,
    subscription: SubscriptionId,
) -> Result<Vec<SubscriptionEventRow>, StoreError> {
    let sql = "SELECT * FROM subscription_event WHERE subscription_id = $1 ORDER BY seq DESC";
    rows(conn, sql, values![subscription.0])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// What a run found, the newest first.
pub async fn list_events_of_run(
    conn: &impl ConnectionTrait,
    run: RunId,
    limit: u32,
) -> Result<Vec<SubscriptionEventRow>, StoreError> {
    let sql = "SELECT * FROM subscription_event WHERE run_id = $1 ORDER BY at DESC, subscription_id DESC, seq DESC LIMIT $2";
    rows(conn, sql, values![run.0, i64::from(limit)])
        .await?
        .iter()
        .map(read)
        .collect()
}

fn read(row: &Row) -> Result<SubscriptionEventRow, StoreError> {
    Ok(SubscriptionEventRow {
        subscription: row.get::<Uuid>("subscription_id")?.into(),
        at: row.time("at")?,
        kind: row.word("subscription_event", "kind")?,
        before: row.get("before")?,
        after: row.get("after")?,
        run: row.get::<Option<Uuid>>("run_id")?.map(RunId),
        order: row.get::<Option<Uuid>>("order_id")?.map(OrderId),
    })
}
