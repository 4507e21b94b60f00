//! Whose subscriptions and orders they are, when a customer is linked later, renamed or unlinked.

use std::collections::BTreeMap;

use domain::customer::CustomerField;
use domain::{ConnectionId, CustomerId};
use store::subscriptions::{self, SubscriptionFilter};
use store::{StoreError, Tx, customers, orders};

use crate::Engine;

/// Subscriptions that are looked at in one part.
const PART: u32 = 500;

/// Gives the orders and subscriptions of an Ion customer to ours: call it in the transaction that links the two.
pub(crate) async fn linked(
    tx: &Tx,
    connection: ConnectionId,
    ion_customer_id: &str,
    customer: CustomerId,
    name: &str,
) -> Result<(), StoreError> {
    subscriptions::relink(tx, connection, ion_customer_id, Some(customer), name).await?;
    orders::relink(tx, connection, ion_customer_id, Some(customer), name).await
}

/// Notes that the orders and subscriptions of an Ion customer are nobody's here any more: call it in the transaction that ends the link.
pub(crate) async fn unlinked(
    tx: &Tx,
    connection: ConnectionId,
    ion_customer_id: &str,
    name: &str,
) -> Result<(), StoreError> {
    subscriptions::relink(tx, connection, ion_customer_id, None, name).await?;
    orders::relink(tx, connection, ion_customer_id, None, name).await
}

/// Links subscriptions of no customer whose Ion customer is linked meanwhile: a link made while they were written missed them.
/// Gives how many Ion customers these were.
pub(super) async fn relink_unknown(
    engine: &Engine,
    connection: ConnectionId,
) -> Result<usize, StoreError> {
    let store = engine.store();
    let mut filter = SubscriptionFilter {
        connection: Some(connection),
        unknown_customer: true,
        with_ended: true,
        limit: PART,
        ..SubscriptionFilter::default()
    };
    let mut found = BTreeMap::new();
    loop {
        let page = subscriptions::search(store.read(), &filter).await?;
        for row in &page.subscriptions {
            let ion_id = &row.subscription.ion_customer_id;
            if !ion_id.is_empty() && !found.contains_key(ion_id) {
                let link = customers::find_link(store.read(), connection, ion_id).await?;
                found.insert(ion_id.clone(), link.map(|link| link.customer));
            }
        }
        match page.next {
            Some(next) => filter.after = Some(next),
            None => break,
        }
    }
    let linked_now: Vec<_> = found
        .into_iter()
        .filter_map(|(ion_id, customer)| Some((ion_id, customer?)))
        .collect();
    for (ion_id, customer) in &linked_now {
        let tx = store.begin().await?;
        // Read again under the write: it may have been unlinked meanwhile.
        let still = customers::find_link(&tx, connection, ion_id).await?;
        if still.is_some_and(|link| link.customer == *customer)
            && let Some(row) = customers::find(&tx, *customer).await?
        {
            let name = row
                .customer
                .fields
                .get(CustomerField::Organisation)
                .to_owned();
            linked(&tx, connection, ion_id, *customer, &name).await?;
        }
        tx.commit().await?;
    }
    Ok(linked_now.len())
}
