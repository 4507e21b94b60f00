//! Who asks.

use axum::Json;
use domain::access::{Right, Role};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{Caller, Who};
use crate::fault::{Fault, Problem};

/// The API token that asks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// Name of the token.
    name: String,
    /// What it may do, as a role.
    #[schema(value_type = String, example = "read_only")]
    role: Role,
    /// What it may do, one by one.
    #[schema(value_type = Vec<String>)]
    rights: Vec<Right>,
}

/// Who asks
#[utoipa::path(get, path = "/api/v1/me", tag = "me", operation_id = "me", responses(
    (status = OK, body = Me),
    (status = UNAUTHORIZED, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn show(caller: Caller) -> Result<Json<Me>, Fault> {
    let name = match &caller.who {
        Who::Program(_, name) => name.clone(),
        Who::Person(person, _) => person.name.clone(),
    };
    Ok(Json(Me {
        name,
        role: caller.role(),
        rights: Right::ALL
            .iter()
            .copied()
            .filter(|right| caller.may(*right))
            .collect(),
    }))
}
