//! Two customers side by side: field by field, what they have in common, and what linking them does.

use domain::customer::{CustomerField as Field, CustomerFields};
use rules::customers::decide::{FieldDecision, Policy, Side, merge};
use rules::customers::match_up::{Candidate, Signal, match_up};
use rules::customers::name::domain_key;
use rules::customers::places;
use store::customers::{CustomerRow, IonRow};

use crate::view::Tone;
use crate::view::customers::mapping::{CompareRow, Effect, SignalBar};
use crate::view::customers::marked::compare;

/// Fields in the order in which people recognise a customer.
const ORDER: [Field; 12] = [
    Field::Organisation,
    Field::Email,
    Field::ContactName,
    Field::Street,
    Field::Suite,
    Field::Zip,
    Field::City,
    Field::State,
    Field::Country,
    Field::Phone,
    Field::Title,
    Field::Language,
];

type Word = (Tone, &'static str, &'static str);
const SAME: Word = (Tone::Ok, "check", "same");
const ALIKE: Word = (Tone::Ok, "check", "alike");
const DIFFERS: Word = (Tone::Bad, "x", "differs");
const NOTHING: Word = (Tone::Calm, "", "no signal");

/// What a pair has in common, as matching sees it; nothing where it is below what is proposed.
pub(super) fn signals(local: &CustomerRow, remote: &IonRow) -> Vec<Signal> {
    let one = Candidate {
        fields: &local.customer.fields,
        domains: &local.customer.domains,
    };
    let other = Candidate {
        fields: &remote.customer.fields,
        domains: &[],
    };
    match_up(&[one], &[other])
        .into_iter()
        .next()
        .map(|proposal| proposal.signals)
        .unwrap_or_default()
}

/// Field by field; what neither has is left out.
pub(super) fn rows(local: &CustomerRow, remote: &IonRow, signals: &[Signal]) -> Vec<CompareRow> {
    let (ours, theirs) = (&local.customer.fields, &remote.customer.fields);
    let mut rows = Vec::new();
    for field in ORDER {
        let (one, other) = (ours.get(field), theirs.get(field));
        if one.is_empty() && other.is_empty() {
            continue;
        }
        rows.push(row(
            field.label(),
            one,
            other,
            word(field, one, other, signals),
        ));
        if field == Field::Organisation {
            rows.extend(domains(local, theirs));
        }
    }
    for (label, text) in [
        ("Registration number", &local.customer.registration_number),
        ("VAT number", &local.customer.vat_number),
    ] {
        if !text.is_empty() {
            rows.push(row(label, text, "", NOTHING));
        }
    }
    rows
}

fn row(label: &str, one: &str, other: &str, signal: Word) -> CompareRow {
    let differs = !one.is_empty() && !other.is_empty() && one != other;
    let (local, remote) = compare(one, other);
    CompareRow {
        label: label.to_owned(),
        local,
        local_none: "none here",
        remote,
        remote_none: "Ion has none",
        differs,
        signal,
    }
}

fn domains(local: &CustomerRow, theirs: &CustomerFields) -> Option<CompareRow> {
    let mut ours: Vec<String> = local.customer.domains.clone();
    if let Some(key) = domain_key(local.customer.fields.get(Field::Email))
        && !ours.contains(&key)
    {
        ours.push(key);
    }
    let there = domain_key(theirs.get(Field::Email)).unwrap_or_default();
    if ours.is_empty() && there.is_empty() {
        return None;
    }
    if ours.contains(&there) {
        return Some(row("Domain", &there, &there, SAME));
    }
    let ours = ours.join(", ");
    let word = if ours.is_empty() || there.is_empty() {
        NOTHING
    } else {
        DIFFERS
    };
    Some(row("Domain", &ours, &there, word))
}

