//! What can go wrong, by meaning.

use std::time::Duration;

use serde::Deserialize;

use crate::client::TokenUnavailable;

/// A call that failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server was not reached, or the connection broke.
    #[error("Ion could not be reached")]
    Transport(#[source] reqwest::Error),
    /// No answer in time.
    #[error("Ion did not answer in time")]
    Timeout(#[source] reqwest::Error),
    /// There is no access token to send.
    #[error("no access token")]
    Token(#[source] TokenUnavailable),
    /// Too many requests, and no more patience.
    #[error("Ion asks for fewer requests")]
    RateLimited {
        /// How long to wait, where Ion said so.
        after: Option<Duration>,
    },
    /// Ion answered with an error.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The answer is no JSON: another server, a proxy, a maintenance page.
    #[error("the answer (HTTP {status}) is not from Ion: {excerpt}")]
    NotIon {
        /// HTTP status.
        status: u16,
        /// Its beginning.
        excerpt: String,
    },
    /// The answer is JSON of another shape.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The answer is larger than allowed.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The list gives the same page token again and again.
    #[error("Ion's list goes round in circles: it gave a page token a second time")]
    PageLoop,
    /// A redirect, which credentials never follow.
    #[error("the server sent us elsewhere (HTTP {status}); credentials never follow")]
    Redirect {
        /// HTTP status.
        status: u16,
    },
}

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A person must change something: credentials, account, host.
    Config,
    /// May work later.
    Transient {
        /// Not before this long.
        after: Option<Duration>,
    },
    /// It is not there.
    NotFound,
    /// It clashes with something that is there.
    Conflict,
    /// This login may not.
    Denied,
    /// Ion or this client is wrong.
    Bug,
}

impl Error {
    /// What to do about it.
    pub fn class(&self) -> Class {
        match self {
            Self::Transport(_) | Self::Timeout(_) => Class::Transient { after: None },
            Self::RateLimited { after } => Class::Transient { after: *after },
            Self::Token(TokenUnavailable::Later(_)) => Class::Transient { after: None },
            Self::Token(TokenUnavailable::NeedsPerson(_))
            | Self::NotIon { status: ..500, .. }
            | Self::Redirect { .. } => Class::Config,
            Self::NotIon { .. } => Class::Transient { after: None },
            Self::Api(error) => match error.status {
                401 => Class::Config,
                403 => Class::Denied,
                404 => Class::NotFound,
                409 | 412 => Class::Conflict,
                500.. => Class::Transient { after: None },
                _ => Class::Bug,
            },
            Self::Decode(_) | Self::TooLarge { .. } | Self::PageLoop => Class::Bug,
        }
    }

    /// True where a list must be started anew, because its page token is no longer good.
    pub fn page_token_expired(&self) -> bool {
        matches!(self, Self::Api(error) if error.status == 400 && error.message.to_ascii_lowercase().contains("token"))
    }

    /// Ion's id of the request, for its support.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.request_id.as_deref(),
            _ => None,
        }
    }
}

/// An error that Ion answered with (Ion API notes 2.10: three envelopes).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Ion answered {status} {error}: {message}")]
pub struct ApiError {
    /// HTTP status. The `code` of the body may be another number.
    pub status: u16,
    /// Ion's word, such as `PERMISSION_DENIED`.
    pub error: String,
    /// Ion's sentence.
    pub message: String,
    /// Codes of the details, such as `CUS-CR-001`, without white space around them.
    pub codes: Vec<String>,
    /// Ion's id of the request.
    pub request_id: Option<String>,
}

#[derive(Deserialize)]
struct Envelope {
    error: Option<String>,
    message: Option<String>,
    #[serde(default)]
    details: Vec<Detail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    request_id: Option<String>,
    code: Option<String>,
    #[serde(default)]
    errors: Vec<DetailError>,
}

#[derive(Deserialize)]
struct DetailError {
    code: Option<String>,
}

impl ApiError {
    /// Reads the body of an answer that is no success. `None` where it is none of Ion's envelopes.
    pub(crate) fn read(status: u16, body: &str) -> Option<Self> {
        let envelope: Envelope = serde_json::from_str(body).ok()?;
        if envelope.error.is_none() && envelope.message.is_none() {
            return None;
        }
        let codes = envelope
            .details
            .iter()
            .flat_map(|detail| {
                detail
                    .code
                    .iter()
                    .chain(detail.errors.iter().filter_map(|error| error.code.as_ref()))
            })
            .map(|code| code.trim().to_owned())
            .collect();
        Some(Self {
            status,
            message: excerpt(
                envelope
                    .message
                    .as_deref()
                    .or(envelope.error.as_deref())
                    .unwrap_or_default(),
            ),
            error: excerpt(&envelope.error.unwrap_or_default()),
            codes,
            request_id: envelope
                .details
                .into_iter()
                .find_map(|detail| detail.request_id),
        })
    }
}

/// JSON that is not of the shape that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct DecodeError {
    /// Where, as `$.definition.skus[3].plans[0].pricebookPrice`.
    pub path: String,
    /// What was wrong there.
    pub message: String,
}

/// Decodes JSON; an error tells the path.
pub(crate) fn decode<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, DecodeError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        DecodeError {
            path: if path == "." {
                "$".to_owned()
            } else {
                format!("$.{path}")
            },
            message: excerpt(&error.into_inner().to_string()),
        }
    })
}

/// The beginning of a text, without anything that looks like a token.
pub(crate) fn excerpt(text: &str) -> String {
    let mut out = String::new();
    for word in text
        .chars()
        .take(300)
        .collect::<String>()
        .split_inclusive(|c: char| !c.is_ascii_alphanumeric())
    {
        let letters = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        if letters.len() >= 40 {
            out.push_str("[removed]");
            out.push_str(&word[letters.len()..]);
        } else {
            out.push_str(word);
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}
