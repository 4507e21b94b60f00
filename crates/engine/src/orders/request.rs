//! What is due by the clock, and what a person asks for: jobs of orders.

use domain::ConnectionId;
use store::StoreError;
use store::audit::Actor;

use super::error::OrderError;
use crate::Engine;

impl Engine {
    /// Enqueues what is due: orders to be sent, searched for or asked for, and readings of Ion's orders and subscriptions.
    pub async fn request_due_orders(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Asks for what changed among Ion's orders to be read now.
    pub async fn request_read_orders(
        &self,
        connection: ConnectionId,
        actor: &Actor,
    ) -> Result<(), OrderError> {
        let _ = (connection, actor);
        Err(OrderError::Refused("This is not built yet.".to_owned()))
    }
}
