//! First log-ins that a vendor made, sealed, to be seen once.

use domain::OrderId;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::SealedLogin;
use crate::customers::batch::insert_rows;
use crate::sql::{exec, micros, row, rows, values};
use crate::{StoreError, Tx};

/// Keeps log-ins of an order; one of a line that has one already takes its place.
pub async fn keep_logins(
    tx: &Tx,
    order: OrderId,
    logins: &[SealedLogin],
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = logins.iter().map(|login| {
        values![
            order.0,
            i64::from(login.line),
            login.user_name.clone(),
            login.password.clone(),
            login.for_whom.clone(),
            micros(now)
        ]
    });
    let head =
        "INSERT INTO order_secret (order_id, line, user_name, password, for_whom, kept_at) VALUES ";
    let tail = " ON CONFLICT (order_id, line) DO UPDATE SET user_name = excluded.user_name, password = excluded.password, for_whom = excluded.for_whom, kept_at = excluded.kept_at";
    insert_rows(tx, head, tail, rows.collect()).await?;
    note_whether_any(tx, order).await
}

/// Takes the log-in of a line: it is not there any more.
pub async fn take_login(
    tx: &Tx,
    order: OrderId,
    line: u32,
) -> Result<Option<SealedLogin>, StoreError> {
    let sql = "DELETE FROM order_secret WHERE order_id = $1 AND line = $2 RETURNING user_name, password, for_whom";
    let Some(taken) = row(tx, sql, values![order.0, i64::from(line)]).await? else {
        return Ok(None);
    };
    note_whether_any(tx, order).await?;
    Ok(Some(SealedLogin {
        line,
        user_name: taken.get("user_name")?,
        password: taken.get("password")?,
        for_whom: taken.get("for_whom")?,
    }))
}

/// Every log-in that waits to be seen, for a change of the key.
pub async fn list_all_logins(
    conn: &impl ConnectionTrait,
) -> Result<Vec<(OrderId, SealedLogin)>, StoreError> {
    let sql = "SELECT order_id, line, user_name, password, for_whom FROM order_secret ORDER BY order_id, line";
    rows(conn, sql, values![])
        .await?
        .iter()
        .map(|row| {
            let login = SealedLogin {
                line: u32::try_from(row.count("line")?).unwrap_or(u32::MAX),
                user_name: row.get("user_name")?,
                password: row.get("password")?,
                for_whom: row.get("for_whom")?,
            };
            Ok((row.get::<Uuid>("order_id")?.into(), login))
        })
        .collect()
}

/// Writes a log-in sealed anew over what is kept. False where somebody took it meanwhile.
pub async fn reseal_login(
    tx: &Tx,
    order: OrderId,
    login: &SealedLogin,
) -> Result<bool, StoreError> {
    let sql =
        "UPDATE order_secret SET user_name = $3, password = $4 WHERE order_id = $1 AND line = $2";
    let bound = values![
        order.0,
        i64::from(login.line),
        login.user_name.clone(),
        login.password.clone()
    ];
    Ok(exec(tx, sql, bound).await? == 1)
}

/// Keeps `has_secret`. No new version: nobody decides anything by it, and a log-in must not be in the way of a person's change.
async fn note_whether_any(tx: &Tx, order: OrderId) -> Result<(), StoreError> {
    let sql = "UPDATE order_head SET has_secret = EXISTS (SELECT 1 FROM order_secret s WHERE s.order_id = order_head.id) WHERE id = $1";
    exec(tx, sql, values![order.0]).await.map(drop)
}

/// Which lines of an order have a log-in, for whose eyes, since when.
pub async fn list_logins(
    conn: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Vec<(u32, String, Timestamp)>, StoreError> {
    let sql = "SELECT line, for_whom, kept_at FROM order_secret WHERE order_id = $1 ORDER BY line";
    rows(conn, sql, values![order.0])
        .await?
        .iter()
        .map(|row| {
            Ok((
                u32::try_from(row.count("line")?).unwrap_or(u32::MAX),
                row.get("for_whom")?,
                row.time("kept_at")?,
            ))
        })
        .collect()
}
