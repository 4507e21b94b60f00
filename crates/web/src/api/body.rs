//! JSON bodies of programs. What is wrong with one is told by its place and by what belongs there, never by quoting it: it may hold
//! credentials.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::fault::{Fault, FieldFault};

/// A JSON body.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        require_json(request.headers())?;
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| too_large())?;
        read(&bytes).map(Self)
    }
}

/// Refuses a body of another kind than JSON. A form of another site cannot say that it is JSON without asking first.
pub(crate) fn require_json(headers: &HeaderMap) -> Result<(), Fault> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(Fault::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "Send it as application/json",
        "Send JSON with the header Content-Type: application/json.",
    ))
}

/// The refusal of a body that is too large to be read.
pub(crate) fn too_large() -> Fault {
    Fault::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        "The request is too large",
        "Nothing was done.",
    )
}

/// Reads a body.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    // PostgreSQL keeps no text with a zero byte.
    if bytes.windows(6).any(|six| six == b"\\u0000") {
        return Err(Fault::zero_byte());
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        refusal(&path, error.inner())
    })?;
    reader.end().map_err(|error| refusal("", &error))?;
    Ok(value)
}

fn refusal(path: &str, error: &serde_json::Error) -> Fault {
    if error.classify() != Category::Data {
        return Fault::unreadable(format!(
            "The body is no JSON that can be read: look at line {}, column {}.",
            error.line(),
            error.column()
        ));
    }
    let text = error.to_string();
    if let Some(name) = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next())
    {
        let field = if path == "." || path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        };
        return Fault::field(&field, "This is missing.");
    }
    Fault::invalid(vec![FieldFault {
        field: path.to_owned(),
        message: belongs(&text),
    }])
}

/// What belongs into a field, out of the words of an error. What stood there comes before that and is left out.
fn belongs(text: &str) -> String {
    let text = text
        .rsplit_once(" at line ")
        .map_or(text, |(words, _)| words);
    match text.rsplit_once(", expected ") {
        Some((_, what)) => format!("Something else belongs here: {what}."),
        None => "This value cannot be read here.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "only reading matters")]
    struct Order {
        name: String,
        days: Option<u16>,
        kind: Option<Kind>,
        id: Option<uuid::Uuid>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Large,
        Small,
    }

    fn refused(body: &str) -> Fault {
        read::<Order>(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn what_is_wrong_is_told_by_place_and_never_quoted() {
        for body in [
            "\"canary\"",
            r#"{"name": "x", "days": "canary"}"#,
            r#"{"name": "x", "days": "canary, expected canary"}"#,
            r#"{"name": "x", "kind": "canary"}"#,
            r#"{"name": "x", "id": "canary"}"#,
            r#"{"name": "x"} canary"#,
            r#"{"name": canary}"#,
            "canary",
        ] {
            let fault = refused(body);
            assert!(
                !format!("{fault:?}").contains("canary"),
                "{body}: {fault:?}"
            );
        }
        assert_eq!(
            refused(r#"{"name": "x", "days": "y"}"#).fields[0],
            FieldFault {
                field: "days".to_owned(),
                message: "Something else belongs here: u16.".to_owned()
            }
        );
        assert_eq!(
            refused(r#"{"name": "x", "kind": "y"}"#).fields[0].message,
            "Something else belongs here: `large` or `small`."
        );
        assert_eq!(
            refused("{}").fields[0],
            FieldFault {
                field: "name".to_owned(),
                message: "This is missing.".to_owned()
            }
        );
        assert_eq!(refused("{").status, StatusCode::BAD_REQUEST);
        assert_eq!(
            refused(r#"{"name": "a\u0000b"}"#).status,
            StatusCode::BAD_REQUEST
        );
    }
}
