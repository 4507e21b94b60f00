//! Forms of our pages. The only way to read one: it proves that the guard has checked where it came from.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::fault::Fault;

/// Put into a request by the guard, once origin and token were checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checked;

/// A form whose origin and token were checked.
#[derive(Debug)]
pub(crate) struct ProtectedForm<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ProtectedForm<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        if request.extensions().get::<Checked>().is_none() {
            return Err(Fault::forged());
        }
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state)
            .await
            .map_err(|_| too_large())?;
        if holds_zero(&bytes) {
            return Err(Fault::zero_byte());
        }
        let request = Request::from_parts(parts, bytes.into());
        #[expect(
            clippy::disallowed_types,
            reason = "this is the extractor that stands in for it"
        )]
        let form = axum::Form::<T>::from_request(request, state).await;
        // Its own words would quote what was typed, passwords included.
        form.map(|form| Self(form.0))
            .map_err(|_| Fault::unreadable("A field of this form is missing or cannot be read. Open the page again and repeat it there."))
    }
}

fn too_large() -> Fault {
    Fault::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        "The form is too large",
        "Nothing was saved.",
    )
}

/// Whether a form or a query holds a zero byte. No person types one, and PostgreSQL keeps no text with one.
pub(crate) fn holds_zero(encoded: &[u8]) -> bool {
    encoded.contains(&0) || encoded.windows(3).any(|three| three == b"%00")
}
