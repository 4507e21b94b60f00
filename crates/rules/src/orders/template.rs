//! What Ion's provisioning template says of the attributes of an order. The document is much like a JSON Schema and is none: it is read
//! leniently, by what it holds, wherever that stands (Ion API notes 2.7).

use std::collections::{BTreeMap, BTreeSet};

use domain::order::{FieldKind, Template, TemplateField};
use serde_json::Value;

use super::attributes::{known_field, label_of};

/// How deep a document is read.
const DEEPEST: usize = 40;
/// How many fields are read.
const MOST: usize = 200;

/// The templates in an answer of Ion's: a list of them, one, or the document itself. What is none is left out.
pub fn read_templates(answer: &Value) -> Vec<Template> {
    let documents: Vec<&Value> = if let Some(list) = answer.get("provisioningReferences") {
        match list.get("refs").unwrap_or(list) {
            Value::Array(documents) => documents.iter().collect(),
            document => vec![document],
        }
    } else if let Some(document) = answer.get("provisioningReference") {
        vec![document]
    } else if let Value::Array(documents) = answer {
        documents.iter().collect()
    } else {
        vec![answer]
    };
    documents
        .into_iter()
        .filter(|document| document.is_object())
        .map(read_template)
        .collect()
}

/// A template from one document. A document in which nothing is found gives a template without fields, which is open.
pub fn read_template(document: &Value) -> Template {
    let mut found = Found::default();
    found.walk(document, false, 0);
    let text = |name: &str| {
        document
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let closed = !found.listed.is_empty();
    let mut names = found.listed;
    for name in found.single {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.truncate(MOST);
    Template {
        id: text("id"),
        title: text("title"),
        fields: names
            .iter()
            .map(|name| field(name, found.values.get(name), found.required.contains(name)))
            .collect(),
        closed,
    }
}

#[derive(Default)]
struct Found<'a> {
    /// Names in a list of all that are allowed.
    listed: Vec<String>,
    /// Names that stand for themselves.
    single: Vec<String>,
    required: BTreeSet<String>,
    values: BTreeMap<String, &'a Value>,
}

impl<'a> Found<'a> {
    /// An object with `properties.name` describes attributes: by an `enum` all that are allowed, by a `const` one. Below `contains` it must be there.
    fn walk(&mut self, node: &'a Value, must: bool, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match node {
            Value::Array(items) => {
                for item in items {
                    self.walk(item, must, depth + 1);
                }
            }
            Value::Object(members) => {
                if let Some(properties) = members.get("properties") {
                    self.describe(properties, must);
                }
                for (name, member) in members {
                    // Values that stand for themselves hold no schema.
                    if !matches!(name.as_str(), "enum" | "const" | "example" | "default") {
                        self.walk(member, must || name == "contains", depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    fn describe(&mut self, properties: &'a Value, must: bool) {
        let Some(name) = properties.get("name") else {
            return;
        };
        let one = name.get("const").and_then(Value::as_str);
        let many: Vec<&str> = name
            .get("enum")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let single = one.or(match many.as_slice() {
            [one] => Some(*one),
            _ => None,
        });
        if let Some(one) = single.filter(|name| !name.trim().is_empty()) {
            if must {
                self.required.insert(one.to_owned());
            }
            if let Some(value) = properties.get("value") {
                self.values.entry(one.to_owned()).or_insert(value);
            }
            if !self.single.iter().any(|known| known == one) {
                self.single.push(one.to_owned());
            }
        }
        if one.is_none() && !must {
            for name in many {
                if !name.trim().is_empty() && !self.listed.iter().any(|known| known == name) {
                    self.listed.push(name.to_owned());
                }
            }
        }
    }
}

fn field(name: &str, value: Option<&&Value>, required: bool) -> TemplateField {
    let mut field = known_field(name, required).unwrap_or_else(|| TemplateField {
        name: name.to_owned(),
        label: label_of(name),
        kind: FieldKind::Text,
        choices: Vec::new(),
        required,
        help: String::new(),
    });
    let Some(value) = value else {
        return field;
    };
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let allowed: Vec<String> = value
        .get("enum")
        .and_then(Value::as_array)
        .map(|values| values.iter().filter_map(as_text).collect())
        .unwrap_or_default();
    if allowed.is_empty() {
        field.kind = match (text("format"), text("type")) {
            ("date", _) => FieldKind::Date,
            ("email" | "idn-email", _) => FieldKind::Email,
            (_, "boolean") => FieldKind::Bool,
            (_, "integer" | "number") => FieldKind::Number,
            _ => field.kind,
        };
    } else {
        let known = std::mem::take(&mut field.choices);
        field.choices = allowed
            .into_iter()
            .map(|value| {
                let label = known.iter().find(|(choice, _)| *choice == value);
                let label = label.map_or_else(|| value.clone(), |(_, label)| label.clone());
                (value, label)
            })
            .collect();
        field.kind = FieldKind::Choice;
    }
    if field.help.is_empty() {
        text("description").clone_into(&mut field.help);
    }
    field
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
