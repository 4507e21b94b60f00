//! The description of the API: it is one, it says what the routes do, and it does not change by accident.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use domain::access::Role;
use http::StatusCode;
use serde_json::{Map, Value};
use web::routes::{self, Access};

use crate::house::House;

fn description() -> Value {
    serde_json::to_value(web::openapi()).unwrap()
}

/// Method, path and operation.
fn operations(description: &Value) -> Vec<(String, String, Map<String, Value>)> {
    let mut all = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((
                method.clone(),
                path.clone(),
                operation.as_object().unwrap().clone(),
            ));
        }
    }
    all
}

/// Every value of the document with its place.
fn walk<'a>(value: &'a Value, place: &str, visit: &mut impl FnMut(&str, &'a Value)) {
    visit(place, value);
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, member)| walk(member, &format!("{place}/{name}"), visit)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, item)| walk(item, &format!("{place}/{at}"), visit)),
        _ => {}
    }
}

fn word(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return name.rsplit('/').next().unwrap().to_owned();
    }
    let kind = match &schema["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => kinds
            .iter()
            .map(|kind| kind.as_str().unwrap())
            .collect::<Vec<_>>()
            .join("|"),
        _ => match ["oneOf", "anyOf", "allOf"]
            .iter()
            .find_map(|many| schema[*many].as_array())
        {
            Some(many) => many.iter().map(word).collect::<Vec<_>>().join("|"),
            None => "any".to_owned(),
        },
    };
    match schema["items"].as_object() {
        Some(_) => format!("{kind} of {}", word(&schema["items"])),
        None => kind,
    }
}

/// What programs rely on, in lines: operations with parameters, bodies and answers; schemas with fields.
#[test]
fn what_programs_rely_on_is_what_was_agreed() {
    let description = description();
    let mut text = String::new();
    for (method, path, operation) in operations(&description) {
        write!(text, "{} {path}", method.to_uppercase()).unwrap();
        for parameter in operation
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let must = if parameter["required"] == true {
                "!"
            } else {
                ""
            };
            write!(
                text,
                " {}:{}{must}",
                parameter["in"].as_str().unwrap(),
                parameter["name"].as_str().unwrap()
            )
            .unwrap();
        }
        if let Some(body) = operation.get("requestBody") {
            write!(
                text,
                " <- {}",
                word(&body["content"]["application/json"]["schema"])
            )
            .unwrap();
        }
        text.push('\n');
        for (status, response) in operation["responses"].as_object().unwrap() {
            let kind = response["content"]
                .as_object()
                .and_then(|content| content.values().next())
                .map(|one| word(&one["schema"]));
            writeln!(text, "  {status} {}", kind.unwrap_or_default()).unwrap();
        }
    }
    for (name, schema) in description["components"]["schemas"].as_object().unwrap() {
        let required: BTreeSet<_> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        writeln!(text, "{name}").unwrap();
        let parts = schema["allOf"]
            .as_array()
            .into_iter()
            .flatten()
            .chain(std::iter::once(schema));
        for (field, kind) in parts
            .filter_map(|part| part["properties"].as_object())
            .flatten()
        {
            writeln!(
                text,
                "  {field}{}: {}",
                if required.contains(field.as_str()) {
                    ""
                } else {
                    "?"
                },
                word(kind)
            )
            .unwrap();
        }
    }
    insta::assert_snapshot!("api", text);
}

#[test]
fn the_document_is_well_formed() {
    let description = description();
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1."));
    for required in ["title", "version"] {
        assert!(!description["info"][required].as_str().unwrap().is_empty());
    }
    let kinds = [
        "null", "boolean", "object", "array", "number", "string", "integer",
    ];
    walk(&description, "", &mut |place, value| {
        if let Some(name) = value["$ref"].as_str() {
            let pointer = name
                .strip_prefix('#')
                .unwrap_or_else(|| panic!("{place}: {name} leads elsewhere"));
            assert!(
                description.pointer(pointer).is_some(),
                "{place}: {name} leads nowhere"
            );
        }
        // Words of OpenAPI 3.0 that 3.1 does not know. A field may be called so.
        if !place.ends_with("/properties") {
            for old in ["nullable", "exclusiveMinimum", "exclusiveMaximum"] {
                assert!(!value[old].is_boolean(), "{place}: {old}");
            }
        }
        if place.contains("/schemas/") && !place.ends_with("/properties") {
            match &value["type"] {
                Value::String(kind) => assert!(kinds.contains(&kind.as_str()), "{place}: {kind}"),
                Value::Array(many) => assert!(
                    many.iter()
                        .all(|kind| kinds.contains(&kind.as_str().unwrap())),
                    "{place}"
                ),
                _ => {}
            }
        }
    });
    let schemes: Vec<_> = description["components"]["securitySchemes"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(schemes, ["token"]);
    assert_eq!(
        description["security"],
        serde_json::json!([{"token": []}]),
        "every operation needs the token"
    );
    for (method, path, operation) in operations(&description) {
        assert!(
            operation.get("security").is_none(),
            "{method} {path} has another rule"
        );
        let named: BTreeSet<_> = path.split(['{', '}']).skip(1).step_by(2).collect();
        let parameters: Vec<_> = operation
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .collect();
        let declared: BTreeSet<_> = parameters
            .iter()
            .filter(|one| one["in"] == "path")
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        assert_eq!(named, declared, "{method} {path}");
        assert!(
            parameters
                .iter()
                .filter(|one| one["in"] == "path")
                .all(|one| one["required"] == true),
            "{method} {path}"
        );
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(
                status
                    .parse::<u16>()
                    .is_ok_and(|status| (200..600).contains(&status)),
                "{method} {path}: {status}"
            );
            assert!(
                response["description"].is_string(),
                "{method} {path}: {status}"
            );
        }
    }
}

