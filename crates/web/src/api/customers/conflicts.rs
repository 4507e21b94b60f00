//! Fields that both sides changed differently: the queue, and what people decide.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use domain::customer::{CustomerField, Winner};
use domain::{ConnectionId, CustomerId};
use engine::customers::MappingError;
use jiff::Timestamp;
use rules::customers::rule::Rule;
use rules::customers::table::number_text;
use serde::{Deserialize, Serialize};
use store::customers;
use utoipa::ToSchema;
use uuid::Uuid;

use super::mapping::{StepResults, done, refused};
use super::{field, word};
use crate::api::body::Body;
use crate::api::page::{Page, Paging, cursor};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// Most decisions of one request.
const MOST: usize = 500;

/// A customer with fields that a person decides.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Conflict {
    /// The connection.
    connection_id: Uuid,
    /// Ours.
    customer_id: Uuid,
    /// Number, for people.
    #[schema(example = "C-0188")]
    number: String,
    /// Name.
    name: String,
    /// Ion's id.
    ion_id: String,
    /// Since when the oldest waits.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// The fields.
    fields: Vec<ConflictField>,
}

/// A field that both sides changed differently.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConflictField {
    /// The field.
    #[schema(value_type = String, example = "city")]
    field: CustomerField,
    /// What both held last; null where they never agreed.
    base: Option<String>,
    /// What we hold.
    local: String,
    /// What Ion holds.
    remote: String,
    /// The rule.
    #[schema(value_type = String, example = "C08")]
    rule: Rule,
    /// The same in words.
    why: &'static str,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Whose value somebody chose, where a job is still to carry that out: `ion` or `ionbridge`.
    #[schema(value_type = Option<String>)]
    decided: Option<Winner>,
}

/// Customers with fields that a person decides, the oldest first
#[utoipa::path(get, path = "/api/v1/customers/conflicts", tag = "customers", operation_id = "list_conflicts", params(Paging), responses(
    (status = OK, body = Page<Conflict>),
))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Conflict>>, Fault> {
    let conn = app.store().read();
    let (limit, start) = (paging.limit()? as usize, paging.position()?.unwrap_or(0));
    let rows = customers::list_conflicted(conn).await?;
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let end = start.saturating_add(limit);
    let more = rows.len() > end;
    let mut items = Vec::new();
    for row in rows.into_iter().skip(start).take(limit) {
        let fields = customers::list_conflicts(conn, row.customer).await?;
        let choices = customers::list_choices(conn, row.connection, &row.ion_id).await?;
        let decided = |one: &customers::ConflictRow| {
            let mut all = choices.iter().map(|row| &row.choice);
            all.find(|choice| {
                choice.field == one.field
                    && choice.local == one.local
                    && choice.remote == one.remote
            })
            .map(|choice| choice.winner)
        };
        items.push(Conflict {
            connection_id: row.connection.into(),
            customer_id: row.customer.into(),
            number: number_text(row.number),
            name: row.name,
            since: row.since,
            fields: fields
                .into_iter()
                .filter(|one| one.connection == row.connection && one.ion_id == row.ion_id)
                .map(|one| ConflictField {
                    decided: decided(&one),
                    field: one.field,
                    base: one.base,
                    local: one.local,
                    remote: one.remote,
                    rule: one.rule,
                    why: one.rule.why(),
                    since: one.since,
                })
                .collect(),
            ion_id: row.ion_id,
        });
    }
    Ok(Json(Page {
        items,
        next: more.then(|| cursor(end as u64)),
    }))
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Decision {
    /// The connection.
    connection_id: Uuid,
    /// Ours.
    customer_id: Uuid,
    /// Whose value counts, by the name of the field: `ion` or `ionbridge`.
    #[serde(default)]
    #[schema(example = json!({"city": "ion", "phone": "ionbridge"}))]
    fields: BTreeMap<String, String>,
    /// Whose value counts in every field that is not named: `ion` or `ionbridge`. They stay open where this is left out.
    #[serde(default)]
    #[schema(example = "ion")]
    all: Option<String>,
}

/// Decisions.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Decisions {
    /// 1 to 500 of them. One that cannot be done stops no other.
    decisions: Vec<Decision>,
}

/// Decide whose value counts
#[utoipa::path(post, path = "/api/v1/customers/conflicts/decide", tag = "customers", operation_id = "decide_conflicts", request_body = Decisions, responses(
    (status = OK, body = StepResults),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn decide(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body<Decisions>,
) -> Result<Json<StepResults>, Fault> {
    if body.decisions.is_empty() || body.decisions.len() > MOST {
        return Err(Fault::field(
            "decisions",
            format!("Give 1 to {MOST} decisions."),
        ));
    }
    let read: Vec<Read> = body
        .decisions
        .iter()
        .enumerate()
        .map(|(place, decision)| read(place, decision))
        .collect::<Result<_, _>>()?;
    let mut results = Vec::with_capacity(read.len());
    for one in read {
        match one.carry_out(&app, &caller).await {
            Ok(()) => results.push(done()),
            Err(MappingError::Store(error)) => return Err(error.into()),
            Err(error) => results.push(refused(error.into())),
        }
    }
    Ok(Json(StepResults::new(results)))
}

/// A decision that was read.
#[derive(Debug)]
struct Read {
    connection: ConnectionId,
    customer: CustomerId,
    fields: Vec<(CustomerField, Winner)>,
    all: Option<Winner>,
}

fn read(place: usize, decision: &Decision) -> Result<Read, Fault> {
    let sides = [Winner::Ion.as_str(), Winner::Ionbridge.as_str()];
    let side = |name: &str, text: &str| -> Result<Winner, Fault> {
        let place = format!("decisions[{place}].{name}");
        let winner: Winner = word(&place, text, &sides)?;
        match winner {
            Winner::Ion | Winner::Ionbridge => Ok(winner),
            Winner::Newest | Winner::Ask => Err(Fault::field(
                &place,
                format!("Give one of: {}.", sides.join(", ")),
            )),
        }
    };
    let mut fields = Vec::new();
    for (name, text) in &decision.fields {
        let known = field(&format!("decisions[{place}].fields"), name)?;
        fields.push((known, side(&format!("fields.{name}"), text)?));
    }
    let all = decision
        .all
        .as_deref()
        .map(|text| side("all", text))
        .transpose()?;
    if fields.is_empty() && all.is_none() {
        return Err(Fault::field(
            &format!("decisions[{place}].fields"),
            "Name fields, or give all.",
        ));
    }
    Ok(Read {
        connection: decision.connection_id.into(),
        customer: decision.customer_id.into(),
        fields,
        all,
    })
}

impl Read {
    async fn carry_out(self, app: &App, caller: &Caller) -> Result<(), MappingError> {
        let mut choices = self.fields;
        if let Some(winner) = self.all {
            let open = customers::list_conflicts(app.store().read(), self.customer).await?;
            for one in open {
                let named = choices.iter().any(|(field, _)| *field == one.field);
                if one.connection == self.connection && !named {
                    choices.push((one.field, winner));
                }
            }
        }
        if choices.is_empty() {
            customers::find(app.store().read(), self.customer)
                .await?
                .ok_or(MappingError::NoCustomer)?;
            return Err(MappingError::Refused(
                "no field of it is in conflict: somebody decided, or both sides agree again"
                    .to_owned(),
            ));
        }
        app.engine()
            .decide_conflict(self.connection, self.customer, &choices, &caller.actor())
            .await
    }
}
