//! An order as JSON becomes a draft: for the command line and programs.

use store::audit::Actor;
use store::orders::OrderRow;

use super::error::OrderError;
use crate::Engine;

impl Engine {
    /// Makes a draft of JSON. What is wrong is named by its path, such as `lines[0].quantity`.
    pub async fn order_from_file(
        &self,
        file: &serde_json::Value,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let _ = (file, actor);
        Err(OrderError::Refused("This is not built yet.".to_owned()))
    }
}
