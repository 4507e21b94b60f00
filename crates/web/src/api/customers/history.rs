//! What happened to a customer, which of Ion's it is linked with, and what is taken back.

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::customer::CustomerField;
use domain::{ChangeId, RunId};
use jiff::Timestamp;
use rules::customers::rule::Rule;
use serde::Serialize;
use store::customers::{self, ChangeKind, ChangeRow, LinkRow, Way};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::page::{Page, Paging, cursor_behind, unknown_cursor};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// One line of a customer's history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Change {
    /// Id; later ones sort behind.
    #[schema(value_type = Uuid)]
    id: ChangeId,
    /// The customer.
    customer_id: Uuid,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What it tells: `field`, `created`, `imported`, `created_in_ion`, `linked`, `unlinked`, `rejected`, `ignored`, `conflict`,
    /// `decided`, `failed`, `archived`, `restored`, `gone`, `returned`, `status`, `combined` or `split`.
    #[schema(value_type = String, example = "field")]
    kind: ChangeKind,
    /// Which way it went: `here`, `from_ion` or `to_ion`.
    #[schema(value_type = String, example = "from_ion")]
    way: Way,
    /// The field, where it is about one.
    #[schema(example = "city")]
    field: Option<String>,
    /// Value before.
    before: String,
    /// Value after.
    after: String,
    /// The rule that decided.
    #[schema(value_type = Option<String>, example = "C02")]
    rule: Option<Rule>,
    /// The same in words.
    #[schema(example = "only Ion changed it")]
    why: Option<&'static str>,
    /// Who: a person, a program, or `Ionbridge`.
    actor: String,
    /// The run that did it.
    run_id: Option<Uuid>,
    /// The connection, where Ion has to do with it.
    connection_id: Option<Uuid>,
    /// Ion's id, where Ion has to do with it.
    ion_id: Option<String>,
    /// Ion's id of the request, for its support.
    request_id: Option<String>,
    /// More about it.
    note: String,
    /// When it was taken back.
    #[schema(value_type = Option<String>, format = DateTime)]
    undone_at: Option<Timestamp>,
    /// By whom.
    undone_by: Option<String>,
}

impl From<ChangeRow> for Change {
    fn from(row: ChangeRow) -> Self {
        Self {
            id: row.id,
            customer_id: row.customer.into(),
            at: row.at,
            kind: row.kind,
            way: row.way,
            field: row.field,
            before: row.before,
            after: row.after,
            rule: row.rule,
            why: row.rule.map(Rule::why),
            actor: row.actor,
            run_id: row.run.map(Uuid::from),
            connection_id: row.connection.map(Uuid::from),
            ion_id: row.ion_id,
            request_id: row.request_id,
            note: row.note,
            undone_at: row.undone_at,
            undone_by: row.undone_by,
        }
    }
}

/// What happened to a customer, the newest first
#[utoipa::path(get, path = "/api/v1/customers/{id}/history", tag = "customers", operation_id = "list_customer_history",
    params(("id" = Uuid, Path), Paging), responses(
    (status = OK, body = Page<Change>),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Change>>, Fault> {
    const ORDER: &str = "customer history";
    let row = super::find(&app, id).await?;
    let limit = paging.limit()?;
    let before = paging
        .behind(ORDER)?
        .map(|place| place.parse().map_err(|_| unknown_cursor()))
        .transpose()?;
    let mut rows = customers::list_changes(app.store().read(), row.id, before, limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    Ok(Json(Page {
        next: rows
            .last()
            .filter(|_| more)
            .map(|last| cursor_behind(ORDER, &last.id.to_string())),
        items: rows.into_iter().map(Change::from).collect(),
    }))
}

/// A customer of ours and one of Ion's are the same.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Link {
    /// The connection.
    connection_id: Uuid,
    /// Ion's id.
    ion_id: String,
    /// When linked.
    #[schema(value_type = String, format = DateTime)]
    linked_at: Timestamp,
    /// By whom.
    linked_by: String,
    /// By which rule.
    #[schema(value_type = String, example = "C28")]
    rule: Rule,
    /// The same in words.
    why: &'static str,
    /// When both sides were last compared or written.
    #[schema(value_type = Option<String>, format = DateTime)]
    synced_at: Option<Timestamp>,
    /// Nothing is left to do with the customer as it is here.
    settled: bool,
    /// Why the last write to Ion failed.
    failed: Option<Failure>,
    /// Ion says that it is inactive.
    inactive: bool,
    /// It was found to be gone from Ion.
    #[schema(value_type = Option<String>, format = DateTime)]
    gone_at: Option<Timestamp>,
}

/// Why a write to Ion failed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Failure {
    /// What is wrong and what to do.
    message: String,
    /// The field that is wrong, where one is.
    #[schema(value_type = Option<String>)]
    field: Option<CustomerField>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

impl Failure {
    pub(crate) fn of(link: &LinkRow) -> Option<Self> {
        link.failed.as_ref().map(|failed| Self {
            message: failed.message.clone(),
            field: failed.field,
            at: failed.at,
        })
    }
}

/// Ion's customers that are the same as ours
#[utoipa::path(get, path = "/api/v1/customers/{id}/links", tag = "customers", operation_id = "list_customer_links", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Page<Link>),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn links(
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Json<Page<Link>>, Fault> {
    let conn = app.store().read();
    let row = super::find(&app, id).await?;
    let mut all = Vec::new();
    for link in customers::list_links(conn, row.id).await? {
        let shown = customers::find_ion(conn, link.connection, &link.ion_id).await?;
        all.push(Link {
            failed: Failure::of(&link),
            settled: link.settled_version == Some(row.version),
            inactive: shown.as_ref().is_some_and(|shown| !shown.customer.active),
            gone_at: shown.and_then(|shown| shown.gone_at),
            connection_id: link.connection.into(),
            ion_id: link.ion_id,
            linked_at: link.linked_at,
            linked_by: link.linked_by,
            rule: link.rule,
            why: link.rule.why(),
            synced_at: link.synced_at,
        });
    }
    Ok(Json(Page::whole(all)))
}

/// Take one change of a customer back, where nobody changed the value since
#[utoipa::path(post, path = "/api/v1/customers/changes/{id}/undo", tag = "customers", operation_id = "undo_customer_change", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Change),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: it cannot be taken back, and why"),
))]
pub(crate) async fn undo_change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Change>, Fault> {
    let id = ChangeId(id);
    let find = async || {
        customers::find_change(app.store().read(), id)
            .await?
            .ok_or_else(|| Fault::not_found("change"))
    };
    find().await?;
    app.engine().undo_change(id, &caller.actor()).await?;
    Ok(Json(Change::from(find().await?)))
}

/// What came of taking a run back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Undone {
    /// Changes that were taken back.
    changes: u64,
    /// Changes that stay: something was changed since, or there is nothing to take back.
    left: u64,
}

/// Take back what a sync changed here
#[utoipa::path(post, path = "/api/v1/runs/{id}/undo", tag = "customers", operation_id = "undo_run", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Undone),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn undo_run(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Undone>, Fault> {
    super::run(&app, RunId(id)).await?;
    let undone = app.engine().undo_run(RunId(id), &caller.actor()).await?;
    Ok(Json(Undone {
        changes: undone.changes,
        left: undone.left,
    }))
}
