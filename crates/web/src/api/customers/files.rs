//! Files of customers: read and compared, looked at, applied.

#![expect(
    unused_qualifications,
    reason = "the description of parameters is generated with whole paths"
)]

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::FileId;
use engine::customers::ChosenLines;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::customers::{self, FileLine, FileOutcome, FileRow, FileState};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::word;
use crate::api::body::Body;
use crate::api::once::OnceFile;
use crate::api::page::{Page, Paging, cursor};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};
use crate::from_engine::to_its_end;

/// How long an answer waits for a file to be applied; it is applied to its end either way.
const PATIENCE: Duration = Duration::from_secs(20);

/// A file of customers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomerFile {
    /// Id.
    #[schema(value_type = Uuid)]
    id: FileId,
    /// Its name.
    #[schema(example = "customers.csv")]
    name: String,
    /// `csv` or `json`.
    format: String,
    /// Its columns, and what each is read as.
    columns: Vec<FileColumn>,
    /// `read`, `applied` or `discarded`.
    #[schema(value_type = String, example = "read")]
    state: FileState,
    /// Its rows by what they would do.
    rows: Vec<FileCount>,
    /// When brought.
    #[schema(value_type = String, format = DateTime)]
    brought_at: Timestamp,
    /// By whom.
    brought_by: String,
    /// When applied or let go.
    #[schema(value_type = Option<String>, format = DateTime)]
    settled_at: Option<Timestamp>,
}

/// A column of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileColumn {
    /// Its name in the file.
    #[schema(example = "Firma")]
    header: String,
    /// What it is read as; null where it is not read.
    #[schema(example = "organisation")]
    read_as: Option<String>,
}

/// Rows of one outcome.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileCount {
    /// `new`, `changed`, `same`, `look` (a person looks first) or `not_readable`.
    #[schema(value_type = String, example = "new")]
    outcome: FileOutcome,
    /// How many.
    rows: u64,
    /// How many of them are applied with the file.
    chosen: u64,
}

impl CustomerFile {
    async fn of(app: &App, row: FileRow) -> Result<Self, Fault> {
        let counts = customers::line_counts(app.store().read(), row.id).await?;
        Ok(Self {
            id: row.id,
            name: row.name,
            format: row.format,
            columns: row
                .columns
                .into_iter()
                .map(|(header, read_as)| FileColumn { header, read_as })
                .collect(),
            state: row.state,
            rows: counts
                .into_iter()
                .map(|(outcome, rows, chosen)| FileCount {
                    outcome,
                    rows,
                    chosen,
                })
                .collect(),
            brought_at: row.brought_at,
            brought_by: row.brought_by,
            settled_at: row.applied_at,
        })
    }
}

/// A row of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileRowView {
    /// Line of the file, or place in the list.
    line: u64,
    /// `new`, `changed`, `same`, `look` (a person looks first) or `not_readable`.
    #[schema(value_type = String, example = "changed")]
    outcome: FileOutcome,
    /// Name, as far as it could be read.
    name: String,
    /// The customer that it changes, or would change where somebody chooses so.
    customer_id: Option<Uuid>,
    /// What it would do, why somebody should look, or what is wrong.
    #[schema(example = "City: “Bonn” becomes “Berlin”.")]
    message: String,
    /// The column that is wrong.
    field: Option<String>,
    /// It is applied with the file.
    chosen: bool,
    /// When it was applied.
    #[schema(value_type = Option<String>, format = DateTime)]
    applied_at: Option<Timestamp>,
    /// Why it could not be applied.
    failed: Option<String>,
}

impl From<FileLine> for FileRowView {
    fn from(line: FileLine) -> Self {
        Self {
            line: line.line,
            outcome: line.outcome,
            name: line.name,
            customer_id: line.customer.map(Uuid::from),
            message: line.message,
            field: line.field,
            chosen: line.chosen,
            applied_at: line.applied_at,
            failed: line.result,
        }
    }
}

async fn find(app: &App, id: Uuid) -> Result<FileRow, Fault> {
    customers::find_file(app.store().read(), FileId(id))
        .await?
        .ok_or_else(|| Fault::not_found("file"))
}

/// Name of a file that is sent as it is.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Named {
    /// Its name, where it is not sent as `multipart/form-data`.
    #[serde(default)]
    name: Option<String>,
}

/// Bring a file of customers: CSV or JSON, at most 20 MB and 20 000 rows. It is read and compared; nothing is changed before it is applied
#[utoipa::path(post, path = "/api/v1/customers/files", tag = "customers", operation_id = "bring_customer_file",
    request_body(content((String = "multipart/form-data"), (String = "text/csv"), (String = "application/json")), description = "The file as it is, or as a part of a form"),
    params(Named, ("Idempotency-Key" = String, Header, description = "A new one for each file")), responses(
    (status = CREATED, body = CustomerFile),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json", description = "`unreadable_file`: what is wrong with it"),
))]
pub(crate) async fn bring(
    State(app): State<App>,
    caller: Caller,
    Query(named): Query<Named>,
    file: OnceFile,
) -> Result<Response, Fault> {
    let name = file.name.or(named.name).unwrap_or_default();
    let bytes = file.bytes;
    let effect = async {
        let id = app
            .engine()
            .read_file(&name, &bytes, &caller.actor())
            .await?;
        let row = find(&app, id.into()).await?;
        Ok((StatusCode::CREATED, CustomerFile::of(&app, row).await?))
    };
    file.key.around(&app, effect).await
}

