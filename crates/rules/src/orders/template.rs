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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// As the official description draws it: names only.
    fn described() -> Value {
        json!({
            "id": "provisiontemplate33",
            "schema": "http://json-schema.org/draft-07/schema#",
            "title": "google, create",
            "type": "object",
            "properties": {"orderItems": {"type": "array", "items": "#/$defs/orderItems"}},
            "defs": {
                "orderItems": {
                    "required": ["productId", "vendor"],
                    "properties": {
                        "productId": {"type": "string"},
                        "attributes": {"type": "array", "items": {"ref": "#/$defs/attributes"}},
                    },
                },
                "attributes": {
                    "required": ["name", "value"],
                    "properties": {
                        "name": {"type": "string", "enum": ["alternateEmail", "customerDomain", "userName"]},
                        "value": {"type": "string", "description": "Required value for the above key"},
                    },
                },
            },
        })
    }

    #[test]
    fn the_described_form_lists_names() {
        let template = read_template(&described());
        assert_eq!(template.id, "provisiontemplate33");
        assert_eq!(template.title, "google, create");
        assert!(template.closed);
        let names: Vec<_> = template
            .fields
            .iter()
            .map(|field| (field.name.as_str(), field.kind, field.required))
            .collect();
        assert_eq!(
            names,
            [
                ("alternateEmail", FieldKind::Email, false),
                ("customerDomain", FieldKind::Text, false),
                ("userName", FieldKind::Text, false)
            ]
        );
        assert_eq!(template.fields[0].label, "Other e-mail");
        // "Required value for the above key" helps nobody.
        assert!(!template.fields[0].help.contains("above key"));
    }

    #[test]
    fn what_ion_publishes_is_read() {
        let answer =
            include_str!("../../../../fixtures/ion/list-provision-templates-by-description.json");
        let templates = read_templates(&serde_json::from_str(answer).unwrap());
        assert!(!templates.is_empty());
        for template in templates {
            let names: Vec<_> = template
                .fields
                .iter()
                .map(|field| field.name.as_str())
                .collect();
            assert!(
                template.closed && names.contains(&"customerDomain"),
                "{names:?}"
            );
        }
    }

    #[test]
    fn what_must_be_there_and_its_values_are_read_where_the_form_says_them() {
        let mut document = described();
        let contains = |name: &str| json!({"contains": {"properties": {"name": {"const": name}}, "required": ["name"]}});
        document["defs"]["orderItems"]["properties"]["attributes"]["allOf"] =
            json!([contains("customerDomain"), contains("newName")]);
        document["defs"]["attributes"]["oneOf"] = json!([
            {"properties": {"name": {"const": "userName"}, "value": {"enum": ["a", true, 3, null]}}},
            {"properties": {"name": {"const": "customerDomain"}, "value": {"type": "string", "description": "The domain"}}},
            {"properties": {"name": {"const": "newName"}, "value": {"format": "date", "description": "A new day"}}},
        ]);
        let template = read_template(&document);
        let field = |name: &str| {
            template
                .fields
                .iter()
                .find(|field| field.name == name)
                .unwrap()
        };
        assert!(field("customerDomain").required && !field("alternateEmail").required);
        assert_eq!(field("userName").kind, FieldKind::Choice);
        let values: Vec<_> = field("userName")
            .choices
            .iter()
            .map(|(value, _)| value.as_str())
            .collect();
        assert_eq!(values, ["a", "true", "3"]);
        let new = field("newName");
        assert_eq!(
            (
                new.kind,
                new.required,
                new.label.as_str(),
                new.help.as_str()
            ),
            (FieldKind::Date, true, "New name", "A new day")
        );
    }

    #[test]
    fn known_choices_keep_their_words() {
        let document = json!({"defs": {"attributes": {"oneOf": [{"properties": {
            "name": {"const": "renewalSetting"}, "value": {"enum": ["auto-off", "auto-on", "later"]},
        }}]}}});
        let template = read_template(&document);
        assert!(!template.closed, "a form without a list is open");
        let choices: Vec<_> = template.fields[0]
            .choices
            .iter()
            .map(|(_, label)| label.as_str())
            .collect();
        assert_eq!(choices, ["End", "Renew by itself", "later"]);
    }

    #[test]
    fn every_envelope_is_opened() {
        let one = described();
        for answer in [
            json!({"provisioningReferences": {"refs": [one, one]}}),
            json!({"provisioningReferences": [one, one]}),
            json!([one, one]),
        ] {
            assert_eq!(read_templates(&answer).len(), 2);
        }
        for answer in [json!({"provisioningReference": one}), described()] {
            assert_eq!(read_templates(&answer)[0].fields.len(), 3);
        }
        assert_eq!(read_templates(&json!("no")), []);
        assert_eq!(
            read_templates(&json!({"provisioningReferences": {"refs": ["no", 1]}})),
            []
        );
        assert_eq!(read_templates(&json!({}))[0], Template::default());
    }

    #[test]
    fn a_document_without_a_bottom_is_read_so_far() {
        let mut deep = json!({"properties": {"name": {"const": "deep"}}});
        for _ in 0..100 {
            deep = json!({"allOf": [deep]});
        }
        assert_eq!(read_template(&deep), Template::default());
        let many: Vec<_> = (0..1000).map(|number| format!("name{number}")).collect();
        let wide = json!({"properties": {"name": {"enum": many}}});
        assert_eq!(read_template(&wide).fields.len(), MOST);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let words = prop::sample::select(
            &[
                "properties",
                "name",
                "value",
                "enum",
                "const",
                "contains",
                "allOf",
                "defs",
                "attributes",
                "type",
                "format",
                "refs",
                "provisioningReferences",
                "provisioningReference",
                "domainName",
                "",
            ][..],
        );
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            words.clone().prop_map(Value::from),
        ];
        leaf.prop_recursive(8, 64, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((words.clone(), inner), 0..6).prop_map(|members| {
                    members
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect::<serde_json::Map<_, _>>()
                        .into()
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_document_panics_and_no_name_comes_twice(document in any_json()) {
            for template in read_templates(&document) {
                let mut names: Vec<_> = template.fields.iter().map(|field| &field.name).collect();
                let count = names.len();
                names.sort();
                names.dedup();
                prop_assert_eq!(names.len(), count);
            }
        }
    }
}
