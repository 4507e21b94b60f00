//! The web side as browsers and programs meet it: the whole router over a real store.

mod api;
mod connections;
mod forgery;
mod guessing;
mod headers;
mod house;
mod login;
mod matrix;
mod openapi;
mod products;
mod replicas;
mod runs;
mod secrets;
