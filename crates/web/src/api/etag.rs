//! Versions of records: an edit names the version that it was made on.

use http::header::{ETAG, IF_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::auth::hash_of;
use crate::fault::Fault;

/// The version of a record, of what an edit could change in it.
pub(crate) fn of(version: &str) -> String {
    let hash: String = hash_of(version)
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{hash}\"")
}

/// Says the version in the answer.
pub(crate) fn header(tag: &str) -> [(http::HeaderName, HeaderValue); 1] {
    [(
        ETAG,
        HeaderValue::from_str(tag).unwrap_or(HeaderValue::from_static("\"\"")),
    )]
}

/// Refuses an edit that names no version, or another one than the record's.
pub(crate) fn require(headers: &HeaderMap, tag: &str) -> Result<(), Fault> {
    let Some(named) = headers.get(IF_MATCH).and_then(|value| value.to_str().ok()) else {
        return Err(Fault::new(
            StatusCode::PRECONDITION_REQUIRED,
            "if_match_missing",
            "Name the version that you edit",
            "Send If-Match with the ETag of your last GET, so that nobody's change is overwritten.",
        ));
    };
    if named
        .split(',')
        .any(|one| one.trim() == tag || one.trim() == "*")
    {
        return Ok(());
    }
    Err(Fault::changed_meanwhile())
}
