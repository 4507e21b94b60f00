//! What the page's buttons do with orders, subscriptions and products, as people would in Ion's portal.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::orders::Order;
use crate::portal::Portal;
use crate::server::{Catalog, Inner};
use crate::subscriptions::Subscription;
use crate::views::PortalOrder;

/// Entries that one answer shows where it is asked for no other number.
const SHOWN: usize = 100;

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    text: String,
    last: Option<usize>,
}

/// The newest of those in any of whose texts the wanted one stands.
fn newest<T: Serialize>(all: Vec<T>, wanted: &Wanted) -> (Vec<Value>, usize) {
    let (text, most) = (wanted.text.to_lowercase(), wanted.last.unwrap_or(SHOWN));
    if text.is_empty() {
        let count = all.len();
        let shown = all.into_iter().rev().take(most);
        return (shown.map(|one| json!(one)).collect(), count);
    }
    let found = all
        .into_iter()
        .rev()
        .map(|one| json!(one))
        .filter(|one| one.to_string().to_lowercase().contains(&text));
    let found: Vec<Value> = found.collect();
    let count = found.len();
    (found.into_iter().take(most).collect(), count)
}

/// Orders, the newest first.
pub(super) async fn list(
    Shared(inner): Shared<Arc<Inner>>,
    Query(wanted): Query<Wanted>,
) -> Json<Value> {
    let all = inner.settled();
    let all = all.orders.all().iter().map(Order::view).collect();
    let (orders, found) = newest(all, &wanted);
    Json(json!({"orders": orders, "found": found}))
}

/// Subscriptions, the newest first.
pub(super) async fn subscriptions(
    Shared(inner): Shared<Arc<Inner>>,
    Query(wanted): Query<Wanted>,
) -> Json<Value> {
    let all = inner.settled();
    let all = all.subscriptions.all().iter();
    let (subscriptions, found) = newest(all.map(Subscription::view).collect(), &wanted);
    Json(json!({"subscriptions": subscriptions, "found": found}))
}

/// What is for sale.
pub(super) async fn offers(
    Shared(inner): Shared<Arc<Inner>>,
    Query(wanted): Query<Wanted>,
) -> Json<Value> {
    let mut all = inner.state().listings.offer_views();
    all.retain(|offer| offer.for_sale);
    all.reverse();
    let (offers, found) = newest(all, &wanted);
    Json(json!({"offers": offers, "found": found}))
}

/// Places an order; without a customer and an offer, one of the first that there are.
pub(super) async fn place(
    Shared(inner): Shared<Arc<Inner>>,
    Json(order): Json<Option<PortalOrder>>,
) -> Response {
    let order = order.or_else(|| {
        let state = inner.state();
        let customer = state.customers.all().next().map(crate::customers::id_of)?;
        let offers = state.listings.offer_views();
        let mut offers = offers.iter().filter(|one| one.for_sale && !one.by_use);
        Some(offers.next()?.order(&customer, 5))
    });
    let placed = order.and_then(|order| Portal(&inner).place_order(&order));
    match placed {
        Some(id) => Json(json!({ "id": id })).into_response(),
        None => (StatusCode::NOT_FOUND, "no such customer or offer").into_response(),
    }
}

/// The vendor's words.
#[derive(Deserialize)]
#[serde(default)]
pub(super) struct Words {
    code: String,
    detail: String,
}

impl Default for Words {
    fn default() -> Self {
        Self {
            code: "MSFT_CR_099".to_owned(),
            detail: "The vendor could not provision this.".to_owned(),
        }
    }
}

/// What the next order meets.
pub(super) async fn next(
    Shared(inner): Shared<Arc<Inner>>,
    Path(action): Path<String>,
    Json(words): Json<Words>,
) -> Response {
    let portal = Portal(&inner);
    match action.as_str() {
        "fail" => portal.fail_next_order(&words.code, &words.detail),
        "hold" => portal.hold_next_order(),
        _ => return (StatusCode::NOT_FOUND, "fail or hold").into_response(),
    }
    StatusCode::NO_CONTENT.into_response()
}

pub(super) async fn act(
    Shared(inner): Shared<Arc<Inner>>,
    Path((id, action)): Path<(String, String)>,
    Json(words): Json<Words>,
) -> Response {
    let portal = Portal(&inner);
    let done = match action.as_str() {
        "move-on" => portal.move_order_on(&id).is_some(),
        "complete" => portal.complete_order(&id).is_some(),
        "hold" => portal.hold_order(&id),
        "fail" => portal.fail_order(&id, &words.code, &words.detail),
        "cancel" => portal.cancel_order(&id),
        "remove" => portal.remove_order(&id),
        _ => {
            let words = "move-on, complete, hold, fail, cancel or remove";
            return (StatusCode::NOT_FOUND, words).into_response();
        }
    };
    if done {
        Json(json!({"order": portal.order(&id)})).into_response()
    } else {
        (StatusCode::CONFLICT, "no such order, or it has ended").into_response()
    }
}

/// What an action on a subscription needs to know.
#[derive(Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    seats: i64,
    name: String,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            seats: 1,
            name: "Renamed in the portal".to_owned(),
        }
    }
}

pub(super) async fn act_on_subscription(
    Shared(inner): Shared<Arc<Inner>>,
    Path((id, action)): Path<(String, String)>,
    Json(wish): Json<Wish>,
) -> Response {
    let portal = Portal(&inner);
    let done = match action.as_str() {
        "seats" => portal.set_seats(&id, wish.seats),
        "rename" => portal.rename_subscription(&id, &wish.name),
        "suspend" => portal.set_subscription_status(&id, "suspended"),
        "resume" => portal.set_subscription_status(&id, "active"),
        "cancel" => portal.set_subscription_status(&id, "cancelled"),
        "auto-renew-on" => portal.set_auto_renew(&id, true),
        "auto-renew-off" => portal.set_auto_renew(&id, false),
        "renew" => portal.renew(&id),
        "remove" => portal.remove_subscription(&id),
        _ => {
            let words = "seats, rename, suspend, resume, cancel, auto-renew-on, auto-renew-off, renew or remove";
            return (StatusCode::NOT_FOUND, words).into_response();
        }
    };
    if done {
        Json(json!({"subscription": portal.subscription(&id)})).into_response()
    } else {
        (
            StatusCode::CONFLICT,
            "no such subscription, or it has ended",
        )
            .into_response()
    }
}

/// Where a price is and what it becomes.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct NewPrice {
    sku: String,
    plan: String,
    price: String,
}

pub(super) async fn act_on_product(
    Shared(inner): Shared<Arc<Inner>>,
    Path((id, action)): Path<(String, String)>,
    Json(new): Json<NewPrice>,
) -> Response {
    let catalog = Catalog(&inner);
    let done = match action.as_str() {
        "delete" => catalog.remove(&id),
        "disable" => catalog.set_disabled(&id, true),
        "enable" => catalog.set_disabled(&id, false),
        "price" => catalog.set_price(&id, &new.sku, &new.plan, &new.price),
        _ => {
            let words = "delete, disable, enable or price";
            return (StatusCode::NOT_FOUND, words).into_response();
        }
    };
    if done {
        Json(json!({"product": id})).into_response()
    } else {
        (StatusCode::NOT_FOUND, "no such product, plan or price").into_response()
    }
}
