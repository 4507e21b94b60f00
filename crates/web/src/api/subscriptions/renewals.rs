//! What renews and ends.

#![expect(
    unused_qualifications,
    reason = "the description of parameters is generated with whole paths"
)]

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::Currency;
use domain::access::Right;
use engine::subscriptions::{RenewalRow, Urgency};
use jiff::{SignedDuration, Timestamp};
use rules::margins::price::shown_percent;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::StoreError;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::page::{Page, Paging, cursor_behind, unknown_cursor};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};
use crate::pages::subscriptions::{feed, title};

/// Days looked ahead where none are asked for.
const USUAL_DAYS: i64 = 60;
/// Most days of one question.
const MOST_DAYS: i64 = 400;

/// Which renewals.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Span {
    /// From this time on; now where it is left out.
    #[serde(default)]
    #[param(example = "2026-11-23T00:00:00Z")]
    from: Option<String>,
    /// Before this time; 60 days after `from` where it is left out, 400 days at most.
    #[serde(default)]
    #[param(example = "2027-01-04T00:00:00Z")]
    until: Option<String>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// Records of a page: 1 to 500, 50 where it is not given.
    #[serde(default)]
    limit: Option<u32>,
}

/// A renewal or an end. Money is text, exact, by its currency; it is left out without the scope `see_cost`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Renewal {
    /// The subscription.
    subscription_id: Uuid,
    /// What it is.
    #[schema(example = "Microsoft 365 Business Premium")]
    name: String,
    /// Our customer; null where it is none of ours.
    customer_id: Option<Uuid>,
    /// The customer's name.
    customer_name: String,
    /// Vendor.
    vendor: String,
    /// Seats; null where it has none.
    seats: Option<u32>,
    /// When it renews or ends.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// It ends, and does not renew.
    ends: bool,
    /// Until when the renewal can be stopped; null where it ends anyway.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_day_to_stop: Option<Timestamp>,
    /// How soon a person must look at it: `now`, `soon`, `later`, `decided`.
    #[schema(value_type = String, example = "now")]
    urgency: Urgency,
    /// What it would bind to, by currency. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    would_bind: Option<BTreeMap<String, String>>,
    /// The margin after it is below the floor of its rule. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    low_margin: Option<bool>,
    /// Share of the sale price that is margin after it, in percent, rounded down. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    margin_percent: Option<String>,
}

impl Renewal {
    fn of(row: &RenewalRow, costs: bool) -> Self {
        let of = &row.row;
        Self {
            subscription_id: of.id.into(),
            name: title(&of.subscription).to_owned(),
            customer_id: of.customer.map(Into::into),
            customer_name: of.customer_name.clone(),
            vendor: of.vendor.clone(),
            seats: of.subscription.seats,
            due_at: row.due_at,
            ends: row.ends,
            last_day_to_stop: row.last_day_to_stop,
            urgency: row.urgency,
            would_bind: costs.then(|| {
                row.cost_of_renewal
                    .iter()
                    .map(|(currency, sum)| (currency.to_string(), exact(*sum, *currency)))
                    .collect()
            }),
            low_margin: costs.then_some(row.low_margin),
            margin_percent: row
                .margin_percent
                .filter(|_| costs)
                .map(|margin| shown_percent(margin).to_string()),
        }
    }
}

/// A sum with all its digits, and no fewer than its currency has.
fn exact(sum: Decimal, currency: Currency) -> String {
    let mut sum = sum.normalize();
    if sum.scale() < currency.exponent() {
        sum.rescale(currency.exponent());
    }
    sum.to_string()
}

fn time(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, Fault> {
    text.map(|text| {
        text.parse()
            .map_err(|_| Fault::field(name, "Give a time such as 2026-11-23T00:00:00Z."))
    })
    .transpose()
}

/// What renews or ends in a span of time: the most urgent first, then the dearest
#[utoipa::path(get, path = "/api/v1/renewals", tag = "subscriptions", operation_id = "list_renewals", params(Span), responses(
    (status = OK, body = Page<Renewal>),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(span): Query<Span>,
) -> Result<Json<Page<Renewal>>, Fault> {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    let from = time("from", span.from.as_deref())?.unwrap_or_else(|| app.now());
    let until = match time("until", span.until.as_deref())? {
        Some(until) => until,
        None => from.checked_add(days(USUAL_DAYS)).unwrap_or(Timestamp::MAX),
    };
    if until < from || until.duration_since(from) > days(MOST_DAYS) {
        return Err(Fault::field(
            "until",
            format!("Give a time after from, {MOST_DAYS} days later at most."),
        ));
    }
    let paging = Paging {
        cursor: span.cursor,
        limit: span.limit,
    };
    let (after, limit) = (paging.behind("renewals")?, paging.limit()?);
    let costs = caller.may(Right::SeeCost);
    let list = app.engine().renewals((from, until), after, limit).await;
    let list = list.map_err(|error| match error {
        StoreError::Missing(_) => unknown_cursor(),
        other => other.into(),
    })?;
    Ok(Json(Page {
        items: list
            .rows
            .iter()
            .map(|row| Renewal::of(row, costs))
            .collect(),
        next: list.next.map(|place| cursor_behind("renewals", &place)),
    }))
}

/// Renewals and ends of the next year as a calendar (RFC 5545)
#[utoipa::path(get, path = "/api/v1/renewals.ics", tag = "subscriptions", operation_id = "get_renewals_calendar", responses(
    (status = OK, body = String, content_type = "text/calendar"),
))]
pub(crate) async fn ics(State(app): State<App>, caller: Caller) -> Result<Response, Fault> {
    feed::calendar(&app, &caller).await
}
