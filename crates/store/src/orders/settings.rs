//! How far the orders and subscriptions of a connection were read.

use std::time::Duration;

use domain::ConnectionId;
use domain::connection::ConnectionStatus;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::OrderSetting;
use crate::sql::{exec, micros, row, rows, values};
use crate::{StoreError, Tx};

/// How far a connection was read; nothing of it where it never was.
pub async fn setting(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<OrderSetting, StoreError> {
    let sql = "SELECT * FROM order_setting WHERE connection_id = $1";
    let Some(row) = row(conn, sql, values![connection.0]).await? else {
        return Ok(OrderSetting::default());
    };
    Ok(OrderSetting {
        orders_until: row.time_opt("orders_until")?,
        orders_read_at: row.time_opt("orders_read_at")?,
        subscriptions_read_at: row.time_opt("subscriptions_read_at")?,
        next_subscriptions_at: row.time_opt("next_subscriptions_at")?,
    })
}

/// Stores how far a connection was read.
pub async fn save_setting(
    tx: &Tx,
    connection: ConnectionId,
    setting: &OrderSetting,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO order_setting (connection_id, orders_until, orders_read_at, subscriptions_read_at, next_subscriptions_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (connection_id) DO UPDATE SET orders_until = excluded.orders_until, orders_read_at = excluded.orders_read_at,
           subscriptions_read_at = excluded.subscriptions_read_at, next_subscriptions_at = excluded.next_subscriptions_at";
    let bound = values![
        connection.0,
        setting.orders_until.map(micros),
        setting.orders_read_at.map(micros),
        setting.subscriptions_read_at.map(micros),
        setting.next_subscriptions_at.map(micros)
    ];
    exec(tx, sql, bound).await.map(drop)
}

/// Connections whose orders (first) or subscriptions (second) are to be read now: orders `poll` after they were read last, subscriptions
/// when their time has come; what never was read, at once. Only connections whose login may be used.
pub async fn due_readings(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    poll: Duration,
) -> Result<Vec<(ConnectionId, bool, bool)>, StoreError> {
    let read_before = now.checked_sub(poll).unwrap_or(Timestamp::MIN);
    let sql = "SELECT * FROM (SELECT c.id, (s.orders_read_at IS NULL OR s.orders_read_at <= $1) AS orders_due,
             (s.next_subscriptions_at IS NULL OR s.next_subscriptions_at <= $2) AS subscriptions_due
           FROM connection c LEFT JOIN order_setting s ON s.connection_id = c.id WHERE c.status IN ($3, $4, $5)) AS due
         WHERE orders_due OR subscriptions_due ORDER BY id";
    let bound = values![
        micros(read_before),
        micros(now),
        ConnectionStatus::Active.as_str(),
        ConnectionStatus::Rechecking.as_str(),
        ConnectionStatus::Unclear.as_str()
    ];
    rows(conn, sql, bound)
        .await?
        .iter()
        .map(|row| {
            Ok((
                row.get::<Uuid>("id")?.into(),
                row.get("orders_due")?,
                row.get("subscriptions_due")?,
            ))
        })
        .collect()
}
