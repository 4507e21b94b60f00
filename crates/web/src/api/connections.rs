//! Connections: Ion accounts linked to us.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use domain::ConnectionId;
use domain::connection::ConnectionStatus;
use engine::connection::{
    CheckReport, CheckState, ConnectionOverview, CredentialDraft, SaveTarget,
};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::body::Body;
use crate::api::etag;
use crate::api::once::Once;
use crate::api::page::Page;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};
use crate::from_engine::to_its_end;

/// A connection.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Connection {
    /// Id.
    #[schema(value_type = Uuid)]
    id: ConnectionId,
    /// Name.
    name: String,
    /// Ion's account.
    account_id: String,
    /// Address of its Ion.
    base_url: String,
    /// A sandbox: nothing in it is real.
    test: bool,
    /// State of its login.
    #[schema(value_type = String, example = "active")]
    status: ConnectionStatus,
    /// Why a person must act.
    status_cause: Option<String>,
    /// When the credential ends; null until Ion told it.
    #[schema(value_type = Option<String>, format = DateTime)]
    login_ends_at: Option<Timestamp>,
    /// Whole days until then.
    days_left: Option<i64>,
    /// When the access token ends.
    #[schema(value_type = String, format = DateTime)]
    access_expires_at: Timestamp,
    /// When the login was last refreshed.
    #[schema(value_type = String, format = DateTime)]
    refreshed_at: Timestamp,
    /// When it is refreshed next.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_refresh_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<ConnectionOverview> for Connection {
    fn from(view: ConnectionOverview) -> Self {
        Self {
            id: view.id,
            name: view.name,
            account_id: view.account_id,
            base_url: view.base_url,
            test: view.sandbox,
            status: view.status,
            status_cause: view.status_cause,
            login_ends_at: view.life.map(|life| life.ends_at),
            days_left: view.life.map(|life| life.days_left),
            access_expires_at: view.access_expires_at,
            refreshed_at: view.refreshed_at,
            next_refresh_at: view.next_refresh_at,
            created_at: view.created_at,
        }
    }
}

impl Connection {
    /// The version of what an edit changes; refreshes happen by themselves and are no edits.
    fn tag(&self) -> String {
        etag::of(&format!(
            "{} {} {} {}",
            self.id, self.name, self.account_id, self.status
        ))
    }
}

/// A connection to make.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewConnection {
    /// Name; `Account <id>` where it is left out.
    #[serde(default)]
    name: String,
    /// Account ID.
    account_id: String,
    /// Access Token.
    #[schema(value_type = String, format = Password)]
    access_token: SecretString,
    /// Refresh Token; Save spends it and stores what it gives.
    #[schema(value_type = String, format = Password)]
    refresh_token: SecretString,
    /// Another address of Ion, of a host that the configuration allows.
    #[serde(default)]
    base_url: Option<String>,
}

/// New credentials of a connection.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewCredentials {
    /// Access Token.
    #[schema(value_type = String, format = Password)]
    access_token: SecretString,
    /// Refresh Token.
    #[schema(value_type = String, format = Password)]
    refresh_token: SecretString,
}

/// One check.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckResult {
    /// `passed`, `failed`, `skipped` or `later`.
    state: &'static str,
    /// The field that it is about: `account_id`, `access_token`, `refresh_token` or `none`.
    field: &'static str,
    /// What was found.
    title: String,
    /// What it means and what to do.
    detail: String,
    /// How long it took.
    took_ms: u64,
}

/// The result of a test. Nothing was spent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TestResult {
    /// Every check passed.
    passed: bool,
    /// Check by check.
    checks: Vec<CheckResult>,
}

impl From<&CheckReport> for TestResult {
    fn from(report: &CheckReport) -> Self {
        Self {
            passed: report.passed(),
            checks: report
                .checks
                .iter()
                .map(|check| CheckResult {
                    state: match check.state {
                        CheckState::Passed => "passed",
                        CheckState::Failed => "failed",
                        CheckState::Skipped => "skipped",
                        CheckState::Later => "later",
                    },
                    field: check.field.as_str(),
                    title: check.title.clone(),
                    detail: check.detail.clone(),
                    took_ms: u64::try_from(check.took.as_millis()).unwrap_or(u64::MAX),
                })
                .collect(),
        }
    }
}

/// What came of a refresh.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefreshResult {
    /// In words.
    outcome: String,
    /// The connection afterwards.
    connection: Connection,
}

