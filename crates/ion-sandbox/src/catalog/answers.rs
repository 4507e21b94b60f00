//! What requests about products answer (Ion API notes 2.3).

use axum::body::Bytes;
use serde_json::{Value, json};

use crate::api::{Answered, Call, filters, page};
use crate::generate::{Sku, VENDORS};
use crate::reply::Reply;
use crate::state::State;

/// Answers a call below `products`.
pub(crate) fn answer(state: &mut State, call: &Call<'_>, rest: &str) -> Answered {
    let account = &state.account;
    match (call.method, rest) {
        ("GET", "") => list_products(state, call).into(),
        ("GET", "categories") => categories(state).into(),
        ("GET", "verticals") => {
            let name = format!("accounts/{account}/verticals/Business");
            Reply::ok(&json!({"verticals": [{"name": name, "displayName": "Business"}]})).into()
        }
        ("GET", "charges") => Reply::ok(&json!({"charges": []})).into(),
        ("GET", id) => get_product(state, call, id).into(),
        ("POST", id) => match id.split_once(':') {
            Some((id, "enable")) => set_disabled(state, call, id, false),
            Some((id, "disable")) => set_disabled(state, call, id, true),
            _ => nowhere(call),
        },
        _ => nowhere(call),
    }
}

fn nowhere(call: &Call<'_>) -> Answered {
    call.error(404, "NOT_FOUND", "no such resource").into()
}

fn no_listing(call: &Call<'_>, id: &str) -> Reply {
    call.error(404, "NOT_FOUND", &format!("listing {id} not found"))
}

fn set_disabled(state: &mut State, call: &Call<'_>, id: &str, disabled: bool) -> Answered {
    match state.listings.set_disabled(id, disabled) {
        None => no_listing(call, id).into(),
        Some(true) => Answered::changed(Reply::ok(&json!({}))),
        Some(false) => {
            let words = if disabled {
                "cannot disable already disabled product"
            } else {
                "cannot enable already enabled product"
            };
            call.error(400, "INVALID_ARGUMENT", words).into()
        }
    }
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
    let any_sku = |add_on: bool, test: &dyn Fn(&Sku) -> bool| {
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
        return no_listing(call, id);
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

pub(crate) fn pricing(state: &State, call: &Call<'_>) -> Reply {
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
