//! What vendors ask for, as Ion last said it.

use domain::ConnectionId;
use sea_orm::ConnectionTrait;

use super::TemplateRow;
use crate::{StoreError, Tx};

/// What a vendor asks for; nothing where it was never read.
pub async fn find_template(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    vendor: &str,
    provider: &str,
    action: &str,
) -> Result<Option<TemplateRow>, StoreError> {
    let _ = (conn, connection, vendor, provider, action);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Stores what a vendor asks for.
pub async fn save_template(tx: &Tx, template: &TemplateRow) -> Result<(), StoreError> {
    let _ = (tx, template);
    Err(StoreError::Missing("this query is not written yet; it"))
}
