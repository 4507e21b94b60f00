//! Whose subscriptions they are, and which order they came of.

use domain::{ConnectionId, CustomerId, OrderId, SubscriptionId};

use crate::{StoreError, Tx};

/// Notes whose the subscriptions of an Ion customer are.
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

/// Notes which order a subscription came of, where that is not known yet.
pub async fn link_order(
    tx: &Tx,
    subscription: SubscriptionId,
    order: OrderId,
) -> Result<(), StoreError> {
    let _ = (tx, subscription, order);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Gives the subscriptions of a customer to another, who then is their customer by name too. Gives those that moved.
pub async fn move_customer(
    tx: &Tx,
    from: CustomerId,
    to: CustomerId,
) -> Result<Vec<SubscriptionId>, StoreError> {
    let _ = (tx, from, to);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Gives these subscriptions to a customer: what [`move_customer`] moved goes back so.
pub async fn set_customer(
    tx: &Tx,
    ids: &[SubscriptionId],
    to: CustomerId,
) -> Result<(), StoreError> {
    let _ = (tx, ids, to);
    Err(StoreError::Missing("this query is not written yet; it"))
}
