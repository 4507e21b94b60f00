//! The web side as browsers and programs meet it: the whole router over a real store.

mod api;
mod canary;
mod connections;
mod effects;
mod forgery;
mod guessing;
mod headers;
mod hostile;
mod house;
mod login;
mod matrix;
mod openapi;
mod products;
mod replicas;
mod runs;
mod secrets;
