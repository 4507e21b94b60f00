//! Whose orders they are, when customers are linked or made one.

use domain::{ConnectionId, CustomerId, OrderId};

use crate::{StoreError, Tx};

/// Notes whose the orders of an Ion customer are; each that changes is of a new version.
pub async fn relink(
    tx: &Tx,
    connection: ConnectionId,
    ion_customer_id: &str,
    customer: Option<CustomerId>,
    name: &str,
) -> Result<(), StoreError> {
    let _ = (tx, connection, ion_customer_id, customer, name);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Gives the orders of a customer to another, who then is their customer by name too. Gives those that moved.
pub async fn move_customer(
    tx: &Tx,
    from: CustomerId,
    to: CustomerId,
) -> Result<Vec<OrderId>, StoreError> {
    let _ = (tx, from, to);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Gives these orders to a customer: what [`move_customer`] moved goes back so.
pub async fn set_customer(tx: &Tx, ids: &[OrderId], to: CustomerId) -> Result<(), StoreError> {
    let _ = (tx, ids, to);
    Err(StoreError::Missing("this query is not written yet; it"))
}
