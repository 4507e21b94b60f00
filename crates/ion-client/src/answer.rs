//! What an answer means: Ion's object, Ion's refusal, or something that is not from Ion.

use serde_json::value::RawValue;

use crate::error::{ApiError, Error, excerpt};
use crate::http::Answer;
use crate::scrub::scrub;

/// The text of an answer that succeeded.
#[derive(Debug)]
pub(crate) struct Success {
    pub(crate) body: String,
    pub(crate) request_id: Option<String>,
}

/// Every answer of Ion that succeeds is an object.
pub(crate) fn whole_object(answer: Answer) -> Result<Success, Error> {
    let text = answer.body.trim();
    if !text.starts_with('{') {
        return Err(Error::NotIon {
            status: answer.status.as_u16(),
            excerpt: beginning(text),
        });
    }
    // A proxy may end an answer early without anyone noticing below.
    if !text.ends_with('}') {
        return Err(Error::Cut {
            bytes: answer.body.len(),
        });
    }
    Ok(Success {
        body: answer.body,
        request_id: answer.request_id,
    })
}

/// What an answer that is no success means.
pub(crate) fn failure(answer: &Answer) -> Error {
    let status = answer.status.as_u16();
    if status == 429 || (status == 503 && answer.retry_after.is_some()) {
        return Error::RateLimited {
            after: answer.retry_after,
        };
    }
    if answer.status.is_redirection() {
        return Error::Redirect { status };
    }
    match ApiError::read(status, &answer.body) {
        Some(mut error) => {
            error.request_id = error.request_id.or_else(|| answer.request_id.clone());
            Error::Api(Box::new(error))
        }
        None => Error::NotIon {
            status,
            excerpt: beginning(&answer.body),
        },
    }
}

/// The beginning of an answer that is not what Ion answers. JSON has no payload secret in it, and is not shown where it breaks off:
/// nobody can tell then what in it is a secret.
pub(crate) fn beginning(body: &str) -> String {
    if !body.trim_start().starts_with(['{', '[']) {
        return excerpt(body);
    }
    match RawValue::from_string(body.trim().to_owned()) {
        Ok(json) => excerpt(scrub(json).get()),
        Err(_) => "JSON that breaks off".to_owned(),
    }
}
