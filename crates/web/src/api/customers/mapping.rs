//! Who is who: linked, proposed, on one side only, failed, ignored; and what people decide of it.

#![expect(
    unused_qualifications,
    reason = "the description of parameters is generated with whole paths"
)]

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::customer::{CustomerField as Field, LinkState};
use domain::{ConnectionId, CustomerId};
use engine::customers::MappingError;
use jiff::Timestamp;
use rules::customers::match_up::Signal;
use rules::customers::table::number_text;
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::customers::{self, CustomerFilter, CustomerRow, IonRow, PairCause, PairRow};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::history::Failure;
use super::word;
use crate::api::body::Body;
use crate::api::page::{Page, Paging, cursor_behind, unknown_cursor};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, FieldFault, Problem};

/// Most steps of one request.
const MOST_STEPS: usize = 500;

/// Words of the lists.
const LISTS: [&str; 6] = [
    "linked",
    "proposed",
    "not_in_ion",
    "only_in_ion",
    "ignored",
    "failed",
];

/// Which of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// At one connection.
    #[serde(default)]
    connection_id: Option<Uuid>,
    /// Words of the name; each must occur.
    #[serde(default)]
    q: Option<String>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// Records of a page: 1 to 500, 50 where it is not given.
    #[serde(default)]
    limit: Option<u32>,
}

/// One of ours, one of Ion's, or both.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Mapped {
    /// The connection; null for one of ours that is at none.
    connection_id: Option<Uuid>,
    /// Ours.
    customer: Option<OfOurs>,
    /// Ion's.
    ion: Option<OfIon>,
    /// How much they have in common: 0 to 100.
    score: Option<u8>,
    /// What they have in common: `email`, `organisation`, `domain`, `organisation_alike`, `address`.
    #[schema(value_type = Vec<String>, example = json!(["email"]))]
    signals: Vec<Signal>,
    /// Why the pair is proposed: `matched` (they look alike) or `refused` (Ion says that the e-mail is taken by the other).
    #[schema(value_type = Option<String>)]
    cause: Option<PairCause>,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Why the last write to Ion failed.
    failed: Option<Failure>,
}

/// One of ours, as far as a list tells it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfOurs {
    /// Id.
    id: Uuid,
    /// Number, for people; null where the list does not tell it.
    #[schema(example = "C-0188")]
    number: Option<String>,
    /// Name.
    name: String,
}

/// One of Ion's, as far as a list tells it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfIon {
    /// Ion's id.
    id: String,
    /// Name.
    name: String,
    /// E-mail; null where the list does not tell it.
    email: Option<String>,
    /// City; null where the list does not tell it.
    city: Option<String>,
    /// Ion says that it is active; null where the list does not tell it.
    active: Option<bool>,
}

impl From<CustomerRow> for OfOurs {
    fn from(row: CustomerRow) -> Self {
        Self {
            id: row.id.into(),
            number: Some(number_text(row.number)),
            name: row.customer.fields.get(Field::Organisation).to_owned(),
        }
    }
}

impl From<IonRow> for Mapped {
    fn from(row: IonRow) -> Self {
        let field = |field| row.customer.fields.get(field).to_owned();
        Self {
            connection_id: Some(row.connection.into()),
            ion: Some(OfIon {
                name: field(Field::Organisation),
                email: Some(field(Field::Email)),
                city: Some(field(Field::City)),
                active: Some(row.customer.active),
                id: row.customer.ion_id,
            }),
            since: Some(row.first_seen_at),
            ..Self::default()
        }
    }
}

impl From<PairRow> for Mapped {
    fn from(row: PairRow) -> Self {
        Self {
            connection_id: Some(row.connection.into()),
            customer: Some(OfOurs {
                id: row.customer.into(),
                number: None,
                name: row.local_name,
            }),
            ion: Some(OfIon {
                id: row.ion_id,
                name: row.remote_name,
                email: None,
                city: None,
                active: None,
            }),
            score: Some(row.score),
            signals: row.signals,
            cause: Some(row.cause),
            since: Some(row.since),
            failed: None,
        }
    }
}

