//! Whose subscriptions they are, and which order they came of.

use domain::{ConnectionId, CustomerId, OrderId, SubscriptionId};
use sea_orm::Value;
use uuid::Uuid;

use super::columns::name_key;
use crate::customers::batch::{parts, places};
use crate::sql::{exec, rows, values};
use crate::{StoreError, Tx};

/// Notes whose the subscriptions of an Ion customer are, and its name.
pub async fn relink(
    tx: &Tx,
    connection: ConnectionId,
    ion_customer_id: &str,
    customer: Option<CustomerId>,
    name: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE subscription SET customer_id = $3, customer_key = $4
         WHERE id IN (SELECT subscription_id FROM subscription_content WHERE connection_id = $1 AND ion_customer_id = $2)
           AND (customer_id IS DISTINCT FROM $3 OR customer_key <> $4)";
    let owner = customer.map(|id| id.0);
    let bound = values![connection.0, ion_customer_id, owner, name_key(name)];
    exec(tx, sql, bound).await?;
    let sql = "UPDATE subscription_content SET customer_name = $3 WHERE connection_id = $1 AND ion_customer_id = $2 AND customer_name <> $3";
    exec(tx, sql, values![connection.0, ion_customer_id, name])
        .await
        .map(drop)
}

/// Notes which order a subscription came of, where that is not known yet.
pub async fn link_order(
    tx: &Tx,
    subscription: SubscriptionId,
    order: OrderId,
) -> Result<(), StoreError> {
    let sql = "UPDATE subscription_content SET order_id = $2 WHERE subscription_id = $1 AND order_id IS NULL";
    exec(tx, sql, values![subscription.0, order.0])
        .await
        .map(drop)
}

/// Gives the subscriptions of a customer to another, who then is their customer by name too. Gives those that moved.
pub async fn move_customer(
    tx: &Tx,
    from: CustomerId,
    to: CustomerId,
) -> Result<Vec<SubscriptionId>, StoreError> {
    let sql = "SELECT id FROM subscription WHERE customer_id = $1";
    let ids: Vec<SubscriptionId> = rows(tx, sql, values![from.0])
        .await?
        .iter()
        .map(|row| Ok(row.get::<Uuid>("id")?.into()))
        .collect::<Result<_, StoreError>>()?;
    set_customer(tx, &ids, to).await?;
    Ok(ids)
}

/// Gives these subscriptions to a customer: what [`move_customer`] moved goes back so.
pub async fn set_customer(
    tx: &Tx,
    ids: &[SubscriptionId],
    to: CustomerId,
) -> Result<(), StoreError> {
    let Some(name) = crate::sql::row(
        tx,
        "SELECT organisation FROM customer WHERE id = $1",
        values![to.0],
    )
    .await?
    else {
        return Err(StoreError::Missing("the customer"));
    };
    let name: String = name.get("organisation")?;
    for part in parts(ids) {
        let these = |first: Vec<Value>| {
            let mut bound = first;
            bound.extend(part.iter().map(|id| Value::from(id.0)));
            bound
        };
        let sql = format!(
            "UPDATE subscription SET customer_id = $1, customer_key = $2 WHERE id IN ({})",
            places(2, part.len())
        );
        exec(tx, sql, these(values![to.0, name_key(&name)])).await?;
        let sql = format!(
            "UPDATE subscription_content SET customer_name = $1 WHERE subscription_id IN ({})",
            places(1, part.len())
        );
        exec(tx, sql, these(values![name.clone()])).await?;
    }
    Ok(())
}
