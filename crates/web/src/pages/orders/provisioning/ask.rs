//! What one vendor asks for, as fields: of the template, what is held, what is wrong with it.

use domain::order::{FieldKind, OrderLine, Template, TemplateField};
use engine::orders::{OrderView, TemplateState};
use rules::orders::check::{Problem, line_name};

use super::super::compose::wrong;
use super::super::typed::is_change;
use crate::view::orders::provisioning::{AskField, AskGroup, AskKind, OtherAttribute};
use crate::view::{Choice, Note, Tone};

/// Choices that stand side by side instead of in a list.
const FEW: usize = 3;

/// The fields of lines that are answered together, by their places.
pub(super) fn group(view: &OrderView, number: usize, places: &[usize], pressed: bool) -> AskGroup {
    let first = places.first().copied().unwrap_or_default();
    let line = &view.row.content.lines[first];
    let template = view
        .templates
        .get(first)
        .and_then(Option::as_ref)
        .cloned()
        .unwrap_or_default();
    let state = view
        .template_state
        .get(first)
        .cloned()
        .unwrap_or(TemplateState::BuiltIn);
    let profile = view.profiles.get(first).and_then(Option::as_ref);
    let asks_domain = template.fields.iter().any(|field| is_domain(&field.name));
    let unread = view
        .profiles_failed
        .as_deref()
        .filter(|_| asks_domain && profile.is_none());
    let vendor = if line.vendor.is_empty() {
        "The vendor".to_owned()
    } else {
        line.vendor.clone()
    };
    let problems: Vec<&Problem> = view
        .review
        .problems
        .iter()
        .filter(|problem| problem.line().is_some_and(|line| places.contains(&line)))
        .collect();
    let error = |name: &str| {
        let text = places
            .iter()
            .map(|place| {
                let path = format!("/lines/{place}/attributes/{}", pointer_part(name));
                wrong(&view.review.problems, &path)
            })
            .find(|text| !text.is_empty())
            .unwrap_or_default();
        let empty = line.attribute(name).unwrap_or_default().is_empty();
        // What is only missing is told once somebody wants to go on.
        if empty && !pressed {
            String::new()
        } else {
            text
        }
    };
    // A change says by itself what it does: who edits it does not type that.
    let fields: Vec<&TemplateField> = template
        .fields
        .iter()
        .filter(|field| !(is_change(line) && is_set_by_itself(&field.name)))
        .collect();
    let required = fields.iter().filter(|field| field.required).count();
    let missing = fields
        .iter()
        .filter(|field| {
            field.required && line.attribute(&field.name).unwrap_or_default().is_empty()
        })
        .count();
    let others: Vec<OtherAttribute> = line
        .attributes
        .iter()
        .filter(|one| !template.fields.iter().any(|field| field.name == one.name))
        .filter(|one| !(is_change(line) && is_set_by_itself(&one.name)))
        .enumerate()
        .map(|(place, one)| OtherAttribute {
            suffix: format!("{number}.{place}"),
            name: one.name.clone(),
            value: one.value.clone(),
            error: error(&one.name),
        })
        .collect();
    AskGroup {
        id: format!("group.{number}"),
        lines: places
            .iter()
            .map(usize::to_string)
            .collect::<Vec<_>>()
            .join(","),
        title: format!("{vendor} asks for"),
        words: group_words(view, places, &template, &state),
        ready: if required == 0 {
            String::new()
        } else {
            format!("{} of {required} ready", required - missing)
        },
        notes: notes(&vendor, &state, unread, &problems, pressed),
        fields: fields
            .iter()
            .map(|field| {
                let shown = ask(field, number, line, &error(&field.name));
                match profile.filter(|_| is_domain(&field.name)) {
                    Some(profile) => with_domain(shown, &profile.domain, &vendor),
                    None => shown,
                }
            })
            .collect(),
        blank: (!template.closed && !is_change(line)).then(|| OtherAttribute {
            suffix: format!("{number}.{}", others.len()),
            name: String::new(),
            value: String::new(),
            error: String::new(),
        }),
        others,
        vendor,
    }
}

/// What follows from the change itself.
fn is_set_by_itself(name: &str) -> bool {
    matches!(
        name,
        "operations" | "statusUpdate" | "renewalSetting" | "quantity"
    )
}

fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn group_words(
    view: &OrderView,
    places: &[usize],
    template: &Template,
    state: &TemplateState,
) -> String {
    let of = match places {
        [only] => view
            .row
            .content
            .lines
            .get(*only)
            .map(|line| format!("for {}", line_name(line)))
            .unwrap_or_default(),
        [_, _] => "for both lines".to_owned(),
        many => format!("for {} lines", many.len()),
    };
    match state {
        TemplateState::Fresh if !template.title.is_empty() => {
            format!("{of}; from Ion’s form “{}”", template.title)
        }
        TemplateState::Fresh => format!("{of}; from Ion’s form"),
        _ => format!("{of}; what is usual"),
    }
}

fn notes(
    vendor: &str,
    state: &TemplateState,
    unread: Option<&str>,
    problems: &[&Problem],
    pressed: bool,
) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Some(why) = unread {
        notes.push(Note::new(
            Tone::Warn,
            "alert-triangle",
            format!("What Ion knows of the customer at {vendor} could not be read"),
            format!(
                "{why} Nothing of it is filled in: answer from what you know, or come back later."
            ),
        ));
    }
    match state {
        TemplateState::Waiting => notes.push(Note::new(
            Tone::Info,
            "loader-2",
            format!("Ion’s form for {vendor} is being fetched"),
            "Until it is here, this asks for what is usually needed. The page takes it over by itself; what you typed stays.",
        )),
        TemplateState::Failed(why) => notes.push(Note::new(
            Tone::Warn,
            "alert-triangle",
            format!("Ion’s form for {vendor} could not be read"),
            format!("{why} This asks for what is usually needed; Ion may want more, and then says so."),
        )),
        TemplateState::Fresh | TemplateState::BuiltIn => {}
    }
    if pressed {
        let wrong = problems
            .iter()
            .filter(|problem| problem.path.contains("/attributes"))
            .count();
        if wrong > 0 {
            notes.push(Note::new(
                Tone::Bad,
                "alert-circle",
                if wrong == 1 {
                    "One answer is missing or wrong".to_owned()
                } else {
                    format!("{wrong} answers are missing or wrong")
                },
                "Each says below what it needs.",
            ));
        }
    }
    notes
}

/// Whether choices are true and false, without words of their own.
fn is_yes_or_no(choices: &[(String, String)]) -> bool {
    choices.len() == 2
        && ["true", "false"].iter().all(|word| {
            choices.iter().any(|(value, label)| {
                value.eq_ignore_ascii_case(word) && label.eq_ignore_ascii_case(word)
            })
        })
}

/// Says of the domain that Ion tells of where it comes from; offers it where another one or none is typed.
fn with_domain(mut field: AskField, known: &str, vendor: &str) -> AskField {
    if known.is_empty() {
        return field;
    }
    if known.eq_ignore_ascii_case(&field.value) {
        let from = format!("From the customer’s {vendor} profile in Ion.");
        if !field.hint.is_empty() {
            field.hint.push(' ');
        }
        field.hint.push_str(&from);
    } else {
        field.offers = vec![Choice::new(known, known, false)];
    }
    field
}

fn is_domain(name: &str) -> bool {
    matches!(name, "domainName" | "customerDomain")
}

