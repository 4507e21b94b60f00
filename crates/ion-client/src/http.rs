//! The rules that every request to Ion obeys: where it may go, how long it may take, how large the answer may be.

use std::time::Duration;

use http::StatusCode;
use url::{Host, Url};

use crate::error::Error;

/// How Ion is reached.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Scheme and host, such as `https://ion.tdsynnex.com`.
    pub base_url: String,
    /// Hosts (`name` or `name:port`) that credentials may be sent to.
    pub allowed_hosts: Vec<String>,
    /// Plain http is allowed to a loopback address.
    pub allow_plain_http_loopback: bool,
    /// Until a connection must stand.
    pub connect_timeout: Duration,
    /// For one request in all.
    pub timeout: Duration,
    /// Largest answer in bytes, after decompression.
    pub max_body: usize,
    /// How often a request that is safe to repeat is repeated.
    pub retry: RetryPolicy,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            base_url: "https://ion.tdsynnex.com".to_owned(),
            allowed_hosts: vec!["ion.tdsynnex.com".to_owned()],
            allow_plain_http_loopback: false,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            max_body: 64 * 1024 * 1024,
            retry: RetryPolicy::default(),
        }
    }
}

/// How often a request that is safe to repeat is repeated.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// Tries in all.
    pub attempts: u32,
    /// Wait before the second try; doubles each time, with jitter.
    pub first_wait: Duration,
    /// Longest wait, also for what `Retry-After` asks: beyond it the call fails and says so.
    pub longest_wait: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_wait: Duration::from_millis(300),
            longest_wait: Duration::from_secs(120),
        }
    }
}

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The address is none.
    #[error("{0:?} is no address of a server")]
    BadUrl(String),
    /// The host is not one that credentials may be sent to.
    #[error("{0} is not among the hosts that credentials may be sent to (ion.allowed_hosts)")]
    HostNotAllowed(String),
    /// Plain http beyond this machine.
    #[error("{0} is plain http; only https is allowed, but for a sandbox on this machine")]
    PlainHttp(String),
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made")]
    Client(#[source] reqwest::Error),
}

/// An HTTP client that is bound to one base address.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    pub(crate) client: reqwest::Client,
    pub(crate) base: Url,
    pub(crate) max_body: usize,
    pub(crate) retry: RetryPolicy,
}

impl Http {
    pub(crate) fn new(settings: &HttpSettings) -> Result<Self, ConfigError> {
        let base = Url::parse(&settings.base_url)
            .map_err(|_| ConfigError::BadUrl(settings.base_url.clone()))?;
        let host = base
            .host()
            .ok_or_else(|| ConfigError::BadUrl(settings.base_url.clone()))?
            .to_owned();
        let name = host.to_string();
        let with_port = base.port().map(|port| format!("{name}:{port}"));
        if !settings
            .allowed_hosts
            .iter()
            .any(|allowed| *allowed == name || Some(allowed) == with_port.as_ref())
        {
            return Err(ConfigError::HostNotAllowed(with_port.unwrap_or(name)));
        }
        let loopback = match &host {
            Host::Domain(domain) => domain == "localhost",
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
        };
        if base.scheme() != "https"
            && !(base.scheme() == "http" && loopback && settings.allow_plain_http_loopback)
        {
            return Err(ConfigError::PlainHttp(settings.base_url.clone()));
        }
        let mut builder = reqwest::Client::builder()
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout)
            .tcp_keepalive(Duration::from_secs(20))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("ionbridge/", env!("CARGO_PKG_VERSION")));
        if loopback {
            builder = builder.no_proxy();
        }
        Ok(Self {
            client: builder.build().map_err(ConfigError::Client)?,
            base,
            max_body: settings.max_body,
            retry: settings.retry,
        })
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: String,
}

/// Reads an answer up to the limit.
pub(crate) async fn read(
    mut response: reqwest::Response,
    max_body: usize,
) -> Result<Answer, Error> {
    let status = response.status();
    let retry_after = response
        .headers()
        .get(http::header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| {
            let date = response
                .headers()
                .get(http::header::DATE)
                .and_then(|value| value.to_str().ok());
            retry_after(text, date)
        });
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await.map_err(transport)? {
        if bytes.len() + part.len() > max_body {
            return Err(Error::TooLarge { limit: max_body });
        }
        bytes.extend_from_slice(&part);
    }
    let body = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Ok(Answer {
        status,
        retry_after,
        body,
    })
}

pub(crate) fn transport(error: reqwest::Error) -> Error {
    // The address may hold ids; the error is told without it.
    let error = error.without_url();
    if error.is_timeout() {
        Error::Timeout(error)
    } else {
        Error::Transport(error)
    }
}

/// Seconds, or a date that is read against the server's own `Date`, so that a wrong clock here does no harm.
fn retry_after(text: &str, date: Option<&str>) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    let now = jiff::fmt::rfc2822::parse(date?).ok()?.timestamp();
    Some(Duration::from_secs(
        u64::try_from(until.as_second() - now.as_second()).unwrap_or(0),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_go_to_allowed_hosts_over_https_only() {
        let settings = |base_url: &str, allowed: &str, plain| HttpSettings {
            base_url: base_url.into(),
            allowed_hosts: vec![allowed.into()],
            allow_plain_http_loopback: plain,
            ..HttpSettings::default()
        };
        assert!(
            Http::new(&settings(
                "https://ion.tdsynnex.com",
                "ion.tdsynnex.com",
                false
            ))
            .is_ok()
        );
        assert!(Http::new(&settings("http://127.0.0.1:8090", "127.0.0.1:8090", true)).is_ok());
        assert!(matches!(
            Http::new(&settings("http://127.0.0.1:8090", "127.0.0.1", false)),
            Err(ConfigError::PlainHttp(_))
        ));
        assert!(matches!(
            Http::new(&settings(
                "http://ion.tdsynnex.com",
                "ion.tdsynnex.com",
                true
            )),
            Err(ConfigError::PlainHttp(_))
        ));
        assert!(matches!(
            Http::new(&settings("https://ion.example", "ion.tdsynnex.com", false)),
            Err(ConfigError::HostNotAllowed(_))
        ));
        assert!(matches!(
            Http::new(&settings("nonsense", "x", false)),
            Err(ConfigError::BadUrl(_))
        ));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_by_the_servers_clock() {
        assert_eq!(retry_after("7", None), Some(Duration::from_secs(7)));
        assert_eq!(
            retry_after(
                "Mon, 23 Nov 2026 10:00:30 GMT",
                Some("Mon, 23 Nov 2026 10:00:00 GMT")
            ),
            Some(Duration::from_secs(30))
        );
        assert_eq!(
            retry_after(
                "Mon, 23 Nov 2026 09:00:30 GMT",
                Some("Mon, 23 Nov 2026 10:00:00 GMT")
            ),
            Some(Duration::ZERO)
        );
        assert_eq!(retry_after("soon", None), None);
    }
}
