//! The claim under which an import writes.

use store::Tx;
use store::queue::{self, Job};

use super::import::ImportError;

/// The job that an import was claimed by, where a queue gave it.
///
/// A worker that was slower than its lease does not know that another one reads the catalog now: so each transaction asks first.
#[derive(Debug, Clone, Default)]
pub(super) struct Claim(Option<Job>);

impl Claim {
    pub(super) fn of(job: &Job) -> Self {
        Self(Some(job.clone()))
    }

    /// Holds the claim until the transaction ends, or says that it is lost.
    pub(super) async fn hold(&self, tx: &Tx) -> Result<(), ImportError> {
        match &self.0 {
            Some(job) if !queue::hold(tx, job).await? => Err(ImportError::Taken),
            _ => Ok(()),
        }
    }
}
