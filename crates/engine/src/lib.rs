//! What happens: fetch from Ion, ask `rules`, apply to the store. Ion's wire types stop at this crate's mapping.
//!
//! - [`connection`]: credentials tested and saved, tokens refreshed, exactly one exchange at a time.
//! - [`catalog`]: the catalog import.
//! - [`customers`]: customer sync, both ways.
//! - [`notices`]: messages for people.

pub mod catalog;
pub mod connection;
pub mod customers;
mod engine;
pub mod kill_point;
mod listing;
pub mod notices;
pub mod settings;

pub use engine::{Engine, EngineParts};
pub use settings::{
    CatalogSettings, CustomerSettings, EngineSettings, IonSettings, NoticeSettings, SmtpSettings,
    SmtpTls, WebhookSettings,
};
