//! Customers that are brought to Ion.

use domain::CustomerId;
use store::queue::Payload;

use super::On;
use crate::commands::settle;

/// Whose jobs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whose {
    /// Of one customer.
    One(CustomerId),
    /// Of all.
    All,
}

impl On<'_> {
    /// Sees to it that what was asked for reaches Ion. True where something still waits: for a later try, or for a busy worker.
    pub(super) async fn settle(&self, whose: Whose) -> anyhow::Result<bool> {
        settle::settle(&self.engine, self.host, |payload| match (payload, whose) {
            (
                Payload::PushCustomer { customer, .. } | Payload::CreateCustomer { customer, .. },
                Whose::One(id),
            ) => *customer == id,
            (Payload::PushCustomer { .. } | Payload::CreateCustomer { .. }, Whose::All) => true,
            _ => false,
        })
        .await
    }
}
