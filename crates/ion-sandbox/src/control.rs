//! The sandbox's own page and switches, under `/_sandbox`, behind its key.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, RawQuery, Request, State as Shared};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::catalog::Corruption;
use crate::fault::{FAULTS, Fault};
use crate::knobs::KNOBS;
use crate::server::Inner;

mod customers;
mod orders;

pub(crate) fn router(inner: Arc<Inner>) -> Router<Arc<Inner>> {
    let inside = Router::new()
        .route("/state", get(state))
        .route("/ledger", get(ledger))
        .route("/credentials", post(credentials))
        .route("/knobs", post(knobs))
        .route("/faults", post(faults).delete(clear_faults))
        .route("/clock/advance", post(advance))
        .route("/catalog/{action}", post(catalog))
        .route("/customers", get(customers::list).post(customers::add))
        .route("/customers/{id}", post(customers::edit))
        .route("/customers/{id}/{action}", post(customers::act))
        .route("/emails/{action}", post(customers::email))
        .route("/orders", get(orders::list).post(orders::place))
        .route("/next-order/{action}", post(orders::next))
        .route("/orders/{id}/{action}", post(orders::act))
        .route("/subscriptions", get(orders::subscriptions))
        .route(
            "/subscriptions/{id}/{action}",
            post(orders::act_on_subscription),
        )
        .route("/offers", get(orders::offers))
        .route("/products/{id}/{action}", post(orders::act_on_product))
        .layer(from_fn_with_state(inner, guard));
    // The page holds no data; its script asks with the key of the address.
    let open = Router::new()
        .route("/", get(with_slash))
        .route("/page.js", get(script))
        .route("/page.css", get(style));
    // Inside a nest "/" is the address without the last slash, and only that.
    Router::new()
        .route(PAGE, get(page))
        .nest("/_sandbox", open.merge(inside))
}

/// Where the page is. Its style and script stand beside it, so the last slash counts.
const PAGE: &str = "/_sandbox/";

async fn with_slash(RawQuery(query): RawQuery) -> Redirect {
    Redirect::to(&query.map_or_else(|| PAGE.to_owned(), |query| format!("{PAGE}?{query}")))
}

#[derive(Deserialize)]
struct Key {
    key: Option<String>,
}

async fn guard(
    Shared(inner): Shared<Arc<Inner>>,
    Query(key): Query<Key>,
    request: Request,
    next: Next,
) -> Response {
    let sent = request
        .headers()
        .get("x-sandbox-key")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
        .or(key.key);
    if inner.key.is_none() || sent != inner.key {
        return (
            StatusCode::FORBIDDEN,
            "the key of this sandbox is printed where it was started",
        )
            .into_response();
    }
    next.run(request).await
}

async fn state(Shared(inner): Shared<Arc<Inner>>) -> Json<Value> {
    let state = inner.settled();
    Json(json!({
        "account_id": state.account, "now": state.clock.now().to_string(), "products": state.listings.all.len(), "customers": state.customers.len(),
        "orders": state.orders.len(), "subscriptions": state.subscriptions.len(),
        "requests": state.requests, "exchanges": state.ledger.exchanges(), "knobs": state.knobs, "faults": state.rules.list(), "knob_docs": KNOBS, "fault_docs": FAULTS,
        "strangers": state.customers.strangers().collect::<Vec<_>>(),
    }))
}

#[derive(Deserialize)]
struct LedgerQuery {
    #[serde(default)]
    path: String,
    last: Option<usize>,
}

async fn ledger(
    Shared(inner): Shared<Arc<Inner>>,
    Query(query): Query<LedgerQuery>,
) -> Json<Value> {
    let state = inner.state();
    let found: Vec<_> = state.ledger.of(&query.path).collect();
    let skip = query
        .last
        .map_or(0, |last| found.len().saturating_sub(last));
    Json(json!({ "entries": found[skip..] }))
}

async fn credentials(Shared(inner): Shared<Arc<Inner>>) -> Json<Value> {
    let mut state = inner.state();
    let (account, knobs, now) = (
        state.account.clone(),
        state.knobs.clone(),
        state.clock.now(),
    );
    let made = state.tokens.request_new(&account, &knobs, now);
    Json(
        json!({"account_id": made.account_id, "access_token": made.access_token, "refresh_token": made.refresh_token}),
    )
}

async fn knobs(
    Shared(inner): Shared<Arc<Inner>>,
    Json(wanted): Json<std::collections::BTreeMap<String, Value>>,
) -> Response {
    let mut state = inner.state();
    for (name, value) in wanted {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        if let Err(error) = state.knobs.set(&name, &value) {
            return (StatusCode::BAD_REQUEST, error.to_string()).into_response();
        }
    }
    Json(json!({ "knobs": state.knobs })).into_response()
}

async fn faults(Shared(inner): Shared<Arc<Inner>>, Json(fault): Json<Fault>) -> Json<Value> {
    let mut state = inner.state();
    state.rules.add(fault);
    Json(json!({ "faults": state.rules.list() }))
}

async fn clear_faults(Shared(inner): Shared<Arc<Inner>>) -> StatusCode {
    inner.state().rules.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Advance {
    seconds: u64,
}

async fn advance(Shared(inner): Shared<Arc<Inner>>, Json(by): Json<Advance>) -> Json<Value> {
    let mut state = inner.state();
    state.clock.advance(Duration::from_secs(by.seconds));
    Json(json!({"now": state.clock.now().to_string()}))
}

#[derive(Deserialize)]
#[serde(default)]
struct CatalogChange {
    count: usize,
    per_mille: u32,
    touch_etag: bool,
}

impl Default for CatalogChange {
    fn default() -> Self {
        Self {
            count: 10,
            per_mille: 10,
            touch_etag: true,
        }
    }
}

async fn catalog(
    Shared(inner): Shared<Arc<Inner>>,
    Path(action): Path<String>,
    Json(change): Json<CatalogChange>,
) -> Response {
    let listings = &mut inner.state().listings;
    match action.as_str() {
        "move-prices" => {
            Json(json!({"moved": listings.move_prices(change.per_mille, change.touch_etag)}))
                .into_response()
        }
        "add" => {
            listings.add(change.count);
            Json(json!({"products": listings.all.len()})).into_response()
        }
        "withdraw" => Json(json!({"withdrawn": listings.withdraw(change.count)})).into_response(),
        "corrupt" => {
            let every = (listings.all.len() / change.count.max(1)).max(1);
            let ids: Vec<_> = listings
                .all
                .iter()
                .skip(3)
                .step_by(every)
                .take(change.count)
                .map(|listing| listing.product.slug.clone())
                .collect();
            for (n, id) in ids.iter().enumerate() {
                listings.corrupt(id, Some(Corruption::ALL[n % Corruption::ALL.len()]));
            }
            Json(json!({"corrupted": ids})).into_response()
        }
        "mend" => {
            let ids: Vec<_> = listings
                .all
                .iter()
                .filter(|listing| listing.corruption.is_some())
                .map(|listing| listing.product.slug.clone())
                .collect();
            for id in &ids {
                listings.corrupt(id, None);
            }
            Json(json!({"mended": ids})).into_response()
        }
        _ => (
            StatusCode::NOT_FOUND,
            "move-prices, add, withdraw, corrupt or mend",
        )
            .into_response(),
    }
}

async fn page() -> Response {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";
    (
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::REFERRER_POLICY, "no-referrer"),
        ],
        include_str!("page.html"),
    )
        .into_response()
}

async fn script() -> Response {
    (
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
        include_str!("page.js"),
    )
        .into_response()
}

async fn style() -> Response {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("page.css"),
    )
        .into_response()
}
