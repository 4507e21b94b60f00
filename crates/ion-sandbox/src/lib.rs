//! A stateful simulator of the TD SYNNEX StreamOne Ion partner API v3, as unforgiving as the real one.
//!
//! - What nobody knows of Ion for sure is a [`Knobs`] member with a name; [`KNOBS`] lists them.
//! - What can go wrong on the way is a [`Fault`]: a rule that says for which requests, and an [`Action`].
//! - What happened is in the [`Ledger`]: every request, with tokens as numbers, never as text.
//! - Catalog, customers, subscriptions and their orders are made from a seed: same seed, same bytes. [`similar_customers`] makes a file of customers like them.
//! - What people do in Ion's portal, tests do by [`Portal`], and people on the sandbox's own page.

mod api;
mod carts;
mod catalog;
mod clock;
pub mod command;
mod control;
mod customers;
mod fault;
mod gate;
mod generate;
mod json;
mod knobs;
mod ledger;
mod money;
mod oauth;
mod orders;
mod portal;
mod programs;
mod reply;
mod reports;
mod schedule;
mod serve;
mod server;
mod stamp;
mod state;
mod subscriptions;
mod templates;
mod views;
mod wire;

pub use catalog::{Corruption, MovedPrice};
pub use clock::ClockMode;
pub use customers::similar_customers;
pub use fault::{Action, BodyKind, FAULTS, Fault, FaultDoc, all_faults, write_faults};
pub use gate::Gate;
pub use knobs::{Area, KNOBS, KnobDoc, KnobError, Knobs, Setting, all_knobs, knobs_about};
pub use ledger::{Entry, Ledger, TokenUse};
pub use oauth::Credentials;
pub use portal::Portal;
pub use server::{Catalog, Sandbox, SandboxConfig, SandboxError};
pub use views::{OfferView, OrderError, OrderItemView, OrderView, PortalOrder, SubscriptionView};
