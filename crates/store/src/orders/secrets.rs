//! First log-ins that a vendor made, sealed, to be seen once.

use domain::OrderId;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use super::SealedLogin;
use crate::{StoreError, Tx};

/// Keeps log-ins of an order; one of a line that has one already takes its place.
pub async fn keep_logins(
    tx: &Tx,
    order: OrderId,
    logins: &[SealedLogin],
    now: Timestamp,
) -> Result<(), StoreError> {
    let _ = (tx, order, logins, now);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Takes the log-in of a line: it is not there any more.
pub async fn take_login(
    tx: &Tx,
    order: OrderId,
    line: u32,
) -> Result<Option<SealedLogin>, StoreError> {
    let _ = (tx, order, line);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Which lines of an order have a log-in, for whose eyes, since when.
pub async fn list_logins(
    conn: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Vec<(u32, String, Timestamp)>, StoreError> {
    let _ = (conn, order);
    Err(StoreError::Missing("this query is not written yet; it"))
}
