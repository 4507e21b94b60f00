//! Messages for people.

#![expect(
    unused_qualifications,
    reason = "the description of parameters is generated with whole paths"
)]

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::NoticeId;
use domain::notice::{NoticeKind, Severity};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{audit, notices};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::page::Page;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// A notice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Notice {
    /// Id.
    #[schema(value_type = Uuid)]
    id: NoticeId,
    /// What it is about; also the event type of webhooks.
    #[schema(value_type = String, example = "connection.login_ends_soon")]
    kind: NoticeKind,
    /// `info`, `warn` or `bad`.
    #[schema(value_type = String)]
    severity: Severity,
    /// About which connection.
    connection_id: Option<Uuid>,
    /// About which run.
    run_id: Option<Uuid>,
    /// One line.
    title: String,
    /// What it means and what to do.
    text: String,
    /// When it was raised.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it no longer held.
    #[schema(value_type = Option<String>, format = DateTime)]
    resolved_at: Option<Timestamp>,
}

/// Which notices.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only what still waits for a person.
    #[serde(default)]
    open: bool,
}

/// Notices, the newest first: the last 200
#[utoipa::path(get, path = "/api/v1/notices", tag = "notices", operation_id = "list_notices", params(Which), responses(
    (status = OK, body = Page<Notice>),
))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Json<Page<Notice>>, Fault> {
    let rows = notices::list(app.store().read(), 200).await?;
    let items = rows
        .into_iter()
        .filter(|row| !which.open || row.resolved_at.is_none())
        .map(|row| Notice {
            id: row.id,
            kind: row.kind,
            severity: row.severity,
            connection_id: row.connection.map(Uuid::from),
            run_id: row.run.map(Uuid::from),
            title: row.title,
            text: row.text,
            created_at: row.created_at,
            resolved_at: row.resolved_at,
        })
        .collect();
    Ok(Json(Page::whole(items)))
}

/// Mark a notice as dealt with
#[utoipa::path(post, path = "/api/v1/notices/{id}/settle", tag = "notices", operation_id = "settle_notice", params(("id" = Uuid, Path)), responses(
    (status = NO_CONTENT),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn settle(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Fault> {
    settle_one(&app, &caller, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Marks a notice as dealt with, once; a notice that is settled already stays as it is.
pub(crate) async fn settle_one(app: &App, caller: &Caller, id: NoticeId) -> Result<(), Fault> {
    let tx = app.store().begin().await?;
    let notice = notices::find(&tx, id)
        .await?
        .ok_or_else(|| Fault::not_found("notice"))?;
    if notices::resolve(&tx, id, app.now()).await? {
        audit::append(
            &tx,
            &**app.engine().clock(),
            &caller.actor(),
            "notice.settle",
            &notice.title,
            "",
        )
        .await?;
        tx.commit().await?;
    }
    Ok(())
}
