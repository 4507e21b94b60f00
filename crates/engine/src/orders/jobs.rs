//! What jobs do with orders.

use std::time::Duration;

use domain::{ConnectionId, OrderId};

use super::error::SubmitError;
use crate::Engine;

/// How a job of an order ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnd {
    /// Nothing is left to do for it.
    Done,
    /// It is to go on after this time.
    Again(Duration),
    /// It cannot be done; the order tells why.
    Failed(String),
}

/// Sends an order to Ion, once.
pub async fn submit(engine: &Engine, order: OrderId) -> Result<JobEnd, SubmitError> {
    let _ = (engine, order);
    Ok(JobEnd::Failed("not built yet".to_owned()))
}

/// Searches for an order whose answer was lost, or asks how it stands.
pub async fn follow(engine: &Engine, order: OrderId) -> Result<JobEnd, SubmitError> {
    let _ = (engine, order);
    Ok(JobEnd::Failed("not built yet".to_owned()))
}

/// Asks Ion to call an order off.
pub async fn cancel(
    engine: &Engine,
    order: OrderId,
    requested_by: &str,
) -> Result<JobEnd, SubmitError> {
    let _ = (engine, order, requested_by);
    Ok(JobEnd::Failed("not built yet".to_owned()))
}

/// Reads the orders of a connection that changed at Ion.
pub async fn read(engine: &Engine, connection: ConnectionId) -> Result<JobEnd, SubmitError> {
    let _ = (engine, connection);
    Ok(JobEnd::Failed("not built yet".to_owned()))
}

/// Reads what a vendor asks for. `vendor`, `provider` and `action` are Ion's words.
pub async fn read_template(
    engine: &Engine,
    connection: ConnectionId,
    vendor: &str,
    provider: &str,
    action: &str,
) -> Result<JobEnd, SubmitError> {
    let _ = (engine, connection, vendor, provider, action);
    Ok(JobEnd::Failed("not built yet".to_owned()))
}
