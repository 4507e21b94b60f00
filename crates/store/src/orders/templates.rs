//! What vendors ask for, as Ion last said it.

use domain::ConnectionId;
use sea_orm::ConnectionTrait;

use super::TemplateRow;
use crate::sql::{hash_of, json_text, micros, row, values};
use crate::{StoreError, Tx};

/// What a vendor asks for; nothing where it was never read.
pub async fn find_template(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    vendor: &str,
    provider: &str,
    action: &str,
) -> Result<Option<TemplateRow>, StoreError> {
    let sql = "SELECT * FROM provision_template WHERE connection_id = $1 AND vendor = $2 AND provider = $3 AND action = $4";
    let Some(row) = row(conn, sql, values![connection.0, vendor, provider, action]).await? else {
        return Ok(None);
    };
    Ok(Some(TemplateRow {
        connection,
        vendor: vendor.to_owned(),
        provider: provider.to_owned(),
        action: action.to_owned(),
        template: row.json_opt("provision_template", "template")?,
        hash: hash_of(&row, "provision_template")?,
        read_at: row.time("read_at")?,
        changed_at: row.time("changed_at")?,
        failed: row.get("failed")?,
    }))
}

/// Stores what a vendor asks for, in place of what was there.
pub async fn save_template(tx: &Tx, template: &TemplateRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO provision_template (connection_id, vendor, provider, action, template, hash, read_at, changed_at, failed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (connection_id, vendor, provider, action) DO UPDATE SET template = excluded.template, hash = excluded.hash,
           read_at = excluded.read_at, changed_at = excluded.changed_at, failed = excluded.failed";
    let bound = values![
        template.connection.0,
        template.vendor.clone(),
        template.provider.clone(),
        template.action.clone(),
        template.template.as_ref().map(json_text),
        template.hash.to_vec(),
        micros(template.read_at),
        micros(template.changed_at),
        template.failed.clone()
    ];
    crate::sql::exec(tx, sql, bound).await.map(drop)
}
