//! What requests about customers do (Ion API notes 2.2).

use serde_json::{Map, Value, json};

use super::book::{Members, kept, normalised, text};
use super::profile;
use crate::api::{Answered, Call, page};
use crate::reply::Reply;
use crate::state::State;

/// Answers a call below `customers`.
pub(crate) fn answer(state: &mut State, call: &Call<'_>, rest: &str) -> Answered {
    if !state.knobs.may_read_customers {
        let words = "User does not have access to this resource.";
        return call.error(403, "PERMISSION_DENIED", words).into();
    }
    match (call.method, rest.split_once('/').unwrap_or((rest, ""))) {
        ("GET", ("", "")) => list(state, call).into(),
        ("POST", ("", "")) => create(state, call),
        ("GET", (id, "")) => get(state, call, id).into(),
        ("PUT", (id, "")) => update(state, call, id),
        ("GET", (id, "cloudProfiles")) => profile::all(state, call, id).into(),
        ("GET", (id, "cloudProfile")) => profile::one(state, call, id).into(),
        _ => call.error(404, "NOT_FOUND", "no such resource").into(),
    }
}

fn list(state: &State, call: &Call<'_>) -> Reply {
    let unspecified = "CUSTOMER_STATUS_UNSPECIFIED";
    // Worked out once: a list may have very many customers.
    let mut wanted: Vec<(&str, &str)> = [
        ("filter.customerEmail", "customerEmail"),
        ("filter.customerName", "customerName"),
        ("filter.languageCode", "languageCode"),
        ("filter.customerStatus", "customerStatus"),
    ]
    .into_iter()
    .filter(|_| !state.knobs.filters_ignored)
    .filter_map(|(filter, member)| Some((member, call.param(filter)?)))
    .filter(|(_, wanted)| *wanted != unspecified)
    .collect();
    if !state.knobs.list_has_inactive && !wanted.iter().any(|(name, _)| *name == "customerStatus") {
        wanted.push(("customerStatus", "ACTIVE"));
    }
    let fits = |customer: &Members| {
        wanted
            .iter()
            .all(|(name, wanted)| text(customer, name).eq_ignore_ascii_case(wanted))
    };
    let mut found = state
        .customers
        .shown(&state.knobs, state.clock.now(), call.number);
    found.retain(|customer| fits(customer));
    match page(state, call, found.len()) {
        Err(reply) => reply,
        Ok((range, next)) => {
            let mut body = Map::new();
            if !range.is_empty() {
                let customers = found[range].iter();
                let customers = customers.map(|customer| Value::Object((*customer).clone()));
                body.insert("customers".into(), customers.collect());
            }
            if let Some(next) = next {
                body.insert("nextPageToken".into(), next.into());
            }
            Reply::ok(&Value::Object(body))
        }
    }
}

pub(crate) fn not_found(state: &State, call: &Call<'_>, id: &str) -> Reply {
    let name = format!("accounts/{}/customers/{id}", state.account);
    call.error(404, "NOT_FOUND", &format!("resource '{name}' not found"))
}

fn get(state: &State, call: &Call<'_>, id: &str) -> Reply {
    match state.customers.get(id) {
        Some(customer) => Reply::ok(&Value::Object(customer.clone())),
        None => not_found(state, call, id),
    }
}

/// What a request sends, as Ion would keep it, or why it does not take it.
fn sent(state: &State, call: &Call<'_>, id: Option<&str>) -> Result<Members, Reply> {
    let Ok(Value::Object(sent)) = serde_json::from_slice(call.body) else {
        return Err(call.error(400, "INVALID_REQUEST", "the body is no JSON object"));
    };
    let sent = normalised(sent, &state.knobs.values_normalised);
    match refusal(state, call, &sent, id) {
        Some(refusal) => Err(refusal),
        None => Ok(sent),
    }
}

/// What is wrong with the members of a customer, if anything.
fn refusal(state: &State, call: &Call<'_>, sent: &Members, id: Option<&str>) -> Option<Reply> {
    let missing = |name: &str| {
        let words = format!("must have required property '{name}'");
        Some(call.error(400, "INVALID_REQUEST", &words))
    };
    if text(sent, "customerOrganization").is_empty() {
        return missing("orgName");
    }
    let address = sent.get("customerAddress").and_then(Value::as_object);
    for part in ["street", "city", "state", "zip", "country"] {
        if address.is_none_or(|address| text(address, part).is_empty()) {
            return missing(part);
        }
    }
    let language = text(sent, "languageCode");
    if language.len() != 2 || !language.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Some(Reply::coded(
            412,
            "FAILED_PRECONDITION",
            "The provided languageCode is invalid.",
            call.number,
            Some(("CUS-CR-002", "languageCode")),
        ));
    }
    let email = text(sent, "customerEmail");
    state
        .customers
        .email_taken(email, id, &state.knobs)
        .then(|| {
            let words = "The provided primaryContactEmail is already in use, please provide a different email.";
            let code = Some(("CUS-CR-001", "primaryContactEmail"));
            Reply::coded(412, "FAILED_PRECONDITION", words, call.number, code)
        })
}

fn create(state: &mut State, call: &Call<'_>) -> Answered {
    let sent = match sent(state, call, None) {
        Ok(sent) => sent,
        Err(refusal) => return refusal.into(),
    };
    let now = state.clock.now();
    let account = state.account.clone();
    let made = state
        .customers
        .insert(&account, sent, &now.to_string(), Some(now));
    let mut answer = made.clone();
    let id = super::book::id_of(made);
    let mut user = json!({"name": format!("accounts/{account}/customers/{id}/users/1"), "userName": "DEFAULT ACCOUNT USER", "email": answer.get("customerEmail"), "userStatus": "ACTIVE", "createTime": now.to_string(), "updateTime": now.to_string()});
    if state.knobs.create_shows_password {
        let password = format!("Pw-{:x}!", call.number.wrapping_mul(0x9e37_79b9));
        user["password"] = password.into();
    }
    answer.insert("user".into(), user);
    Answered::of_customer(Reply::ok(&Value::Object(answer)), id)
}

fn update(state: &mut State, call: &Call<'_>, id: &str) -> Answered {
    if state.customers.get(id).is_none() {
        return not_found(state, call, id).into();
    }
    let sent = match sent(state, call, Some(id)) {
        Ok(sent) => sent,
        Err(refusal) => return refusal.into(),
    };
    let (now, keeps, stamps) = (
        state.clock.now(),
        state.knobs.put_keeps_unsent,
        state.knobs.put_moves_update_time,
    );
    let changed = state.customers.change(id, now, |customer| {
        if !keeps {
            customer.retain(|name, _| {
                matches!(
                    name.as_str(),
                    "name" | "uid" | "customerStatus" | "createTime" | "updateTime"
                )
            });
        }
        customer.extend(kept(sent));
        if stamps {
            customer.insert("updateTime".into(), now.to_string().into());
        }
        customer.clone()
    });
    let answer = match changed {
        Some(changed) if state.knobs.put_answers != "empty" => Value::Object(changed),
        _ => json!({}),
    };
    Answered::of_customer(Reply::ok(&answer), id.to_owned())
}
