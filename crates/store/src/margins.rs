//! Margin rules: made, changed against the version that was read, taken out of use.

use domain::MarginRuleId;
use domain::margin::MarginRule;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use crate::{StoreError, Tx};

/// A margin rule as stored.
#[derive(Debug, Clone)]
pub struct MarginRow {
    /// The rule.
    pub rule: MarginRule,
    /// Counts every change: a change names the one it was made against.
    pub version: u64,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Who last changed it.
    pub edited_by: String,
    /// When.
    pub edited_at: Timestamp,
    /// Since when it is out of use; kept, since prices were worked out by it.
    pub retired_at: Option<Timestamp>,
}

/// Every rule, in the order in which they were made; those out of use where asked for.
pub async fn list(
    conn: &impl ConnectionTrait,
    with_retired: bool,
) -> Result<Vec<MarginRow>, StoreError> {
    let _ = (conn, with_retired);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// A rule by id.
pub async fn find(
    conn: &impl ConnectionTrait,
    id: MarginRuleId,
) -> Result<Option<MarginRow>, StoreError> {
    let _ = (conn, id);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Makes a rule.
pub async fn insert(tx: &Tx, row: &MarginRow) -> Result<(), StoreError> {
    let _ = (tx, row);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Writes a rule where it still is of this version and in use; the version then is one more.
pub async fn save(tx: &Tx, row: &MarginRow, expected_version: u64) -> Result<bool, StoreError> {
    let _ = (tx, row, expected_version);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Takes a rule out of use, where it still is of this version.
pub async fn retire(
    tx: &Tx,
    id: MarginRuleId,
    expected_version: u64,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let _ = (tx, id, expected_version, by, now);
    Err(StoreError::Missing("this query is not written yet; it"))
}
