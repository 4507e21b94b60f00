//! Catalog entries that could not be read.

use axum::Json;
use axum::extract::State;
use domain::SetAsideId;
use jiff::Timestamp;
use serde::Serialize;
use store::catalog;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::page::Page;
use crate::app::App;
use crate::fault::Fault;

/// An entry that could not be read. What was known of its product before is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetAside {
    /// Id.
    #[schema(value_type = Uuid)]
    id: SetAsideId,
    /// Ion's id.
    ion_id: String,
    /// Name, as far as it could be read.
    name: String,
    /// Where the reading failed.
    #[schema(example = "$.skus[2].plans[0].recurringPrice")]
    json_path: String,
    /// Why.
    message: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Our product, where it was known.
    product_id: Option<Uuid>,
}

/// What is set aside now: at most 500
#[utoipa::path(get, path = "/api/v1/set-aside", tag = "products", operation_id = "list_set_aside", responses(
    (status = OK, body = Page<SetAside>),
))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Page<SetAside>>, Fault> {
    let rows = catalog::list_set_aside(app.store().read()).await?;
    let items = rows
        .into_iter()
        .map(|row| SetAside {
            id: row.id,
            ion_id: row.ion_id,
            name: row.name,
            json_path: row.json_path,
            message: row.message,
            since: row.first_seen_at,
            product_id: row.product.map(Uuid::from),
        })
        .collect();
    Ok(Json(Page::whole(items)))
}
