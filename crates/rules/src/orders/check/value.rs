//! What is wrong with what the vendor asks for: its names and values.

use std::collections::BTreeMap;

use domain::order::{FieldKind, OrderLine, Template, TemplateField};

use super::{Checked, LONGEST_VALUE, pointer_part};
use crate::customers::check::is_email;
use crate::orders::attributes::{label_of, with_known_needs};
use crate::orders::draft::{LineView, TemplateSource};

pub(super) fn check_attributes(
    found: &mut Checked,
    index: usize,
    line: &OrderLine,
    view: &LineView,
) {
    let at = |name: &str| format!("/lines/{index}/attributes/{}", pointer_part(name));
    let vendor = if line.vendor.is_empty() {
        "the vendor"
    } else {
        line.vendor.as_str()
    };
    match view.template.source {
        TemplateSource::Changed => found.warn(
            format!("/lines/{index}/attributes"),
            "What the vendor needs",
            format!("{vendor}'s form changed since this draft was made. Look through it once more."),
        ),
        TemplateSource::Unavailable => found.warn(
            format!("/lines/{index}/attributes"),
            "What the vendor needs",
            format!("Ion's form for {vendor} could not be read; we go by what is known of it, and Ion may ask for more."),
        ),
        TemplateSource::Ion | TemplateSource::BuiltIn => {}
    }
    let template = with_known_needs(view.template.template.clone(), line);
    let mut times: BTreeMap<&str, u32> = BTreeMap::new();
    for attribute in &line.attributes {
        let name = attribute.name.as_str();
        let count = times.entry(name).or_default();
        *count += 1;
        if *count == 2 {
            found.wrong(at(name), &label_of(name), "is given twice; keep one.");
        }
        check_value(found, &at(name), name, &attribute.value, &template);
    }
    for field in template.fields.iter().filter(|field| field.required) {
        if line
            .attribute(&field.name)
            .unwrap_or_default()
            .trim()
            .is_empty()
        {
            let message = match field.kind {
                FieldKind::Choice => "choose one; the order is refused without it.",
                _ => "fill it in; the order is refused without it.",
            };
            found.wrong(at(&field.name), &field.label, message);
        }
    }
}

fn check_value(found: &mut Checked, path: &str, name: &str, value: &str, template: &Template) {
    let Some(field) = template.fields.iter().find(|field| field.name == name) else {
        if name.trim().is_empty() {
            found.wrong(path, "Attribute", "has no name; take it out.");
        } else if template.closed {
            found.wrong(
                path,
                &label_of(name),
                "Ion's form does not know this one and refuses it; take it out.",
            );
        }
        return;
    };
    if let Some(message) = wrong_value(field, value.trim()) {
        found.wrong(path, &field.label, message);
    }
}

/// What is wrong with a value; nothing where it can be sent. An empty one is none, and is not judged.
pub fn wrong_value(field: &TemplateField, value: &str) -> Option<String> {
    if value.is_empty() {
        return None;
    }
    if value.chars().count() > LONGEST_VALUE {
        return Some(format!("longer than {LONGEST_VALUE} characters."));
    }
    match field.kind {
        FieldKind::Text => value.chars().any(char::is_control).then(|| {
            "has line breaks or other signs that are not shown; take them out.".to_owned()
        }),
        FieldKind::Choice => {
            let known = field
                .choices
                .iter()
                .any(|(choice, _)| choice.eq_ignore_ascii_case(value));
            (!known).then(|| {
                let choices: Vec<_> = field
                    .choices
                    .iter()
                    .map(|(value, label)| {
                        if label == value {
                            value.clone()
                        } else {
                            format!("{value} ({label})")
                        }
                    })
                    .collect();
                format!("takes one of: {}.", choices.join(", "))
            })
        }
        FieldKind::Date => {
            let shaped = value.len() == 10 && value.parse::<jiff::civil::Date>().is_ok();
            (!shaped).then(|| "a day, such as 2026-11-23.".to_owned())
        }
        FieldKind::Bool => (!matches!(value.to_ascii_lowercase().as_str(), "true" | "false"))
            .then(|| "true or false.".to_owned()),
        FieldKind::Number => (value.parse::<i64>().is_err()).then(|| "a whole number.".to_owned()),
        FieldKind::Email => (!is_email(value))
            .then(|| "this is no e-mail address; it looks like name@example.com.".to_owned()),
    }
}
