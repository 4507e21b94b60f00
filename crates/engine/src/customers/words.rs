//! What a sync says to people.

use domain::customer::{CustomerField, IonCustomer};
use domain::run::RunCounts;
use ion_client::Error;

use super::plan::Waiting;
use super::sync::SyncMode;
use crate::listing::ScanEnd;

/// The answer to a write was lost, and Ion shows its effect.
pub(super) const ANSWER_LOST: &str = "The answer was lost on its way; Ion has it.";

/// The e-mail is taken by a customer that this account cannot see.
pub(super) const EMAIL_TAKEN_BY_STRANGER: &str = "E-mail: Ion says that another customer has it, and this account does not show that one. Use another e-mail, or ask TD SYNNEX who has it.";

/// The e-mail is taken by a customer that is seen.
pub(super) fn email_taken(found: &IonCustomer) -> String {
    format!(
        "Ion already has a customer with {}: {} ({}). Nothing was created. Link the two, or change the e-mail.",
        found.fields.get(CustomerField::Email),
        found.fields.get(CustomerField::Organisation),
        found.ion_id
    )
}

/// Why Ion refused a write, with the field where one is to blame.
pub(super) fn refused(error: &Error) -> (String, Option<CustomerField>) {
    let Error::Api(api) = error else {
        return (format!("Ion did not take it: {error}."), None);
    };
    let says = if api.message.is_empty() {
        &api.error
    } else {
        &api.message
    };
    if api.has_code("CUS-CR-001") {
        return (
            "E-mail: another customer in Ion has it. Use another one, or link the two.".to_owned(),
            Some(CustomerField::Email),
        );
    }
    if api.has_code("CUS-CR-002") {
        return (
            "Language: Ion does not know this code. Use two letters, such as EN.".to_owned(),
            Some(CustomerField::Language),
        );
    }
    let field = [
        ("orgname", CustomerField::Organisation),
        ("customerorganization", CustomerField::Organisation),
        ("email", CustomerField::Email),
        ("language", CustomerField::Language),
        ("country", CustomerField::Country),
        ("zip", CustomerField::Zip),
        ("city", CustomerField::City),
        ("street", CustomerField::Street),
        ("state", CustomerField::State),
        ("phone", CustomerField::Phone),
    ]
    .into_iter()
    .find(|(word, _)| says.to_lowercase().contains(word))
    .map(|(_, field)| field);
    match api.status {
        403 => (
            format!(
                "This login may not change customers. In Ion, give its user the role Account Admin (\"{says}\")."
            ),
            None,
        ),
        _ => (format!("Ion refused it: \"{says}\"."), field),
    }
}

/// An entry of Ion's list could not be read.
pub(super) fn unreadable(name: &str, path: &str, why: &str) -> String {
    let who = if name.is_empty() {
        "A customer without an id".to_owned()
    } else {
        format!("Ion's customer {name}")
    };
    format!("{who} could not be read at {path} ({why}). It was left as it is; the rest went on.")
}

/// The list could not be read to its end.
pub(super) fn failed(counts: &RunCounts, end: &ScanEnd) -> String {
    let cause = crate::catalog::cause(end);
    format!(
        "Nothing was changed: {cause}. {} customers were read before; the next look begins anew.",
        counts.read
    )
}

/// A person stopped it.
pub(super) fn stopped(counts: &RunCounts) -> String {
    format!(
        "Stopped after {} customers of Ion were read. What was done stays; the next look goes on.",
        counts.read
    )
}

/// How a run ended.
pub(super) fn outcome(counts: &RunCounts, mode: SyncMode, waiting: Option<&Waiting>) -> String {
    let parts: Vec<String> = [
        (counts.added, "imported from Ion"),
        (counts.linked, "linked"),
        (counts.pulled, "changed here"),
        (counts.pushed, "on their way to Ion"),
        (counts.created, "to be created in Ion"),
        (counts.conflicts, "with a conflict"),
        (counts.proposed, "to confirm"),
        (counts.gone, "gone from Ion"),
        (counts.moved, "no longer as planned, and left"),
        (counts.set_aside, "could not be read"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, words)| format!("{count} {words}"))
    .collect();
    let read = format!("{} customers of Ion read", counts.read);
    let mut text = match mode {
        SyncMode::DryRun => format!("{read}. Nothing was written on either side"),
        _ if parts.is_empty() => format!("{read}: both sides hold the same"),
        _ => format!("{read}: {}", parts.join(", ")),
    };
    match waiting {
        Some(waiting) if waiting.held => {
            text.push_str(". It would change unusually many: its plan is a person's to decide.")
        }
        Some(_) => text.push_str(". Its plan is a person's to decide."),
        None => text.push('.'),
    }
    text
}
