//! People who log in.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::UserId;
use domain::access::Role;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use store::users::{self, UserRow};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::body::Body;
use crate::api::etag;
use crate::api::once::Once;
use crate::api::page::Page;
use crate::app::App;
use crate::auth::Caller;
use crate::auth::people::{self, NewPerson};
use crate::fault::{Fault, Problem};

/// A person who logs in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    /// Id.
    #[schema(value_type = Uuid)]
    id: UserId,
    /// E-mail: the log-in.
    email: String,
    /// Name.
    name: String,
    /// `admin`, `sales`, `finance` or `read_only`.
    #[schema(value_type = String)]
    role: Role,
    /// May not log in.
    disabled: bool,
    /// When added.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When last seen.
    #[schema(value_type = Option<String>, format = DateTime)]
    seen_at: Option<Timestamp>,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id,
            email: row.email,
            name: row.name,
            role: row.role,
            disabled: row.disabled,
            created_at: row.created_at,
            seen_at: row.seen_at,
        }
    }
}

impl User {
    fn tag(&self) -> String {
        etag::of(&format!("{} {} {}", self.id, self.role, self.disabled))
    }
}

/// A person to add.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewUser {
    /// E-mail: the log-in.
    email: String,
    /// Name.
    name: String,
    /// `admin`, `sales`, `finance` or `read_only`.
    #[schema(value_type = String)]
    role: Role,
    /// First password, 12 to 256 characters.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// What to change of a person; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UserChange {
    /// Another role.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// Whether they may no longer log in; ends their sessions.
    #[serde(default)]
    disabled: Option<bool>,
}

/// Everybody who logs in
#[utoipa::path(get, path = "/api/v1/users", tag = "users", operation_id = "list_users", responses((status = OK, body = Page<User>)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Page<User>>, Fault> {
    let rows = users::list(app.store().read()).await?;
    Ok(Json(Page::whole(
        rows.into_iter().map(User::from).collect(),
    )))
}

/// One person; the `ETag` is for edits
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "users", operation_id = "get_user", params(("id" = Uuid, Path)), responses(
    (status = OK, body = User),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn show(State(app): State<App>, Path(id): Path<Uuid>) -> Result<Response, Fault> {
    let row = users::find(app.store().read(), id.into())
        .await?
        .ok_or_else(|| Fault::not_found("person"))?;
    let user = User::from(row);
    Ok((etag::header(&user.tag()), Json(user)).into_response())
}

/// Add a person
#[utoipa::path(post, path = "/api/v1/users", tag = "users", operation_id = "create_user", request_body = NewUser,
    params(("Idempotency-Key" = String, Header, description = "A new one for each person")), responses(
    (status = CREATED, body = User),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Once { body, key }: Once<NewUser>,
) -> Result<Response, Fault> {
    let new = NewPerson {
        name: body.name,
        email: body.email,
        role: body.role,
        password: body.password,
    };
    let row = new.into_row(&app).await?;
    let tx = app.store().begin().await?;
    if let Some(answered) = key.begin(&app, &tx).await? {
        return Ok(answered);
    }
    people::add(&app, &tx, &caller, &row).await?;
    let user = User::from(row);
    key.keep(&tx, StatusCode::CREATED, &user).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, etag::header(&user.tag()), Json(user)).into_response())
}

/// Change a role, or whether a person may log in
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", operation_id = "change_user", request_body = UserChange,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "ETag of the last GET")), responses(
    (status = OK, body = User),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json"),
    (status = PRECONDITION_FAILED, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Body(change): Body<UserChange>,
) -> Result<Response, Fault> {
    let tx = app.store().begin().await?;
    // Of two edits of one version, the second must find the first.
    users::begin_change(&tx).await?;
    let before = users::find(&tx, id.into())
        .await?
        .ok_or_else(|| Fault::not_found("person"))?;
    let (role, disabled) = (
        change.role.unwrap_or(before.role),
        change.disabled.unwrap_or(before.disabled),
    );
    etag::require(&headers, &User::from(before).tag())?;
    let after = people::set_access(&app, &tx, &caller, id.into(), role, disabled).await?;
    tx.commit().await?;
    let user = User::from(after);
    Ok((etag::header(&user.tag()), Json(user)).into_response())
}
