//! API tokens.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::ApiTokenId;
use domain::access::Role;
use http::StatusCode;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use store::users::{self, ApiTokenRow};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::once::Once;
use crate::api::page::Page;
use crate::app::App;
use crate::auth::Caller;
use crate::auth::token::{self, TokenOrder};
use crate::fault::{Fault, Problem};

/// An API token, without itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiToken {
    /// Id.
    #[schema(value_type = Uuid)]
    id: ApiTokenId,
    /// What it is for.
    name: String,
    /// Its first letters.
    prefix: String,
    /// Its scope, as a role.
    #[schema(value_type = String)]
    role: Role,
    /// Who made it.
    created_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last used.
    #[schema(value_type = Option<String>, format = DateTime)]
    used_at: Option<Timestamp>,
    /// When it ends.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// When it was revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
}

impl From<ApiTokenRow> for ApiToken {
    fn from(row: ApiTokenRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            prefix: row.prefix,
            role: row.role,
            created_by: row.created_by,
            created_at: row.created_at,
            used_at: row.used_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// An API token to make.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewApiToken {
    /// What it is for.
    name: String,
    /// Its scope: `admin`, `sales`, `finance` or `read_only`.
    #[schema(value_type = String)]
    role: Role,
    /// Days until it ends; never where left out.
    #[serde(default)]
    days: Option<u16>,
}

/// A new API token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeApiToken {
    /// The token itself: shown in this one answer, null where the request is repeated.
    token: Option<String>,
    /// What is known of it.
    #[serde(flatten)]
    about: ApiToken,
}

/// All API tokens, the newest first
#[utoipa::path(get, path = "/api/v1/api-tokens", tag = "api tokens", operation_id = "list_api_tokens", responses((status = OK, body = Page<ApiToken>)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Page<ApiToken>>, Fault> {
    let rows = users::list_api_tokens(app.store().read()).await?;
    Ok(Json(Page::whole(
        rows.into_iter().map(ApiToken::from).collect(),
    )))
}

/// Make an API token
#[utoipa::path(post, path = "/api/v1/api-tokens", tag = "api tokens", operation_id = "create_api_token", request_body = NewApiToken,
    params(("Idempotency-Key" = String, Header, description = "A new one for each token")), responses(
    (status = CREATED, body = MadeApiToken),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Once { body, key }: Once<NewApiToken>,
) -> Result<Response, Fault> {
    let order = TokenOrder {
        name: body.name,
        role: body.role,
        days: body.days,
    };
    let tx = app.store().begin().await?;
    if let Some(answered) = key.begin(&app, &tx).await? {
        return Ok(answered);
    }
    let (row, secret): (ApiTokenRow, SecretString) =
        token::issue(&app, &tx, &caller, order).await?;
    let mut made = MadeApiToken {
        token: None,
        about: row.into(),
    };
    // What is kept for a repetition has no secret in it.
    key.keep(&tx, StatusCode::CREATED, &made).await?;
    tx.commit().await?;
    made.token = Some(secret.expose_secret().to_owned());
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// Revoke an API token
#[utoipa::path(delete, path = "/api/v1/api-tokens/{id}", tag = "api tokens", operation_id = "revoke_api_token", params(("id" = Uuid, Path)), responses(
    (status = NO_CONTENT),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Fault> {
    token::revoke(&app, &caller, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
