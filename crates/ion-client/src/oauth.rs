//! The OAuth endpoints (Ion API notes 1): one exchange of a single-use refresh token, and the harmless question how long tokens live.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::{Error, excerpt, store_trouble};
use crate::http::{ConfigError, Http, HttpSettings, read};

/// The OAuth endpoints of one Ion.
#[derive(Debug, Clone)]
pub struct OAuth {
    http: Http,
}

/// A reply to an exchange, as it came. Kept before it is understood: it may hold the only live pair.
#[derive(Debug)]
pub struct RawReply {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, where the server sent one.
    pub retry_after: Option<Duration>,
    /// Body.
    pub body: SecretString,
}

/// An exchange without a reply.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// Proven: no byte of the request left this machine. The token is still good.
    #[error("Ion was not reached; nothing was sent")]
    NotSent(#[source] reqwest::Error),
    /// The request may have reached Ion: the token may be used up.
    #[error("Ion's answer did not arrive")]
    Ambiguous(#[source] Error),
}

/// What a reply to an exchange says.
#[derive(Debug)]
pub enum TokenReply {
    /// A new pair.
    Granted {
        /// Access token.
        access: SecretString,
        /// Refresh token, for the next exchange.
        refresh: SecretString,
        /// Life of the access token.
        expires_in: Duration,
    },
    /// The refresh token is not accepted.
    Refused {
        /// Ion's words.
        message: String,
    },
    /// Ion asks to come later; the token was not looked at.
    Busy {
        /// HTTP status.
        status: u16,
    },
    /// Anything else: a web page, an error of the server, another shape. Proves nothing.
    NotUnderstood {
        /// HTTP status.
        status: u16,
        /// Its beginning, without anything like a token.
        excerpt: String,
    },
}

/// What `validateAccess` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Validation {
    /// The access token lives.
    Alive {
        /// Rest of its life.
        access_expires_in: Duration,
        /// Rest of the life of the refresh token that belongs to it.
        refresh_expires_in: Duration,
    },
    /// It does not.
    Dead {
        /// Ion's words.
        message: String,
    },
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    refresh_token: SecretString,
    expires_in: Option<Box<RawValue>>,
}

/// Life of an access token where the reply does not tell it (Ion API notes 1.4).
const ACCESS_LIFE: u64 = 7200;
/// Longest life that is believed.
const LONGEST_LIFE: u64 = 30 * 86_400;
/// Largest answer of these endpoints.
const LARGEST: usize = 1024 * 1024;

impl Granted {
    /// Whatever is wrong with the life, the pair is not lost for it.
    fn life(&self) -> Duration {
        let text = self.expires_in.as_ref().map_or("", |raw| raw.get());
        let seconds = text.trim_matches('"').split('.').next().unwrap_or_default();
        let seconds = seconds.parse().ok().filter(|seconds| *seconds > 0);
        Duration::from_secs(seconds.unwrap_or(ACCESS_LIFE).min(LONGEST_LIFE))
    }
}

#[derive(Deserialize)]
struct Lives {
    access_expires_in: i64,
    #[serde(default)]
    refresh_expires_in: i64,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl OAuth {
    /// The endpoints of these settings.
    pub fn new(settings: &HttpSettings) -> Result<Self, ConfigError> {
        Ok(Self {
            http: Http::once(settings)?,
        })
    }

    /// Exchanges a refresh token, once. Spends it, whatever comes back.
    pub async fn refresh(
        &self,
        refresh_token: &SecretString,
        timeout: Duration,
    ) -> Result<RawReply, ExchangeError> {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose_secret()),
        ];
        let response = match self
            .http
            .client
            .post(self.http.fixed("/oauth/token"))
            .timeout(timeout)
            .form(&form)
            .send()
            .await
        {
            Ok(response) => response,
            // `is_connect`: name, TCP or TLS failed before the request could be written. Each exchange has a connection of its own,
            // so that this cannot be the second try of a request that went out on an older one.
            Err(error) if error.is_connect() || error.is_builder() => {
                return Err(ExchangeError::NotSent(error.without_url()));
            }
            Err(error) => return Err(ExchangeError::Ambiguous(crate::http::transport(error))),
        };
        let answer = read(response, LARGEST)
            .await
            .map_err(ExchangeError::Ambiguous)?;
        Ok(RawReply {
            status: answer.status.as_u16(),
            retry_after: answer.retry_after,
            body: answer.body.into(),
        })
    }

    /// Asks how long an access token and its refresh token live. Spends nothing.
    pub async fn validate(&self, access_token: &SecretString) -> Result<Validation, Error> {
        let form = [("access_token", access_token.expose_secret())];
        let response = self
            .http
            .client
            .post(self.http.fixed("/oauth/validateAccess"))
            .form(&form)
            .send()
            .await
            .map_err(crate::http::transport)?;
        let answer = read(response, LARGEST).await?;
        if answer.status.is_success() {
            return match serde_json::from_str::<Lives>(&answer.body) {
                Ok(lives) => Ok(Validation::Alive {
                    access_expires_in: seconds(lives.access_expires_in),
                    refresh_expires_in: seconds(lives.refresh_expires_in),
                }),
                Err(_) => Err(Error::NotIon {
                    status: answer.status.as_u16(),
                    excerpt: excerpt(&answer.body),
                }),
            };
        }
        // Ion says 400; a 401 would mean the same (Ion API notes 1.3).
        match (
            answer.status.as_u16(),
            serde_json::from_str::<Refusal>(&answer.body),
        ) {
            (400 | 401, Ok(refusal)) if !store_trouble(&refusal.error) => Ok(Validation::Dead {
                message: excerpt(&refusal.error),
            }),
            _ => Err(crate::answer::failure(&answer)),
        }
    }
}

