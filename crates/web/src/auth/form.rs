//! Forms of our pages. The only way to read one: it proves that the guard has checked where it came from.

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
        #[expect(clippy::disallowed_types, reason = "this is the extractor that stands in for it")]
        let form = axum::Form::<T>::from_request(request, state).await;
        // Its own words would quote what was typed, passwords included.
        form.map(|form| Self(form.0)).map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The form is too large", "Nothing was saved."),
            _ => Fault::unreadable("A field of this form is missing or cannot be read. Open the page again and repeat it there."),
        })
    }
}