#[test]
fn every_operation_has_a_name_and_says_how_it_fails() {
    let description = description();
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(&description) {
        let name = operation["operationId"]
            .as_str()
            .unwrap_or_else(|| panic!("{method} {path} has no name"));
        assert!(names.insert(name.to_owned()), "{name} names two operations");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{name}");
        let route = routes::all()
            .find(|route| route.path == path && route.method == method)
            .unwrap();
        let Access::Program(right) = route.access else {
            panic!("{name} is not for programs")
        };
        let answers = operation["responses"].as_object().unwrap();
        assert!(
            answers["403"]["description"]
                .as_str()
                .unwrap()
                .contains(right.as_str()),
            "{name}: which scope it needs"
        );
        let mut needed = vec!["401", "403", "503"];
        if operation.contains_key("requestBody") {
            needed.extend(["400", "413", "415", "422"]);
        }
        let parameters: Vec<_> = operation
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|one| one["name"].as_str())
            .collect();
        if parameters.contains(&"Idempotency-Key") {
            needed.extend(["400", "409", "422"]);
        }
        if parameters.contains(&"If-Match") {
            needed.extend(["412", "428"]);
        }
        if path.contains("{id}") {
            needed.push("404");
        }
        if method == "post"
            && answers
                .keys()
                .any(|status| status == "201" || status == "202")
        {
            assert!(
                parameters.contains(&"Idempotency-Key"),
                "{name} creates something"
            );
        }
        if matches!(method.as_str(), "put" | "patch") {
            assert!(parameters.contains(&"If-Match"), "{name} edits something");
        }
        for status in needed {
            let content = answers
                .get(status)
                .map(|answer| &answer["content"]["application/problem+json"]["schema"]["$ref"]);
            assert_eq!(
                content.and_then(|name| name.as_str()),
                Some("#/components/schemas/Problem"),
                "{name} does not tell {status}"
            );
        }
    }
    assert!(names.len() > 20);
}

/// Every example fits the schema that it stands in, and is of a word that the API itself uses.
#[test]
fn examples_fit_their_schemas() {
    let description = description();
    let mut seen = 0;
    walk(&description, "", &mut |place, value| {
        let Some(example) = value
            .get("example")
            .filter(|_| place.contains("/properties/"))
        else {
            return;
        };
        seen += 1;
        let kinds = word(value);
        let fits = match example {
            Value::String(text) => {
                kinds.contains("string")
                    && (value["format"] != "date-time" || text.parse::<jiff::Timestamp>().is_ok())
            }
            Value::Number(_) => kinds.contains("integer") || kinds.contains("number"),
            Value::Bool(_) => kinds.contains("boolean"),
            Value::Null => kinds.contains("null"),
            _ => true,
        };
        assert!(fits, "{place}: {example} is no {kinds}");
        let text = example.as_str().unwrap_or_default();
        let known = match place.rsplit('/').next().unwrap() {
            "role" => text.parse::<Role>().is_ok(),
            "status" => {
                text.is_empty()
                    || text.parse::<domain::connection::ConnectionStatus>().is_ok()
                    || text.parse::<domain::run::RunStatus>().is_ok()
            }
            "currency" => text.parse::<domain::Currency>().is_ok(),
            "amount" => domain::Amount::parse(text, domain::Scale::Price).is_ok(),
            _ => true,
        };
        assert!(known, "{place}: {text}");
    });
    assert!(seen >= 5, "{seen}");
}

#[tokio::test]
async fn the_served_document_is_this_one() {
    let house = House::new().await;
    let served = house.stranger().get("/api/v1/openapi.json").await;
    assert_eq!(
        (served.status, served.header("content-type")),
        (StatusCode::OK, "application/json")
    );
    assert_eq!(served.json(), description());
    let viewer = house.stranger().get("/api/v1/docs").await;
    assert_eq!(viewer.status, StatusCode::OK);
    assert!(
        viewer.text.contains("/assets/") && !viewer.text.contains("https://"),
        "the viewer comes from our own assets"
    );
}
