//! Why something with orders, subscriptions or margin rules was not done, in words for people.

use rules::orders::check::Problem;
use store::StoreError;
use store::orders::OrderRow;

use crate::connection::ConnectionError;

/// Why a person or program did not get what they asked for.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// There is no such order, subscription or rule.
    #[error("there is no such order")]
    Gone,
    /// Somebody else changed the order meanwhile.
    #[error("somebody else changed this order meanwhile")]
    Moved {
        /// What it is now.
        now: Box<OrderRow>,
    },
    /// Something in it is wrong.
    #[error("{}", .0.iter().map(|problem| format!("{}: {}", problem.label, problem.message)).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Problem>),
    /// It cannot be done; the text says why and what to do.
    #[error("{0}")]
    Refused(String),
    /// There is no such connection.
    #[error("there is no such connection")]
    NoConnection,
    /// There is no way to Ion.
    #[error("there is no login to Ion")]
    Login(#[source] ConnectionError),
    /// The store failed.
    #[error("the change could not be stored")]
    Store(#[from] StoreError),
}

/// Why a job did not come to its end. It is tried again; nothing was posted that an answer is missing of.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// There is no way to Ion.
    #[error("there is no login to Ion")]
    Login(#[source] ConnectionError),
    /// Ion or the network failed.
    #[error("Ion failed")]
    Ion(#[source] ion_client::Error),
    /// The order was changed again and again meanwhile.
    #[error("the order was changed again and again meanwhile")]
    Busy,
    /// The store failed.
    #[error("the order could not be stored")]
    Store(#[from] StoreError),
}
