//! Whose orders they are, when customers are linked or made one.

use domain::order::OrderState;
use domain::{ConnectionId, CustomerId, OrderId};
use sea_orm::Value;
use uuid::Uuid;

use crate::customers::batch::{name_column, parts, places};
use crate::sql::{exec, rows, values};
use crate::{StoreError, Tx};

/// Notes whose an Ion customer is now, and its name; each order that changes is of a new version.
///
/// What was confirmed is for Ion's customer: it goes to whoever is linked. A draft is for ours: it stays with its customer, and gets or
/// loses Ion's id.
pub async fn relink(
    tx: &Tx,
    connection: ConnectionId,
    ion_customer_id: &str,
    customer: Option<CustomerId>,
    name: &str,
) -> Result<(), StoreError> {
    let draft = OrderState::Draft.as_str();
    let sql = "UPDATE order_head SET customer_id = $3, customer_name = $4, customer_key = $5, version = version + 1
         WHERE connection_id = $1 AND ion_customer_id = $2 AND (state <> $6 OR customer_id IS NULL)
           AND (customer_id IS DISTINCT FROM $3 OR customer_name <> $4)";
    let owner = customer.map(|id| id.0);
    let bound = values![
        connection.0,
        ion_customer_id,
        owner,
        name,
        name_column(name),
        draft
    ];
    exec(tx, sql, bound).await?;
    let sql = "UPDATE order_head SET ion_customer_id = '', version = version + 1
         WHERE connection_id = $1 AND ion_customer_id = $2 AND state = $3 AND customer_id IS NOT NULL AND customer_id IS DISTINCT FROM $4";
    exec(
        tx,
        sql,
        values![connection.0, ion_customer_id, draft, owner],
    )
    .await?;
    if let Some(owner) = owner {
        let sql = "UPDATE order_head SET ion_customer_id = $2, customer_name = $4, customer_key = $5, version = version + 1
             WHERE connection_id = $1 AND customer_id = $3 AND state = $6 AND (ion_customer_id <> $2 OR customer_name <> $4)";
        let bound = values![
            connection.0,
            ion_customer_id,
            owner,
            name,
            name_column(name),
            draft
        ];
        exec(tx, sql, bound).await?;
    }
    Ok(())
}

/// What an order gets with another customer of ours.
const OWNER: &str = "customer_id = $1, version = version + 1,
    customer_name = COALESCE((SELECT c.organisation FROM customer c WHERE c.id = $1), customer_name),
    customer_key = COALESCE((SELECT c.organisation_key FROM customer c WHERE c.id = $1), customer_key)";

/// Gives the orders of a customer to another, who then is their customer by name too. Gives those that moved; each is of a new version.
pub async fn move_customer(
    tx: &Tx,
    from: CustomerId,
    to: CustomerId,
) -> Result<Vec<OrderId>, StoreError> {
    let sql = format!("UPDATE order_head SET {OWNER} WHERE customer_id = $2 RETURNING id");
    rows(tx, sql, values![to.0, from.0])
        .await?
        .iter()
        .map(|row| Ok(row.get::<Uuid>("id")?.into()))
        .collect()
}

/// Gives these orders of a customer to another: what [`move_customer`] moved goes back so. Those that became somebody else's meanwhile
/// stay theirs. Each is of a new version.
pub async fn set_customer(
    tx: &Tx,
    ids: &[OrderId],
    from: CustomerId,
    to: CustomerId,
) -> Result<(), StoreError> {
    for part in parts(ids) {
        let sql = format!(
            "UPDATE order_head SET {OWNER} WHERE customer_id = $2 AND id IN ({})",
            places(2, part.len())
        );
        let mut bound = values![to.0, from.0];
        bound.extend(part.iter().map(|id| Value::from(id.0)));
        exec(tx, sql, bound).await?;
    }
    Ok(())
}
