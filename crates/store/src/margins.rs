//! Margin rules: made, changed against the version that was read, taken out of use.

use domain::MarginRuleId;
use domain::margin::MarginRule;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use crate::connections::signed;
use crate::sql::{Row, exec, json_text, micros, row, rows, values};
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
    let sql = if with_retired {
        "SELECT * FROM margin_rule ORDER BY created_at, id"
    } else {
        "SELECT * FROM margin_rule WHERE retired_at IS NULL ORDER BY created_at, id"
    };
    rows(conn, sql, vec![]).await?.iter().map(read).collect()
}

/// A rule by id, out of use or not.
pub async fn find(
    conn: &impl ConnectionTrait,
    id: MarginRuleId,
) -> Result<Option<MarginRow>, StoreError> {
    row(
        conn,
        "SELECT * FROM margin_rule WHERE id = $1",
        values![id.0],
    )
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// Makes a rule, with the version that it names.
pub async fn insert(tx: &Tx, row: &MarginRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO margin_rule (id, version, rule, created_by, created_at, edited_by, edited_at, retired_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let bound = values![
        row.rule.id.0,
        signed(row.version),
        json_text(&row.rule),
        row.created_by.clone(),
        micros(row.created_at),
        row.edited_by.clone(),
        micros(row.edited_at),
        row.retired_at.map(micros)
    ];
    exec(tx, sql, bound).await.map(drop)
}

/// Writes a rule where it still is of this version and in use; the version then is one more. False: somebody else changed it.
pub async fn save(tx: &Tx, row: &MarginRow, expected_version: u64) -> Result<bool, StoreError> {
    let sql = "UPDATE margin_rule SET rule = $3, edited_by = $4, edited_at = $5, version = version + 1 WHERE id = $1 AND version = $2 AND retired_at IS NULL";
    let bound = values![
        row.rule.id.0,
        signed(expected_version),
        json_text(&row.rule),
        row.edited_by.clone(),
        micros(row.edited_at)
    ];
    Ok(exec(tx, sql, bound).await? == 1)
}

/// Takes a rule out of use, where it still is of this version and in use; the version then is one more.
pub async fn retire(
    tx: &Tx,
    id: MarginRuleId,
    expected_version: u64,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE margin_rule SET retired_at = $4, edited_by = $3, edited_at = $4, version = version + 1 WHERE id = $1 AND version = $2 AND retired_at IS NULL";
    let bound = values![id.0, signed(expected_version), by, micros(now)];
    Ok(exec(tx, sql, bound).await? == 1)
}

fn read(row: &Row) -> Result<MarginRow, StoreError> {
    Ok(MarginRow {
        rule: row.json("margin_rule", "rule")?,
        version: row.count("version")?,
        created_by: row.get("created_by")?,
        created_at: row.time("created_at")?,
        edited_by: row.get("edited_by")?,
        edited_at: row.time("edited_at")?,
        retired_at: row.time_opt("retired_at")?,
    })
}
