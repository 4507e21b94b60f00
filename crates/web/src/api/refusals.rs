//! The refusals that every operation shares, added to the description: what the guard and the extractors answer before a handler runs.

use http::StatusCode;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};

use crate::routes::{Access, Route};

/// Says at each operation how it is refused.
pub(crate) fn describe(description: &mut OpenApi, routes: &[Route]) {
    for (path, item) in &mut description.paths.paths {
        for (method, operation) in operations(item) {
            let Some(route) = routes
                .iter()
                .find(|route| route.path == path && route.method == method)
            else {
                continue;
            };
            refuse(
                operation,
                "401",
                "`unauthenticated`: no API token, or one that is revoked or over",
            );
            if let Access::Program(right) = route.access {
                refuse(
                    operation,
                    "403",
                    &format!("`forbidden`: the API token does not include the scope `{right}`"),
                );
            }
            if operation.request_body.is_some() {
                refuse(operation, "400", "`unreadable`: the body is no JSON");
                refuse(operation, "413", "`too_large`");
                refuse(
                    operation,
                    "415",
                    "`unsupported_media_type`: the body is not sent as application/json",
                );
                refuse(operation, "422", "`invalid`: `errors` names the field");
            }
            if has_parameter(operation, "Idempotency-Key") {
                refuse(
                    operation,
                    "400",
                    "`idempotency_key_missing`, or `unreadable`: the body is no JSON",
                );
                refuse(
                    operation,
                    "409",
                    "`idempotency_running`: the same request is being answered; repeat it after Retry-After",
                );
                refuse(
                    operation,
                    "422",
                    "`idempotency_other_payload`, or `invalid`: `errors` names the field",
                );
            }
            if has_parameter(operation, "If-Match") {
                refuse(
                    operation,
                    "412",
                    "`changed_meanwhile`: read it again, and repeat the edit",
                );
                refuse(operation, "428", "`if_match_missing`");
            }
            if path.contains("{id}") {
                refuse(operation, "404", "`not_found`");
            }
            refuse(
                operation,
                "503",
                "`unavailable` or `too_slow`: repeat it after Retry-After",
            );
            name_answers(operation);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

fn has_parameter(operation: &Operation, name: &str) -> bool {
    operation
        .parameters
        .iter()
        .flatten()
        .any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == name))
}

/// Gives an answer without words those of its status: the format wants some.
fn name_answers(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            let reason = StatusCode::from_bytes(status.as_bytes())
                .ok()
                .and_then(|status| status.canonical_reason());
            reason
                .unwrap_or("Answer")
                .clone_into(&mut response.description);
        }
    }
}

/// Adds an answer. What a handler says of the same status itself stays, with this before it.
fn refuse(operation: &mut Operation, status: &str, words: &str) {
    let before = match operation.responses.responses.get(status) {
        Some(RefOr::T(response)) => response.description.clone(),
        _ => String::new(),
    };
    let text = match before.as_str() {
        "" => words.to_owned(),
        before if before.contains(words) => before.to_owned(),
        before => format!("{words}; {before}"),
    };
    operation
        .responses
        .responses
        .insert(status.to_owned(), RefOr::T(problem(&text)));
}

fn problem(words: &str) -> Response {
    ResponseBuilder::new()
        .description(words)
        .content(
            "application/problem+json",
            Content::new(Some(Ref::from_schema_name("Problem"))),
        )
        .build()
}
