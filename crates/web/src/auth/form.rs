//! Forms of our pages. The only way to read one: it proves that the guard has checked where it came from.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
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

/// A file of a form whose origin and token were checked.
#[derive(Debug)]
pub(crate) struct ProtectedUpload {
    /// Its name, as the browser says it.
    pub(crate) name: String,
    /// What it holds; empty where none was chosen.
    pub(crate) bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for ProtectedUpload {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        if request.extensions().get::<Checked>().is_none() {
            return Err(Fault::forged());
        }
        let fields = fields(request, state).await?;
        Ok(fields
            .into_iter()
            .find(|field| field.name == "file")
            .map_or_else(
                || Self {
                    name: String::new(),
                    bytes: Bytes::new(),
                },
                |field| Self {
                    name: field.file_name,
                    bytes: field.bytes,
                },
            ))
    }
}

/// A part of a form with files.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: String,
    pub(crate) bytes: Bytes,
}

/// The parts of a form with files. The guard has limited the size of the whole.
pub(crate) async fn fields<S: Send + Sync>(
    mut request: Request,
    state: &S,
) -> Result<Vec<Part>, Fault> {
    let unreadable = || {
        Fault::unreadable(
            "The form is cut off or is none. Open the page again and repeat it there.",
        )
    };
    DefaultBodyLimit::disable().apply(&mut request);
    let mut form = Multipart::from_request(request, state)
        .await
        .map_err(|_| unreadable())?;
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| unreadable())? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().unwrap_or_default().replace('\0', "");
        parts.push(Part {
            name,
            file_name,
            bytes: field.bytes().await.map_err(|_| unreadable())?,
        });
    }
    Ok(parts)
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