/// The last 100 files, the newest first
#[utoipa::path(get, path = "/api/v1/customers/files", tag = "customers", operation_id = "list_customer_files", responses((status = OK, body = Page<CustomerFile>)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Page<CustomerFile>>, Fault> {
    let mut items = Vec::new();
    for row in customers::list_files(app.store().read(), 100).await? {
        items.push(CustomerFile::of(&app, row).await?);
    }
    Ok(Json(Page::whole(items)))
}

/// A file, and how many rows would do what
#[utoipa::path(get, path = "/api/v1/customers/files/{id}", tag = "customers", operation_id = "get_customer_file", params(("id" = Uuid, Path)), responses(
    (status = OK, body = CustomerFile),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Json<CustomerFile>, Fault> {
    let row = find(&app, id).await?;
    Ok(Json(CustomerFile::of(&app, row).await?))
}

/// Which rows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichRows {
    /// Of one outcome: `new`, `changed`, `same`, `look` or `not_readable`.
    #[serde(default)]
    outcome: Option<String>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// Records of a page: 1 to 500, 50 where it is not given.
    #[serde(default)]
    limit: Option<u32>,
}

/// What each row of a file would do
#[utoipa::path(get, path = "/api/v1/customers/files/{id}/rows", tag = "customers", operation_id = "list_customer_file_rows", params(("id" = Uuid, Path), WhichRows), responses(
    (status = OK, body = Page<FileRowView>),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn rows(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Query(which): Query<WhichRows>,
) -> Result<Json<Page<FileRowView>>, Fault> {
    let row = find(&app, id).await?;
    let paging = Paging {
        cursor: which.cursor,
        limit: which.limit,
    };
    let limit = paging.limit()?;
    let outcome = which.outcome.as_deref().map(outcome).transpose()?;
    let (mut rows, _) = customers::list_lines(
        app.store().read(),
        row.id,
        outcome,
        paging.position()?,
        limit + 1,
    )
    .await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    Ok(Json(Page {
        next: rows.last().filter(|_| more).map(|last| cursor(last.line)),
        items: rows.into_iter().map(FileRowView::from).collect(),
    }))
}

fn outcome(text: &str) -> Result<FileOutcome, Fault> {
    let all: Vec<&str> = FileOutcome::ALL
        .iter()
        .map(|outcome| outcome.as_str())
        .collect();
    word("outcome", text, &all)
}

/// What to apply of a file. New and changed rows are, unless they are left out; rows to look at are where they are named.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct ToApply {
    /// Lines to apply too.
    #[serde(default)]
    also: Vec<u64>,
    /// Lines to leave out.
    #[serde(default)]
    except: Vec<u64>,
}

/// What came of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Applied {
    /// False: it is applied still; look at the file until its state is `applied`.
    done: bool,
    /// Customers made.
    new: u64,
    /// Customers changed.
    changed: u64,
    /// Rows that failed; each says why.
    failed: u64,
    /// The file.
    file: CustomerFile,
}

/// Apply a file, row by row, each as an edit: linked customers reach Ion by themselves. Stopped in the middle and asked again, it goes on
#[utoipa::path(post, path = "/api/v1/customers/files/{id}/apply", tag = "customers", operation_id = "apply_customer_file", request_body = ToApply, params(("id" = Uuid, Path)), responses(
    (status = OK, body = Applied),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`settled`: it was applied or let go"),
))]
pub(crate) async fn apply(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Body(which): Body<ToApply>,
) -> Result<Json<Applied>, Fault> {
    let (engine, file) = (app.engine().clone(), FileId(id));
    for (lines, on) in [(which.also, true), (which.except, false)] {
        if !lines.is_empty() {
            engine
                .choose_lines(file, &ChosenLines::Lines(lines), on)
                .await?;
        }
    }
    let actor = caller.actor();
    // Whoever asked may go away; the file is applied to its end.
    let work = to_its_end(async move { engine.apply_file(file, &actor).await });
    let applied = match tokio::time::timeout(PATIENCE, Box::pin(work)).await {
        Ok(applied) => Some(applied??),
        Err(_) => None,
    };
    let row = find(&app, id).await?;
    let counts = applied.unwrap_or_default();
    Ok(Json(Applied {
        done: applied.is_some(),
        new: counts.new,
        changed: counts.changed,
        failed: counts.failed,
        file: CustomerFile::of(&app, row).await?,
    }))
}

/// Let a file go. What was applied of it stays
#[utoipa::path(post, path = "/api/v1/customers/files/{id}/discard", tag = "customers", operation_id = "discard_customer_file", params(("id" = Uuid, Path)), responses(
    (status = OK, body = CustomerFile),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`settled`: it was applied or let go"),
))]
pub(crate) async fn discard(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<CustomerFile>, Fault> {
    app.engine()
        .discard_file(FileId(id), &caller.actor())
        .await?;
    let row = find(&app, id).await?;
    Ok(Json(CustomerFile::of(&app, row).await?))
}