/// Who is who, by state: `linked`, `proposed` (the best first), `not_in_ion`, `only_in_ion`, `ignored`, `failed`. Conflicts have a list of their own
#[utoipa::path(get, path = "/api/v1/customers/mapping/{state}", tag = "customers", operation_id = "list_mapping",
    params(("state" = String, Path, description = "`linked`, `proposed`, `not_in_ion`, `only_in_ion`, `ignored` or `failed`"), Which), responses(
    (status = OK, body = Page<Mapped>),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    Path(state): Path<String>,
    Query(which): Query<Which>,
) -> Result<Json<Page<Mapped>>, Fault> {
    let state: LinkState = word("state", &state, &LISTS)?;
    let conn = app.store().read();
    let (connection, text) = (
        which.connection_id.map(ConnectionId),
        which.q.unwrap_or_default(),
    );
    let paging = Paging {
        cursor: which.cursor,
        limit: which.limit,
    };
    let limit = paging.limit()?;
    let order = format!("mapping {state}");
    let after = paging.behind(&order)?;
    let after = after.as_deref();
    let (items, next): (Vec<Mapped>, Option<String>) = match state {
        LinkState::Proposed => {
            let (rows, next, _) = customers::list_pairs(conn, connection, &text, after, limit)
                .await
                .map_err(lost)?;
            (rows.into_iter().map(Mapped::from).collect(), next)
        }
        LinkState::OnlyInIon => {
            let (rows, next, _) =
                customers::list_only_in_ion(conn, connection, &text, after, limit)
                    .await
                    .map_err(lost)?;
            (rows.into_iter().map(Mapped::from).collect(), next)
        }
        LinkState::Linked => {
            let (rows, next, _) = customers::list_linked(conn, connection, &text, after, limit)
                .await
                .map_err(lost)?;
            (rows.into_iter().map(linked).collect(), next)
        }
        LinkState::Failed => {
            let rows = customers::list_failed(conn, connection).await?;
            let items = rows.into_iter().map(|(link, name)| Mapped {
                connection_id: Some(link.connection.into()),
                failed: Failure::of(&link),
                since: link.failed.as_ref().map(|failed| failed.at),
                ..linked((link, name.clone(), name))
            });
            (items.collect(), None)
        }
        LinkState::Ignored => ignored(&app, connection, &text, after, limit).await?,
        _ => ours(&app, LinkState::NotInIon, connection, &text, after, limit).await?,
    };
    Ok(Json(Page {
        items,
        next: next.map(|place| cursor_behind(&order, &place)),
    }))
}

/// A place of a list that is none.
fn lost(error: StoreError) -> Fault {
    match error {
        StoreError::Missing(_) => unknown_cursor(),
        other => other.into(),
    }
}

fn linked((link, ours, theirs): (customers::LinkRow, String, String)) -> Mapped {
    Mapped {
        connection_id: Some(link.connection.into()),
        customer: Some(OfOurs {
            id: link.customer.into(),
            number: None,
            name: ours,
        }),
        ion: Some(OfIon {
            id: link.ion_id,
            name: theirs,
            email: None,
            city: None,
            active: None,
        }),
        since: Some(link.linked_at),
        ..Mapped::default()
    }
}

