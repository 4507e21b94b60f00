//! What requests about provisioning templates answer.

use serde_json::{Value, json};

use super::document::document;
use super::table::{TEMPLATES, Template};
use crate::api::Call;
use crate::reply::Reply;
use crate::state::State;

const VENDORS: &[&str] = &["MICROSOFT", "GOOGLE", "IBM", "SOPHOS"];
const ACTIONS: &[&str] = &["CREATE", "UPDATE"];

/// Answers a call below `provisionTemplates`; `id` is empty for the list.
pub(crate) fn answer(state: &State, call: &Call<'_>, id: &str) -> Reply {
    let changed = match state.knobs.templates.as_str() {
        "unavailable" => {
            let words = "could not retrieve provisioning template";
            return call.error(503, "UNAVAILABLE", words);
        }
        how => how == "changed",
    };
    if id.is_empty() {
        return list(call, changed);
    }
    // Written in either case in the description.
    let found = TEMPLATES.iter().find(|one| one.id.eq_ignore_ascii_case(id));
    match found {
        Some(template) => Reply::ok(&document(template, changed)),
        None => {
            let words = format!("provisioning template {id} not found");
            call.error(404, "NOT_FOUND", &words)
        }
    }
}

/// One that fits is an object; several are an array (official description, `ProvisioningReferenceArray` and `ProvisioningReferenceObject`).
fn list(call: &Call<'_>, changed: bool) -> Reply {
    let wanted = |name: &str, none: &str| {
        let text = call.param(name).map(str::to_owned);
        text.filter(|text| !text.eq_ignore_ascii_case(none))
    };
    let vendor = wanted("vendor", "NOT_SPECIFIED");
    let action = wanted("action", "ACTION_NOT_SPECIFIED");
    for (name, wanted, known) in [("vendor", &vendor, VENDORS), ("action", &action, ACTIONS)] {
        if let Some(text) = wanted.as_deref().filter(|text| !known.contains(text)) {
            let words = format!("parsing field {name:?}: {text} is not valid");
            return call.error(400, "INVALID_ARGUMENT", &words);
        }
    }
    let provider = wanted("provider", "");
    let same = |wanted: &Option<String>, known: &str| {
        let wanted = wanted.as_deref();
        wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(known))
    };
    let fits = |one: &&Template| {
        same(&vendor, one.vendor) && same(&action, one.action) && same(&provider, one.provider)
    };
    let found: Vec<Value> = TEMPLATES
        .iter()
        .filter(fits)
        .map(|one| document(one, changed))
        .collect();
    match found.as_slice() {
        [] => Reply::ok(&json!({"provisioningReferences": {}})),
        [one] => Reply::ok(&json!({"provisioningReference": one})),
        _ => Reply::ok(&json!({"provisioningReferences": {"refs": found}})),
    }
}
