//! Sending a notice out: e-mail by SMTP, webhook by the Standard Webhooks signature.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::NoticeId;
use hmac::{Hmac, Mac};
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;
use serde_json::json;
use sha2::Sha256;
use store::StoreError;
use store::notices::NoticeRow;
use url::Url;

use crate::{Engine, NoticeSettings, SmtpSettings, SmtpTls, WebhookSettings};

/// A notice that could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The channel is not configured (any more).
    #[error("{0} is not configured")]
    NotConfigured(&'static str),
    /// A setting cannot be used.
    #[error("{0}")]
    Setting(String),
    /// The target is not allowed.
    #[error(
        "the webhook's host has a private address; notices.webhook.allow_private would allow it"
    )]
    PrivateTarget,
    /// The receiver's name has no address now.
    #[error("{host} has no address")]
    Unresolved {
        /// The name.
        host: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The mail server.
    #[error("the mail server refused or was not reached")]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// The receiver was not reached.
    #[error("the webhook's receiver was not reached")]
    Http(#[source] reqwest::Error),
    /// The receiver did not accept.
    #[error("the webhook's receiver answered HTTP {0}")]
    Status(u16),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DeliveryError {
    /// True where another try cannot succeed before somebody changes the configuration.
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            Self::NotConfigured(_) | Self::Setting(_) | Self::PrivateTarget
        )
    }
}

const TIMEOUT: Duration = Duration::from_secs(20);

/// Sends a notice by one channel, unless it was, and notes what became of it. `last_try`: nobody calls again after a failure.
pub async fn deliver(
    engine: &Engine,
    notice: NoticeId,
    channel: &str,
    last_try: bool,
) -> Result<(), DeliveryError> {
    let Some(row) = store::notices::find(engine.store().read(), notice).await? else {
        return Ok(());
    };
    // The worker may have gone away between the receiver's yes and the end of the job.
    if store::notices::was_delivered(engine.store().read(), notice, channel).await? {
        return Ok(());
    }
    let sent = send(engine, channel, &row).await;
    let (state, error) = match &sent {
        Ok(()) => ("delivered", None),
        Err(error) if last_try || error.is_final() => ("failed", Some(chain(error))),
        Err(error) => ("retrying", Some(chain(error))),
    };
    store::notices::set_delivery(
        engine.store().read(),
        notice,
        channel,
        state,
        error.as_deref(),
        engine.clock().now(),
    )
    .await?;
    sent
}

/// Sends a message that says that messages arrive.
pub async fn send_test(engine: &Engine, channel: &str) -> Result<(), DeliveryError> {
    let row = NoticeRow {
        id: NoticeId::new(engine.ids()),
        kind: domain::notice::NoticeKind::Recovered,
        severity: domain::notice::Severity::Info,
        connection: None,
        run: None,
        title: "A test from Ionbridge".to_owned(),
        text: "Messages from Ionbridge arrive here.".to_owned(),
        created_at: engine.clock().now(),
        resolved_at: None,
    };
    send(engine, channel, &row).await
}

async fn send(engine: &Engine, channel: &str, row: &NoticeRow) -> Result<(), DeliveryError> {
    let settings = &engine.settings().notices;
    match channel {
        "email" => {
            mail(
                settings
                    .email
                    .as_ref()
                    .ok_or(DeliveryError::NotConfigured("e-mail"))?,
                settings,
                row,
            )
            .await
        }
        _ => {
            webhook(
                settings
                    .webhook
                    .as_ref()
                    .ok_or(DeliveryError::NotConfigured("the webhook"))?,
                engine,
                row,
            )
            .await
        }
    }
}

async fn mail(
    smtp: &SmtpSettings,
    settings: &NoticeSettings,
    row: &NoticeRow,
) -> Result<(), DeliveryError> {
    let mailbox = |text: &str| {
        text.parse::<Mailbox>()
            .map_err(|_| DeliveryError::Setting(format!("{text:?} is no e-mail address")))
    };
    let from = mailbox(&smtp.from)?;
    // The same at each try: a receiver that got it twice shows it once.
    let id = format!("<{}@{}>", row.id, from.email.domain());
    let mut message = Message::builder()
        .message_id(Some(id))
        .from(from)
        .subject(format!("Ionbridge: {}", one_line(&row.title)));
    for to in &smtp.to {
        message = message.to(mailbox(to)?);
    }
    let link = settings
        .public_url
        .as_deref()
        .map(|url| format!("\n\n{url}"))
        .unwrap_or_default();
    let message = message
        .body(format!("{}\n\n{}{link}\n", row.title, row.text))
        .map_err(|error| DeliveryError::Setting(error.to_string()))?;
    let builder = match smtp.tls {
        SmtpTls::Implicit => AsyncSmtpTransport::<Tokio1Executor>::relay(&smtp.host)?,
        SmtpTls::Starttls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&smtp.host)?,
        SmtpTls::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host),
    };
    let mut builder = builder.port(smtp.port).timeout(Some(TIMEOUT));
    if let (Some(user), Some(password)) = (&smtp.username, &smtp.password) {
        builder = builder.credentials(Credentials::new(
            user.clone(),
            password.expose_secret().to_owned(),
        ));
    }
    builder.build().send(message).await?;
    Ok(())
}

