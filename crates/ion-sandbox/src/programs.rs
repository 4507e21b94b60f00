//! Programs and the products that were added to them (Ion API notes 2.3).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::api::{Answered, Call};
use crate::json::{member, text};
use crate::reply::Reply;
use crate::state::State;

/// Number, name, description.
const PROGRAMS: [(u32, &str, &str); 3] = [
    (
        501,
        "Cloud starters",
        "Products for customers that are new to the cloud",
    ),
    (502, "Security first", "Products with a security score"),
    (503, "Public sector", "Products for schools and authorities"),
];

/// Which product is in which program.
#[derive(Debug, Default)]
pub(crate) struct Programs(BTreeSet<(u32, String)>);

/// Answers a call below `products_programs`.
pub(crate) fn answer(state: &mut State, call: &Call<'_>, rest: &str) -> Answered {
    match (call.method, rest) {
        ("GET", "") => list(state, call).into(),
        ("PUT", rest) => match rest.strip_suffix(":batchUpdate") {
            Some(product) => update(state, call, product),
            None => nowhere(call),
        },
        _ => nowhere(call),
    }
}

fn nowhere(call: &Call<'_>) -> Answered {
    call.error(404, "NOT_FOUND", "no such resource").into()
}

fn program(state: &State, number: u32, product: Option<&str>) -> Value {
    let known = PROGRAMS.iter().find(|(one, ..)| *one == number);
    let (_, name, what) = known.copied().unwrap_or_default();
    let mut body = json!({
        "programDisplayName": name,
        "programName": format!("accounts/{}/programs/{number}", state.account),
        "description": what,
    });
    if let Some(product) = product {
        body["productName"] = format!("accounts/{}/products/{product}", state.account).into();
        // False is left out.
        if state.programs.0.contains(&(number, product.to_owned())) {
            body["productWasAdded"] = true.into();
        }
    }
    body
}

fn list(state: &State, call: &Call<'_>) -> Reply {
    let product = call.param("productName");
    let product = product.and_then(|name| name.rsplit('/').next());
    if let Some(product) = product.filter(|id| state.listings.find(id).is_none()) {
        return call.error(404, "NOT_FOUND", &format!("listing {product} not found"));
    }
    let programs = PROGRAMS
        .iter()
        .map(|(number, ..)| program(state, *number, product));
    Reply::ok(&json!({"programs": programs.collect::<Vec<_>>()}))
}

/// One program, as it is described, or several, as the plural hints.
fn update(state: &mut State, call: &Call<'_>, product: &str) -> Answered {
    if state.listings.find(product).is_none() {
        let words = format!("listing {product} not found");
        return call.error(404, "NOT_FOUND", &words).into();
    }
    let Ok(Value::Object(body)) = serde_json::from_slice(call.body) else {
        let words = "the body is no JSON object";
        return call.error(400, "INVALID_REQUEST", words).into();
    };
    let sent = member(&body, "productPrograms")
        .cloned()
        .unwrap_or_default();
    let sent = match sent {
        Value::Array(all) => all,
        one => vec![one],
    };
    let mut numbers = Vec::new();
    for one in &sent {
        let name = one.as_object().and_then(|one| text(one, "programName"));
        let number = name
            .and_then(|name| name.rsplit('/').next()?.parse().ok())
            .filter(|number| PROGRAMS.iter().any(|(known, ..)| known == number));
        let Some(number) = number else {
            let words = format!("resource name {:?} is invalid", name.unwrap_or_default());
            return call.error(400, "INVALID_ARGUMENT", &words).into();
        };
        numbers.push(number);
    }
    let added = numbers.iter().map(|number| (*number, product.to_owned()));
    state.programs.0.extend(added);
    let programs = numbers
        .iter()
        .map(|number| program(state, *number, Some(product)));
    Answered::changed(Reply::ok(
        &json!({"programs": programs.collect::<Vec<_>>()}),
    ))
}
