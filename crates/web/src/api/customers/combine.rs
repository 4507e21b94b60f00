//! Two of ours made one, and two again.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::{CombineId, CustomerId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::customers;
use utoipa::ToSchema;
use uuid::Uuid;

use super::shape::Customer;
use crate::api::body::Body;
use crate::api::once::Once;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// Two customers that are one.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ToCombine {
    /// The one that stays; its values count before those of the other.
    keep: Uuid,
    /// The one that becomes a part of it: its links, history and lists go over, and it is archived.
    other: Uuid,
}

/// Two that were made one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Combined {
    /// By this they are split again.
    #[schema(value_type = Uuid)]
    id: CombineId,
    /// The one that stays, as it is now.
    customer: Customer,
}

/// Two that were made one, to be two again.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ToSplit {
    /// `id` of what made them one.
    combine_id: Uuid,
}

/// Two that are two again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Parted {
    /// The one that stayed.
    kept: Customer,
    /// The other.
    other: Customer,
}

/// Make two customers one
#[utoipa::path(post, path = "/api/v1/customers/combine", tag = "customers", operation_id = "combine_customers", request_body = ToCombine,
    params(("Idempotency-Key" = String, Header, description = "A new one for each pair")), responses(
    (status = CREATED, body = Combined),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: why the two cannot be one"),
))]
pub(crate) async fn combine(
    State(app): State<App>,
    caller: Caller,
    Once { body, key }: Once<ToCombine>,
) -> Result<Response, Fault> {
    let effect = async {
        let id = app
            .engine()
            .combine(body.keep.into(), body.other.into(), &caller.actor())
            .await?;
        let customer = customer(&app, body.keep.into()).await?;
        Ok((StatusCode::CREATED, Combined { id, customer }))
    };
    key.around(&app, effect).await
}

/// Make two of one again: links go back; what was edited since stays with the one that was kept
#[utoipa::path(post, path = "/api/v1/customers/split", tag = "customers", operation_id = "split_customers", request_body = ToSplit, responses(
    (status = OK, body = Parted),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: they are two already"),
))]
pub(crate) async fn split(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body<ToSplit>,
) -> Result<Json<Parted>, Fault> {
    let id = CombineId(body.combine_id);
    let row = customers::find_combine(app.store().read(), id)
        .await?
        .ok_or_else(|| Fault::not_found("pair that was made one"))?;
    app.engine().split(id, &caller.actor()).await?;
    Ok(Json(Parted {
        kept: customer(&app, row.kept).await?,
        other: customer(&app, row.other).await?,
    }))
}

async fn customer(app: &App, id: CustomerId) -> Result<Customer, Fault> {
    let row = super::find(app, id.into()).await?;
    Ok(Customer::from(super::hit(app, row).await?))
}
