//! What the engine needs to be told. The binary reads it from the configuration.

use std::path::PathBuf;
use std::time::Duration;

use ion_client::oauth::OAuth;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::connection::keeper::KeeperCommand;

/// Settings of the engine.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Folder of the token journal and the locks of exchanges under way; must outlive the process.
    pub data_dir: PathBuf,
    /// Name of this host, for people.
    pub host: String,
    /// How the token keeper is started.
    pub keeper: KeeperCommand,
    /// How Ion is reached.
    pub ion: IonSettings,
    /// The catalog import.
    pub catalog: CatalogSettings,
    /// The customer sync.
    pub customers: CustomerSettings,
    /// Orders and subscriptions.
    pub orders: OrderSettings,
    /// Notices by e-mail and webhook.
    pub notices: NoticeSettings,
}

/// How Ion is reached. Never typed in a browser.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IonSettings {
    /// Base address of new connections.
    pub base_url: String,
    /// Hosts (`name` or `name:port`) that credentials may be sent to.
    pub allowed_hosts: Vec<String>,
    /// Plain http is allowed to a loopback address: for the sandbox.
    pub plain_http_loopback: bool,
    /// Records a page of customers or products.
    pub page_size: u32,
    /// Requests a second and connection, over all replicas.
    pub requests_per_second: u32,
    /// Seconds until a connection must stand.
    pub connect_timeout_s: u64,
    /// Seconds for one request in all.
    pub timeout_s: u64,
    /// Seconds for one exchange of a refresh token; generous, since a short one loses grants.
    pub token_timeout_s: u64,
}

impl Default for IonSettings {
    fn default() -> Self {
        Self {
            base_url: "https://ion.tdsynnex.com".to_owned(),
            allowed_hosts: vec!["ion.tdsynnex.com".to_owned()],
            plain_http_loopback: false,
            page_size: 500,
            requests_per_second: 10,
            connect_timeout_s: 10,
            timeout_s: 60,
            token_timeout_s: 120,
        }
    }
}

impl IonSettings {
    /// The same settings for the base address of a connection.
    #[must_use]
    pub fn at(&self, base_url: &str) -> Self {
        Self {
            base_url: base_url.to_owned(),
            ..self.clone()
        }
    }

    /// Whether this base address is a sandbox: anything but an https host.
    pub fn is_sandbox(&self) -> bool {
        !self.base_url.starts_with("https://")
    }

    /// The OAuth endpoints of this base address.
    pub fn oauth(&self) -> Result<OAuth, ion_client::ConfigError> {
        OAuth::new(&self.http())
    }

    /// The rules that every client of Ion is built by.
    pub fn http(&self) -> ion_client::HttpSettings {
        ion_client::HttpSettings {
            base_url: self.base_url.clone(),
            allowed_hosts: self.allowed_hosts.clone(),
            allow_plain_http_loopback: self.plain_http_loopback,
            connect_timeout: Duration::from_secs(self.connect_timeout_s),
            timeout: Duration::from_secs(self.timeout_s),
            ..ion_client::HttpSettings::default()
        }
    }
}

/// Settings of the catalog import.
#[derive(Debug, Clone)]
pub struct CatalogSettings {
    /// An import that would withdraw more than this share of the products withdraws none and asks.
    pub guard_percent: u8,
    /// The guard never fires below this number of products.
    pub guard_minimum: u64,
    /// External ids in one request of `products:pricing`.
    pub pricing_batch: usize,
    /// Provider words for `products:pricing` by provider number, where the defaults do not fit.
    pub pricing_providers: Vec<(String, String)>,
}

impl Default for CatalogSettings {
    fn default() -> Self {
        Self {
            guard_percent: 30,
            guard_minimum: 20,
            pricing_batch: 200,
            pricing_providers: Vec::new(),
        }
    }
}

/// Settings of the customer sync.
#[derive(Debug, Clone)]
pub struct CustomerSettings {
    /// How often Ion is looked at for changes, where nothing moves; more often while something does.
    pub poll: Duration,
    /// A run that would change or lose more than this share of the linked customers stops and asks.
    pub guard_percent: u8,
    /// The guard never fires below this number of customers.
    pub guard_minimum: u64,
}

impl Default for CustomerSettings {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(300),
            guard_percent: 30,
            guard_minimum: 20,
        }
    }
}

/// Settings of orders and subscriptions.
#[derive(Debug, Clone)]
pub struct OrderSettings {
    /// How long an order whose answer was lost is searched for, before people are told that Ion does not show it. Longer than Ion's lists lag.
    pub patience: Duration,
    /// How often Ion's orders are read for what changed, those placed in its portal among them.
    pub poll: Duration,
    /// How often all subscriptions are read.
    pub subscriptions_poll: Duration,
    /// How long after it was carried out an order may be without a subscription, before people are told.
    pub subscription_patience: Duration,
    /// Records a page of orders, where an order is searched for or changes are read.
    pub page_size: u32,
}

impl Default for OrderSettings {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(900),
            poll: Duration::from_secs(300),
            subscriptions_poll: Duration::from_secs(3600),
            subscription_patience: Duration::from_secs(3600),
            page_size: 100,
        }
    }
}

/// Where notices go besides the screen.
#[derive(Debug, Clone, Default)]
pub struct NoticeSettings {
    /// Address of this installation, for links.
    pub public_url: Option<String>,
    /// E-mail, where configured.
    pub email: Option<SmtpSettings>,
    /// A signed webhook, where configured.
    pub webhook: Option<WebhookSettings>,
}

/// E-mail by SMTP.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Encryption of the connection.
    pub tls: SmtpTls,
    /// Log-in, where the server wants one.
    pub username: Option<String>,
    /// Password of the log-in.
    pub password: Option<SecretString>,
    /// Sender.
    pub from: String,
    /// Receivers.
    pub to: Vec<String>,
}

/// Encryption of an SMTP connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpTls {
    /// TLS from the first byte.
    Implicit,
    /// `STARTTLS`, required.
    Starttls,
    /// None: for a server on this machine.
    None,
}

/// A signed webhook (Standard Webhooks).
#[derive(Debug, Clone)]
pub struct WebhookSettings {
    /// Receiver; https, unless private targets are allowed.
    pub url: String,
    /// Key of the signature, base64, with or without `whsec_`.
    pub secret: SecretString,
    /// Private and loopback targets are allowed.
    pub allow_private: bool,
}
