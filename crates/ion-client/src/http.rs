//! The rules that every request to Ion obeys: where it may go, how long it may take, how large the answer may be.

use std::time::Duration;

use http::StatusCode;
use url::{Host, Url};

use crate::error::{Error, excerpt};

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
            timeout: Duration::from_mins(1),
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
            longest_wait: Duration::from_mins(2),
        }
    }
}

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The address is none, or more than scheme, host and port.
    #[error("{0:?} is no address of a server, as https://ion.tdsynnex.com is")]
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
    pub(crate) timeout: Duration,
    pub(crate) max_body: usize,
    pub(crate) retry: RetryPolicy,
}

impl Http {
    /// For requests that may be repeated.
    pub(crate) fn new(settings: &HttpSettings) -> Result<Self, ConfigError> {
        Self::build(settings, |builder| builder)
    }

    /// For requests that go out once: a connection of their own each, and nothing is repeated below us either.
    pub(crate) fn once(settings: &HttpSettings) -> Result<Self, ConfigError> {
        Self::build(settings, |builder| {
            builder
                .pool_max_idle_per_host(0)
                .retry(reqwest::retry::never())
        })
    }

    fn build(
        settings: &HttpSettings,
        adjust: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<Self, ConfigError> {
        let bad = || ConfigError::BadUrl(settings.base_url.clone());
        let base = Url::parse(&settings.base_url).map_err(|_| bad())?;
        let host = base.host().ok_or_else(bad)?.to_owned();
        let only_a_server = base.path() == "/"
            && base.query().is_none()
            && base.fragment().is_none()
            && base.username().is_empty()
            && base.password().is_none();
        if !only_a_server {
            return Err(ConfigError::BadUrl(without_login(&base)));
        }
        let name = host.to_string();
        let with_port = base
            .port_or_known_default()
            .map_or_else(|| name.clone(), |port| format!("{name}:{port}"));
        let allowed = settings.allowed_hosts.iter().any(|allowed| {
            allowed.eq_ignore_ascii_case(&name) || allowed.eq_ignore_ascii_case(&with_port)
        });
        if !allowed {
            return Err(ConfigError::HostNotAllowed(
                base.port().map_or(name, |_| with_port),
            ));
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
            .referer(false)
            .user_agent(concat!("ion-client/", env!("CARGO_PKG_VERSION")));
        if loopback {
            builder = builder.no_proxy();
        }
        Ok(Self {
            client: adjust(builder).build().map_err(ConfigError::Client)?,
            base,
            timeout: settings.timeout,
            max_body: settings.max_body,
            retry: settings.retry,
        })
    }

    /// The address of a path that holds no id.
    pub(crate) fn fixed(&self, path: &'static str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }

    /// The address of a path. Refuses one that does not stay as it is written: an id of dots would ask for something else.
    pub(crate) fn url(&self, path: &str) -> Result<Url, Error> {
        let mut url = self.base.clone();
        url.set_path(path);
        if url.path() != path || path.contains("//") || path.ends_with('/') || path.contains("/:") {
            return Err(Error::Address {
                path: path.to_owned(),
            });
        }
        Ok(url)
    }
}

/// An account or id as one segment of a path: nothing in it can end the segment.
pub(crate) fn segment(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

fn without_login(url: &Url) -> String {
    let mut url = url.clone();
    // These fail only for addresses without a host, which have no log-in either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) request_id: Option<String>,
    pub(crate) body: String,
}

/// Headers by which gateways name a request.
const REQUEST_ID: [&str; 3] = ["x-request-id", "request-id", "grpc-metadata-x-request-id"];
/// A first guess of an answer's size is believed up to this.
const RESERVE: usize = 8 * 1024 * 1024;

/// Reads an answer up to the limit, which counts what came out of the decompression.
pub(crate) async fn read(
    mut response: reqwest::Response,
    max_body: usize,
) -> Result<Answer, Error> {
    let status = response.status();
    let header = |name: &str| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let retry_after = header("retry-after").and_then(|text| retry_after(text, header("date")));
    let request_id = REQUEST_ID.into_iter().find_map(header).map(excerpt);
    let expected = response
        .content_length()
        .and_then(|length| usize::try_from(length).ok());
    let mut bytes = Vec::with_capacity(expected.unwrap_or(0).min(RESERVE).min(max_body));
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
        request_id,
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

/// Longest pause that is believed; more is a mistake of the server, and sums with it could overflow.
const LONGEST_PAUSE: u64 = 24 * 3600;

/// Seconds, or a date that is read against the server's own `Date`, so that a wrong clock here does no harm.
fn retry_after(text: &str, date: Option<&str>) -> Option<Duration> {
    let text = text.trim();
    let seconds = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().unwrap_or(LONGEST_PAUSE)
    } else {
        let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
        let now = jiff::fmt::rfc2822::parse(date?).ok()?.timestamp();
        u64::try_from(until.as_second() - now.as_second()).unwrap_or(0)
    };
    Some(Duration::from_secs(seconds.min(LONGEST_PAUSE)))
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
        for bad in [
            "nonsense",
            "https://ion.tdsynnex.com/elsewhere",
            "https://ion.tdsynnex.com/?a=b",
            "https://user:pw@ion.tdsynnex.com",
            "mailto:ion.tdsynnex.com",
        ] {
            let error = Http::new(&settings(bad, "ion.tdsynnex.com", false)).unwrap_err();
            assert!(matches!(error, ConfigError::BadUrl(_)), "{bad}: {error}");
            assert!(!error.to_string().contains("pw"), "{error}");
        }
        for (base, allowed) in [
            ("https://ion.tdsynnex.com", "ion.tdsynnex.com:443"),
            ("https://ION.tdsynnex.com:8443", "Ion.tdsynnex.com"),
        ] {
            assert!(Http::new(&settings(base, allowed, false)).is_ok(), "{base}");
        }
        for (base, allowed) in [
            ("https://ion.tdsynnex.com:8443", "ion.tdsynnex.com:443"),
            ("https://ion.tdsynnex.com.evil.example", "ion.tdsynnex.com"),
            ("https://evil.example", "evil.example.com"),
        ] {
            assert!(
                matches!(
                    Http::new(&settings(base, allowed, false)),
                    Err(ConfigError::HostNotAllowed(_))
                ),
                "{base}"
            );
        }
    }

    #[test]
    fn an_id_stays_one_segment() {
        let http = Http::new(&HttpSettings::default()).unwrap();
        let url = |account: &str, id: &str| {
            let path = format!(
                "/api/v3/accounts/{}/products/{}",
                segment(account),
                segment(id)
            );
            http.url(&path).map(|url| url.to_string())
        };
        assert_eq!(
            url("10412", "Microsoft365EandFNCE-isvnlnce").unwrap(),
            "https://ion.tdsynnex.com/api/v3/accounts/10412/products/Microsoft365EandFNCE-isvnlnce"
        );
        assert_eq!(
            url("1/../../oauth?x#y", "a b:enable%2e").unwrap(),
            "https://ion.tdsynnex.com/api/v3/accounts/1%2F..%2F..%2Foauth%3Fx%23y/products/a%20b%3Aenable%252e"
        );
        for bad in ["", ".", ".."] {
            assert!(matches!(url("1", bad), Err(Error::Address { .. })), "{bad}");
            assert!(matches!(url(bad, "1"), Err(Error::Address { .. })), "{bad}");
        }
        assert!(http.url("/api/v3/accounts/1/products:pricing").is_ok());
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
        for no_time in ["soon", "", "-1", "1.5", "Mon, 23 Nov 2026 10:00:30 GMT"] {
            assert_eq!(retry_after(no_time, None), None, "{no_time}");
        }
        for long in ["99999999", "99999999999999999999999999"] {
            assert_eq!(retry_after(long, None), Some(Duration::from_hours(24)));
        }
    }
}