/// All connections
#[utoipa::path(get, path = "/api/v1/connections", tag = "connections", operation_id = "list_connections", responses((status = OK, body = Page<Connection>)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Page<Connection>>, Fault> {
    let all = app.engine().list_overviews().await?;
    Ok(Json(Page::whole(
        all.into_iter().map(Connection::from).collect(),
    )))
}

async fn one(app: &App, id: Uuid) -> Result<Connection, Fault> {
    Ok(app.engine().overview(id.into()).await?.into())
}

/// One connection
#[utoipa::path(get, path = "/api/v1/connections/{id}", tag = "connections", operation_id = "get_connection", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Connection),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn show(State(app): State<App>, Path(id): Path<Uuid>) -> Result<Response, Fault> {
    let connection = one(&app, id).await?;
    Ok((etag::header(&connection.tag()), Json(connection)).into_response())
}

/// Validate credentials and connect the account
#[utoipa::path(post, path = "/api/v1/connections", tag = "connections", operation_id = "create_connection", request_body = NewConnection,
    params(("Idempotency-Key" = String, Header, description = "A new one for each connection")), responses(
    (status = CREATED, body = Connection),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`already_connected`: give these as new credentials"),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json", description = "`credentials_refused`: `errors` names the field"),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Once { body, key }: Once<NewConnection>,
) -> Result<Response, Fault> {
    let draft = CredentialDraft {
        name: body.name,
        account_id: body.account_id,
        access_token: body.access_token,
        refresh_token: body.refresh_token,
        base_url: body.base_url,
    };
    // A refresh token is spent on the way: the program that asked may go away, the work and its answer must not.
    to_its_end(Box::pin(async move {
        let effect = async {
            let saved = app
                .engine()
                .save_credentials(draft, SaveTarget::New, &caller.actor())
                .await?;
            Ok((
                StatusCode::CREATED,
                one(&app, saved.connection.into()).await?,
            ))
        };
        Box::pin(key.around(&app, effect)).await
    }))
    .await?
}

/// Test a connection; spends nothing
#[utoipa::path(post, path = "/api/v1/connections/{id}/test", tag = "connections", operation_id = "test_connection", params(("id" = Uuid, Path)), responses(
    (status = OK, body = TestResult),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn test(
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Json<TestResult>, Fault> {
    Ok(Json(TestResult::from(
        &app.engine().test_connection(id.into()).await?,
    )))
}

/// Refresh the login now
#[utoipa::path(post, path = "/api/v1/connections/{id}/refresh", tag = "connections", operation_id = "refresh_connection", params(("id" = Uuid, Path)), responses(
    (status = OK, body = RefreshResult),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn refresh(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<RefreshResult>, Fault> {
    let (engine, actor) = (app.engine().clone(), caller.actor());
    let outcome = to_its_end(async move { engine.refresh_now(id.into(), &actor).await }).await??;
    Ok(Json(RefreshResult {
        outcome: outcome.to_string(),
        connection: one(&app, id).await?,
    }))
}

/// Give a connection new credentials
#[utoipa::path(put, path = "/api/v1/connections/{id}/credentials", tag = "connections", operation_id = "replace_credentials", request_body = NewCredentials,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "ETag of the last GET")), responses(
    (status = OK, body = Connection),
    (status = PRECONDITION_FAILED, body = Problem, content_type = "application/problem+json"),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json", description = "`credentials_refused`: `errors` names the field"),
))]
pub(crate) async fn replace(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Body(body): Body<NewCredentials>,
) -> Result<Response, Fault> {
    let before = one(&app, id).await?;
    etag::require(&headers, &before.tag())?;
    let draft = CredentialDraft {
        name: before.name,
        account_id: before.account_id,
        access_token: body.access_token,
        refresh_token: body.refresh_token,
        base_url: Some(before.base_url),
    };
    let (engine, actor) = (app.engine().clone(), caller.actor());
    to_its_end(async move {
        engine
            .save_credentials(draft, SaveTarget::Existing(id.into()), &actor)
            .await
    })
    .await??;
    let connection = one(&app, id).await?;
    Ok((etag::header(&connection.tag()), Json(connection)).into_response())
}

/// Remove a connection: stops it, erases its secrets, keeps its data
#[utoipa::path(delete, path = "/api/v1/connections/{id}", tag = "connections", operation_id = "remove_connection", params(("id" = Uuid, Path)), responses(
    (status = NO_CONTENT),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Fault> {
    app.engine()
        .remove_connection(id.into(), &caller.actor())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
