//! What happened with orders, line by line.

use std::collections::HashMap;

use domain::OrderId;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::OrderEventRow;
use crate::customers::batch::insert_rows;
use crate::sql::{hold_rows, last_seqs, micros, rows, values};
use crate::{StoreError, Tx};

/// Adds lines to the timelines of orders, in this order.
pub async fn add_events(tx: &Tx, events: &[OrderEventRow]) -> Result<(), StoreError> {
    let mut orders: Vec<Uuid> = events.iter().map(|event| event.order.0).collect();
    orders.sort_unstable();
    orders.dedup();
    // Others who add lines to one of them wait, so that each line has its own place.
    hold_rows(tx, "order_head", &orders).await?;
    let mut last: HashMap<Uuid, i64> = last_seqs(tx, "order_event", "order_id", &orders).await?;
    let rows = events.iter().map(|event| {
        let seq = last.entry(event.order.0).or_insert(0);
        *seq += 1;
        values![
            event.order.0,
            *seq,
            micros(event.at),
            event.kind.as_str(),
            event.actor.clone(),
            event.message.clone(),
            event.detail.clone(),
            event.request_id.clone()
        ]
    });
    let head = "INSERT INTO order_event (order_id, seq, at, kind, actor, message, detail, request_id) VALUES ";
    insert_rows(tx, head, "", rows.collect()).await
}

/// The timeline of an order, the newest first.
pub async fn list_events(
    conn: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Vec<OrderEventRow>, StoreError> {
    let sql = "SELECT * FROM order_event WHERE order_id = $1 ORDER BY seq DESC";
    rows(conn, sql, values![order.0])
        .await?
        .iter()
        .map(|row| {
            Ok(OrderEventRow {
                order,
                at: row.time("at")?,
                kind: row.word("order_event", "kind")?,
                actor: row.get("actor")?,
                message: row.get("message")?,
                detail: row.get("detail")?,
                request_id: row.get("request_id")?,
            })
        })
        .collect()
}
