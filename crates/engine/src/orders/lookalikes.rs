//! Orders of Ion's that look like one whose answer was lost: listed for a person, never taken over by themselves.

use domain::OrderId;
use jiff::Timestamp;
use store::audit::Actor;
use store::orders::OrderRow;

use super::error::OrderError;
use crate::Engine;

/// An order of Ion's that looks like one of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookAlikeRow {
    /// Ion's id of it.
    pub ion_id: String,
    /// Why it looks alike, in words.
    pub reasons: Vec<String>,
    /// When made at Ion.
    pub created_at: Option<Timestamp>,
    /// Ion's word for how it stands.
    pub status: String,
}

impl Engine {
    /// What looks like this order, as the last search found it.
    pub async fn lookalikes(&self, id: OrderId) -> Result<Vec<LookAlikeRow>, OrderError> {
        let _ = id;
        Err(OrderError::Refused("This is not built yet.".to_owned()))
    }

    /// A person says that this order of Ion's is it. A job reads it and takes it over.
    pub async fn adopt_order(
        &self,
        id: OrderId,
        ion_id: &str,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let _ = (id, ion_id, actor);
        Err(OrderError::Refused("This is not built yet.".to_owned()))
    }
}