fn ask(field: &TemplateField, number: usize, line: &OrderLine, error: &str) -> AskField {
    let held = line.attribute(&field.name).unwrap_or_default();
    let choices: Vec<(String, String)> = match field.kind {
        FieldKind::Choice if !is_yes_or_no(&field.choices) => field.choices.clone(),
        FieldKind::Choice => field
            .choices
            .iter()
            .map(|(value, _)| {
                let yes = value.eq_ignore_ascii_case("true");
                (value.clone(), if yes { "Yes" } else { "No" }.to_owned())
            })
            .collect(),
        FieldKind::Bool => vec![
            ("true".to_owned(), "Yes".to_owned()),
            ("false".to_owned(), "No".to_owned()),
        ],
        _ => Vec::new(),
    };
    let short = choices.iter().all(|(_, label)| label.chars().count() <= 28);
    let kind = match field.kind {
        FieldKind::Choice | FieldKind::Bool if choices.len() <= FEW && field.required && short => {
            AskKind::Picks
        }
        FieldKind::Choice | FieldKind::Bool => AskKind::Select,
        FieldKind::Date => AskKind::Date,
        FieldKind::Email => AskKind::Email,
        FieldKind::Number => AskKind::Number,
        FieldKind::Text => AskKind::Text,
    };
    let mut shown = Vec::new();
    if kind == AskKind::Select {
        shown.push(Choice::new(
            "",
            if field.required { "Choose" } else { "Not said" },
            held.is_empty(),
        ));
    }
    let known = choices
        .iter()
        .any(|(value, _)| value.eq_ignore_ascii_case(held));
    if !held.is_empty() && !known && !choices.is_empty() {
        shown.push(Choice::new(held, format!("{held}, as it is"), true));
    }
    shown.extend(choices.iter().map(|(value, label)| {
        Choice::new(
            value.clone(),
            label.clone(),
            value.eq_ignore_ascii_case(held),
        )
    }));
    AskField {
        name: format!("attr.{number}.{}", field.name),
        label: field.label.clone(),
        kind,
        value: held.to_owned(),
        choices: shown,
        optional: !field.required,
        hint: field.help.clone(),
        error: error.to_owned(),
        offers: Vec::new(),
        mono: is_domain(&field.name) || field.name == "agreementUserId",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: FieldKind, required: bool, choices: &[&str]) -> TemplateField {
        TemplateField {
            name: "renewalSetting".to_owned(),
            label: "At the end".to_owned(),
            kind,
            choices: choices
                .iter()
                .map(|word| ((*word).to_owned(), (*word).to_owned()))
                .collect(),
            required,
            help: String::new(),
        }
    }

    fn line(value: &str) -> OrderLine {
        let mut line: OrderLine = serde_json::from_value(serde_json::json!({
            "product_ion_id": "p", "sku_id": "s", "plan_id": "n", "term": "P1Y", "billing": "monthly", "quantity": 5
        }))
        .unwrap();
        line.set_attribute("renewalSetting", value);
        line
    }

    #[test]
    fn the_domain_that_ion_tells_of_is_named_or_offered() {
        let known = "Quill.onmicrosoft.example";
        let shown = |held: &str, known: &str| {
            let field = AskField {
                value: held.to_owned(),
                hint: "It ends in onmicrosoft.example.".to_owned(),
                ..ask(&field(FieldKind::Text, true, &[]), 0, &line(""), "")
            };
            let shown = with_domain(field, known, "Microsoft");
            let offers: Vec<String> = shown.offers.iter().map(|one| one.value.clone()).collect();
            (shown.hint, offers)
        };
        let help = "It ends in onmicrosoft.example.";
        let from = format!("{help} From the customer’s Microsoft profile in Ion.");
        assert_eq!(
            shown("quill.onmicrosoft.example", known),
            (from, Vec::new())
        );
        for held in ["", "other.example"] {
            let offered = (help.to_owned(), vec![known.to_owned()]);
            assert_eq!(shown(held, known), offered);
            assert_eq!(shown(held, ""), (help.to_owned(), Vec::new()));
        }
    }

    #[test]
    fn few_answers_that_must_be_given_stand_side_by_side() {
        let of = |kind, required, choices: &[&str], held: &str| {
            ask(&field(kind, required, choices), 0, &line(held), "")
        };
        assert_eq!(
            of(FieldKind::Choice, true, &["a", "b"], "").kind,
            AskKind::Picks
        );
        assert_eq!(
            of(FieldKind::Choice, false, &["a", "b"], "").kind,
            AskKind::Select
        );
        assert_eq!(
            of(FieldKind::Choice, true, &["a", "b", "c", "d"], "").kind,
            AskKind::Select
        );
        assert_eq!(of(FieldKind::Bool, true, &[], "true").choices.len(), 2);
        assert_eq!(of(FieldKind::Date, true, &[], "").kind, AskKind::Date);
    }

    #[test]
    fn an_answer_that_is_none_of_the_choices_stays_to_be_seen() {
        let shown = ask(
            &field(FieldKind::Choice, false, &["a", "b"]),
            0,
            &line("z"),
            "",
        );
        assert!(shown.choices.iter().any(|one| one.value == "z" && one.on));
        let shown = ask(
            &field(FieldKind::Choice, false, &["a", "b"]),
            0,
            &line("A"),
            "",
        );
        assert!(shown.choices.iter().any(|one| one.value == "a" && one.on));
    }
}
