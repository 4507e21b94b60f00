//! Subscriptions: a list, and one.

#![expect(
    unused_qualifications,
    reason = "the description of parameters is generated with whole paths"
)]

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::SubscriptionId;
use serde::Deserialize;
use store::StoreError;
use store::subscriptions::{self, SubscriptionFilter};
use utoipa::IntoParams;
use uuid::Uuid;

use super::shape::Subscription;
use crate::api::page::{Page, Paging, cursor_behind, unknown_cursor};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};
use crate::pages::subscriptions::filter;
use crate::pages::subscriptions::list::asker;

/// Which subscriptions. Ended ones are left out where no state is named.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Words of product, customer, part number or ids; each must occur.
    #[serde(default)]
    q: Option<String>,
    /// Of this vendor.
    #[serde(default)]
    vendor: Option<String>,
    /// Of these states, parted by commas: `active`, `pending`, `trial`, `ends`, `suspended`, `cancelled`, `expired`, `unknown`; `all` for
    /// ended ones too.
    #[serde(default)]
    state: Option<String>,
    /// Of this commitment: `P1M`, `P1Y`, `P3Y` or `unknown`.
    #[serde(default)]
    term: Option<String>,
    /// Billed so, such as `monthly`.
    #[serde(default)]
    billing: Option<String>,
    /// `on`: renews by itself; `off`: does not.
    #[serde(default)]
    renewal: Option<String>,
    /// Of this customer of ours.
    #[serde(default)]
    customer: Option<String>,
    /// Renews or ends within so many days.
    #[serde(default)]
    due: Option<String>,
    /// Renews or ends on this day or later.
    #[serde(default)]
    #[param(example = "2026-11-23")]
    due_from: Option<String>,
    /// Renews or ends on this day or earlier.
    #[serde(default)]
    #[param(example = "2026-12-31")]
    due_to: Option<String>,
    /// Of this connection.
    #[serde(default)]
    connection: Option<String>,
    /// Of this product, by Ion's id.
    #[serde(default)]
    product: Option<String>,
    /// `1`: only those whose Ion customer is none of ours.
    #[serde(default)]
    unknown_customer: Option<String>,
    /// `due`, `customer`, `name`, `seats`, `cost` or `margin`; `-` before it for the other way. By when they are due where none is named.
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
    pub(super) fn filter(&self, app: &App, caller: &Caller) -> Result<SubscriptionFilter, Fault> {
        let get = |name: &str| {
            match name {
                "q" => &self.q,
                "vendor" => &self.vendor,
                "state" => &self.state,
                "term" => &self.term,
                "billing" => &self.billing,
                "renewal" => &self.renewal,
                "customer" => &self.customer,
                "due" => &self.due,
                "due_from" => &self.due_from,
                "due_to" => &self.due_to,
                "connection" => &self.connection,
                "product" => &self.product,
                "unknown_customer" => &self.unknown_customer,
                "sort" => &self.sort,
                _ => &None,
            }
            .as_deref()
        };
        filter::read(get, &asker(app, caller))
    }
}

/// Search subscriptions
#[utoipa::path(get, path = "/api/v1/subscriptions", tag = "subscriptions", operation_id = "search_subscriptions", params(Which, Part), responses(
    (status = OK, body = Page<Subscription>),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    Query(which): Query<Which>,
    Query(part): Query<Part>,
) -> Result<Json<Page<Subscription>>, Fault> {
    let (mut filter, paging) = (which.filter(&app, &caller)?, Paging::from(part));
    let order = format!(
        "subscriptions {}{}",
        if filter.descending { "-" } else { "" },
        filter.sort
    );
    filter.limit = paging.limit()?;
    filter.after = paging.behind(&order)?;
    let costs = asker(&app, &caller).costs;
    let page = subscriptions::list(app.store().read(), &filter)
        .await
        .map_err(|error| match error {
            StoreError::Missing(_) => unknown_cursor(),
            other => other.into(),
        })?;
    Ok(Json(Page {
        items: page
            .subscriptions
            .iter()
            .map(|row| Subscription::of(row, costs))
            .collect(),
        next: page.next.map(|place| cursor_behind(&order, &place)),
    }))
}

/// One subscription
#[utoipa::path(get, path = "/api/v1/subscriptions/{id}", tag = "subscriptions", operation_id = "get_subscription", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Subscription),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Subscription>, Fault> {
    let row = subscriptions::find(app.store().read(), SubscriptionId(id))
        .await?
        .ok_or_else(|| Fault::not_found("subscription"))?;
    Ok(Json(Subscription::of(&row, asker(&app, &caller).costs)))
}
