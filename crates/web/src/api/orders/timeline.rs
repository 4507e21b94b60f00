//! What happened with an order, line by line.

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::access::Right;
use jiff::Timestamp;
use serde::Serialize;
use store::orders::{self, OrderEventKind, OrderEventRow};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::page::{Page, Paging, cursor};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// One line of an order's timeline.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderEvent {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What it tells: `created`, `edited`, `confirmed`, `scheduled`, `taken_back`, `intent`, `sending`, `accepted`, `postponed`, `unclear`,
    /// `looked`, `found`, `look_alikes`, `not_found`, `sent_again`, `adopted`, `state`, `refused`, `failed`, `stuck`, `cancel_asked`,
    /// `cancel_refused`, `cancelled`, `completed`, `subscription`, `secret` or `seen`.
    #[schema(value_type = String, example = "accepted")]
    kind: OrderEventKind,
    /// Who: a person, a program, `Ion` or `Ionbridge`.
    actor: String,
    /// In words.
    message: String,
    /// More about it, such as what a person saw when they submitted it. Left out without the scope `see_cost`: it tells what it costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Ion's id of the request, for its support.
    request_id: Option<String>,
}

impl OrderEvent {
    fn of(event: OrderEventRow, costs: bool) -> Self {
        let detail = match event.kind {
            // What these keep is for Ionbridge itself.
            OrderEventKind::LookAlikes | OrderEventKind::Secret => String::new(),
            _ => event.detail,
        };
        Self {
            at: event.at,
            kind: event.kind,
            actor: event.actor,
            message: event.message,
            detail: costs.then_some(detail),
            request_id: event.request_id,
        }
    }
}

/// What happened with an order, the newest first
#[utoipa::path(get, path = "/api/v1/orders/{id}/timeline", tag = "orders", operation_id = "list_order_timeline",
    params(("id" = Uuid, Path), Paging), responses(
    (status = OK, body = Page<OrderEvent>),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<OrderEvent>>, Fault> {
    let row = super::find(&app, id).await?;
    let limit = paging.limit()? as usize;
    let events = orders::list_events(app.store().read(), row.id).await?;
    // Lines are only added, so a cursor counts how many are left, from the oldest.
    let left = match paging.position()? {
        Some(left) => usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(events.len()),
        None => events.len(),
    };
    let costs = caller.may(Right::SeeCost);
    let begin = events.len() - left;
    let items: Vec<_> = events
        .into_iter()
        .skip(begin)
        .take(limit)
        .map(|event| OrderEvent::of(event, costs))
        .collect();
    let left = left.saturating_sub(items.len());
    Ok(Json(Page {
        next: (left > 0).then(|| cursor(left as u64)),
        items,
    }))
}
