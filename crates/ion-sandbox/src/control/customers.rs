//! What the page's buttons do with customers, as people would in Ion's portal.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::customers::{id_of, microsoft_domain};
use crate::portal;
use crate::server::Inner;

/// Customers that one answer shows.
const SHOWN: usize = 100;

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    text: String,
}

/// Customers in any of whose texts the wanted one stands, with all their members; and the domains of their tenants at Microsoft, by id.
pub(super) async fn list(
    Shared(inner): Shared<Arc<Inner>>,
    Query(wanted): Query<Wanted>,
) -> Json<Value> {
    let state = inner.state();
    let wanted = wanted.text.to_lowercase();
    let found: Vec<Value> = state
        .customers
        .all()
        .map(|members| Value::Object(members.clone()))
        .filter(|one| wanted.is_empty() || one.to_string().to_lowercase().contains(&wanted))
        .collect();
    let shown = &found[..found.len().min(SHOWN)];
    let tenants: BTreeMap<String, String> = shown
        .iter()
        .filter_map(Value::as_object)
        .map(id_of)
        .filter_map(|id| Some((microsoft_domain(&state, &id)?, id)))
        .map(|(domain, id)| (id, domain))
        .collect();
    Json(json!({"customers": shown, "found": found.len(), "tenants": tenants}))
}

#[derive(Deserialize)]
pub(super) struct NewCustomer {
    organisation: String,
    email: String,
}

pub(super) async fn add(
    Shared(inner): Shared<Arc<Inner>>,
    Json(new): Json<NewCustomer>,
) -> Json<Value> {
    Json(json!({"id": portal::add(&mut inner.state(), &new.organisation, &new.email)}))
}

/// Sets members: `{"customerPhone": "1", "customerAddress/city": "Leeds"}`; an empty text takes one away.
pub(super) async fn edit(
    Shared(inner): Shared<Arc<Inner>>,
    Path(id): Path<String>,
    Json(members): Json<BTreeMap<String, String>>,
) -> Response {
    let mut state = inner.state();
    for (member, text) in members {
        if !portal::edit(&mut state, &id, &member, &text) {
            return (StatusCode::NOT_FOUND, "no such customer or member").into_response();
        }
    }
    Json(json!({"customer": state.customers.get(&id)})).into_response()
}

pub(super) async fn act(
    Shared(inner): Shared<Arc<Inner>>,
    Path((id, action)): Path<(String, String)>,
) -> Response {
    let mut state = inner.state();
    let done = match action.as_str() {
        "activate" => portal::edit(&mut state, &id, "customerStatus", "ACTIVE"),
        "deactivate" => portal::edit(&mut state, &id, "customerStatus", "INACTIVE"),
        "remove" => state.customers.remove(&id).is_some(),
        _ => {
            let words = "activate, deactivate or remove";
            return (StatusCode::NOT_FOUND, words).into_response();
        }
    };
    if !done {
        return (StatusCode::NOT_FOUND, "no such customer").into_response();
    }
    Json(json!({"customers": state.customers.len()})).into_response()
}

#[derive(Deserialize)]
pub(super) struct Email {
    email: String,
}

/// A stranger on the platform has an e-mail, or no longer.
pub(super) async fn email(
    Shared(inner): Shared<Arc<Inner>>,
    Path(action): Path<String>,
    Json(wanted): Json<Email>,
) -> Response {
    let mut state = inner.state();
    match action.as_str() {
        "take" => state.customers.set_stranger(&wanted.email, true),
        "free" => state.customers.set_stranger(&wanted.email, false),
        _ => return (StatusCode::NOT_FOUND, "take or free").into_response(),
    }
    Json(json!({"strangers": state.customers.strangers().collect::<Vec<_>>()})).into_response()
}
