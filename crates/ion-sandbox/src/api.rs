//! The endpoints of the partner API: who may call, lists by page token, customers, products.

use std::collections::HashMap;

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use crate::fault::Action;
use crate::generate::VENDORS;
use crate::reply::Reply;
use crate::state::State;

/// A request, taken apart.
pub(crate) struct Call<'a> {
    pub(crate) number: u64,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: HashMap<String, String>,
    pub(crate) access: Option<String>,
    pub(crate) body: &'a [u8],
    pub(crate) fault: Option<&'a Action>,
}

impl Call<'_> {
    /// A parameter by its name as `pageSize`; `page_size` is taken too, and an empty one is none.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        let snake: String = name
            .chars()
            .flat_map(|c| {
                if c.is_ascii_uppercase() {
                    vec!['_', c.to_ascii_lowercase()]
                } else {
                    vec![c]
                }
            })
            .collect();
        self.query
            .get(name)
            .or_else(|| self.query.get(&snake))
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    pub(crate) fn error(&self, status: u16, error: &str, message: &str) -> Reply {
        Reply::error(status, error, message, self.number)
    }
}

/// Query parameters, decoded.
pub(crate) fn parse_query(query: &str) -> HashMap<String, String> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn decode(text: &str) -> String {
    let bytes = text.replace('+', " ").into_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(bytes[at]));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Answers a call of `/api/v3`. The second value is the id of the customer that it made or changed.
pub(crate) fn answer(state: &mut State, call: &Call<'_>) -> (Reply, Option<String>) {
    if state.throttled() {
        let reply = call.error(429, "RESOURCE_EXHAUSTED", "too many requests");
        return (
            if state.knobs.retry_after_s > 0 {
                reply.with("retry-after", state.knobs.retry_after_s.to_string())
            } else {
                reply
            },
            None,
        );
    }
    let now = state.clock.now();
    if !call
        .access
        .as_deref()
        .is_some_and(|token| state.tokens.accepts(token, now))
    {
        let reply = match state.knobs.unauthorized_body.as_str() {
            "oauth" => Reply {
                status: 401,
                ..Reply::oauth_error()
            },
            "empty" => Reply::json(401, ""),
            _ => call.error(
                401,
                "UNAUTHENTICATED",
                "the access token is expired or unknown",
            ),
        };
        return (reply, None);
    }
    let Some(rest) = call.path.strip_prefix("/api/v3/accounts/") else {
        return (call.error(404, "NOT_FOUND", "no such resource"), None);
    };
    let (account, rest) = rest.split_once('/').unwrap_or((rest, ""));
    if account != state.account {
        return (
            call.error(
                403,
                "PERMISSION_DENIED",
                &format!("permission denied to access accounts/{account}"),
            ),
            None,
        );
    }
    let (noun, id) = rest.split_once('/').unwrap_or((rest, ""));
    match (call.method, noun, id) {
        (_, "customers", rest) => crate::customers::answer(state, call, rest),
        ("GET", "products", "") => (list_products(state, call), None),
        ("GET", "products", "categories") => (categories(state), None),
        ("GET", "products", "verticals") => (
            Reply::ok(
                &json!({"verticals": [{"name": format!("accounts/{account}/verticals/Business"), "displayName": "Business"}]}),
            ),
            None,
        ),
        ("GET", "products", "charges") => (Reply::ok(&json!({"charges": []})), None),
        ("GET", "products", id) => (get_product(state, call, id), None),
        ("POST", "products:pricing", "") => (pricing(state, call), None),
        _ => (call.error(404, "NOT_FOUND", "no such resource"), None),
    }
}

