//! Orders: drafts, what was placed, how it stands, and what can be done with it.

pub(crate) mod act;
pub(crate) mod edit;
pub(crate) mod export;
pub(crate) mod list;
pub(crate) mod lookalikes;
pub(crate) mod read;
pub(crate) mod refuse;
pub(crate) mod review;
pub(crate) mod shape;
pub(crate) mod submit;
pub(crate) mod timeline;
pub(crate) mod written;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::response::{IntoResponse as _, Response};
use domain::OrderId;
use domain::access::Right;
use store::orders::{self, OrderRow};
use uuid::Uuid;

use crate::api::etag;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use shape::Order;

/// One order; a fault where there is none.
pub(crate) async fn find(app: &App, id: Uuid) -> Result<OrderRow, Fault> {
    orders::find(app.store().read(), OrderId(id))
        .await?
        .ok_or_else(|| Fault::not_found("order"))
}

/// The version of an order that an edit names.
pub(crate) fn tag(row: &OrderRow) -> String {
    tag_of(row.id, row.version)
}

/// The answer that begins an order, with the order's version: also where the same request was answered before.
pub(crate) async fn begun(answer: Response) -> Result<Response, Fault> {
    #[derive(serde::Deserialize)]
    struct Begun {
        id: Uuid,
        version: u64,
    }
    let (mut parts, body) = answer.into_parts();
    let bytes = to_bytes(body, usize::MAX)
        .await
        .map_err(|error| Fault::internal(&error))?;
    if let Ok(begun) = serde_json::from_slice::<Begun>(&bytes) {
        parts
            .headers
            .extend(etag::header(&tag_of(OrderId(begun.id), begun.version)));
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn tag_of(id: OrderId, version: u64) -> String {
    etag::of(&format!("order {id} {version}"))
}

/// An order with its version, as this caller may see it.
pub(crate) fn answer(caller: &Caller, row: &OrderRow) -> Response {
    let order = Order::of(row, caller.may(Right::SeeCost));
    (etag::header(&tag(row)), Json(order)).into_response()
}
