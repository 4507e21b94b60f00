//! What people decide of an order: place it, take it back, send it again, close it, call it off. Each is one transaction with the job that
//! follows from it; none waits for Ion.

use domain::OrderId;
use jiff::Timestamp;
use store::audit::Actor;
use store::orders::OrderRow;

use super::error::OrderError;
use crate::Engine;

/// What a person says when they place an order.
#[derive(Debug, Clone, Default)]
pub struct Confirmation {
    /// The total that they typed, where the order binds for long or for an unknown time; else empty.
    pub typed_total: String,
    /// They saw that a price moved, and take today's.
    pub accepted_prices: bool,
    /// When it is to be sent; at once where nothing.
    pub at: Option<Timestamp>,
}

const LATER: &str = "This is not built yet.";

impl Engine {
    /// Places an order: what is sent to Ion is stored, with the job that sends it, in one transaction.
    pub async fn submit_order(
        &self,
        id: OrderId,
        expected_version: u64,
        confirmation: Confirmation,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let _ = (id, expected_version, confirmation, actor);
        Err(OrderError::Refused(LATER.to_owned()))
    }

    /// Makes a scheduled order a draft again.
    pub async fn take_back_order(
        &self,
        id: OrderId,
        expected_version: u64,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let _ = (id, expected_version, actor);
        Err(OrderError::Refused(LATER.to_owned()))
    }

    /// Searches for an order, or asks how it stands, at once: by a job.
    pub async fn look_now(&self, id: OrderId, actor: &Actor) -> Result<(), OrderError> {
        let _ = (id, actor);
        Err(OrderError::Refused(LATER.to_owned()))
    }

    /// Sends an order again that was searched for completely and past patience, and not found. Ion is searched once more before.
    pub async fn send_again(
        &self,
        id: OrderId,
        expected_version: u64,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let _ = (id, expected_version, actor);
        Err(OrderError::Refused(LATER.to_owned()))
    }

    /// Closes an order that Ion does not show. Should it appear all the same within a day, it is taken over, and told.
    pub async fn give_up_order(
        &self,
        id: OrderId,
        expected_version: u64,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let _ = (id, expected_version, actor);
        Err(OrderError::Refused(LATER.to_owned()))
    }

    /// Calls an order off: here where nothing was sent, else Ion is asked by a job.
    pub async fn cancel_order(
        &self,
        id: OrderId,
        expected_version: u64,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let _ = (id, expected_version, actor);
        Err(OrderError::Refused(LATER.to_owned()))
    }
}