/// One page of a list: which of its items, and the token behind them.
pub(crate) fn page(
    state: &State,
    call: &Call<'_>,
    total: usize,
) -> Result<(std::ops::Range<usize>, Option<String>), Reply> {
    let (size, token) = (call.param("pageSize"), call.param("pageToken"));
    if size.is_none() && token.is_none() {
        return Err(call.error(
            400,
            "INVALID_REQUEST",
            "At least one of page_size and page_token must be present",
        ));
    }
    let size = match size.map(str::parse::<usize>) {
        Some(Ok(0) | Err(_)) => {
            return Err(call.error(
                400,
                "INVALID_REQUEST",
                "page_size must be a positive number",
            ));
        }
        Some(Ok(size)) => size.min(state.knobs.max_page_size),
        None => 100,
    };
    let filters = filters(call);
    let start = match token {
        None => 0,
        Some(token) => {
            if call.fault == Some(&Action::ExpireToken) {
                return Err(call.error(
                    400,
                    "INVALID_ARGUMENT",
                    "the page token is expired or invalid",
                ));
            }
            let text = BASE64
                .decode(token)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .unwrap_or_default();
            match text
                .split_once('|')
                .and_then(|(offset, filter)| Some((offset.parse::<usize>().ok()?, filter)))
            {
                Some((offset, bound))
                    if bound == filters || !state.knobs.page_token_binds_filters =>
                {
                    offset
                }
                _ => {
                    return Err(call.error(
                        400,
                        "INVALID_ARGUMENT",
                        "the page token is invalid for these filters",
                    ));
                }
            }
        }
    };
    let start = start.min(total);
    let make = |offset: usize| BASE64.encode(format!("{offset}|{filters}"));
    let end = (start + size).min(total);
    let next = |end: usize| (end < total).then(|| make(end));
    Ok(match call.fault {
        Some(Action::ShortPage) if end > start => (start..start + 1, next(start + 1)),
        Some(Action::EmptyPage) => (start..start, Some(make(start))),
        Some(Action::DuplicatePage) => (
            start.saturating_sub(size)..start.max(end.min(size)),
            next(start.max(end.min(size))),
        ),
        Some(Action::MovedItems) => (start.saturating_sub(size / 2)..end, next(end)),
        Some(Action::SameToken) => (start..end, Some(make(start))),
        _ => (start..end, next(end)),
    })
}

