//! What customers have at the vendors' clouds, as Ion last said it.

use domain::ConnectionId;
use sea_orm::ConnectionTrait;

use super::CloudProfilesRow;
use crate::sql::{json_text, micros, row, values};
use crate::{StoreError, Tx};

/// What a customer of Ion has at the vendors' clouds; nothing where it was never read.
pub async fn find_cloud_profiles(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ion_customer_id: &str,
) -> Result<Option<CloudProfilesRow>, StoreError> {
    let sql = "SELECT * FROM cloud_profiles WHERE connection_id = $1 AND ion_customer_id = $2";
    let Some(row) = row(conn, sql, values![connection.0, ion_customer_id]).await? else {
        return Ok(None);
    };
    Ok(Some(CloudProfilesRow {
        connection,
        ion_customer_id: ion_customer_id.to_owned(),
        profiles: row.json("cloud_profiles", "profiles")?,
        read_at: row.time("read_at")?,
        changed_at: row.time("changed_at")?,
        failed: row.get("failed")?,
    }))
}

/// Stores what a customer has at the vendors' clouds, in place of what was there.
pub async fn save_cloud_profiles(tx: &Tx, new: &CloudProfilesRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO cloud_profiles (connection_id, ion_customer_id, profiles, read_at, changed_at, failed) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (connection_id, ion_customer_id) DO UPDATE SET profiles = excluded.profiles, read_at = excluded.read_at,
           changed_at = excluded.changed_at, failed = excluded.failed";
    let bound = values![
        new.connection.0,
        new.ion_customer_id.clone(),
        json_text(&new.profiles),
        micros(new.read_at),
        micros(new.changed_at),
        new.failed.clone()
    ];
    crate::sql::exec(tx, sql, bound).await.map(drop)
}
