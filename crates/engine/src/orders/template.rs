//! What vendors ask for: read by a job, kept, and filled in from our own knowledge where Ion gives nothing.

use domain::ConnectionId;

use super::error::OrderError;
use crate::Engine;

/// Where the template of a line comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateState {
    /// Ion's, as last read.
    Fresh,
    /// Asked for, and not there yet; until then our own is shown.
    Waiting,
    /// It could not be read; our own is shown. The text says why.
    Failed(String),
    /// Ion has none for this vendor: our own.
    BuiltIn,
}

impl Engine {
    /// Asks for a vendor's template to be read by a job. `vendor`, `provider` and `action` are Ion's words.
    pub async fn request_template(
        &self,
        connection: ConnectionId,
        vendor: &str,
        provider: &str,
        action: &str,
    ) -> Result<(), OrderError> {
        let _ = (connection, vendor, provider, action);
        Err(OrderError::Refused("This is not built yet.".to_owned()))
    }
}
