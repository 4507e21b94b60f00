//! Customers made, changed, put away, and brought to Ion.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::ConnectionId;
use domain::customer::Customer as Ours;
use engine::customers::EditError;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use store::customers;
use utoipa::ToSchema;
use uuid::Uuid;

use super::list::answer;
use super::shape::{Customer, CustomerChange, tag};
use crate::api::body::Body;
use crate::api::etag;
use crate::api::once::Once;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// A customer to make.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewCustomer {
    /// Name of the organisation.
    #[schema(example = "Kettle & Sons")]
    organisation: String,
    /// The connection in whose Ion it is made too; nowhere where it is left out. Ion asks for address, contact name, e-mail and language.
    #[serde(default)]
    create_in_ion: Option<Uuid>,
    /// All else.
    #[serde(flatten)]
    rest: CustomerChange,
}

/// Make a customer
#[utoipa::path(post, path = "/api/v1/customers", tag = "customers", operation_id = "create_customer", request_body = NewCustomer,
    params(("Idempotency-Key" = String, Header, description = "A new one for each customer")), responses(
    (status = CREATED, body = Customer),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Once { body, key }: Once<NewCustomer>,
) -> Result<Response, Fault> {
    let mut rest = body.rest;
    rest.organisation = Some(body.organisation);
    let customer = rest.applied_to(Ours::default());
    let send_to = body.create_in_ion.map(ConnectionId);
    let tx = app.store().begin().await?;
    if let Some(answered) = key.begin(&app, &tx).await? {
        return Ok(answered);
    }
    if let Some(connection) = send_to {
        store::connections::find(&tx, connection)
            .await?
            .ok_or_else(|| Fault::field("create_in_ion", "There is no such connection."))?;
    }
    let id = app
        .engine()
        .create_customer_in(&tx, customer, send_to, &caller.actor())
        .await?;
    let row = customers::find(&tx, id).await?.ok_or(EditError::Gone)?;
    let made = Customer::from(customers::CustomerHit {
        row,
        links: Vec::new(),
    });
    key.keep(&tx, StatusCode::CREATED, &made).await?;
    tx.commit().await?;
    let mut response = answer(&app, made.id().into()).await?;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// Change a customer; what Ion holds too reaches a linked Ion customer by itself
#[utoipa::path(patch, path = "/api/v1/customers/{id}", tag = "customers", operation_id = "change_customer", request_body = CustomerChange,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "ETag of the last GET")), responses(
    (status = OK, body = Customer),
    (status = PRECONDITION_FAILED, body = Problem, content_type = "application/problem+json"),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Body(change): Body<CustomerChange>,
) -> Result<Response, Fault> {
    let row = super::find(&app, id).await?;
    etag::require(&headers, &tag(row.id, row.version))?;
    app.engine()
        .edit_customer(
            row.id,
            row.version,
            change.applied_to(row.customer),
            &caller.actor(),
        )
        .await?;
    answer(&app, id).await
}

/// Put a customer away: kept, no longer synced. Nothing changes in Ion
#[utoipa::path(post, path = "/api/v1/customers/{id}/archive", tag = "customers", operation_id = "archive_customer", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Customer),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn archive(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    app.engine()
        .archive_customer(id.into(), &caller.actor())
        .await?;
    answer(&app, id).await
}

/// Take a customer back from the archive
#[utoipa::path(post, path = "/api/v1/customers/{id}/restore", tag = "customers", operation_id = "restore_customer", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Customer),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: it became a part of another one"),
))]
pub(crate) async fn restore(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    app.engine()
        .restore_customer(id.into(), &caller.actor())
        .await?;
    answer(&app, id).await
}

/// What was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Asked {
    /// Connections at which the customer is compared and written now, by a job.
    connections: Vec<Uuid>,
}

/// Which connections.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct Where {
    /// The connection; every one at which it is linked where it is left out.
    #[serde(default)]
    connection_id: Option<Uuid>,
}

/// Compare a linked customer with Ion now, and write what differs
#[utoipa::path(post, path = "/api/v1/customers/{id}/sync", tag = "customers", operation_id = "sync_customer", request_body = Where,
    params(("id" = Uuid, Path)), responses(
    (status = OK, body = Asked),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`not_linked`"),
))]
pub(crate) async fn sync(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Body(which): Body<Where>,
) -> Result<axum::Json<Asked>, Fault> {
    let row = super::find(&app, id).await?;
    let connections: Vec<ConnectionId> = match which.connection_id {
        Some(connection) => vec![connection.into()],
        None => customers::list_links(app.store().read(), row.id)
            .await?
            .into_iter()
            .map(|link| link.connection)
            .collect(),
    };
    if connections.is_empty() {
        return Err(engine::customers::MappingError::NotLinked.into());
    }
    for connection in &connections {
        app.engine()
            .sync_customer_now(*connection, row.id, &caller.actor())
            .await?;
    }
    Ok(axum::Json(Asked {
        connections: connections.into_iter().map(Uuid::from).collect(),
    }))
}
