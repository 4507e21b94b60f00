//! Plans of syncs: what would be done, what of it is chosen, carried out or let go.

#![expect(
    unused_qualifications,
    reason = "the description of parameters is generated with whole paths"
)]

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use domain::customer::{CustomerField, Winner};
use domain::{ConnectionId, PlanId};
use engine::customers::Chosen;
use http::HeaderMap;
use jiff::Timestamp;
use rules::customers::decide::{Action, FieldDecision};
use rules::customers::plan::Counts;
use rules::customers::rule::Rule;
use serde::{Deserialize, Serialize};
use store::customers::{self, EntryFilter, PlanEntryRow, PlanRow, PlanState};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::body::Body;
use crate::api::etag;
use crate::api::page::{Page, Paging, cursor};
use crate::api::runs::Run;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// A plan of a sync.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Plan {
    /// Id.
    #[schema(value_type = Uuid)]
    id: PlanId,
    /// The connection.
    #[schema(value_type = Uuid)]
    connection_id: ConnectionId,
    /// The run that made it.
    run_id: Uuid,
    /// The first one of its connection: until it is applied, nothing goes to Ion.
    first: bool,
    /// It would change or lose too many customers: a person looks before it is applied.
    held: bool,
    /// `waiting`, `applied`, `discarded` or `superseded`.
    #[schema(value_type = String, example = "waiting")]
    state: PlanState,
    /// How many of ours were compared.
    read_here: u64,
    /// How many of Ion's were read.
    read_in_ion: u64,
    /// What it would do, by kind.
    counts: PlanCounts,
    /// Its entries by action, and how many of them are chosen.
    actions: Vec<PlanAction>,
    /// When made.
    #[schema(value_type = String, format = DateTime)]
    made_at: Timestamp,
    /// When decided.
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Timestamp>,
    /// By whom.
    decided_by: Option<String>,
    /// The run that carries it out.
    applied_run_id: Option<Uuid>,
}

/// What a plan would do, in customers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanCounts {
    /// Linked, and the same on both sides.
    same: u64,
    /// With a field taken over from Ion.
    pulled: u64,
    /// With a field sent to Ion.
    pushed: u64,
    /// With a field that a person decides.
    conflicts: u64,
    /// Imported from Ion.
    imported: u64,
    /// Proposed to a person.
    proposed: u64,
    /// Made in Ion.
    created: u64,
    /// Could be made in Ion, where somebody chooses so.
    offered: u64,
    /// Linked.
    linked: u64,
    /// Missing in Ion once, or found gone.
    missing: u64,
    /// Left as they are, by a rule.
    left: u64,
}

impl From<Counts> for PlanCounts {
    fn from(counts: Counts) -> Self {
        Self {
            same: counts.same,
            pulled: counts.pulled,
            pushed: counts.pushed,
            conflicts: counts.conflicts,
            imported: counts.imported,
            proposed: counts.proposed,
            created: counts.created,
            offered: counts.offered,
            linked: counts.linked,
            missing: counts.missing,
            left: counts.left,
        }
    }
}

/// How many entries of a plan have an action.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanAction {
    /// `import`, `merge`, `link`, `create`, `offer`, `propose`, `miss`, `mark_gone` or `return`.
    #[schema(example = "merge")]
    action: String,
    /// How many.
    entries: u64,
    /// How many of them are carried out where the plan is applied.
    chosen: u64,
}

impl Plan {
    async fn of(app: &App, row: PlanRow) -> Result<Self, Fault> {
        let counts = customers::entry_counts(app.store().read(), row.id).await?;
        Ok(Self {
            id: row.id,
            connection_id: row.connection,
            run_id: row.run.into(),
            first: row.first,
            held: row.held,
            state: row.state,
            read_here: row.read_here,
            read_in_ion: row.read_in_ion,
            counts: row.counts.into(),
            actions: counts
                .into_iter()
                .map(|(action, entries, chosen)| PlanAction {
                    action,
                    entries,
                    chosen,
                })
                .collect(),
            made_at: row.made_at,
            decided_at: row.decided_at,
            decided_by: row.decided_by,
            applied_run_id: row.applied_run.map(Uuid::from),
        })
    }
}

/// The version of a plan: an edit of one that was settled meanwhile is refused.
fn tag(row: &PlanRow) -> String {
    etag::of(&format!("plan {} {}", row.id, row.state))
}

