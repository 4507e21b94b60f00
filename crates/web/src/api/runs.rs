//! Runs: imports and syncs asked for, followed, stopped, decided.

#![expect(
    unused_qualifications,
    reason = "the description of parameters is generated with whole paths"
)]

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::run::{RunCounts, RunKind, RunStatus};
use domain::{ConnectionId, RunId};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::runs::{self, RunRow};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::body::Body;
use crate::api::once::Once;
use crate::api::page::{Page, Paging};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// A run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Run {
    /// Id.
    #[schema(value_type = Uuid)]
    id: RunId,
    /// Number, for people.
    number: u64,
    /// The connection.
    #[schema(value_type = Uuid)]
    connection_id: ConnectionId,
    /// What it does: `catalog_import`, `customer_sync` or `subscription_sync`.
    #[schema(value_type = String, example = "catalog_import")]
    kind: RunKind,
    /// State: `queued`, `running`, `done`, `done_set_aside`, `needs_decision`, `interrupted`, `failed`, `stopped`.
    #[schema(value_type = String, example = "done")]
    status: RunStatus,
    /// Nothing more happens by itself.
    ended: bool,
    /// Compares every row, not only hashes.
    full: bool,
    /// Who asked for it.
    requested_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    requested_at: Timestamp,
    /// When a worker took it up.
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Timestamp>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// What it does at the moment.
    step: String,
    /// How it ended, in words.
    outcome: Option<String>,
    /// Counts.
    counts: Counts,
}

/// Counts of a run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Counts {
    /// Records read, each once.
    read: u64,
    /// New ones.
    added: u64,
    /// Different ones.
    changed: u64,
    /// Same ones.
    unchanged: u64,
    /// Not readable ones.
    set_aside: u64,
    /// Withdrawn ones.
    withdrawn: u64,
    /// Variants read.
    variants: u64,
    /// Prices that rose.
    price_up: u64,
    /// Prices that fell.
    price_down: u64,
    /// Requests sent to Ion.
    requests: u64,
    /// How many records are expected; 0 where unknown.
    expected: u64,
    /// Customers with a field taken over from Ion.
    pulled: u64,
    /// Customers with a field sent to Ion, or to be sent by a job.
    pushed: u64,
    /// Customers to be made in Ion by a job.
    created: u64,
    /// Pairs that were linked.
    linked: u64,
    /// Customers with a field that a person decides.
    conflicts: u64,
    /// Pairs that a person is asked about.
    proposed: u64,
    /// Customers found to be gone from Ion.
    gone: u64,
    /// What a plan held that was no longer true, and was left.
    moved: u64,
}

impl From<RunCounts> for Counts {
    fn from(counts: RunCounts) -> Self {
        Self {
            read: counts.read,
            added: counts.added,
            changed: counts.changed,
            unchanged: counts.unchanged,
            set_aside: counts.set_aside,
            withdrawn: counts.withdrawn,
            variants: counts.variants,
            price_up: counts.price_up,
            price_down: counts.price_down,
            requests: counts.requests,
            expected: counts.expected,
            pulled: counts.pulled,
            pushed: counts.pushed,
            created: counts.created,
            linked: counts.linked,
            conflicts: counts.conflicts,
            proposed: counts.proposed,
            gone: counts.gone,
            moved: counts.moved,
        }
    }
}

impl From<RunRow> for Run {
    fn from(row: RunRow) -> Self {
        Self {
            id: row.id,
            number: row.number,
            connection_id: row.connection,
            kind: row.kind,
            status: row.status,
            ended: row.status.is_final(),
            full: row.full,
            requested_by: row.requested_by,
            requested_at: row.requested_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
            step: row.step,
            outcome: row.outcome,
            counts: row.counts.into(),
        }
    }
}

/// Which runs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Of one connection.
    #[serde(default)]
    connection_id: Option<Uuid>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// Records of a page: 1 to 500, 50 where it is not given.
    #[serde(default)]
    limit: Option<u32>,
}

/// An import to start.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct NewImport {
    /// The connection to import from.
    connection_id: Uuid,
    /// Compare every row, not only hashes.
    #[serde(default)]
    full: bool,
}

/// What to do with what a run held back.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Decision {
    /// True: withdraw the products; subscriptions are called gone by a new reading, which asks Ion for each. False: let them stay.
    apply: bool,
}

/// Runs, the newest first
#[utoipa::path(get, path = "/api/v1/runs", tag = "runs", operation_id = "list_runs", params(Which), responses((status = OK, body = Page<Run>)))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Json<Page<Run>>, Fault> {
    let paging = Paging {
        cursor: which.cursor,
        limit: which.limit,
    };
    let limit = paging.limit()?;
    let rows = runs::list(
        app.store().read(),
        which.connection_id.map(ConnectionId),
        paging.position()?,
        limit + 1,
    )
    .await?;
    Ok(Json(Page::of(
        rows.into_iter().map(Run::from).collect(),
        limit,
        |run: &Run| run.number,
    )))
}

async fn one(app: &App, id: RunId) -> Result<Run, Fault> {
    Ok(runs::find(app.store().read(), id)
        .await?
        .ok_or_else(|| Fault::not_found("run"))?
        .into())
}

/// One run
#[utoipa::path(get, path = "/api/v1/runs/{id}", tag = "runs", operation_id = "get_run", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Run),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn show(State(app): State<App>, Path(id): Path<Uuid>) -> Result<Json<Run>, Fault> {
    Ok(Json(one(&app, id.into()).await?))
}

/// Import the catalog; where an import of this connection goes on, that one is given
#[utoipa::path(post, path = "/api/v1/imports", tag = "runs", operation_id = "start_import", request_body = NewImport,
    params(("Idempotency-Key" = String, Header, description = "A new one for each import")), responses(
    (status = ACCEPTED, body = Run),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn start(
    State(app): State<App>,
    caller: Caller,
    Once { body, key }: Once<NewImport>,
) -> Result<Response, Fault> {
    let effect = async {
        let asked = app
            .engine()
            .request_import(body.connection_id.into(), body.full, &caller.actor())
            .await?;
        Ok((StatusCode::ACCEPTED, one(&app, asked.run).await?))
    };
    key.around(&app, effect).await
}

/// Stop a run after the page that it reads
#[utoipa::path(post, path = "/api/v1/runs/{id}/stop", tag = "runs", operation_id = "stop_run", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Run),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn stop(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Run>, Fault> {
    one(&app, id.into()).await?;
    app.engine()
        .request_stop(id.into(), &caller.actor())
        .await?;
    Ok(Json(one(&app, id.into()).await?))
}

/// Decide what a run held back: products that an import would withdraw, subscriptions that a reading would call gone
#[utoipa::path(post, path = "/api/v1/runs/{id}/decision", tag = "runs", operation_id = "decide_run", request_body = Decision, params(("id" = Uuid, Path)), responses(
    (status = OK, body = Run),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`settled`: nothing is left to decide"),
))]
pub(crate) async fn decide(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Body(decision): Body<Decision>,
) -> Result<Json<Run>, Fault> {
    one(&app, id.into()).await?;
    app.engine()
        .decide_run(id.into(), decision.apply, &caller.actor())
        .await?;
    Ok(Json(one(&app, id.into()).await?))
}
