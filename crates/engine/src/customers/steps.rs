//! Decisions about who is who, many at a time.

use domain::{ConnectionId, CustomerId};
use store::audit::Actor;

use super::error::MappingError;
use crate::Engine;

/// One decision of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MappingStep {
    /// The two are one.
    Confirm {
        /// The connection.
        connection: ConnectionId,
        /// Ours.
        customer: CustomerId,
        /// Ion's id.
        ion_id: String,
    },
    /// The two are two.
    Reject {
        /// The connection.
        connection: ConnectionId,
        /// Ours.
        customer: CustomerId,
        /// Ion's id.
        ion_id: String,
    },
    /// Ours is left out of sync.
    IgnoreCustomer {
        /// Ours.
        customer: CustomerId,
        /// False takes it in again.
        on: bool,
    },
    /// Ion's is left out of sync.
    IgnoreIon {
        /// The connection.
        connection: ConnectionId,
        /// Ion's id.
        ion_id: String,
        /// False takes it in again.
        on: bool,
    },
    /// Ours is made of Ion's.
    Import {
        /// The connection.
        connection: ConnectionId,
        /// Ion's id.
        ion_id: String,
    },
    /// Ion's is made of ours.
    Create {
        /// The connection.
        connection: ConnectionId,
        /// Ours.
        customer: CustomerId,
    },
    /// A write that failed is tried again.
    TryAgain {
        /// The connection.
        connection: ConnectionId,
        /// Ours.
        customer: CustomerId,
    },
}

impl Engine {
    /// Carries out many decisions; one that fails stops no other.
    pub async fn bulk(
        &self,
        steps: &[MappingStep],
        actor: &Actor,
    ) -> Vec<Result<(), MappingError>> {
        let mut outcomes = Vec::with_capacity(steps.len());
        for step in steps {
            outcomes.push(match step {
                MappingStep::Confirm {
                    connection,
                    customer,
                    ion_id,
                } => {
                    self.confirm_pair(*connection, *customer, ion_id, actor)
                        .await
                }
                MappingStep::Reject {
                    connection,
                    customer,
                    ion_id,
                } => {
                    self.reject_pair(*connection, *customer, ion_id, actor)
                        .await
                }
                MappingStep::IgnoreCustomer { customer, on } => {
                    self.ignore_customer(*customer, *on, actor).await
                }
                MappingStep::IgnoreIon {
                    connection,
                    ion_id,
                    on,
                } => self.ignore_ion(*connection, ion_id, *on, actor).await,
                MappingStep::Import { connection, ion_id } => self
                    .import_from_ion(*connection, ion_id, actor)
                    .await
                    .map(drop),
                MappingStep::Create {
                    connection,
                    customer,
                } => self.create_in_ion(*connection, *customer, actor).await,
                MappingStep::TryAgain {
                    connection,
                    customer,
                } => self.sync_customer_now(*connection, *customer, actor).await,
            });
        }
        outcomes
    }
}
