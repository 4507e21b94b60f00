//! Why something with customers was not done, in words for people.

use rules::customers::check::Problem;
use store::StoreError;
use store::customers::CustomerRow;
use store::seal::SealError;

use crate::connection::ConnectionError;

/// Why a sync was not accepted, or could not go on.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// There is no such connection.
    #[error("there is no such connection")]
    NoConnection,
    /// The connection has no login.
    #[error("the connection has no login: {0}")]
    NoLogin(domain::connection::ConnectionStatus),
    /// There is no such plan.
    #[error("there is no such plan")]
    NoPlan,
    /// The plan was applied or let go, or a later one took its place.
    #[error("this plan no longer waits: it was applied or let go, or a later one took its place")]
    PlanSettled,
    /// There is no way to Ion.
    #[error("there is no login to Ion")]
    Login(#[source] ConnectionError),
    /// The run is not there.
    #[error("{0} was not found")]
    Missing(&'static str),
    /// Another worker has the job now; it goes on with the run.
    #[error("another worker has taken the sync over")]
    Taken,
    /// The store failed.
    #[error("the sync could not be stored")]
    Store(#[from] StoreError),
}

/// Why an edit was not done.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// There is no such customer.
    #[error("there is no such customer")]
    Gone,
    /// Somebody else saved it meanwhile.
    #[error("somebody else saved this customer meanwhile")]
    Moved {
        /// What it is now.
        now: Box<CustomerRow>,
    },
    /// Something in it is wrong.
    #[error("{}", .0.iter().map(|problem| format!("{}: {}", problem.label, problem.message)).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Problem>),
    /// It cannot be done; the text says why and what to do.
    #[error("{0}")]
    Refused(String),
    /// The store failed.
    #[error("the change could not be stored")]
    Store(#[from] StoreError),
}

/// Why a decision about who is who was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// There is no such customer of ours.
    #[error("there is no such customer here")]
    NoCustomer,
    /// There is no such customer in Ion, as far as was read.
    #[error("Ion showed no such customer; read its customers again")]
    NotInIon,
    /// There is no such connection.
    #[error("there is no such connection")]
    NoConnection,
    /// One of the two is linked already.
    #[error("{0}")]
    Linked(String),
    /// It is not linked.
    #[error("this customer is not linked")]
    NotLinked,
    /// It cannot be done; the text says why and what to do.
    #[error("{0}")]
    Refused(String),
    /// Somebody else changed it in the same instant.
    #[error("it was changed in the same instant; look again")]
    Moved,
    /// The store failed.
    #[error("the decision could not be stored")]
    Store(#[from] StoreError),
}

/// Why a write to Ion did not come to its end. The job is tried again.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// There is no way to Ion.
    #[error("there is no login to Ion")]
    Login(#[source] ConnectionError),
    /// Ion or the network failed.
    #[error("Ion failed")]
    Ion(#[source] ion_client::Error),
    /// Whether Ion made the change is not known: it is looked at before anything is sent again.
    #[error("whether Ion made the change is not known yet")]
    Unclear(#[source] ion_client::Error),
    /// It was changed again and again meanwhile.
    #[error("the customer was changed again and again meanwhile")]
    Busy,
    /// The first password opens with no key that is known here. It is kept.
    #[error("the first password cannot be opened: {0}. It is kept")]
    Sealed(#[source] SealError),
    /// The store failed.
    #[error("the change could not be stored")]
    Store(#[from] StoreError),
}
