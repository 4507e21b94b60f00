//! What the sandbox received, in order. Tokens are numbers here, never text.

use serde::Serialize;
use serde_json::Value;

/// One request.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Its place, from 1.
    pub n: u64,
    /// Milliseconds since the sandbox started.
    pub at_ms: u64,
    /// Method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Query, undecoded.
    pub query: String,
    /// Number of the access token that was sent; 0 is unknown, `None` is none.
    pub access: Option<u64>,
    /// The refresh token that was presented.
    pub refresh: Option<TokenUse>,
    /// Status that was answered; 0 where the connection was cut.
    pub status: u16,
    /// The request had its effect.
    pub effect: bool,
    /// Kind of the fault that met it.
    pub fault: Option<String>,
    /// Bytes of the answer.
    pub bytes: usize,
    /// Id of the customer that it made or changed.
    pub customer: Option<String>,
    /// Id of the order that it made, changed or cancelled.
    pub order: Option<String>,
    /// What was sent to make or change a customer, an order or a cart.
    pub sent: Option<Value>,
}

/// A refresh token that was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TokenUse {
    /// Its number; 0 is unknown.
    pub number: u64,
    /// It had been used up before.
    pub consumed: bool,
}

/// Every request so far.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Ledger {
    /// The requests.
    pub entries: Vec<Entry>,
}

impl Ledger {
    /// Requests whose path begins like this.
    pub fn of<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries
            .iter()
            .filter(move |entry| entry.path.starts_with(path))
    }

    /// How many requests had a path that begins like this.
    pub fn count(&self, path: &str) -> usize {
        self.of(path).count()
    }

    /// Customers that were made: each with its id and what was received.
    pub fn creates(&self) -> impl Iterator<Item = &Entry> {
        self.customer_writes()
            .filter(|entry| entry.method == "POST")
    }

    /// Changes of customers that happened.
    pub fn updates(&self) -> impl Iterator<Item = &Entry> {
        self.customer_writes().filter(|entry| entry.method == "PUT")
    }

    /// Changes of one customer that happened.
    pub fn updates_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.updates()
            .filter(move |entry| entry.customer.as_deref() == Some(id))
    }

    fn customer_writes(&self) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(|entry| entry.effect && entry.customer.is_some())
    }

    /// Every POST of an order that was received, with or without an effect.
    pub fn order_posts(&self) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(|entry| entry.method == "POST" && places_order(&entry.path))
    }

    /// Requests that made an order, or that Ion took as a change of one it had (knob `reference-id-repeat`).
    pub fn orders(&self) -> impl Iterator<Item = &Entry> {
        self.order_posts()
            .filter(|entry| entry.effect && entry.order.is_some())
    }

    /// Requests with this `referenceId` that made an order: more than one is an order placed twice.
    pub fn orders_with<'a>(&'a self, reference: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.orders().filter(move |entry| {
            let sent = entry.sent.as_ref();
            sent.is_some_and(|sent| sent["referenceId"] == reference)
        })
    }

    /// Requests that cancelled an order.
    pub fn cancels(&self) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(|entry| entry.effect && entry.order.is_some())
            .filter(|entry| entry.path.ends_with(":cancel"))
    }

    /// Exchanges of refresh tokens.
    pub fn exchanges(&self) -> usize {
        self.count("/oauth/token")
    }

    /// Exchanges that presented a token which had been used up before.
    pub fn consumed_presented(&self) -> usize {
        self.entries
            .iter()
            .filter(|entry| entry.refresh.is_some_and(|token| token.consumed))
            .count()
    }
}

fn places_order(path: &str) -> bool {
    path.trim_end_matches('/').ends_with("/orders") || path.ends_with(":checkout")
}
