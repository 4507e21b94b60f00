//! The subscriptions of one customer, read after an order of it was carried out.

use domain::{ConnectionId, OrderId};

use crate::Engine;
use crate::orders::{JobEnd, SubmitError};

/// Reads the subscriptions of one Ion customer. With an order: until its subscriptions are seen.
pub async fn read_of(
    engine: &Engine,
    connection: ConnectionId,
    ion_customer_id: &str,
    order: Option<OrderId>,
) -> Result<JobEnd, SubmitError> {
    let _ = (engine, connection, ion_customer_id, order);
    Ok(JobEnd::Failed("not written yet".to_owned()))
}
