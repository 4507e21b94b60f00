//! Settings: defaults that are compiled in, a file, the environment; unknown keys are errors.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use engine::{
    CatalogSettings, CustomerSettings, IonSettings, NoticeSettings, OrderSettings, SmtpSettings,
    SmtpTls, WebhookSettings,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use toml::{Table, Value};

/// The commented defaults.
pub(crate) const DEFAULT: &str = include_str!("../config.default.toml");

/// Variables of the environment that are no settings of a section.
const OTHER_VARIABLES: [&str; 5] = [
    "IONBRIDGE_DATA_DIR",
    "IONBRIDGE_DATABASE_URL",
    "IONBRIDGE_CONFIG",
    "IONBRIDGE_KILL_AT",
    "IONBRIDGE_REQUIRE_ASSETS",
];

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) key: Key,
    pub(crate) ion: Ion,
    pub(crate) catalog: Catalog,
    pub(crate) customers: Customers,
    pub(crate) orders: Orders,
    pub(crate) worker: Worker,
    pub(crate) notices: Notices,
    pub(crate) telemetry: Telemetry,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) listen: String,
    pub(crate) public_url: String,
    pub(crate) behind_proxy: bool,
    pub(crate) metrics_open: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Database {
    pub(crate) url: SecretString,
    pub(crate) max_connections: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    pub(crate) file: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ion {
    base_url: String,
    allowed_hosts: Vec<String>,
    plain_http_loopback: bool,
    page_size: u32,
    requests_per_second: u32,
    connect_timeout_s: u64,
    timeout_s: u64,
    token_timeout_s: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Catalog {
    pub(crate) schedule: String,
    guard_percent: u8,
    guard_minimum: u64,
    pricing_batch: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Customers {
    poll_s: u64,
    guard_percent: u8,
    guard_minimum: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Orders {
    patience_s: u64,
    poll_s: u64,
    subscriptions_poll_s: u64,
    subscription_patience_s: u64,
    page_size: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Worker {
    pub(crate) slots: usize,
    pub(crate) keep_jobs_days: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Notices {
    email: Email,
    webhook: Webhook,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Email {
    host: String,
    port: u16,
    tls: SmtpTls,
    username: String,
    password: SecretString,
    from: String,
    to: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Webhook {
    url: String,
    secret: SecretString,
    allow_private: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Telemetry {
    pub(crate) filter: String,
    pub(crate) format: String,
    pub(crate) otlp_endpoint: String,
}

impl Config {
    /// The settings in force.
    pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut table: Table = DEFAULT
            .parse()
            .context("the compiled-in defaults cannot be read")?;
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("the configuration {} cannot be read", path.display()))?;
            let own: Table = text
                .parse()
                .with_context(|| format!("the configuration {} is no TOML", path.display()))?;
            merge(&mut table, own, "")
                .with_context(|| format!("the configuration {} cannot be used", path.display()))?;
        }
        for (name, value) in std::env::vars() {
            if name.starts_with("IONBRIDGE_") && !OTHER_VARIABLES.contains(&name.as_str()) {
                set(&mut table, &name, value)?;
            }
        }
        let config: Self = Value::Table(table)
            .try_into()
            .context("a setting has a value that cannot be used")?;
        config.validate()?;
        Ok(config)
    }

    fn validate(&self) -> anyhow::Result<()> {
        if self.ion.page_size == 0 || self.ion.requests_per_second == 0 {
            bail!("ion.page_size and ion.requests_per_second must be at least 1");
        }
        if self.catalog.guard_percent > 100 || self.customers.guard_percent > 100 {
            bail!("guard_percent is a share between 0 and 100");
        }
        if self.orders.page_size == 0 {
            bail!("orders.page_size must be at least 1");
        }
        if self.orders.patience_s < 180 && self.ion.base_url.starts_with("https://") {
            bail!(
                "orders.patience_s must be at least 180: Ion's lists may lag, and an order that is missed there would be sent a second time"
            );
        }
        if !matches!(self.telemetry.format.as_str(), "text" | "json") {
            bail!("telemetry.format is text or json");
        }
        if !self.notices.email.host.is_empty()
            && (self.notices.email.from.is_empty() || self.notices.email.to.is_empty())
        {
            bail!("notices.email needs from and to");
        }
        if !self.notices.webhook.url.is_empty()
            && self.notices.webhook.secret.expose_secret().is_empty()
        {
            bail!("notices.webhook needs a secret; make one with: openssl rand -base64 32");
        }
        Ok(())
    }

    pub(crate) fn ion(&self) -> IonSettings {
        let ion = self.ion.clone();
        IonSettings {
            base_url: ion.base_url.trim_end_matches('/').to_owned(),
            allowed_hosts: ion.allowed_hosts,
            plain_http_loopback: ion.plain_http_loopback,
            page_size: ion.page_size,
            requests_per_second: ion.requests_per_second,
            connect_timeout_s: ion.connect_timeout_s,
            timeout_s: ion.timeout_s,
            token_timeout_s: ion.token_timeout_s,
        }
    }

    /// Points at a sandbox on this machine, and nowhere else.
    pub(crate) fn use_sandbox(&mut self, base_url: &str, host: &str) {
        base_url.clone_into(&mut self.ion.base_url);
        self.ion.allowed_hosts = vec![host.to_owned()];
        self.ion.plain_http_loopback = true;
        self.ion.requests_per_second = 200;
    }

    pub(crate) fn catalog(&self) -> CatalogSettings {
        CatalogSettings {
            guard_percent: self.catalog.guard_percent,
            guard_minimum: self.catalog.guard_minimum,
            pricing_batch: self.catalog.pricing_batch,
            ..CatalogSettings::default()
        }
    }

    pub(crate) fn customers(&self) -> CustomerSettings {
        CustomerSettings {
            poll: Duration::from_secs(self.customers.poll_s.max(10)),
            guard_percent: self.customers.guard_percent,
            guard_minimum: self.customers.guard_minimum,
        }
    }

    pub(crate) fn orders(&self) -> OrderSettings {
        let orders = &self.orders;
        OrderSettings {
            patience: Duration::from_secs(orders.patience_s),
            poll: Duration::from_secs(orders.poll_s.max(10)),
            subscriptions_poll: Duration::from_secs(orders.subscriptions_poll_s.max(60)),
            subscription_patience: Duration::from_secs(orders.subscription_patience_s),
            page_size: orders.page_size,
        }
    }

    pub(crate) fn notices(&self, public_url: &str) -> NoticeSettings {
        let (email, webhook) = (&self.notices.email, &self.notices.webhook);
        NoticeSettings {
            public_url: Some(public_url.to_owned()),
            email: (!email.host.is_empty()).then(|| SmtpSettings {
                host: email.host.clone(),
                port: email.port,
                tls: email.tls,
                username: (!email.username.is_empty()).then(|| email.username.clone()),
                password: (!email.password.expose_secret().is_empty())
                    .then(|| email.password.clone()),
                from: email.from.clone(),
                to: email.to.clone(),
            }),
            webhook: (!webhook.url.is_empty()).then(|| WebhookSettings {
                url: webhook.url.clone(),
                secret: webhook.secret.clone(),
                allow_private: webhook.allow_private,
            }),
        }
    }

    pub(crate) fn worker(&self, host: &str) -> worker::WorkerSettings {
        worker::WorkerSettings {
            slots: self.worker.slots.max(1),
            import_schedule: self.catalog.schedule.clone(),
            keep_jobs: Duration::from_secs(self.worker.keep_jobs_days * 86_400),
            host: host.to_owned(),
            ..worker::WorkerSettings::default()
        }
    }
}

/// Lays one table over another. A key that the defaults do not have is an error.
fn merge(into: &mut Table, own: Table, path: &str) -> anyhow::Result<()> {
    for (key, value) in own {
        let here = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        match (into.get_mut(&key), value) {
            (Some(Value::Table(known)), Value::Table(own)) => merge(known, own, &here)?,
            (Some(known), value) => *known = value,
            (None, _) => bail!("there is no setting {here}{}", nearest(&key, into.keys())),
        }
    }
    Ok(())
}

/// Sets one key from a variable of the environment.
fn set(table: &mut Table, name: &str, value: String) -> anyhow::Result<()> {
    let path = name.trim_start_matches("IONBRIDGE_").to_lowercase();
    let (path, value) = match path.strip_suffix("_file") {
        Some(secret)
            if secret.ends_with("password")
                || secret.ends_with("secret")
                || secret.ends_with("database__url") =>
        {
            let text = std::fs::read_to_string(&value)
                .with_context(|| format!("the file of {name}, {value}, cannot be read"))?;
            (secret.to_owned(), text.trim().to_owned())
        }
        _ => (path, value),
    };
    let mut parts: Vec<&str> = path.split("__").collect();
    let Some(last) = parts.pop() else {
        bail!("{name} names no setting")
    };
    let mut at = table;
    for part in parts {
        at = match at.get_mut(part) {
            Some(Value::Table(inner)) => inner,
            _ => bail!("{name} names no setting: there is no section {part}"),
        };
    }
    let Some(known) = at.get(last) else {
        bail!(
            "{name} names no setting: there is no {last}{}",
            nearest(last, at.keys())
        )
    };
    let value = match known {
        Value::String(_) => Value::String(value),
        Value::Array(_) => Value::Array(
            value
                .split(',')
                .map(|part| Value::String(part.trim().to_owned()))
                .filter(|part| part.as_str() != Some(""))
                .collect(),
        ),
        _ => format!("v = {value}")
            .parse::<Table>()
            .ok()
            .and_then(|mut table| table.remove("v"))
            .with_context(|| format!("{name} has a value that cannot be used"))?,
    };
    at.insert(last.to_owned(), value);
    Ok(())
}

/// `, did you mean ...?` for the key that is most alike.
fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a String>) -> String {
    let distance = |a: &str, b: &str| {
        let mut row: Vec<usize> = (0..=b.chars().count()).collect();
        for (i, ca) in a.chars().enumerate() {
            let mut last = row[0];
            row[0] = i + 1;
            for (j, cb) in b.chars().enumerate() {
                let next = (last + usize::from(ca != cb))
                    .min(row[j] + 1)
                    .min(row[j + 1] + 1);
                last = std::mem::replace(&mut row[j + 1], next);
            }
        }
        row[b.chars().count()]
    };
    known
        .map(|word| (distance(key, word), word))
        .filter(|(distance, _)| *distance <= 3)
        .min()
        .map(|(_, word)| format!(", did you mean {word}?"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> anyhow::Result<Table> {
        let mut table: Table = DEFAULT.parse()?;
        merge(&mut table, text.parse()?, "")?;
        Ok(table)
    }

    #[test]
    fn the_defaults_are_settings() {
        let config: Config = Value::Table(DEFAULT.parse().unwrap()).try_into().unwrap();
        config.validate().unwrap();
        assert_eq!(config.ion().base_url, IonSettings::default().base_url);
        assert!(config.notices("x").email.is_none());
        assert_eq!(config.orders().patience, OrderSettings::default().patience);
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_the_nearest() {
        assert_eq!(
            with("[server]\nlisten_on = \"x\"").unwrap_err().to_string(),
            "there is no setting server.listen_on, did you mean listen?"
        );
        assert!(with("[serverr]\nlisten = \"x\"").is_err());
    }

    #[test]
    fn the_environment_sets_by_the_type_of_the_default() {
        let mut table: Table = DEFAULT.parse().unwrap();
        set(&mut table, "IONBRIDGE_SERVER__BEHIND_PROXY", "true".into()).unwrap();
        set(&mut table, "IONBRIDGE_ION__ALLOWED_HOSTS", "a, b".into()).unwrap();
        set(&mut table, "IONBRIDGE_ION__PAGE_SIZE", "7".into()).unwrap();
        let config: Config = Value::Table(table.clone()).try_into().unwrap();
        assert!(config.server.behind_proxy);
        assert_eq!(
            (config.ion().allowed_hosts, config.ion().page_size),
            (vec!["a".to_owned(), "b".to_owned()], 7)
        );
        assert!(
            set(&mut table, "IONBRIDGE_SERVER__LISTN", "x".into())
                .unwrap_err()
                .to_string()
                .contains("did you mean listen")
        );
        assert!(set(&mut table, "IONBRIDGE_ION__PAGE_SIZE", "many".into()).is_err());
    }
}
