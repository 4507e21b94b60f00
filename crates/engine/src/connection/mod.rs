//! Connections: credentials tested and saved, tokens refreshed, exactly one exchange at a time.
//!
//! - [`check`]: what *Test connection* and *Save* look at, and which field a failure names; [`draft`] is what was given,
//!   [`report`] what was found.
//! - [`save`]: *Save*: the same checks, one exchange, and the pair stored in the same step.
//! - [`refresh`]: one journalled exchange of a refresh token, by a token keeper, and what its result changes.
//! - [`recover`]: exchanges whose server went away are carried from the journal into the store.
//! - [`keep`]: the loop that refreshes before the access token ends, and warns people in time.
//! - [`access`]: how every request gets its token at the moment of sending.

mod access;
mod budget;
mod check;
mod draft;
pub mod journal;
mod keep;
pub mod keeper;
mod overview;
mod recover;
mod refresh;
mod report;
mod restored;
mod save;

pub use access::ConnectionTokens;
pub use budget::BudgetRow;
pub use draft::CredentialDraft;
pub use overview::{ConnectionOverview, Life};
pub use refresh::{RefreshOutcome, Refresher};
pub use report::{Check, CheckReport, CheckState, CheckStep};
pub use restored::RestoredConnection;
pub use save::{SaveError, SaveTarget, Saved};

use store::StoreError;

/// A connection could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// There is none, or it was removed.
    #[error("there is no such connection")]
    NotFound,
    /// It cannot be used in its state.
    #[error("{0}")]
    Unusable(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The settings do not allow its address.
    #[error(transparent)]
    Config(#[from] ion_client::ConfigError),
    /// The token keeper or its lock.
    #[error(transparent)]
    Keeper(#[from] keeper::KeeperError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] journal::JournalError),
}
