#![doc = include_str!("../README.md")]

mod catalog;
mod client;
mod customers;
mod decimal;
mod error;
mod http;
mod model;
pub mod oauth;
mod page;
mod products;
mod scrub;
mod write;

pub use catalog::{
    AddOn, Categories, Category, Charge, ChargeTier, Charges, Consumable, ConsumableTier,
    CustomField, Definition, Duration, Feature, Image, Marketing, Phase, Plan, PlanPrice, Pricing,
    Product, Sku, TagValue, Usage, UsageDefinition, UsageUnit, Verticals,
};
pub use client::{
    AccessToken, AccessTokens, FixedToken, IonClient, PacedBudget, RequestBudget, TokenUnavailable,
};
pub use customers::{
    CloudProfile, CreatedCustomer, Customer, CustomerAddress, CustomerDraft, CustomerList,
    Customers,
};
pub use decimal::ExactDecimal;
pub use error::{ApiError, Class, DecodeError, Error};
pub use http::{ConfigError, HttpSettings, RetryPolicy};
pub use page::{Item, Page, PageToken};
pub use products::{ClientRole, GetProduct, ProductList, Products, ProviderProducts};
pub use write::{Effect, WriteError};