/// What would be done with one customer, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanEntry {
    /// Its place in the plan.
    seq: u64,
    /// `import`, `merge`, `link`, `create`, `offer`, `propose`, `miss`, `mark_gone` or `return`.
    #[schema(example = "merge")]
    action: &'static str,
    /// The rule.
    #[schema(value_type = String, example = "C02")]
    rule: Rule,
    /// The same in words.
    #[schema(example = "only Ion changed it")]
    why: &'static str,
    /// Name, for people.
    name: String,
    /// Ours, where there is one.
    customer_id: Option<String>,
    /// Ion's, where there is one.
    ion_id: Option<String>,
    /// Fields that differ.
    fields: Vec<FieldPlan>,
    /// It is carried out where the plan is applied.
    chosen: bool,
    /// What stands in its way.
    blocked: Option<String>,
    /// What came of it: `done`, `moved` (no longer true, left), or why it failed. Null before.
    outcome: Option<String>,
}

/// What becomes of one field.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldPlan {
    /// The field.
    #[schema(value_type = String, example = "city")]
    field: CustomerField,
    /// What we hold.
    local: String,
    /// What Ion holds.
    remote: String,
    /// What both held last; null where they never agreed.
    base: Option<String>,
    /// Whose value counts: `ion` or `ionbridge`; null where a person decides.
    #[schema(value_type = Option<String>)]
    winner: Option<Winner>,
    /// The rule.
    #[schema(value_type = String, example = "C02")]
    rule: Rule,
    /// The same in words.
    why: &'static str,
}

impl From<FieldDecision> for FieldPlan {
    fn from(decision: FieldDecision) -> Self {
        Self {
            field: decision.field,
            local: decision.local,
            remote: decision.remote,
            base: decision.base,
            winner: decision.winner,
            rule: decision.rule,
            why: decision.rule.why(),
        }
    }
}

impl From<PlanEntryRow> for PlanEntry {
    fn from(row: PlanEntryRow) -> Self {
        let entry = row.entry;
        let (action, decisions) = match entry.action {
            Action::Nothing => ("nothing", Vec::new()),
            Action::Merge(merge) => ("merge", merge.decisions),
            Action::Import => ("import", Vec::new()),
            Action::Propose => ("propose", Vec::new()),
            Action::Create => ("create", Vec::new()),
            Action::Offer => ("offer", Vec::new()),
            Action::Link(merge) => ("link", merge.decisions),
            Action::Miss => ("miss", Vec::new()),
            Action::MarkGone => ("mark_gone", Vec::new()),
            Action::Return(merge) => ("return", merge.decisions),
        };
        Self {
            seq: row.seq,
            action,
            rule: entry.rule,
            why: entry.rule.why(),
            name: entry.name,
            customer_id: entry.local,
            ion_id: entry.remote,
            fields: decisions.into_iter().map(FieldPlan::from).collect(),
            chosen: row.chosen,
            blocked: row.blocked,
            outcome: row.outcome,
        }
    }
}

/// A plan with a page of its entries.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanPage {
    /// The plan.
    plan: Plan,
    /// Its entries, in the order in which they are carried out.
    entries: Vec<PlanEntry>,
    /// Pass this as `cursor` for the next page; null at the end.
    next: Option<String>,
}

/// Which plans.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichPlans {
    /// Of one connection.
    #[serde(default)]
    connection_id: Option<Uuid>,
    /// Only those that wait.
    #[serde(default)]
    waiting: bool,
}

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichEntries {
    /// Of one action.
    #[serde(default)]
    action: Option<String>,
    /// Words of the name; each must occur.
    #[serde(default)]
    q: Option<String>,
    /// Only chosen ones, or only others.
    #[serde(default)]
    chosen: Option<bool>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// Records of a page: 1 to 500, 50 where it is not given.
    #[serde(default)]
    limit: Option<u32>,
}

async fn find(app: &App, id: Uuid) -> Result<PlanRow, Fault> {
    customers::find_plan(app.store().read(), PlanId(id))
        .await?
        .ok_or_else(|| Fault::not_found("plan"))
}

/// The last 200 plans, the newest first
#[utoipa::path(get, path = "/api/v1/customers/plans", tag = "customers", operation_id = "list_sync_plans", params(WhichPlans), responses((status = OK, body = Page<Plan>)))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(which): Query<WhichPlans>,
) -> Result<Json<Page<Plan>>, Fault> {
    let mut items = Vec::new();
    for row in customers::list_plans(app.store().read(), 200).await? {
        let fits = which.connection_id.is_none_or(|id| row.connection.0 == id)
            && (!which.waiting || row.state == PlanState::Waiting);
        if fits {
            items.push(Plan::of(&app, row).await?);
        }
    }
    Ok(Json(Page::whole(items)))
}