/// Ours of one state.
async fn ours(
    app: &App,
    state: LinkState,
    connection: Option<ConnectionId>,
    text: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<(Vec<Mapped>, Option<String>), Fault> {
    let filter = CustomerFilter {
        text: text.to_owned(),
        states: vec![state],
        connection,
        after: after.map(str::to_owned),
        limit,
        ..CustomerFilter::default()
    };
    let page = customers::search(app.store().read(), &filter)
        .await
        .map_err(lost)?;
    let items = page.customers.into_iter().map(|hit| Mapped {
        since: Some(hit.row.created_at),
        customer: Some(hit.row.into()),
        ..Mapped::default()
    });
    Ok((items.collect(), page.next))
}

/// What is ignored of ours, then what is ignored of Ion's.
async fn ignored(
    app: &App,
    connection: Option<ConnectionId>,
    text: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<(Vec<Mapped>, Option<String>), Fault> {
    const OURS: &str = "ours:";
    const IONS: &str = "ions:";
    let place = after.map_or(Some((OURS, "")), |after| {
        let ours = after.strip_prefix(OURS).map(|place| (OURS, place));
        ours.or_else(|| after.strip_prefix(IONS).map(|place| (IONS, place)))
    });
    let (side, place) = place.ok_or_else(unknown_cursor)?;
    let place = Some(place).filter(|place| !place.is_empty());
    if side == OURS {
        let (items, next) = ours(app, LinkState::Ignored, None, text, place, limit).await?;
        let next = next.map_or_else(|| IONS.to_owned(), |next| format!("{OURS}{next}"));
        return Ok((items, Some(next)));
    }
    let (rows, next, _) =
        customers::list_ignored_ion(app.store().read(), connection, text, place, limit)
            .await
            .map_err(lost)?;
    Ok((
        rows.into_iter().map(Mapped::from).collect(),
        next.map(|next| format!("{IONS}{next}")),
    ))
}

/// What a person or program decides of a pair or of one side.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Step {
    /// `confirm` and `reject` (a proposal), `link` and `unlink`, `ignore` and `unignore` (one side), `import` (one of Ion's, made here),
    /// `create` (one of ours, made in Ion).
    #[serde(rename = "do")]
    #[schema(example = "confirm")]
    what: String,
    /// The connection; not needed to ignore one of ours.
    #[serde(default)]
    connection_id: Option<Uuid>,
    /// Ours; not needed for `import`.
    #[serde(default)]
    customer_id: Option<Uuid>,
    /// Ion's; not needed for `create` and `unlink`.
    #[serde(default)]
    #[schema(example = "49988")]
    ion_id: Option<String>,
}

/// Decisions.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Steps {
    /// 1 to 500 of them. One that cannot be done stops no other.
    steps: Vec<Step>,
}

/// What came of one decision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepResult {
    /// It was done.
    done: bool,
    /// Why it was not, as a stable word.
    #[schema(example = "linked")]
    code: Option<&'static str>,
    /// The same in words: what is wrong and what to do.
    message: Option<String>,
    /// The customer that was made, for `import`.
    customer_id: Option<Uuid>,
}

/// What came of the decisions, in their order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepResults {
    /// One of each step.
    results: Vec<StepResult>,
}

/// A step with all that it needs.
#[derive(Debug)]
enum Decision {
    Confirm(ConnectionId, CustomerId, String),
    Reject(ConnectionId, CustomerId, String),
    Link(ConnectionId, CustomerId, String),
    Unlink(ConnectionId, CustomerId),
    IgnoreOurs(CustomerId, bool),
    IgnoreIons(ConnectionId, String, bool),
    Import(ConnectionId, String),
    Create(ConnectionId, CustomerId),
}

