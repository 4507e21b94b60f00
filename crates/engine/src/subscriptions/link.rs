//! Whose subscriptions and orders they are, when a customer is linked later, renamed or unlinked.

use std::collections::BTreeSet;

use domain::customer::{CustomerField, CustomerFields};
use domain::{ConnectionId, CustomerId};
use store::subscriptions::{self, SubscriptionRow};
use store::{StoreError, Tx, customers, orders};

use super::context::today;
use super::renewals::renewal_figures;
use super::today::Prices;
use crate::Engine;
use crate::margins::{MarginBook, different};

/// Gives the orders and subscriptions of an Ion customer to ours: call it in the transaction that links the two.
pub(crate) async fn customer_linked(
    engine: &Engine,
    tx: &Tx,
    connection: ConnectionId,
    ion_customer_id: &str,
    (customer, name): (CustomerId, &str),
) -> Result<(), StoreError> {
    give_to(tx, connection, ion_customer_id, Some(customer), name).await?;
    resell(engine, tx, customer).await
}

/// The same for many that are new here: no margin rule can name them.
pub(crate) async fn customers_imported(
    tx: &Tx,
    connection: ConnectionId,
    imported: &[(String, CustomerId, String)],
) -> Result<(), StoreError> {
    for (ion_customer_id, customer, name) in imported {
        give_to(tx, connection, ion_customer_id, Some(*customer), name).await?;
    }
    Ok(())
}

/// Notes that the orders and subscriptions of an Ion customer are nobody's here any more: call it in the transaction that ends the link.
pub(crate) async fn customer_unlinked(
    engine: &Engine,
    tx: &Tx,
    connection: ConnectionId,
    ion_customer_id: &str,
    customer: CustomerId,
) -> Result<(), StoreError> {
    let theirs = customers::find_ion(tx, connection, ion_customer_id).await?;
    let name = theirs.map_or_else(String::new, |row| organisation(&row.customer.fields));
    let mut rows = subscriptions::list_of_customer(tx, customer).await?;
    rows.retain(|row| {
        row.connection == connection && row.subscription.ion_customer_id == ion_customer_id
    });
    give_to(tx, connection, ion_customer_id, None, &name).await?;
    for row in &mut rows {
        row.customer = None;
    }
    resell_rows(engine, tx, &rows).await
}

/// Brings a customer's new name to its orders and subscriptions: call it in the transaction that changes it.
pub(crate) async fn customer_renamed(
    tx: &Tx,
    customer: CustomerId,
    name: &str,
) -> Result<(), StoreError> {
    for link in customers::list_links(tx, customer).await? {
        give_to(tx, link.connection, &link.ion_id, Some(customer), name).await?;
    }
    Ok(())
}

async fn give_to(
    tx: &Tx,
    connection: ConnectionId,
    ion_customer_id: &str,
    customer: Option<CustomerId>,
    name: &str,
) -> Result<(), StoreError> {
    subscriptions::relink(tx, connection, ion_customer_id, customer, name).await?;
    orders::relink(tx, connection, ion_customer_id, customer, name).await
}

/// Works out anew what a customer's subscriptions are sold for: margin rules may name the customer.
async fn resell(engine: &Engine, tx: &Tx, customer: CustomerId) -> Result<(), StoreError> {
    let rows = subscriptions::list_of_customer(tx, customer).await?;
    resell_rows(engine, tx, &rows).await
}

async fn resell_rows(engine: &Engine, tx: &Tx, rows: &[SubscriptionRow]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let book = MarginBook::load(tx).await?;
    let sales = different(rows, &book, today(engine));
    subscriptions::set_sale_many(tx, &sales).await?;
    let prices = Prices::of(tx, rows).await?;
    let renewals = renewal_figures(rows, (&prices, &book), today(engine));
    subscriptions::set_renewals(tx, &renewals).await
}

fn organisation(fields: &CustomerFields) -> String {
    fields.get(CustomerField::Organisation).to_owned()
}

/// Links what was written as nobody's while its customer was being linked: the two did not see each other.
/// Gives how many customers these were.
pub(super) async fn relink(
    engine: &Engine,
    connection: ConnectionId,
    ion_customer_ids: &BTreeSet<String>,
) -> Result<usize, StoreError> {
    let mut linked = 0;
    for ion_id in ion_customer_ids {
        if customers::find_link(engine.store().read(), connection, ion_id)
            .await?
            .is_none()
        {
            continue;
        }
        let tx = engine.store().begin().await?;
        // Read again under the write: it may have been unlinked meanwhile.
        if let Some(link) = customers::find_link(&tx, connection, ion_id).await?
            && let Some(row) = customers::find(&tx, link.customer).await?
        {
            let name = organisation(&row.customer.fields);
            customer_linked(engine, &tx, connection, ion_id, (row.id, &name)).await?;
            linked += 1;
        }
        tx.commit().await?;
    }
    Ok(linked)
}
