//! What happens: fetch from Ion, ask `rules`, apply to the store. Ion's wire types stop at this crate's mapping.
//!
//! - [`connection`]: credentials tested and saved, tokens refreshed, exactly one exchange at a time.
//! - [`catalog`]: the catalog import.
//! - [`customers`]: customer sync, both ways.
//! - [`orders`]: orders, sent once and followed to their end.
//! - [`subscriptions`]: what customers have, read, changed and told of.
//! - [`margins`]: what it is sold for.
//! - [`notices`]: messages for people.
//! - [`table`]: lists as files, written part by part.

pub mod catalog;
pub mod connection;
pub mod customers;
mod engine;
pub mod kill_point;
mod listing;
pub mod margins;
pub mod notices;
pub mod orders;
mod reseal;
pub mod settings;
pub mod subscriptions;
pub mod table;

pub use engine::{Engine, EngineParts};
pub use settings::{
    CatalogSettings, CustomerSettings, EngineSettings, IonSettings, NoticeSettings, OrderSettings,
    SmtpSettings, SmtpTls, WebhookSettings,
};
