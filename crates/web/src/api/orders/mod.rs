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
    etag::of(&format!("order {} {}", row.id, row.version))
}

/// An order with its version, as this caller may see it.
pub(crate) fn answer(caller: &Caller, row: &OrderRow) -> Response {
    let order = Order::of(row, caller.may(Right::SeeCost));
    (etag::header(&tag(row)), Json(order)).into_response()
}
