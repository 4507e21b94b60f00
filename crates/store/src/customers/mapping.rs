//! How much waits for a person.

use sea_orm::ConnectionTrait;

use super::MappingCounts;
use crate::StoreError;
use crate::sql::{row, values};

/// Every page shows these: what is rare is counted, and what is left is worked out. A link is only made of one that Ion showed, so that
/// of Ion's those without a link are all less the linked ones, and of both the few that stand aside are left out.
const COUNTS: &str = "SELECT
    (SELECT COUNT(*) FROM customer_pair WHERE state = 'proposed') AS to_confirm,
    (SELECT COUNT(DISTINCT customer_id) FROM customer_conflict) AS conflicts,
    (SELECT COUNT(*) FROM customer WHERE link_state = 'not_in_ion') AS not_in_ion,
    (SELECT COUNT(*) FROM ion_customer)
      - (SELECT COUNT(*) FROM ion_customer WHERE gone_at IS NOT NULL OR ignored)
      - (SELECT COUNT(*) FROM customer_link)
      + (SELECT COUNT(*) FROM ion_customer i JOIN customer_link l ON l.connection_id = i.connection_id AND l.ion_id = i.ion_id WHERE i.gone_at IS NOT NULL OR i.ignored)
      - (SELECT COUNT(*) FROM (SELECT DISTINCT p.connection_id, p.ion_id FROM customer_pair p JOIN ion_customer i ON i.connection_id = p.connection_id AND i.ion_id = p.ion_id
          WHERE p.state = 'proposed' AND i.gone_at IS NULL AND NOT i.ignored
          AND NOT EXISTS (SELECT 1 FROM customer_link l WHERE l.connection_id = p.connection_id AND l.ion_id = p.ion_id)) waiting) AS only_in_ion,
    (SELECT COUNT(*) FROM customer_link l JOIN customer c ON c.id = l.customer_id WHERE l.failed IS NOT NULL AND c.link_state <> 'archived') AS failed,
    (SELECT COUNT(*) FROM customer WHERE link_state = 'ignored')
      + (SELECT COUNT(*) FROM ion_customer WHERE (gone_at IS NOT NULL OR ignored) AND ignored AND gone_at IS NULL) AS ignored,
    (SELECT COUNT(*) FROM customer_link)
      - (SELECT COUNT(*) FROM customer c CROSS JOIN customer_link l WHERE l.customer_id = c.id AND c.link_state = 'archived') AS linked";

/// Counts for the tabs of the mapping, and for what waits.
pub async fn mapping_counts(conn: &impl ConnectionTrait) -> Result<MappingCounts, StoreError> {
    let found = row(conn, COUNTS, values![])
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
