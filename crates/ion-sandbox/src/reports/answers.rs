//! What requests about reports do (Ion API notes 2.8).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};

use super::book::Report;
use super::columns::find;
use super::data::{asked, csv, rows};
use crate::api::{Answered, Call};
use crate::json::{member, text};
use crate::reply::Reply;
use crate::stamp::Stamp;
use crate::state::State;
use crate::subscriptions::relative_range;

/// Answers a call below `reports`.
pub(crate) fn answer(state: &mut State, call: &Call<'_>, rest: &str) -> Answered {
    let (id, what) = rest.split_once('/').unwrap_or((rest, ""));
    if id.is_empty() {
        return match call.method {
            "GET" => list(state, call).into(),
            _ => nowhere(call),
        };
    }
    let Some(place) = state.reports.place(id) else {
        let words = format!(
            "resource 'accounts/{}/reports/{id}' not found",
            state.account
        );
        return call.error(404, "NOT_FOUND", &words).into();
    };
    let report = state.reports.reports[place].clone();
    match (call.method, what) {
        ("GET", "") => Reply::ok(&whole(state, &report)).into(),
        ("DELETE", "") => {
            state.reports.reports.remove(place);
            Answered::changed(Reply::ok(&json!({})))
        }
        ("POST", "") => save(state, call, place),
        ("POST", what) => data(state, call, &report, what).into(),
        _ => nowhere(call),
    }
}

fn nowhere(call: &Call<'_>) -> Answered {
    call.error(404, "NOT_FOUND", "no such resource").into()
}

fn list(state: &State, call: &Call<'_>) -> Reply {
    let module = call.param("module");
    let module = module.filter(|module| *module != "REPORTS_MODULE_UNSPECIFIED");
    let reports = state.reports.reports.iter();
    let reports = reports.filter(|one| module.is_none_or(|module| one.module == module));
    let reports: Vec<Value> = reports.map(Report::brief).collect();
    if reports.is_empty() {
        return Reply::ok(&json!({}));
    }
    Reply::ok(&json!({ "reports": reports }))
}

fn whole(state: &State, report: &Report) -> Value {
    let days = relative_range(&report.range, state.clock.now());
    report.whole(days.map(|(from, to)| (Stamp(from), Stamp(to))))
}

fn object(call: &Call<'_>) -> Result<Map<String, Value>, Reply> {
    match serde_json::from_slice(call.body) {
        Ok(Value::Object(body)) => Ok(body),
        _ => Err(call.error(400, "INVALID_REQUEST", "the body is no JSON object")),
    }
}

fn save(state: &mut State, call: &Call<'_>, place: usize) -> Answered {
    let body = match object(call) {
        Ok(body) => body,
        Err(reply) => return reply.into(),
    };
    let report = &mut state.reports.reports[place];
    if let Some(name) = text(&body, "displayName") {
        name.clone_into(&mut report.name);
    }
    if let Some(category) = text(&body, "category") {
        category.clone_into(&mut report.category);
    }
    let specs = member(&body, "specs").and_then(Value::as_object);
    let chosen = specs.and_then(|specs| member(specs, "selectedColumns")?.as_array());
    if let Some(chosen) = chosen {
        let ids = chosen.iter().filter_map(|one| one.get("id")?.as_str());
        report.chosen = ids.filter_map(|id| find(id).map(|one| one.id)).collect();
    }
    Answered::changed(Reply::ok(&json!({"reportId": report.id.to_string()})))
}

fn data(state: &State, call: &Call<'_>, report: &Report, what: &str) -> Reply {
    let body = match object(call) {
        Ok(body) => body,
        Err(reply) => return reply,
    };
    let asked = match asked(state, report, &body) {
        Ok(asked) => asked,
        Err(words) => return call.error(400, "INVALID_ARGUMENT", &format!("proto: {words}")),
    };
    let cached = Stamp(state.clock.now()).to_string();
    match what {
        "report" => Reply::ok(&json!({"report": whole(state, report), "cacheTimestamp": cached})),
        // Steps of a calculation: nothing here is calculated in steps.
        "details" => Reply::ok(&json!({"priceDetails": [{}], "costDetails": [{}]})),
        "data" => {
            let (rows, count) = rows(state, &asked);
            let report = whole(state, report);
            Reply::json(
                200,
                format!(
                    r#"{{"report":{report},"results":{{"rows":[{rows}]}},"resultCount":"{count}","availableRowsCount":"{count}","cacheTimestamp":"{cached}"}}"#
                ),
            )
        }
        "reportDataCsv" => {
            let (text, count) = csv(state, &asked);
            Reply::ok(&json!({"results": text, "resultCount": count.to_string()}))
        }
        "reportDataCsvStream" => {
            let (text, _) = csv(state, &asked);
            Reply::ok(&json!({"contentType": "text/csv", "data": BASE64.encode(text)}))
        }
        _ => call.error(404, "NOT_FOUND", "no such resource"),
    }
}

/// `GET /accounts/{a}/providers/{p}/refreshCacheEnhanced`.
pub(crate) fn refresh_cache(state: &State, call: &Call<'_>, rest: &str) -> Reply {
    let Some((_, "refreshCacheEnhanced")) = rest.split_once('/') else {
        return call.error(404, "NOT_FOUND", "no such resource");
    };
    let Some(id) = call.param("reportId") else {
        let words = "must have required property 'reportId'";
        return call.error(400, "INVALID_REQUEST", words);
    };
    match state.reports.place(id) {
        Some(_) => Reply::ok(&json!({"reportIds": [id]})),
        None => Reply::ok(&json!({})),
    }
}
