//! Orders: a list, and one.

#![expect(
    unused_qualifications,
    reason = "the description of parameters is generated with whole paths"
)]

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::access::Right;
use domain::order::{OrderAction, OrderOrigin, OrderState};
use domain::{Currency, OrderId};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::orders::{self, OrderFilter, OrderHit};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::shape::{Order, number};
use crate::api::page::{Page, Paging, cursor_behind, unknown_cursor};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};
use crate::pages::orders::filter;

/// Which orders.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Words of customer, product, numbers, references or PO numbers; each must occur.
    #[serde(default)]
    q: Option<String>,
    /// `needs-you`: a person is waited for; `unconfirmed`; `under-way`; `failed`; `drafts`; `ion`: placed in the Ion portal.
    #[serde(default)]
    show: Option<String>,
    /// Of these states, parted by commas: `draft`, `awaiting_approval`, `scheduled`, `submitting`, `unconfirmed`, `placed`, `on_hold`,
    /// `in_progress`, `completed`, `failed`, `cancelled`.
    #[serde(default)]
    state: Option<String>,
    /// Of this vendor.
    #[serde(default)]
    vendor: Option<String>,
    /// Of this customer of ours.
    #[serde(default)]
    customer: Option<String>,
    /// Of this connection.
    #[serde(default)]
    connection: Option<String>,
    /// Of this subscription.
    #[serde(default)]
    subscription: Option<String>,
    /// Where they were placed: `here` or `ion`.
    #[serde(default)]
    origin: Option<String>,
    /// `placed`, `number`, `customer`, `state`, `changed`, or `bound` with the scope `see_cost`; `-` before it for the other way. By when it was
    /// placed, the last one first, where none is named; a draft stands where it was begun.
    #[serde(default)]
    sort: Option<String>,
}

/// Which part of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// Records of a page: 1 to 500, 50 where it is not given.
    #[serde(default)]
    limit: Option<u32>,
}

impl From<Part> for Paging {
    fn from(part: Part) -> Self {
        Self {
            cursor: part.cursor,
            limit: part.limit,
        }
    }
}

impl Which {
    /// The filter that these words mean.
    pub(super) fn filter(&self, app: &App, caller: &Caller) -> Result<OrderFilter, Fault> {
        let get = |name: &str| {
            match name {
                "q" => &self.q,
                "show" => &self.show,
                "state" => &self.state,
                "vendor" => &self.vendor,
                "customer" => &self.customer,
                "connection" => &self.connection,
                "subscription" => &self.subscription,
                "origin" => &self.origin,
                "sort" => &self.sort,
                _ => &None,
            }
            .as_deref()
        };
        filter::read(get, caller.may(Right::SeeCost), app.now())
    }
}

/// An order in a list.
#[expect(
    clippy::option_option,
    reason = "left out, unknown and known are three answers"
)]
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListedOrder {
    /// Id.
    #[schema(value_type = Uuid)]
    id: OrderId,
    /// Number, for people.
    #[schema(example = "O-2041")]
    number: String,
    /// How it stands.
    #[schema(value_type = String, example = "unconfirmed")]
    state: OrderState,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    state_since: Timestamp,
    /// What it is for.
    #[schema(value_type = String, example = "buy")]
    action: OrderAction,
    /// Where it was placed: `here` or `ion`.
    #[schema(value_type = String, example = "here")]
    origin: OrderOrigin,
    /// The connection.
    connection_id: Uuid,
    /// Our customer; null where it is not said yet, or none of ours.
    customer_id: Option<Uuid>,
    /// The customer's name.
    #[schema(example = "Kettle & Sons")]
    customer_name: String,
    /// Vendor of the first line.
    vendor: String,
    /// The first line in words.
    title: String,
    /// How many lines.
    lines: u64,
    /// Our reference.
    reference: String,
    /// Ion's id of the order, once it is known.
    ion_id: Option<String>,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was submitted.
    #[schema(value_type = Option<String>, format = DateTime)]
    submitted_at: Option<Timestamp>,
    /// When it was placed: submitted here, or made in the Ion portal. Null in a draft.
    #[schema(value_type = Option<String>, format = DateTime)]
    placed_at: Option<Timestamp>,
    /// When it is to be sent.
    #[schema(value_type = Option<String>, format = DateTime)]
    scheduled_for: Option<Timestamp>,
    /// When Ion is searched or asked next.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_look_at: Option<Timestamp>,
    /// When it was said not to be found.
    #[schema(value_type = Option<String>, format = DateTime)]
    not_found_at: Option<Timestamp>,
    /// When it was found to stand for longer than usual.
    #[schema(value_type = Option<String>, format = DateTime)]
    stuck_at: Option<Timestamp>,
    /// A price of the draft moved since it was seen.
    price_moved: bool,
    /// Currency of the sums. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "EUR")]
    currency: Option<Option<Currency>>,
    /// What it costs a month. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "468")]
    monthly: Option<Option<String>>,
    /// What is owed over the whole commitment. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "5616")]
    bound: Option<Option<String>>,
}

impl ListedOrder {
    fn of(hit: OrderHit, costs: bool) -> Self {
        let amount = |units: Option<i64>| {
            costs.then(|| units.map(|units| Decimal::new(units, 6).normalize().to_string()))
        };
        Self {
            id: hit.id,
            number: number(hit.number),
            state: hit.state,
            state_since: hit.state_since,
            action: hit.action,
            origin: hit.origin,
            connection_id: hit.connection.into(),
            customer_id: hit.customer.map(Into::into),
            customer_name: hit.customer_name,
            vendor: hit.vendor,
            title: hit.title,
            lines: hit.lines,
            reference: hit.reference,
            ion_id: hit.ion_id,
            created_at: hit.created_at,
            submitted_at: hit.submitted_at,
            placed_at: hit.placed_at,
            scheduled_for: hit.scheduled_for,
            next_look_at: hit.next_look_at,
            not_found_at: hit.not_found_at,
            stuck_at: hit.stuck_at,
            price_moved: hit.price_moved,
            currency: costs.then_some(hit.currency),
            monthly: amount(hit.monthly_units),
            bound: amount(hit.bound_units),
        }
    }
}

/// Search orders
#[utoipa::path(get, path = "/api/v1/orders", tag = "orders", operation_id = "search_orders", params(Which, Part), responses(
    (status = OK, body = Page<ListedOrder>),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    Query(which): Query<Which>,
    Query(part): Query<Part>,
) -> Result<Json<Page<ListedOrder>>, Fault> {
    let (mut filter, paging) = (which.filter(&app, &caller)?, Paging::from(part));
    let order = format!(
        "orders {}{}",
        if filter.descending { "-" } else { "" },
        filter.sort
    );
    filter.limit = paging.limit()?;
    filter.after = paging.behind(&order)?;
    let costs = caller.may(Right::SeeCost);
    let page = orders::search(app.store().read(), &filter)
        .await
        .map_err(|error| match error {
            StoreError::Missing(_) => unknown_cursor(),
            other => other.into(),
        })?;
    Ok(Json(Page {
        items: page
            .orders
            .into_iter()
            .map(|hit| ListedOrder::of(hit, costs))
            .collect(),
        next: page.next.map(|place| cursor_behind(&order, &place)),
    }))
}

/// One order; the `ETag` is for edits and for its submission
#[utoipa::path(get, path = "/api/v1/orders/{id}", tag = "orders", operation_id = "get_order", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Order),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    Ok(super::answer(&caller, &super::find(&app, id).await?))
}
