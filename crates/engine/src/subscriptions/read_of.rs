//! The subscriptions of one customer, read after an order of it was carried out.

use std::time::Duration;

use domain::order::{OrderAction, OrderState};
use domain::{ConnectionId, OrderId};
use ion_client::Error;
use rules::subscriptions::diff::seen;
use store::orders::{self, OrderEventKind, OrderRow};
use store::subscriptions::{self, KnownSubscription, SubscriptionRow};
use store::{StoreError, connections};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::error::SubscriptionSyncError;
use super::intake::Intake;
use super::offset::{WalkEnd, Walked};
use super::origin::{self, Origins};
use super::sync::list;
use crate::Engine;
use crate::orders::{JobEnd, SubmitError};

/// The first wait for a subscription that Ion does not show yet, and the longest one.
const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(300);

impl From<SubscriptionSyncError> for SubmitError {
    fn from(error: SubscriptionSyncError) -> Self {
        match error {
            SubscriptionSyncError::Login(error) => Self::Login(error),
            SubscriptionSyncError::Store(error) => Self::Store(error),
            SubscriptionSyncError::Taken | SubscriptionSyncError::Missing(_) => Self::Busy,
        }
    }
}

/// Reads the subscriptions of one Ion customer. With an order: again and again, until Ion shows what it was for or patience is over.
pub async fn read_of(
    engine: &Engine,
    connection: ConnectionId,
    ion_customer_id: &str,
    order: Option<OrderId>,
) -> Result<JobEnd, SubmitError> {
    let store = engine.store();
    let Some(row) = connections::find(store.read(), connection).await? else {
        return Ok(JobEnd::Failed("there is no such connection".to_owned()));
    };
    let ion = engine.ion(connection).await.map_err(SubmitError::Login)?;
    let mut intake = Intake::begin_with(engine, connection, None, None, Vec::new()).await?;
    let (parts_in, mut parts) = mpsc::channel(2);
    let customer = Some(ion_customer_id.to_owned());
    let walking =
        AbortOnDropHandle::new(tokio::spawn(list(ion, row.account_id, customer, parts_in)));
    while let Some(walked) = parts.recv().await {
        match walked {
            Walked::Part(part) => {
                let ids: Vec<String> = part
                    .entries
                    .iter()
                    .filter_map(|(id, _)| id.clone())
                    .collect();
                intake.know(known(engine, connection, &ids).await?);
                for (id, item) in &part.entries {
                    intake.take(id.as_deref(), item);
                }
                intake.write_full().await?;
            }
            Walked::Again(_) => {}
            Walked::End(WalkEnd::Failed(error)) => return failed(intake, error).await,
            Walked::End(_) => break,
        }
    }
    drop(walking);
    intake.write_all().await?;
    match order {
        Some(order) => Ok(await_order(engine, order).await?),
        None => Ok(JobEnd::Done),
    }
}

async fn failed(mut intake: Intake<'_>, error: Error) -> Result<JobEnd, SubmitError> {
    intake.write_all().await?;
    Err(SubmitError::Ion(error))
}

/// What is stored of those that a part shows.
async fn known(
    engine: &Engine,
    connection: ConnectionId,
    ids: &[String],
) -> Result<Vec<KnownSubscription>, StoreError> {
    let mut known = Vec::with_capacity(ids.len());
    for id in ids {
        let found = subscriptions::find_by_ion(engine.store().read(), connection, id).await?;
        known.extend(found.map(|row| KnownSubscription {
            id: row.id,
            ion_id: row.subscription.ion_id,
            hash: row.hash,
            missed: row.missed,
            gone: row.gone_at.is_some(),
        }));
    }
    Ok(known)
}

/// Whether Ion shows what an order was for; else when to look again.
async fn await_order(engine: &Engine, id: OrderId) -> Result<JobEnd, SubmitError> {
    let now = engine.clock().now();
    let store = engine.store();
    let Some(order) = orders::find(store.read(), id).await? else {
        return Ok(JobEnd::Done);
    };
    if order.state != OrderState::Completed {
        return Ok(JobEnd::Done);
    }
    link_origins(engine, &order).await?;
    if is_shown(engine, &order).await? {
        return Ok(JobEnd::Done);
    }
    let ended = order.ended_at.unwrap_or(order.state_since);
    let waited = now.duration_since(ended).unsigned_abs();
    let patience = engine.settings().orders.subscription_patience;
    if waited < patience {
        return Ok(JobEnd::Again((waited / 2).clamp(FIRST, LONGEST)));
    }
    // What is told of it then is told by who follows the order.
    Ok(JobEnd::Done)
}

/// Notes on the order's timeline that a subscription shows its change, where the reading that saw it could not know why.
async fn tell_shown(
    engine: &Engine,
    order: &OrderRow,
    row: &SubscriptionRow,
) -> Result<(), StoreError> {
    let tx = engine.store().begin().await?;
    let told = orders::list_events(&tx, order.id).await?;
    if told
        .iter()
        .any(|event| event.kind == OrderEventKind::Subscription)
    {
        return Ok(());
    }
    let of = &row.subscription;
    let event = origin::told(order.id, of, &[seen(of)], engine.clock().now());
    orders::add_events(&tx, &[event]).await?;
    tx.commit().await
}

/// Links subscriptions that were read before it was known that Ion has the order.
async fn link_origins(engine: &Engine, order: &OrderRow) -> Result<(), StoreError> {
    let (OrderAction::Buy, Some(customer)) = (order.action, order.customer) else {
        return Ok(());
    };
    let conn = engine.store().read();
    let mut origins = Origins::new(order.connection);
    let now = engine.clock().now();
    for row in subscriptions::list_of_customer(conn, customer).await? {
        if row.order.is_some() || row.connection != order.connection {
            continue;
        }
        let of = &row.subscription;
        if let Some(id) = origins.of(conn, of, Some(customer)).await? {
            let tx = engine.store().begin().await?;
            subscriptions::link_order(&tx, row.id, id).await?;
            orders::add_events(&tx, &[origin::told(id, of, &[seen(of)], now)]).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Whether each line of a purchase has its subscription, or a subscription shows its change.
pub(crate) async fn is_shown(engine: &Engine, order: &OrderRow) -> Result<bool, StoreError> {
    let conn = engine.store().read();
    if order.action == OrderAction::Buy {
        let Some(customer) = order.customer else {
            // Nobody's here: which subscription came of it is not looked for.
            return Ok(true);
        };
        let rows = subscriptions::list_of_customer(conn, customer).await?;
        return Ok(origin::has_all(order, &rows));
    }
    let (Some(id), Some(line)) = (order.subscription, order.content.lines.first()) else {
        return Ok(true);
    };
    let Some(row) = subscriptions::find(conn, id).await? else {
        return Ok(true);
    };
    let shown = origin::shows(order.action, line.quantity, &row.subscription);
    if shown {
        tell_shown(engine, order, &row).await?;
    }
    Ok(shown || row.gone_at.is_some())
}
