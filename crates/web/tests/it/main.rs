//! The web side as browsers and programs meet it: the whole router over a real store.
#![expect(clippy::unwrap_used, reason = "a test fails by its panic")]

mod api;
mod canary;
mod connections;
mod customers;
mod customers_api;
mod customers_files;
mod customers_mapping;
mod customers_plans;
mod effects;
mod forgery;
mod guessing;
mod headers;
mod hostile;
mod house;
mod login;
mod margins;
mod matrix;
mod openapi;
mod orders;
mod orders_api;
mod orders_api_follow;
mod products;
mod replicas;
mod runs;
mod secrets;
mod seen;
mod subscriptions;
mod subscriptions_api;