/// Reads a reply to an exchange.
pub fn parse_reply(status: u16, body: &SecretString) -> TokenReply {
    let body = body.expose_secret();
    if (200..300).contains(&status)
        && let Ok(granted) = serde_json::from_str::<Granted>(body)
        && !granted.access_token.expose_secret().is_empty()
        && !granted.refresh_token.expose_secret().is_empty()
    {
        return TokenReply::Granted {
            expires_in: granted.life(),
            access: granted.access_token,
            refresh: granted.refresh_token,
        };
    }
    match (status, serde_json::from_str::<Refusal>(body)) {
        (429, _) => TokenReply::Busy { status },
        (400 | 401 | 403, Ok(refusal)) => TokenReply::Refused {
            message: excerpt(&refusal.error),
        },
        _ => TokenReply::NotUnderstood {
            status,
            excerpt: shape(body),
        },
    }
}

/// The beginning of a reply that was not understood. Of JSON only the names: its values may be tokens of another kind.
fn shape(body: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(body) {
        Ok(serde_json::Value::Object(members)) => {
            let names: Vec<&str> = members.keys().map(String::as_str).collect();
            excerpt(&format!("JSON with the members {}", names.join(", ")))
        }
        Ok(_) => "JSON that is no object".to_owned(),
        Err(_) if body.trim().is_empty() => "an empty answer".to_owned(),
        Err(_) if body.trim_start().starts_with(['{', '[', '"']) => {
            "JSON that breaks off".to_owned()
        }
        Err(_) => excerpt(body),
    }
}

fn seconds(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_a_grant_a_refusal_or_proves_nothing() {
        let reply = |status, body: &str| parse_reply(status, &body.to_owned().into());
        assert!(
            matches!(reply(200, r#"{"access_token":"A","expires_in":7200,"refresh_token":"R","token_type":"Bearer"}"#), TokenReply::Granted { expires_in, .. } if expires_in.as_secs() == 7200)
        );
        assert!(
            matches!(reply(400, r#"{"error":"cannot validate token: redis: nil"}"#), TokenReply::Refused { message } if message.contains("redis"))
        );
        assert!(matches!(
            reply(200, "<html>hello</html>"),
            TokenReply::NotUnderstood { status: 200, .. }
        ));
        assert!(matches!(
            reply(200, r#"{"access_token":"A"}"#),
            TokenReply::NotUnderstood { .. }
        ));
        assert!(matches!(
            reply(502, r#"{"error":"bad gateway"}"#),
            TokenReply::NotUnderstood { status: 502, .. }
        ));
        assert!(matches!(
            reply(400, "<html>"),
            TokenReply::NotUnderstood { .. }
        ));
        assert!(matches!(reply(429, ""), TokenReply::Busy { .. }));
    }

    #[test]
    fn a_grant_is_not_lost_for_a_strange_life() {
        for (life, seconds) in [
            ("7200", 7200),
            ("\"3600\"", 3600),
            ("3600.0", 3600),
            ("null", 7200),
            ("-5", 7200),
            ("0", 7200),
            ("1e999", 7200),
            ("{}", 7200),
            ("99999999999", 30 * 86_400),
        ] {
            let body = format!(r#"{{"access_token":"A","expires_in":{life},"refresh_token":"R"}}"#);
            let reply = parse_reply(200, &body.into());
            assert!(
                matches!(reply, TokenReply::Granted { expires_in, .. } if expires_in.as_secs() == seconds),
                "{life}: {reply:?}"
            );
        }
    }

    #[test]
    fn what_was_not_understood_is_told_without_values() {
        let told = |status, body: &str| match parse_reply(status, &body.to_owned().into()) {
            TokenReply::NotUnderstood { excerpt, .. } => excerpt,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            told(200, r#"{"accessToken":"short-secret"}"#),
            "JSON with the members accessToken"
        );
        assert_eq!(
            told(200, r#"{"access_token":"short-secret","refresh_to"#),
            "JSON that breaks off"
        );
        assert_eq!(told(200, " "), "an empty answer");
        assert_eq!(
            told(502, "<html>Bad gateway</html>"),
            "<html>Bad gateway</html>"
        );
    }

    #[test]
    fn an_excerpt_never_holds_a_token() {
        let TokenReply::NotUnderstood { excerpt, .. } = parse_reply(
            200,
            &r#"{"token":"ZMM4MGEZMZGTYWFKYY0ZNZBKLWE0NZETODZMN2IYYMM1NJA5"}"#
                .to_owned()
                .into(),
        ) else {
            panic!("understood")
        };
        assert!(!excerpt.contains("ZMM4"), "{excerpt}");
    }
}
