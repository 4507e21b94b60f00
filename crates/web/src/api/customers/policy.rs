//! How a connection's customers are synced.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use domain::ConnectionId;
use domain::customer::Winner;
use http::HeaderMap;
use jiff::Timestamp;
use rules::customers::decide::Policy;
use serde::{Deserialize, Serialize};
use store::connections;
use store::customers::{self, SyncSetting};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{field, word};
use crate::api::body::Body;
use crate::api::etag;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// How a connection's customers are synced.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SyncPolicy {
    /// Who wins where both sides changed a field differently: `ion`, `ionbridge`, `newest` or `ask`.
    #[schema(value_type = String, example = "ask")]
    winner: Winner,
    /// Owners of single fields, by the name of the field.
    #[schema(value_type = BTreeMap<String, String>, example = json!({"email": "ion"}))]
    fields: BTreeMap<domain::customer::CustomerField, Winner>,
    /// New customers here are made in Ion by themselves.
    create_in_ion: bool,
    /// Nothing is synced by itself.
    paused: bool,
    /// When a person applied the first plan; before, nothing goes to Ion.
    #[schema(value_type = Option<String>, format = DateTime)]
    first_applied_at: Option<Timestamp>,
    /// By whom.
    first_applied_by: Option<String>,
    /// When both sides were last compared.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_run_at: Option<Timestamp>,
    /// When Ion is looked at next.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_run_at: Option<Timestamp>,
}

impl SyncPolicy {
    fn tag(&self, connection: ConnectionId) -> String {
        let fields: String = self
            .fields
            .iter()
            .map(|(field, winner)| format!("{field}={winner} "))
            .collect();
        etag::of(&format!(
            "policy {connection} {} {fields}{} {}",
            self.winner, self.create_in_ion, self.paused
        ))
    }
}

impl From<SyncSetting> for SyncPolicy {
    fn from(setting: SyncSetting) -> Self {
        Self {
            winner: setting.policy.winner,
            fields: setting.policy.fields,
            create_in_ion: setting.policy.create_in_ion,
            paused: setting.paused,
            first_applied_at: setting.first_applied_at,
            first_applied_by: setting.first_applied_by,
            last_run_at: setting.last_run_at,
            next_run_at: setting.next_run_at,
        }
    }
}

/// How customers shall be synced; all of it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewSyncPolicy {
    /// Who wins where both sides changed a field differently: `ion`, `ionbridge`, `newest` or `ask`; `ask` where it is left out.
    #[serde(default)]
    #[schema(example = "newest")]
    winner: Option<String>,
    /// Owners of single fields, by the name of the field.
    #[serde(default)]
    #[schema(example = json!({"email": "ion"}))]
    fields: BTreeMap<String, String>,
    /// New customers here are made in Ion by themselves.
    #[serde(default)]
    create_in_ion: bool,
    /// Nothing is synced by itself.
    #[serde(default)]
    paused: bool,
}

async fn one(app: &App, connection: ConnectionId) -> Result<SyncPolicy, Fault> {
    let conn = app.store().read();
    connections::find(conn, connection)
        .await?
        .ok_or_else(|| Fault::not_found("connection"))?;
    Ok(customers::sync_setting(conn, connection).await?.into())
}

/// How a connection's customers are synced
#[utoipa::path(get, path = "/api/v1/connections/{id}/sync-policy", tag = "customers", operation_id = "get_sync_policy", params(("id" = Uuid, Path)), responses(
    (status = OK, body = SyncPolicy),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn show(State(app): State<App>, Path(id): Path<Uuid>) -> Result<Response, Fault> {
    let policy = one(&app, id.into()).await?;
    Ok((etag::header(&policy.tag(id.into())), Json(policy)).into_response())
}

/// Change how a connection's customers are synced
#[utoipa::path(put, path = "/api/v1/connections/{id}/sync-policy", tag = "customers", operation_id = "replace_sync_policy", request_body = NewSyncPolicy,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "ETag of the last GET")), responses(
    (status = OK, body = SyncPolicy),
    (status = PRECONDITION_FAILED, body = Problem, content_type = "application/problem+json"),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn replace(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Body(new): Body<NewSyncPolicy>,
) -> Result<Response, Fault> {
    let connection = ConnectionId(id);
    etag::require(&headers, &one(&app, connection).await?.tag(connection))?;
    let winners: Vec<&str> = Winner::ALL.iter().map(|winner| winner.as_str()).collect();
    let mut policy = Policy {
        winner: match &new.winner {
            Some(text) => word("winner", text, &winners)?,
            None => Winner::Ask,
        },
        fields: BTreeMap::new(),
        create_in_ion: new.create_in_ion,
    };
    for (name, winner) in &new.fields {
        let place = format!("fields.{name}");
        policy
            .fields
            .insert(field("fields", name)?, word(&place, winner, &winners)?);
    }
    app.engine()
        .save_policy(connection, &policy, new.paused, &caller.actor())
        .await?;
    let policy = one(&app, connection).await?;
    Ok((etag::header(&policy.tag(connection)), Json(policy)).into_response())
}
