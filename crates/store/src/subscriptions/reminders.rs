//! Which reminders of which end were given.

use domain::{ConnectionId, SubscriptionId};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::customers::batch::insert_rows;
use crate::sql::{Row, micros, row, rows, values};
use crate::{StoreError, Tx};

/// How many days before this end reminders were given, the most first.
pub async fn reminders_given(
    conn: &impl ConnectionTrait,
    subscription: SubscriptionId,
    due_at: Timestamp,
) -> Result<Vec<u16>, StoreError> {
    let sql = "SELECT days FROM subscription_reminder WHERE subscription_id = $1 AND due_at = $2 ORDER BY days DESC";
    rows(conn, sql, values![subscription.0, micros(due_at)])
        .await?
        .iter()
        .map(days)
        .collect()
}

/// Reminders given of ends from `from` on and before `until`, by end: subscription, end, days before.
pub async fn given_many(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<(SubscriptionId, Timestamp, u16)>, StoreError> {
    let sql = "SELECT g.subscription_id, g.due_at, g.days FROM subscription_reminder g JOIN subscription s ON s.id = g.subscription_id
         WHERE g.due_at >= $1 AND g.due_at < $2 AND s.connection_id = $3 ORDER BY g.due_at, g.subscription_id, g.days DESC";
    rows(
        conn,
        sql,
        values![micros(from), micros(until), connection.0],
    )
    .await?
    .iter()
    .map(|row| {
        let id = row.get::<Uuid>("subscription_id")?.into();
        Ok((id, row.time("due_at")?, days(row)?))
    })
    .collect()
}

/// The look that last gave reminders of these ends.
pub async fn last_given(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MAX(g.at) AS at FROM subscription_reminder g JOIN subscription s ON s.id = g.subscription_id
         WHERE g.due_at >= $1 AND g.due_at < $2 AND s.connection_id = $3";
    let bound = values![micros(from), micros(until), connection.0];
    match row(conn, sql, bound).await? {
        Some(row) => row.time_opt("at"),
        None => Ok(None),
    }
}

fn days(row: &Row) -> Result<u16, StoreError> {
    Ok(u16::try_from(row.count("days")?).unwrap_or(u16::MAX))
}

/// Notes that reminders are given by the look of this time: subscription, end, days before. One that was given stays as it is.
pub async fn give_reminders(
    tx: &Tx,
    reminders: &[(SubscriptionId, Timestamp, u16)],
    look: Timestamp,
) -> Result<(), StoreError> {
    let rows = reminders
        .iter()
        .map(|(id, due_at, days)| values![id.0, micros(*due_at), i64::from(*days), micros(look)]);
    let head = "INSERT INTO subscription_reminder (subscription_id, due_at, days, at) VALUES ";
    insert_rows(tx, head, " ON CONFLICT DO NOTHING", rows.collect()).await
}
