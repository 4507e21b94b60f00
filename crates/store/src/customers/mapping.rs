//! How much waits for a person.

use sea_orm::ConnectionTrait;

use super::MappingCounts;
use super::ion::ONLY_IN_ION;
use crate::StoreError;
use crate::sql::{row, values};

/// Counts for the tabs of the mapping, and for what waits.
pub async fn mapping_counts(conn: &impl ConnectionTrait) -> Result<MappingCounts, StoreError> {
    let sql = format!(
        "SELECT
          (SELECT COUNT(*) FROM customer_pair WHERE state = 'proposed') AS to_confirm,
          (SELECT COUNT(DISTINCT customer_id) FROM customer_conflict) AS conflicts,
          (SELECT COUNT(*) FROM customer WHERE link_state = 'not_in_ion') AS not_in_ion,
          (SELECT COUNT(*) FROM ion_customer i WHERE {ONLY_IN_ION}) AS only_in_ion,
          (SELECT COUNT(*) FROM customer WHERE link_state = 'failed') AS failed,
          (SELECT COUNT(*) FROM customer WHERE link_state = 'ignored') + (SELECT COUNT(*) FROM ion_customer WHERE ignored AND gone_at IS NULL) AS ignored,
          (SELECT COUNT(*) FROM customer_link) AS linked"
    );
    let found = row(conn, sql, values![])
        .await?
        .ok_or(StoreError::Missing("the counts of the mapping"))?;
    Ok(MappingCounts {
        to_confirm: found.count("to_confirm")?,
        conflicts: found.count("conflicts")?,
        not_in_ion: found.count("not_in_ion")?,
        only_in_ion: found.count("only_in_ion")?,
        failed: found.count("failed")?,
        ignored: found.count("ignored")?,
        linked: found.count("linked")?,
    })
}
