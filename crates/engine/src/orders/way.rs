//! The way to Ion that jobs of orders take.

use domain::ConnectionId;
use domain::connection::ConnectionStatus;
use ion_client::IonClient;
use store::connections::{self, ConnectionRow};

use super::error::SubmitError;
use crate::Engine;

/// A client of a connection's Ion; nothing where its login needs a person first.
pub(super) async fn way(
    engine: &Engine,
    connection: ConnectionId,
) -> Result<Option<(IonClient, ConnectionRow)>, SubmitError> {
    let found = connections::find(engine.store().read(), connection).await?;
    let Some(row) = found.filter(|row| works(row.login.status)) else {
        return Ok(None);
    };
    let ion = engine.ion(connection).await.map_err(SubmitError::Login)?;
    Ok(Some((ion, row)))
}

fn works(status: ConnectionStatus) -> bool {
    matches!(
        status,
        ConnectionStatus::Active | ConnectionStatus::Rechecking | ConnectionStatus::Unclear
    )
}
