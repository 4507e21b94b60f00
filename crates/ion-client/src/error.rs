//! What can go wrong, by meaning.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

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
    Api(Box<ApiError>),
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
    /// The answer is JSON that breaks off.
    #[error("Ion's answer broke off after {bytes} bytes")]
    Cut {
        /// What came of it.
        bytes: usize,
    },
    /// An account or id that cannot stand in an address.
    #[error("{path:?} is no address: an account or id in it is empty or made of dots")]
    Address {
        /// The path that would have been asked for.
        path: String,
    },
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
            Self::RateLimited { after } => Class::Transient { after: *after },
            Self::Token(TokenUnavailable::NeedsPerson(_))
            | Self::NotIon { status: ..500, .. }
            | Self::Address { .. }
            | Self::Redirect { .. } => Class::Config,
            Self::Transport(_)
            | Self::Timeout(_)
            | Self::Cut { .. }
            | Self::Token(TokenUnavailable::Later(_))
            | Self::NotIon { .. } => Class::Transient { after: None },
            Self::Api(error) if store_trouble(&error.error) => Class::Transient { after: None },
            Self::Api(error) => match error.status {
                401 => Class::Config,
                403 => Class::Denied,
                404 => Class::NotFound,
                409 | 412 => Class::Conflict,
                408 | 425 | 500.. => Class::Transient { after: None },
                _ => Class::Bug,
            },
            Self::Decode(_) | Self::TooLarge { .. } | Self::PageLoop => Class::Bug,
        }
    }

    /// True where a list must be started anew, because its page token is no longer good.
    pub fn page_token_expired(&self) -> bool {
        let Self::Api(error) = self else {
            return false;
        };
        let message = error.message.to_ascii_lowercase();
        // Two other refusals speak of tokens: a list without page size and token, and an access token.
        error.status == 400
            && message.contains("token")
            && !message.contains("must be present")
            && !message.contains("validate token")
    }

    /// Ion's id of the request, for its support.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.request_id.as_deref(),
            _ => None,
        }
    }
}

/// One thing that Ion says is wrong, such as with an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Code, such as `COMM-VL-001`, without white space around it; empty where Ion told none.
    pub code: String,
    /// Ion's sentence; empty where it told none.
    pub detail: String,
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
    /// The `code` of the body: an HTTP status, or a gRPC code such as 3.
    pub code: Option<i64>,
    /// Codes of the details, such as `CUS-CR-001`, without white space around them.
    pub codes: Vec<String>,
    /// Sentences of the details that say more than the message.
    pub details: Vec<String>,
    /// What the details are about, such as `primaryContactEmail`.
    pub entities: Vec<String>,
    /// Each thing that is wrong, as [`ApiError::problems`] tells.
    pub problems: Vec<Problem>,
    /// Ion's id of the request.
    pub request_id: Option<String>,
}

impl ApiError {
    /// Reads the body of an answer that is no success. `None` where it is none of Ion's envelopes.
    ///
    /// Takes what is there: a member of another kind costs that member, not the error.
    pub(crate) fn read(status: u16, body: &str) -> Option<Self> {
        let envelope: Value = serde_json::from_str(body).ok()?;
        let text = |value: &Value, name: &str| {
            let text = value.get(name).and_then(Value::as_str).map(str::trim)?;
            (!text.is_empty()).then(|| excerpt(text))
        };
        let (error, message) = (text(&envelope, "error"), text(&envelope, "message"));
        if error.is_none() && message.is_none() {
            return None;
        }
        let details: Vec<&Value> = elements(envelope.get("details")).collect();
        let parts: Vec<&Value> = details
            .iter()
            .flat_map(|detail| std::iter::once(*detail).chain(elements(detail.get("errors"))))
            .collect();
        let collect = |name| -> Vec<String> {
            let mut texts: Vec<String> = parts.iter().filter_map(|part| text(part, name)).collect();
            texts.dedup();
            texts
        };
        let message = message.or_else(|| error.clone()).unwrap_or_default();
        let mut sentences = collect("detail");
        sentences.retain(|sentence| *sentence != message);
        Some(Self {
            status,
            error: error.unwrap_or_default(),
            code: envelope.get("code").and_then(Value::as_i64),
            codes: collect("code"),
            details: sentences,
            entities: collect("referenceEntity"),
            problems: parts
                .iter()
                .filter_map(|part| {
                    let (code, detail) = (text(part, "code"), text(part, "detail"));
                    (code.is_some() || detail.is_some()).then(|| Problem {
                        code: code.unwrap_or_default(),
                        detail: detail.unwrap_or_default(),
                    })
                })
                .collect(),
            request_id: details.iter().find_map(|detail| text(detail, "requestId")),
            message,
        })
    }

    /// Each thing that is wrong, in Ion's order: a refused order has one for each member that is missing or not allowed, a refused
    /// customer has one (Ion API notes 2.10). Empty where the error says no more than its sentence.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// True where a code of the details is this one.
    pub fn has_code(&self, code: &str) -> bool {
        self.codes.iter().any(|known| known == code)
    }
}

