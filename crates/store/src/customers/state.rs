//! The one word for how a customer stands to Ion: worked out here, and nowhere else.

use domain::CustomerId;
use sea_orm::Value;

use super::batch::{parts, places};
use crate::sql::exec;
use crate::{StoreError, Tx};

/// From everything that is known of a customer: of several links the one that needs a person most.
const STATE: &str = "CASE
    WHEN archived_at IS NOT NULL THEN 'archived'
    WHEN EXISTS (SELECT 1 FROM customer_conflict x WHERE x.customer_id = customer.id) THEN 'conflict'
    WHEN EXISTS (SELECT 1 FROM customer_link l WHERE l.customer_id = customer.id AND l.failed IS NOT NULL) THEN 'failed'
    WHEN EXISTS (SELECT 1 FROM customer_link l JOIN ion_customer i ON i.connection_id = l.connection_id AND i.ion_id = l.ion_id WHERE l.customer_id = customer.id AND i.gone_at IS NOT NULL) THEN 'gone'
    WHEN EXISTS (SELECT 1 FROM customer_link l JOIN ion_customer i ON i.connection_id = l.connection_id AND i.ion_id = l.ion_id WHERE l.customer_id = customer.id AND NOT i.active) THEN 'inactive'
    WHEN EXISTS (SELECT 1 FROM customer_link l WHERE l.customer_id = customer.id) THEN 'linked'
    WHEN EXISTS (SELECT 1 FROM customer_pair p WHERE p.customer_id = customer.id AND p.state = 'proposed') THEN 'proposed'
    WHEN ignored THEN 'ignored'
    WHEN EXISTS (SELECT 1 FROM customer_write w WHERE w.customer_id = customer.id AND w.kind = 'create' AND w.state = 'refused'
      AND NOT EXISTS (SELECT 1 FROM customer_write later WHERE later.customer_id = customer.id AND later.kind = 'create' AND later.started_at > w.started_at)) THEN 'failed'
    ELSE 'not_in_ion' END";

/// Works out anew how a customer stands to Ion. Call it after anything that it follows from.
pub async fn settle_state(tx: &Tx, id: CustomerId) -> Result<(), StoreError> {
    settle_states(tx, &[id]).await
}

/// The same for many. Writes no row whose word stays.
pub async fn settle_states(tx: &Tx, ids: &[CustomerId]) -> Result<(), StoreError> {
    for part in parts(ids) {
        let sql = format!(
            "UPDATE customer SET link_state = {STATE} WHERE id IN ({}) AND link_state <> {STATE}",
            places(0, part.len())
        );
        exec(tx, sql, part.iter().map(|id| Value::from(id.0)).collect()).await?;
    }
    Ok(())
}