fn word(field: Field, one: &str, other: &str, signals: &[Signal]) -> Word {
    if one.is_empty() || other.is_empty() {
        return NOTHING;
    }
    if one == other {
        return SAME;
    }
    if one.to_lowercase() == other.to_lowercase() {
        return ALIKE;
    }
    let has = |signal| signals.contains(&signal);
    match field {
        Field::Organisation if has(Signal::Organisation) || has(Signal::OrganisationAlike) => ALIKE,
        Field::Email if has(Signal::Domain) => (Tone::Warn, "tilde", "domain"),
        Field::Street | Field::Zip | Field::Country if has(Signal::Address) => ALIKE,
        Field::Country if places::country_code(one) == places::country_code(other) => ALIKE,
        _ => DIFFERS,
    }
}

/// Every signal with what it adds; the ones that hold first.
pub(super) fn bars(signals: &[Signal]) -> Vec<SignalBar> {
    let most = Signal::ALL
        .iter()
        .map(|signal| signal.weight())
        .max()
        .unwrap_or(1);
    let mut bars: Vec<SignalBar> = Signal::ALL
        .iter()
        .map(|signal| SignalBar {
            label: match signal {
                Signal::Email => "E-mail",
                Signal::Organisation => "Name",
                Signal::Domain => "Domain",
                Signal::OrganisationAlike => "Name, nearly",
                Signal::Address => "Address",
            },
            points: if signals.contains(signal) {
                signal.weight()
            } else {
                0
            },
            most,
        })
        .collect();
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.points));
    bars
}

/// What linking them does, by the policy as it is now.
pub(super) fn effects(local: &CustomerRow, remote: &IonRow, policy: &Policy) -> Vec<Effect> {
    let merged = merge(
        None,
        Side {
            fields: &local.customer.fields,
            changed_at: Some(local.edited_at),
        },
        Side {
            fields: &remote.customer.fields,
            changed_at: remote.customer.updated_at,
        },
        policy,
        &[],
    );
    let mut effects = Vec::new();
    let mut add = |icon, tone, fields: Vec<&FieldDecision>, one: &str, many: &str, text: &str| {
        if fields.is_empty() {
            return;
        }
        let labels = list(&fields);
        let verb = if fields.len() == 1 { one } else { many };
        effects.push(Effect {
            icon,
            tone,
            title: format!("{labels} {verb}"),
            text: text.to_owned(),
        });
    };
    add(
        "git-merge",
        Tone::Warn,
        merged.conflicts().collect(),
        "differs",
        "differ",
        "you are asked which is right; nothing is overwritten",
    );
    add(
        "arrow-left",
        Tone::Info,
        merged.to_local().collect(),
        "comes here",
        "come here",
        "from Ion: empty here, or Ion decides it",
    );
    add(
        "arrow-right",
        Tone::Info,
        merged.to_remote().collect(),
        "goes to Ion",
        "go to Ion",
        "empty there, or Ionbridge decides it",
    );
    if merged.is_settled() {
        effects.push(Effect {
            icon: "equal",
            tone: Tone::Ok,
            title: "Nothing is written on either side".to_owned(),
            text: "every field that both hold is the same".to_owned(),
        });
    }
    let own: Vec<&str> = [
        (
            !local.customer.registration_number.is_empty(),
            "registration number",
        ),
        (!local.customer.vat_number.is_empty(), "VAT number"),
        (!local.customer.contacts.is_empty(), "other contacts"),
        (!local.customer.tags.is_empty(), "tags"),
        (!local.customer.notes.is_empty(), "notes"),
    ]
    .into_iter()
    .filter(|(has, _)| *has)
    .map(|(_, label)| label)
    .collect();
    if !own.is_empty() {
        effects.push(Effect {
            icon: "minus",
            tone: Tone::Calm,
            title: format!(
                "{} stay here",
                crate::view::format::sentence_case(&own.join(", "))
            ),
            text: "Ion has no field for them".to_owned(),
        });
    }
    effects
}

/// `Street, city and phone`.
fn list(fields: &[&FieldDecision]) -> String {
    let labels: Vec<String> = fields
        .iter()
        .enumerate()
        .map(|(place, decision)| {
            let label = decision.field.label();
            if place == 0 {
                label.to_owned()
            } else {
                label.to_lowercase()
            }
        })
        .collect();
    match labels.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