/// What a page token is bound to.
fn filters(call: &Call<'_>) -> String {
    let mut filters: Vec<_> = call
        .query
        .iter()
        .filter(|(name, value)| name.starts_with("filter") && !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    filters.sort();
    filters.join("&")
}

fn list_products(state: &mut State, call: &Call<'_>) -> Reply {
    let found: Vec<usize> = if state.knobs.filters_ignored || filters(call).is_empty() {
        (0..state.listings.all.len()).collect()
    } else {
        (0..state.listings.all.len())
            .filter(|at| product_fits(state, call, *at))
            .collect()
    };
    let (range, next) = match page(state, call, found.len()) {
        Ok(page) => page,
        Err(reply) => return reply,
    };
    let with_price_book = state.knobs.list_has_price_book;
    let parts: Vec<Bytes> = found[range]
        .iter()
        .map(|at| state.listings.json(*at, with_price_book))
        .collect();
    let mut body = Vec::with_capacity(parts.iter().map(|part| part.len() + 1).sum::<usize>() + 200);
    body.push(b'{');
    if !parts.is_empty() {
        body.extend_from_slice(b"\"products\":[");
        for (n, part) in parts.iter().enumerate() {
            if n > 0 {
                body.push(b',');
            }
            body.extend_from_slice(part);
        }
        body.push(b']');
    }
    if let Some(next) = next {
        body.extend_from_slice(
            format!(
                "{}\"nextPageToken\":\"{next}\"",
                if parts.is_empty() { "" } else { "," }
            )
            .as_bytes(),
        );
    }
    body.push(b'}');
    Reply::json(200, body)
}

fn product_fits(state: &State, call: &Call<'_>, at: usize) -> bool {
    let product = &state.listings.all[at].product;
    let any_sku = |add_on: bool, test: &dyn Fn(&crate::generate::Sku) -> bool| {
        product
            .skus
            .iter()
            .any(|sku| sku.add_on == add_on && test(sku))
    };
    let holds = |name: &str, test: &dyn Fn(&str) -> bool| call.param(name).is_none_or(test);
    holds("filter.name", &|wanted| {
        product.name.contains(wanted) || VENDORS[product.vendor].name.contains(wanted)
    }) && holds("filter.skuExternalId", &|wanted| {
        any_sku(false, &|sku| sku.external_id == wanted)
    }) && holds("filter.addonExternalId", &|wanted| {
        any_sku(true, &|sku| sku.external_id == wanted)
    }) && holds("filter.skuId", &|wanted| {
        any_sku(false, &|sku| sku.id == wanted)
    }) && holds("filter.addonId", &|wanted| {
        any_sku(true, &|sku| sku.id == wanted)
    }) && holds("filter.skuDisplayName", &|wanted| {
        any_sku(false, &|sku| sku.name == wanted)
    }) && holds("filter.addonDisplayName", &|wanted| {
        any_sku(true, &|sku| sku.name == wanted)
    }) && holds("filter.cloudProviderId", &|wanted| {
        VENDORS[product.vendor].provider.to_string() == wanted
    }) && holds("filter.mfgPartNumber", &|wanted| {
        product.skus.iter().any(|sku| {
            sku.plans
                .iter()
                .any(|plan| plan.mpn.as_deref() == Some(wanted))
        })
    })
}

fn get_product(state: &mut State, call: &Call<'_>, id: &str) -> Reply {
    let Some(at) = state.listings.find(id) else {
        return call.error(404, "NOT_FOUND", &format!("listing {id} not found"));
    };
    let yes = |name: &str| {
        call.param(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    };
    let prices = !yes("excludeFilter.excludePricing") && call.param("clientRole") != Some("OWNER");
    let json = state.listings.json(at, prices);
    if !yes("excludeFilter.excludeMarketing") && !yes("excludeFilter.excludeDefinition") {
        return Reply::json(200, json);
    }
    let mut members: std::collections::BTreeMap<String, Box<serde_json::value::RawValue>> =
        serde_json::from_slice(&json).unwrap_or_default();
    members.retain(|name, _| {
        !(name == "marketing" && yes("excludeFilter.excludeMarketing")
            || name == "definition" && yes("excludeFilter.excludeDefinition"))
    });
    Reply::json(200, serde_json::to_vec(&members).unwrap_or_default())
}

fn categories(state: &State) -> Reply {
    let mut names: Vec<&str> = state
        .listings
        .all
        .iter()
        .map(|listing| listing.product.category)
        .collect();
    names.sort_unstable();
    names.dedup();
    let categories: Vec<Value> = names.iter().map(|name| json!({"name": format!("accounts/{}/categories/{}", state.account, name.replace(' ', "-")), "displayName": name})).collect();
    Reply::ok(&json!({ "categories": categories }))
}

fn pricing(state: &State, call: &Call<'_>) -> Reply {
    let Ok(body) = serde_json::from_slice::<Value>(call.body) else {
        return call.error(400, "INVALID_REQUEST", "the body is no JSON object");
    };
    let either = |value: &Value, camel: &str, snake: &str| {
        value
            .get(camel)
            .or_else(|| value.get(snake))
            .cloned()
            .unwrap_or_default()
    };
    let mut plans = Vec::new();
    for wanted in either(
        &body,
        "externalProductWithProvider",
        "external_product_with_provider",
    )
    .as_array()
    .into_iter()
    .flatten()
    {
        let ids = either(wanted, "externalProducts", "external_products");
        let ids: Vec<&str> = ids
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        plans.extend(state.listings.pricing(
            wanted["provider"].as_str().unwrap_or_default(),
            &state.knobs.pricing_provider,
            &ids,
        ));
    }
    Reply::json(
        200,
        if plans.is_empty() {
            "{}".to_owned()
        } else {
            format!("{{\"plans\":[{}]}}", plans.join(","))
        },
    )
}
