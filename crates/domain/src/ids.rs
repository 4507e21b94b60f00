//! Our own ids: UUID version 7, so that they sort by the time they were made. Ids from Ion are opaque text, never these.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id from the generator in use.
            pub fn new(ids: &dyn crate::IdGen) -> Self {
                Self(ids.uuid())
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// One Ion account linked to us.
    ConnectionId,
    /// One exchange of a refresh token.
    AttemptId,
    /// One execution of an import or a sync.
    RunId,
    /// One piece of durable work.
    JobId,
    /// One process that runs jobs.
    WorkerId,
    /// One person who logs in.
    UserId,
    /// One bearer token of the REST API.
    ApiTokenId,
    /// One message for people: a warning of a login that ends, a failed refresh.
    NoticeId,
    /// One product of one connection.
    ProductId,
    /// One variant (SKU x plan) of a product.
    VariantId,
    /// One catalog entry that could not be read.
    SetAsideId,
    /// One customer of ours.
    CustomerId,
    /// One plan of a customer sync.
    PlanId,
    /// One write to Ion: its intent and what came of it.
    WriteId,
    /// One change of a customer, as its history keeps it.
    ChangeId,
    /// Two customers of ours made one.
    CombineId,
    /// One file of customers that somebody brought.
    FileId,
    /// One order, a draft included.
    OrderId,
    /// One subscription of one connection.
    SubscriptionId,
    /// One margin rule.
    MarginRuleId,
}
