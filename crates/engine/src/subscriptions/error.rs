//! Why subscriptions could not be read.

use store::StoreError;

use crate::connection::ConnectionError;

/// Why a reading could not go on. Its run is not ended: it begins anew with the next call, and what was written costs nothing again.
#[derive(Debug, thiserror::Error)]
pub enum SubscriptionSyncError {
    /// There is no way to Ion.
    #[error("there is no login to Ion")]
    Login(#[source] ConnectionError),
    /// The run or the connection is not there.
    #[error("{0} was not found")]
    Missing(&'static str),
    /// Another worker has the job now; it goes on with the run.
    #[error("another worker has taken the reading over")]
    Taken,
    /// The store failed.
    #[error("the subscriptions could not be stored")]
    Store(#[from] StoreError),
}