/// A plan with its entries; the `ETag` is for choices
#[utoipa::path(get, path = "/api/v1/customers/plans/{id}", tag = "customers", operation_id = "get_sync_plan", params(("id" = Uuid, Path), WhichEntries), responses(
    (status = OK, body = PlanPage),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Query(which): Query<WhichEntries>,
) -> Result<Response, Fault> {
    let row = find(&app, id).await?;
    let tag = tag(&row);
    let paging = Paging {
        cursor: which.cursor,
        limit: which.limit,
    };
    let limit = paging.limit()?;
    let filter = EntryFilter {
        action: which.action,
        text: which.q.unwrap_or_default(),
        chosen: which.chosen,
    };
    let (mut rows, _) = customers::list_entries(
        app.store().read(),
        row.id,
        &filter,
        paging.position()?,
        limit + 1,
    )
    .await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let page = PlanPage {
        plan: Plan::of(&app, row).await?,
        next: rows.last().filter(|_| more).map(|last| cursor(last.seq)),
        entries: rows.into_iter().map(PlanEntry::from).collect(),
    };
    Ok((etag::header(&tag), Json(page)).into_response())
}

/// What to choose of a plan, and what to leave out. What is not named stays as it is; what is left out counts last.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct Choices {
    /// Entries to choose, by their places.
    #[serde(default)]
    choose: Vec<u64>,
    /// Actions of which every entry is chosen.
    #[serde(default)]
    #[schema(example = json!(["offer"]))]
    choose_actions: Vec<String>,
    /// Entries to leave out, by their places.
    #[serde(default)]
    leave: Vec<u64>,
    /// Actions of which every entry is left out.
    #[serde(default)]
    leave_actions: Vec<String>,
}

/// Choose entries of a plan that waits, or leave them out
#[utoipa::path(patch, path = "/api/v1/customers/plans/{id}", tag = "customers", operation_id = "choose_of_sync_plan", request_body = Choices,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "ETag of the last GET")), responses(
    (status = OK, body = Plan),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`settled`: it no longer waits"),
    (status = PRECONDITION_FAILED, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn choose(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Body(choices): Body<Choices>,
) -> Result<Response, Fault> {
    let row = find(&app, id).await?;
    etag::require(&headers, &tag(&row))?;
    let named = |seqs: Vec<u64>| (!seqs.is_empty()).then_some(Chosen::Entries(seqs));
    let steps = choices
        .choose_actions
        .into_iter()
        .map(|action| (Chosen::Action(action), true))
        .chain(named(choices.choose).map(|which| (which, true)))
        .chain(
            choices
                .leave_actions
                .into_iter()
                .map(|action| (Chosen::Action(action), false)),
        )
        .chain(named(choices.leave).map(|which| (which, false)));
    for (which, on) in steps {
        app.engine().choose_entries(row.id, &which, on).await?;
    }
    let row = find(&app, id).await?;
    Ok((etag::header(&tag(&row)), Json(Plan::of(&app, row).await?)).into_response())
}

/// Carry out what is chosen of a plan, where it still is true
#[utoipa::path(post, path = "/api/v1/customers/plans/{id}/apply", tag = "customers", operation_id = "apply_sync_plan", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Run, description = "The run that carries it out; follow it until it has ended"),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`settled`: it no longer waits; `running`: a sync of this connection goes on; `unusable`: no login"),
))]
pub(crate) async fn apply(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Run>, Fault> {
    let asked = app
        .engine()
        .request_apply(PlanId(id), &caller.actor())
        .await?;
    let row = find(&app, id).await?;
    if row.state == PlanState::Waiting {
        return Err(Fault::conflict(
            "running",
            "A sync of this connection goes on. Apply the plan when it has ended; it may be another one then.",
        ));
    }
    Ok(Json(super::run(&app, asked.run).await?))
}

/// Let a plan go: nothing is done, and the sync of its connection pauses
#[utoipa::path(post, path = "/api/v1/customers/plans/{id}/discard", tag = "customers", operation_id = "discard_sync_plan", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Plan),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`settled`: it no longer waits"),
))]
pub(crate) async fn discard(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Plan>, Fault> {
    app.engine()
        .discard_plan(PlanId(id), &caller.actor())
        .await?;
    Ok(Json(Plan::of(&app, find(&app, id).await?).await?))
}