/// A header is one line, whatever a name in it holds.
fn one_line(text: &str) -> String {
    text.split(char::is_control)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

async fn webhook(
    settings: &WebhookSettings,
    engine: &Engine,
    row: &NoticeRow,
) -> Result<(), DeliveryError> {
    let url = Url::parse(&settings.url)
        .map_err(|_| DeliveryError::Setting("notices.webhook.url is no address".to_owned()))?;
    if url.scheme() != "https" && !settings.allow_private {
        return Err(DeliveryError::Setting(
            "notices.webhook.url must be https".to_owned(),
        ));
    }
    let host = url
        .host_str()
        .ok_or_else(|| DeliveryError::Setting("notices.webhook.url has no host".to_owned()))?
        .to_owned();
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host((
        host.trim_matches(['[', ']']),
        url.port_or_known_default().unwrap_or(443),
    ))
    .await
    .map_err(|source| DeliveryError::Unresolved {
        host: host.clone(),
        source,
    })?
    .collect();
    if !settings.allow_private && addresses.iter().any(|address| is_private(address.ip())) {
        return Err(DeliveryError::PrivateTarget);
    }
    // The signature hides nothing: plain http stays inside.
    if url.scheme() != "https" && !addresses.iter().all(|address| is_private(address.ip())) {
        return Err(DeliveryError::Setting(
            "notices.webhook.url must be https: its host is no private one".to_owned(),
        ));
    }
    let body = json!({
        "type": row.kind, "timestamp": row.created_at.to_string(),
        "data": {"id": row.id, "severity": row.severity, "title": row.title, "text": row.text, "connection": row.connection, "run": row.run},
    })
    .to_string();
    let (id, at) = (row.id.to_string(), engine.clock().now().as_second());
    let signature = sign(settings, &id, at, &body)?;
    // The address that was judged is the one that is called.
    let client = reqwest::Client::builder()
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .resolve_to_addrs(&host, &addresses)
        .build()
        .map_err(|error| DeliveryError::Http(error.without_url()))?;
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", at.to_string())
        .header("webhook-signature", signature)
        .body(body);
    let reply = request
        .send()
        .await
        .map_err(|error| DeliveryError::Http(error.without_url()))?;
    if reply.status().is_success() {
        Ok(())
    } else {
        Err(DeliveryError::Status(reply.status().as_u16()))
    }
}

fn sign(
    settings: &WebhookSettings,
    id: &str,
    at: i64,
    body: &str,
) -> Result<String, DeliveryError> {
    let text = settings.secret.expose_secret();
    let key = BASE64
        .decode(text.strip_prefix("whsec_").unwrap_or(text))
        .map_err(|_| DeliveryError::Setting("notices.webhook.secret is not base64".to_owned()))?;
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&key)
        .map_err(|_| DeliveryError::Setting("notices.webhook.secret is no key".to_owned()))?;
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    Ok(format!("v1,{}", BASE64.encode(mac.finalize().into_bytes())))
}

/// True for every address that is not one of the public internet.
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            let special = a == 0
                || a >= 240
                || a == 100 && b & 0xc0 == 64
                || a == 192 && b == 0 && c == 0
                || a == 198 && b & 0xfe == 18;
            special
                || ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_multicast()
        }
        IpAddr::V6(ip) => {
            let segments = ip.segments();
            let [.., high, low] = segments;
            let last = Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
            match segments {
                // An IPv4 address in another dress: mapped, compatible, translated (NAT64).
                [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => {
                    is_private(last.into())
                }
                // 6to4 carries one in front.
                [0x2002, high, low, ..] => {
                    is_private(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)).into())
                }
                [first, ..] => {
                    ip.is_multicast() || first & 0xfe00 == 0xfc00 || first & 0xff80 == 0xfe80
                }
            }
        }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_known_in_every_dress() {
        for text in [
            "10.0.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "192.168.1.1",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "::",
            "fd00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
            "198.18.0.1",
            "192.0.0.8",
            "255.255.255.255",
            "240.0.0.1",
        ] {
            assert!(is_private(text.parse().unwrap()), "{text}");
        }
        for text in [
            "93.184.216.34",
            "2606:2800:220:1::1",
            "100.128.0.1",
            "64:ff9b::5db8:d822",
            "2002:5db8:d822::1",
            "::ffff:93.184.216.34",
            "192.0.1.1",
        ] {
            assert!(!is_private(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn the_signature_is_the_standard_one() {
        let settings = WebhookSettings {
            url: String::new(),
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned().into(),
            allow_private: false,
        };
        let signature = sign(
            &settings,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}",
        )
        .unwrap();
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
