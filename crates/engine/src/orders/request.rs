//! What is due by the clock, and what a person asks for: jobs of orders.

use domain::ConnectionId;
use domain::order::OrderState;
use store::audit::{self, Actor, Via};
use store::queue::Payload;
use store::{StoreError, connections, orders};

use super::error::OrderError;
use super::happen::{follow_key, submit_key};
use crate::Engine;

/// Orders that are looked at in one go.
const AT_ONCE: u32 = 1000;

impl Engine {
    /// Enqueues what is due: orders to be sent, searched for or asked for, and readings of Ion's orders and subscriptions. Jobs wake up by
    /// themselves; this finds those whose job was lost.
    pub async fn request_due_orders(&self) -> Result<(), StoreError> {
        let now = self.order_time();
        let due = orders::due(self.store().read(), now, AT_ONCE).await?;
        if !due.is_empty() {
            let tx = self.store().begin().await?;
            for (order, state) in due {
                if state == OrderState::Submitting {
                    let payload = Payload::SubmitOrder { order };
                    self.enqueue_once(&tx, payload, &submit_key(order), now)
                        .await?;
                } else {
                    let payload = Payload::FollowOrder { order };
                    self.enqueue_once(&tx, payload, &follow_key(order), now)
                        .await?;
                }
            }
            tx.commit().await?;
        }
        let poll = self.settings().orders.poll;
        for (connection, orders_due, subscriptions_due) in
            orders::due_readings(self.store().read(), now, poll).await?
        {
            if orders_due {
                let tx = self.store().begin().await?;
                self.enqueue_reading(&tx, connection).await?;
                tx.commit().await?;
            }
            if subscriptions_due
                && let Err(error) = self
                    .request_subscription_sync(connection, &Actor::system())
                    .await
            {
                match error {
                    OrderError::Store(error) => return Err(error),
                    other => {
                        tracing::debug!(connection = %connection, error = %other, "a reading of subscriptions that is due was not asked for")
                    }
                }
            }
        }
        Ok(())
    }

    /// Asks for what changed among Ion's orders to be read now.
    pub async fn request_read_orders(
        &self,
        connection: ConnectionId,
        actor: &Actor,
    ) -> Result<(), OrderError> {
        let tx = self.store().begin().await?;
        connections::find(&tx, connection)
            .await?
            .ok_or(OrderError::NoConnection)?;
        self.enqueue_reading(&tx, connection).await?;
        if actor.via != Via::System {
            let about = format!("connection {connection}");
            audit::append(&tx, &**self.clock(), actor, "orders.read", &about, "").await?;
        }
        Ok(tx.commit().await?)
    }

    async fn enqueue_reading(
        &self,
        tx: &store::Tx,
        connection: ConnectionId,
    ) -> Result<(), StoreError> {
        let payload = Payload::ReadOrders { connection };
        let key = format!("read-orders:{connection}");
        self.wake(tx, payload, &key, self.order_time()).await
    }
}
