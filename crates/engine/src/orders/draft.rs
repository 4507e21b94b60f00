//! Drafts: begun, edited, copied, thrown away. Nothing of it is known to Ion.

use domain::order::OrderContent;
use domain::{ConnectionId, CustomerId, OrderId, VariantId};
use store::audit::Actor;
use store::orders::OrderRow;

use super::error::OrderError;
use crate::Engine;

/// A draft to begin.
#[derive(Debug, Clone, Default)]
pub struct NewDraft {
    /// For whom; may be said later.
    pub customer: Option<CustomerId>,
    /// By which connection: else the one that the customer is linked in, else the only one.
    pub connection: Option<ConnectionId>,
    /// What is asked for.
    pub content: OrderContent,
}

const LATER: &str = "This is not built yet.";

impl Engine {
    /// Begins a draft. Prices of lines without one are those of the catalog today.
    pub async fn begin_order(&self, new: NewDraft, actor: &Actor) -> Result<OrderRow, OrderError> {
        let _ = (new, actor);
        Err(OrderError::Refused(LATER.to_owned()))
    }

    /// Changes a draft against the version that was edited.
    pub async fn edit_order(
        &self,
        id: OrderId,
        expected_version: u64,
        content: OrderContent,
        customer: Option<CustomerId>,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let _ = (id, expected_version, content, customer, actor);
        Err(OrderError::Refused(LATER.to_owned()))
    }

    /// Adds a line to a draft: this variant, at the price of the catalog today.
    pub async fn add_order_line(
        &self,
        id: OrderId,
        expected_version: u64,
        variant: VariantId,
        quantity: u32,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let _ = (id, expected_version, variant, quantity, actor);
        Err(OrderError::Refused(LATER.to_owned()))
    }

    /// Takes a line out of a draft; lines are counted from 0.
    pub async fn remove_order_line(
        &self,
        id: OrderId,
        expected_version: u64,
        line: usize,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let _ = (id, expected_version, line, actor);
        Err(OrderError::Refused(LATER.to_owned()))
    }

    /// Takes the prices of the catalog today into a draft.
    pub async fn accept_prices(
        &self,
        id: OrderId,
        expected_version: u64,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let _ = (id, expected_version, actor);
        Err(OrderError::Refused(LATER.to_owned()))
    }

    /// A new draft with what another order asked for.
    pub async fn copy_order(&self, id: OrderId, actor: &Actor) -> Result<OrderRow, OrderError> {
        let _ = (id, actor);
        Err(OrderError::Refused(LATER.to_owned()))
    }

    /// Throws a draft away that was never confirmed.
    pub async fn discard_order(
        &self,
        id: OrderId,
        expected_version: u64,
        actor: &Actor,
    ) -> Result<(), OrderError> {
        let _ = (id, expected_version, actor);
        Err(OrderError::Refused(LATER.to_owned()))
    }
}
