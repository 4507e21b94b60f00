//! `Idempotency-Key`: however often a request that creates something is sent, it has one effect and one answer.

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::ConnectionTrait;
use store::sessions::{Idempotency, begin_idempotent, finish_idempotent};

use crate::api::body;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;

/// Header of the key.
const HEADER: &str = "idempotency-key";
/// Largest body of a request that creates something.
const LARGEST: usize = 256 * 1024;

/// A request that creates something: its body, and the key under which it counts.
#[derive(Debug)]
pub(crate) struct Once<T> {
    pub(crate) body: T,
    pub(crate) key: OnceKey,
}

/// The key of a request, and what tells it from another one.
#[derive(Debug, Clone)]
pub(crate) struct OnceKey {
    scope: String,
    key: String,
    hash: Vec<u8>,
}

impl<T: DeserializeOwned> FromRequest<App> for Once<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        let begun = Begun::of(&request)?;
        body::require_json(request.headers())?;
        let bytes = to_bytes(request.into_body(), LARGEST)
            .await
            .map_err(|_| body::too_large())?;
        let key = begun.key(app, &bytes);
        Ok(Self {
            body: body::read(&bytes)?,
            key,
        })
    }
}

impl FromRequest<App> for OnceKey {
    type Rejection = Fault;

    /// Of a request that says all by its path: whatever body it brings only tells it from another one.
    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        let begun = Begun::of(&request)?;
        let bytes = to_bytes(request.into_body(), LARGEST)
            .await
            .map_err(|_| body::too_large())?;
        Ok(begun.key(app, &bytes))
    }
}

/// A file that is sent once: as it is, or as a part of a form.
#[derive(Debug)]
pub(crate) struct OnceFile {
    /// Its name, where the form says it.
    pub(crate) name: Option<String>,
    pub(crate) bytes: Bytes,
    pub(crate) key: OnceKey,
}

/// Largest file, with what a form puts around it.
const LARGEST_FILE: usize = engine::customers::LARGEST_FILE + 64 * 1024;

impl FromRequest<App> for OnceFile {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        let begun = Begun::of(&request)?;
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, LARGEST_FILE)
            .await
            .map_err(|_| body::too_large())?;
        let key = begun.key(app, &bytes);
        let is_form = parts
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.starts_with("multipart/form-data"));
        if !is_form {
            return Ok(Self {
                name: None,
                bytes,
                key,
            });
        }
        let mut request = Request::from_parts(parts, Body::from(bytes));
        DefaultBodyLimit::max(LARGEST_FILE).apply(&mut request);
        let broken = || {
            Fault::unreadable(
                "The form cannot be read; send the file as it is, or as a part named file.",
            )
        };
        let mut form = Multipart::from_request(request, app)
            .await
            .map_err(|_| broken())?;
        while let Some(part) = form.next_field().await.map_err(|_| broken())? {
            if part.name() == Some("file") || part.file_name().is_some() {
                let name = part.file_name().map(str::to_owned);
                let bytes = part.bytes().await.map_err(|_| broken())?;
                return Ok(Self { name, bytes, key });
            }
        }
        Err(Fault::field("file", "This is missing."))
    }
}

/// What a request says of itself before its body is read.
#[derive(Debug)]
struct Begun {
    scope: String,
    key: String,
    what: String,
}

impl Begun {
    fn of(request: &Request) -> Result<Self, Fault> {
        let key = request
            .headers()
            .get(HEADER)
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
            .filter(|key| !key.is_empty() && key.len() <= 200)
            .map(str::to_owned)
            .ok_or_else(|| {
                Fault::new(
                    StatusCode::BAD_REQUEST,
                    "idempotency_key_missing",
                    "An Idempotency-Key is needed",
                    "Send the header Idempotency-Key with 1 to 200 characters, a new one for each thing to create, the same one when you repeat a request.",
                )
            })?;
        let scope = request
            .extensions()
            .get::<Caller>()
            .map(Caller::scope)
            .ok_or_else(Fault::log_in_first)?;
        let what = format!("{} {}", request.method(), request.uri().path());
        Ok(Self { scope, key, what })
    }

    /// The key with a keyed hash of the body: it may hold credentials.
    fn key(self, app: &App, bytes: &[u8]) -> OnceKey {
        let text = SecretString::from(format!("{}\n{}", self.what, String::from_utf8_lossy(bytes)));
        OnceKey {
            hash: app.engine().sealer().fingerprint(&text),
            scope: self.scope,
            key: self.key,
        }
    }
}

impl OnceKey {
    /// Claims the key, in the transaction of the effect or in one of its own before it. Gives the answer where there is one already.
    pub(crate) async fn begin(
        &self,
        app: &App,
        conn: &impl ConnectionTrait,
    ) -> Result<Option<Response>, Fault> {
        Ok(
            match begin_idempotent(conn, &self.scope, &self.key, &self.hash, app.now()).await? {
                Idempotency::Fresh => None,
                Idempotency::Running => {
                    return Err(Fault {
                        retry_after: Some(2),
                        ..Fault::conflict(
                            "idempotency_running",
                            "A request with this Idempotency-Key is being answered. Repeat it in a moment for its answer.",
                        )
                    });
                }
                Idempotency::OtherPayload => {
                    return Err(Fault::new(
                        StatusCode::UNPROCESSABLE_ENTITY,
                        "idempotency_other_payload",
                        "This key was used for something else",
                        "This Idempotency-Key came with another request before. Use a new key for a new request.",
                    ));
                }
                Idempotency::Answered(status, body) => {
                    let mut response = (
                        StatusCode::from_u16(status).unwrap_or(StatusCode::OK),
                        [(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
                        body,
                    )
                        .into_response();
                    response
                        .headers_mut()
                        .insert("idempotency-replayed", HeaderValue::from_static("true"));
                    Some(response)
                }
            },
        )
    }

    /// Keeps the answer for whoever repeats the request.
    pub(crate) async fn keep(
        &self,
        conn: &impl ConnectionTrait,
        status: StatusCode,
        answer: &impl Serialize,
    ) -> Result<(), Fault> {
        let body = serde_json::to_string(answer).map_err(|error| Fault::internal(&error))?;
        finish_idempotent(conn, &self.scope, &self.key, Some((status.as_u16(), &body))).await?;
        Ok(())
    }

    /// Runs an effect that has transactions of its own between claiming the key and keeping the answer. Where it fails, the key is
    /// free again.
    pub(crate) async fn around<A: Serialize>(
        &self,
        app: &App,
        effect: impl Future<Output = Result<(StatusCode, A), Fault>> + Send,
    ) -> Result<Response, Fault> {
        let tx = app.store().begin().await?;
        if let Some(answered) = self.begin(app, &tx).await? {
            return Ok(answered);
        }
        tx.commit().await?;
        let result = effect.await;
        let tx = app.store().begin().await?;
        match &result {
            Ok((status, answer)) => self.keep(&tx, *status, answer).await?,
            Err(_) => finish_idempotent(&tx, &self.scope, &self.key, None).await?,
        }
        tx.commit().await?;
        let (status, answer) = result?;
        Ok((status, Json(answer)).into_response())
    }
}
