//! What a reading says to people.

use domain::run::RunCounts;
use ion_client::{Class, Error};

use crate::listing::ScanEnd;

/// What the run does, before Ion answered.
pub(super) const READING: &str = "Reading Ion's subscriptions";

/// An entry of Ion's list could not be read.
pub(super) fn unreadable(id: &str, path: &str, why: &str) -> String {
    let who = if id.is_empty() {
        "A subscription without an id".to_owned()
    } else {
        format!("Ion's subscription {id}")
    };
    format!("{who} could not be read at {path} ({why}). It was left as it is; the rest went on.")
}

/// The list moved while it was read.
pub(super) fn again(pass: u32) -> String {
    format!(
        "Ion's list changed while it was read, or showed fewer entries than it counts. It is read once more (pass {}).",
        pass + 1
    )
}

/// The list was read to its end, and entries may be missing.
pub(super) fn incomplete(seen: u64, total: Option<u64>) -> String {
    let counted = total.map_or_else(String::new, |total| format!(", Ion counts {total}"));
    format!(
        "Ion's list did not show all of it: {seen} subscriptions were seen{counted}. What was seen is saved; nothing is taken for gone."
    )
}

/// So many are missing that it looks like a fault.
pub(super) fn many_missing(missing: u64, known: u64) -> String {
    format!(
        "{missing} of {known} subscriptions were not in Ion's list. That is unusually many: only those are taken for gone that Ion does not know by id."
    )
}

/// So many are missing that a person decides.
pub(super) fn held_back(missing: u64) -> String {
    format!(
        "{missing} of them are missing, as far as Ion could be asked by id. So many are not called gone before a person says so."
    )
}

/// How a run ended that asks a person. `rest`: how it went besides.
pub(super) fn asks(held: u64, rest: &str) -> String {
    format!(
        "Nothing was called gone: {held} subscriptions are missing at Ion, which is unusually many. {rest}"
    )
}

/// A person said that they are gone.
pub(super) fn said_gone(held: u64, name: &str, reading: u64) -> String {
    format!(
        "{name} said that up to {held} subscriptions are gone. Run {reading} asks Ion for each, and marks what Ion does not know."
    )
}

/// A person lets them stay.
pub(super) fn said_stay(held: u64, name: &str) -> String {
    format!("{held} subscriptions that Ion did not show stay as they are, as {name} decided.")
}

/// A later reading has no reason to ask.
pub(super) const FOUND_AGAIN: &str = "Nothing was called gone; a later reading found them again, or so few missing that they were judged one by one.";

/// A later reading asks anew.
pub(super) fn asked_anew(reading: u64) -> String {
    format!("Nothing was called gone; run {reading} read the whole list again and took its place.")
}

/// A person stopped it.
pub(super) fn stopped(counts: &RunCounts) -> String {
    format!(
        "Stopped after {} subscriptions were read. What was read is saved.",
        counts.read
    )
}

/// The list could not be read to its end.
pub(super) fn failed(counts: &RunCounts, error: Error) -> String {
    format!(
        "{}. {} subscriptions were read before, and are saved; the next reading begins anew.",
        capital(&cause(error)),
        counts.read
    )
}

/// How a run ended. `ours`: changed ones that an order from here explains.
pub(super) fn outcome(counts: &RunCounts, ours: u64, incomplete: bool) -> String {
    let parts: Vec<String> = [
        (counts.added, "new"),
        (counts.changed, "changed"),
        (counts.gone, "gone from Ion"),
        (counts.set_aside, "could not be read"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, words)| format!("{count} {words}"))
    .collect();
    let mut text = format!("{} subscriptions of Ion read", counts.read);
    if parts.is_empty() {
        text.push_str(": no difference");
    } else {
        text.push_str(&format!(": {}", parts.join(", ")));
    }
    if counts.changed > 0 && ours > 0 {
        text.push_str(&format!(" ({ours} of the changes by orders from here)"));
    }
    text.push('.');
    if incomplete {
        text.push_str(" Ion's list did not show all of it, so nothing was taken for gone.");
    }
    text
}

/// Why Ion's list could not be read.
fn cause(error: Error) -> String {
    match (&error, error.class()) {
        (Error::Api(api), Class::Denied) => format!(
            "this login may not read subscriptions. In Ion, give its user the role Account Admin (\"{}\")",
            api.message
        ),
        _ => crate::catalog::cause(&ScanEnd::Failed(error)),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
