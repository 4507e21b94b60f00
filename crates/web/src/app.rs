//! What the web side is made of, and what its handlers share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use engine::Engine;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::Store;
use url::{Host, Url};

use crate::auth::password::Passwords;

/// What the router needs.
#[derive(Debug)]
pub struct WebParts {
    /// The engine; its store is migrated.
    pub engine: Engine,
    /// Settings.
    pub settings: WebSettings,
    /// Text of `/metrics`, where metrics are collected.
    pub metrics: Option<Metrics>,
}

/// Settings of the web side.
#[derive(Debug, Clone)]
pub struct WebSettings {
    /// Address by which people open it; cookies, the Host check and links follow it.
    pub public_url: Url,
    /// Stands behind a proxy that ends TLS: the peer's address then says nothing about who asks.
    pub behind_proxy: bool,
    /// A session that is not used this long ends.
    pub session_idle: Duration,
    /// A session ends after this long, whatever happens.
    pub session_life: Duration,
    /// How long a password given again counts.
    pub confirmed_for: Duration,
    /// `/metrics` is open to everybody who reaches the address.
    pub metrics_open: bool,
    /// Zone in which times are shown.
    pub zone: TimeZone,
    /// Version of the binary, for people.
    pub version: String,
}

impl WebSettings {
    /// The defaults for this address.
    pub fn at(public_url: Url) -> Self {
        Self {
            public_url,
            behind_proxy: false,
            session_idle: Duration::from_hours(12),
            session_life: Duration::from_hours(7 * 24),
            confirmed_for: Duration::from_mins(10),
            metrics_open: false,
            zone: TimeZone::UTC,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// People open it by https: cookies are `Secure`.
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// People open it on the machine that it runs on.
    pub fn is_loopback(&self) -> bool {
        match self.public_url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

/// Gives the text of `/metrics`.
#[derive(Clone)]
pub struct Metrics(Arc<dyn Fn() -> String + Send + Sync>);

impl Metrics {
    /// Metrics that this function writes out, in the Prometheus text format.
    pub fn new(render: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(render))
    }

    pub(crate) fn render(&self) -> String {
        (self.0)()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

/// What every handler gets. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct App {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    parts: WebParts,
    passwords: Passwords,
}

impl App {
    pub(crate) fn new(parts: WebParts) -> Self {
        Self {
            inner: Arc::new(Inner {
                parts,
                passwords: Passwords::new(),
            }),
        }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.parts.engine
    }

    pub(crate) fn store(&self) -> &Store {
        self.inner.parts.engine.store()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.parts.engine.clock().now()
    }

    pub(crate) fn settings(&self) -> &WebSettings {
        &self.inner.parts.settings
    }

    pub(crate) fn metrics(&self) -> Option<&Metrics> {
        self.inner.parts.metrics.as_ref()
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.inner.passwords
    }
}
