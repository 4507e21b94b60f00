//! The words of Ionbridge: ids, money, terms, the clock, and the plain types that every other crate speaks in.
//!
//! Deliberately absent: IO, async, SQL, and any type of the Ion API (those stop at `engine`'s mapping).

pub mod access;
pub mod catalog;
pub mod clock;
pub mod connection;
pub mod customer;
pub mod ids;
pub mod margin;
pub mod money;
pub mod notice;
pub mod order;
pub mod run;
pub mod subscription;
pub mod term;

pub use clock::{Clock, IdGen, ManualClock, SeededIds, SystemClock, SystemIds};
pub use ids::{
    ApiTokenId, AttemptId, ChangeId, CombineId, ConnectionId, CustomerId, FileId, JobId,
    MarginRuleId, NoticeId, OrderId, PlanId, ProductId, RunId, SetAsideId, SubscriptionId, UserId,
    VariantId, WorkerId, WriteId,
};
pub use money::{Amount, AmountError, Currency, Scale};
pub use term::{BillingPeriod, Term};

/// Declares an enum that is stored and shown by one stable text per variant.
///
/// Gives `as_str`, `ALL`, `Display`, `FromStr` and serde by that text, so that database, API and log agree on the word.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every value, in the order of its declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable text of this value, as stored and as sent.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    other => Err($crate::UnknownWord { kind: stringify!($name), word: other.to_owned() }),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// A text that is none of the words of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not a {kind}")]
pub struct UnknownWord {
    /// Name of the enumeration.
    pub kind: &'static str,
    /// The text that was met.
    pub word: String,
}