/// Words of a token store that could not be asked. Ion then answers 400 as if the token were dead: the text is that of an inner
/// error (Ion API notes 1.2).
const STORE_TROUBLE: [&str; 9] = [
    "dial ",
    "timeout",
    "connection",
    "eof",
    "refused",
    "reset",
    "loading",
    "cluster",
    "broken pipe",
];

/// True where a refusal of a token says that it could not be looked up, which proves nothing about the token.
pub(crate) fn store_trouble(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    words.starts_with("cannot validate token")
        && STORE_TROUBLE.iter().any(|trouble| words.contains(trouble))
}

fn elements(list: Option<&Value>) -> impl Iterator<Item = &Value> {
    list.and_then(Value::as_array).into_iter().flatten()
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
    // Keeping the path costs a text per member, so it is only kept where it is needed.
    let error = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        // Something stands behind the value.
        Ok(_) => Err(at_root(&error)),
        Err(error) => Err(DecodeError {
            path: json_path(&error.path().to_string()),
            message: excerpt(&error.into_inner().to_string()),
        }),
    }
}

fn at_root(error: &serde_json::Error) -> DecodeError {
    DecodeError {
        path: "$".to_owned(),
        message: excerpt(&error.to_string()),
    }
}

fn json_path(path: &str) -> String {
    match path {
        "." => "$".to_owned(),
        list if list.starts_with('[') => format!("${list}"),
        member => format!("$.{member}"),
    }
}

/// Characters of an excerpt.
const EXCERPT: usize = 300;
/// Letters and digits in a row that may be a token or a part of one. Ion's have 48, its request ids 20.
const TOKEN_LENGTH: usize = 32;

/// The beginning of a text in one line, without anything that looks like a token.
pub(crate) fn excerpt(text: &str) -> String {
    let mut out = String::new();
    let mut written = 0;
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        if written >= EXCERPT {
            break;
        }
        let letters = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let kept = if letters.len() >= TOKEN_LENGTH {
            "[removed]"
        } else {
            letters
        };
        for c in kept.chars().chain(word[letters.len()..].chars()) {
            let c = if c.is_whitespace() || c.is_control() {
                ' '
            } else {
                c
            };
            if c != ' ' || !out.ends_with(' ') {
                out.push(c);
                written += 1;
            }
        }
    }
    let end = out
        .char_indices()
        .nth(EXCERPT)
        .map_or(out.len(), |(end, _)| end);
    out.truncate(end);
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_holds_no_token_and_no_part_of_one() {
        let token = "ZMM4MGEZMZGTYWFKYY0ZNZBKLWE0NZETODZMN2IYYMM1NJA5";
        for before in 0..320 {
            let text = format!(
                "{}{token}\"",
                " x".repeat(before / 2) + &" ".repeat(before % 2) + "\""
            );
            let excerpt = excerpt(&text);
            assert!(!excerpt.contains("ZMM4"), "{before}: {excerpt}");
        }
    }

    #[test]
    fn an_excerpt_is_one_short_line() {
        assert_eq!(
            excerpt("<h1>\n  Bad \u{7}  gateway</h1>\n"),
            "<h1> Bad gateway</h1>"
        );
        assert_eq!(excerpt(&"ä ".repeat(1000)).chars().count(), 299);
        assert_eq!(
            excerpt("request 176efaa5115cd4d84048"),
            "request 176efaa5115cd4d84048"
        );
    }

    #[test]
    fn an_envelope_of_another_kind_still_tells_what_it_can() {
        let error = ApiError::read(
            400,
            r#"{"error":{"x":1},"message":"no","code":"3","details":{"a":1}}"#,
        )
        .unwrap();
        assert_eq!(
            (error.error.as_str(), error.message.as_str(), error.code),
            ("", "no", None)
        );
        let error = ApiError::read(
            500,
            r#"{"error":"X","details":[1,{"code":7,"errors":[{"code":" A "},null]}]}"#,
        )
        .unwrap();
        assert_eq!(
            (error.message.as_str(), error.codes),
            ("X", vec!["A".to_owned()])
        );
        for nothing in ["", "[]", "{}", "\"error\"", "<html>", r#"{"error":""}"#] {
            assert_eq!(ApiError::read(400, nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_token_store_that_was_out_of_reach_proves_nothing() {
        for dead in [
            "cannot validate token: redis: nil",
            "invalid access token",
            "expired access token",
            "the connection was refused",
        ] {
            assert!(!store_trouble(dead), "{dead}");
        }
        for trouble in [
            "cannot validate token: dial tcp 10.0.0.7:6379: i/o timeout",
            "cannot validate token: EOF",
            "cannot validate token: redis: connection pool timeout",
            "cannot validate token: LOADING Redis is loading the dataset in memory",
        ] {
            assert!(store_trouble(trouble), "{trouble}");
        }
    }

    #[test]
    fn what_stands_behind_a_value_is_an_error() {
        assert_eq!(decode::<Value>("{} x").unwrap_err().path, "$");
        assert_eq!(decode::<Vec<u8>>("[1,\"x\"]").unwrap_err().path, "$[1]");
    }
}