impl Step {
    fn read(self, place: usize) -> Result<Decision, Fault> {
        let missing = |name: &str| {
            Fault::invalid(vec![FieldFault {
                field: format!("steps[{place}].{name}"),
                message: "This is missing.".to_owned(),
            }])
        };
        let connection = || {
            self.connection_id
                .map(ConnectionId)
                .ok_or_else(|| missing("connection_id"))
        };
        let customer = || {
            self.customer_id
                .map(CustomerId)
                .ok_or_else(|| missing("customer_id"))
        };
        let ion_id = || self.ion_id.clone().ok_or_else(|| missing("ion_id"));
        Ok(match self.what.as_str() {
            "confirm" => Decision::Confirm(connection()?, customer()?, ion_id()?),
            "reject" => Decision::Reject(connection()?, customer()?, ion_id()?),
            "link" => Decision::Link(connection()?, customer()?, ion_id()?),
            "unlink" => Decision::Unlink(connection()?, customer()?),
            what @ ("ignore" | "unignore") => match self.customer_id {
                Some(customer) => Decision::IgnoreOurs(customer.into(), what == "ignore"),
                None => Decision::IgnoreIons(connection()?, ion_id()?, what == "ignore"),
            },
            "import" => Decision::Import(connection()?, ion_id()?),
            "create" => Decision::Create(connection()?, customer()?),
            _ => {
                return Err(Fault::invalid(vec![FieldFault {
                    field: format!("steps[{place}].do"),
                    message: "Give one of: confirm, reject, link, unlink, ignore, unignore, import, create.".to_owned(),
                }]));
            }
        })
    }
}

/// Decide who is who, step by step
#[utoipa::path(post, path = "/api/v1/customers/mapping", tag = "customers", operation_id = "decide_mapping", request_body = Steps, responses(
    (status = OK, body = StepResults),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn decide(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body<Steps>,
) -> Result<Json<StepResults>, Fault> {
    if body.steps.is_empty() || body.steps.len() > MOST_STEPS {
        return Err(Fault::field(
            "steps",
            format!("Give 1 to {MOST_STEPS} steps."),
        ));
    }
    // All are read before the first is done, so that a request with a mistake does nothing.
    let decisions: Vec<Decision> = body
        .steps
        .into_iter()
        .enumerate()
        .map(|(place, step)| step.read(place))
        .collect::<Result<_, _>>()?;
    let mut results = Vec::with_capacity(decisions.len());
    for decision in decisions {
        results.push(match carry_out(&app, &caller, decision).await {
            Ok(made) => StepResult {
                done: true,
                code: None,
                message: None,
                customer_id: made.map(Uuid::from),
            },
            Err(MappingError::Store(error)) => return Err(error.into()),
            Err(error) => refused(error.into()),
        });
    }
    Ok(Json(StepResults { results }))
}

/// A step that was not done.
pub(crate) fn refused(fault: Fault) -> StepResult {
    StepResult {
        done: false,
        code: Some(fault.code),
        message: Some(fault.detail),
        customer_id: None,
    }
}

/// A step that was done.
pub(crate) fn done() -> StepResult {
    StepResult {
        done: true,
        code: None,
        message: None,
        customer_id: None,
    }
}

impl StepResults {
    pub(crate) fn new(results: Vec<StepResult>) -> Self {
        Self { results }
    }
}

async fn carry_out(
    app: &App,
    caller: &Caller,
    decision: Decision,
) -> Result<Option<CustomerId>, MappingError> {
    let (engine, actor) = (app.engine(), caller.actor());
    match decision {
        Decision::Confirm(connection, customer, ion_id) => {
            engine
                .confirm_pair(connection, customer, &ion_id, &actor)
                .await?;
        }
        Decision::Reject(connection, customer, ion_id) => {
            engine
                .reject_pair(connection, customer, &ion_id, &actor)
                .await?;
        }
        Decision::Link(connection, customer, ion_id) => {
            engine
                .link_by_hand(connection, customer, &ion_id, &actor)
                .await?;
        }
        Decision::Unlink(connection, customer) => {
            engine.unlink(connection, customer, &actor).await?;
        }
        Decision::IgnoreOurs(customer, on) => {
            engine.ignore_customer(customer, on, &actor).await?;
        }
        Decision::IgnoreIons(connection, ion_id, on) => {
            engine.ignore_ion(connection, &ion_id, on, &actor).await?;
        }
        Decision::Import(connection, ion_id) => {
            return engine
                .import_from_ion(connection, &ion_id, &actor)
                .await
                .map(Some);
        }
        Decision::Create(connection, customer) => {
            engine.create_in_ion(connection, customer, &actor).await?;
        }
    }
    Ok(None)
}
