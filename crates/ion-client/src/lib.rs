#![doc = include_str!("../README.md")]

mod client;
mod customers;
mod decimal;
mod error;
mod http;
pub mod oauth;
mod page;
mod products;
mod scrub;

pub use client::{
    AccessToken, AccessTokens, FixedToken, IonClient, PacedBudget, RequestBudget, TokenUnavailable,
};
pub use customers::{Customer, CustomerAddress, CustomerList, Customers};
pub use decimal::ExactDecimal;
pub use error::{ApiError, Class, DecodeError, Error};
pub use http::{ConfigError, HttpSettings, RetryPolicy};
pub use page::{Item, Page, PageToken};
pub use products::{
    AddOn, Categories, Category, Charges, ClientRole, CustomField, Definition, Duration,
    GetProduct, Marketing, Phase, Plan, PlanPrice, Pricing, Product, ProductList, Products,
    ProviderProducts, Sku, Usage, Verticals,
};
