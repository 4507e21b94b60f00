//! Entries of a plan in words.

use std::borrow::Cow;
use std::collections::HashMap;

use domain::customer::{CustomerField, Winner};
use domain::{ConnectionId, CustomerId};
use rules::customers::decide::{Action, FieldDecision, Merge};
use rules::customers::plan::Counts;
use store::customers::{self, PlanEntryRow};
use store::{Store, StoreError};

use super::{href, name, pairs};
use crate::view::customers::plan::{PlanField, PlanRow};
use crate::view::format::{count, counted, sentence_case};
use crate::view::parts::Figure;
use crate::view::{Status, Tone};

/// Actions in the order of the page: what a person looks at first.
pub(super) const ORDER: [&str; 9] = [
    "link",
    "import",
    "merge",
    "return",
    "create",
    "offer",
    "propose",
    "mark_gone",
    "miss",
];

/// The word of an action, as it is stored and sent.
pub(super) const fn action_of(action: &Action) -> &'static str {
    match action {
        Action::Nothing => "nothing",
        Action::Merge(_) => "merge",
        Action::Import => "import",
        Action::Propose => "propose",
        Action::Create => "create",
        Action::Offer => "offer",
        Action::Link(_) => "link",
        Action::Miss => "miss",
        Action::MarkGone => "mark_gone",
        Action::Return(_) => "return",
    }
}

/// Whether a person may take it in or out.
pub(super) fn is_choosable(word: &str) -> bool {
    !matches!(word, "propose" | "nothing")
}

/// Title of a group, and what it means.
pub(super) fn group_words(word: &str) -> (&'static str, &'static str) {
    match word {
        "link" => (
            "Link",
            "the two are one customer; what differs is decided as under Settings, Sync",
        ),
        "import" => ("Create here", "exist only in Ion"),
        "merge" => ("Update", "linked, and one side changed"),
        "return" => ("Back in Ion", "were gone, and are there again"),
        "create" => ("Create in Ion", "as your settings say; Ion has no delete"),
        "offer" => (
            "Create in Ion, if you choose",
            "Ion has no delete: look at these first. Off until you choose them.",
        ),
        "propose" => ("You decide", "left out of this plan; they wait in Mapping"),
        "mark_gone" => ("Gone from Ion", "marked so here; ours stay"),
        "miss" => ("Missing in Ion", "noted once; looked for again next time"),
        _ => ("Other", ""),
    }
}

/// Counts of a plan, as figures.
pub(super) fn figures(counts: &Counts) -> Vec<Figure> {
    let mut figures = vec![
        Figure::new("Link", count(counts.linked), "same e-mail and name")
            .with_icon("link", Tone::Ok),
        Figure::new("Create here", count(counts.imported), "only in Ion today")
            .with_icon("cloud-down", Tone::Info),
        Figure::new(
            "Create in Ion",
            count(counts.created + counts.offered),
            "cannot be deleted there",
        )
        .with_icon("cloud-up", Tone::Warn),
        Figure::new(
            "You decide",
            count(counts.proposed + counts.conflicts),
            format!(
                "{} look alike, {} contradict",
                count(counts.proposed),
                count(counts.conflicts)
            ),
        )
        .with_icon("user-question", Tone::Info)
        .to(if counts.proposed > 0 { pairs::PATH } else { "" }),
    ];
    if counts.pulled + counts.pushed > 0 {
        figures.push(
            Figure::new(
                "Update",
                count(counts.pulled + counts.pushed),
                format!(
                    "{} here, {} in Ion",
                    count(counts.pulled),
                    count(counts.pushed)
                ),
            )
            .with_icon("refresh", Tone::Info),
        );
    }
    if counts.missing > 0 {
        figures.push(
            Figure::new("Missing in Ion", count(counts.missing), "ours stay")
                .with_icon("ghost", Tone::Warn),
        );
    }
    figures.push(
        Figure::new(
            "Left alone",
            count(counts.left + counts.same),
            format!("{} the same on both sides", count(counts.same)),
        )
        .with_icon("eye-off", Tone::Calm),
    );
    figures
}

/// How many fields an action sends to Ion.
pub(super) fn sent(action: &Action) -> u64 {
    merge_of(action).map_or(0, |merge| merge.to_remote().count() as u64)
}

fn merge_of(action: &Action) -> Option<&Merge> {
    match action {
        Action::Merge(merge) | Action::Link(merge) | Action::Return(merge) => Some(merge),
        _ => None,
    }
}

/// Names of both sides of entries.
pub(super) struct Sides {
    ours: HashMap<String, (CustomerId, String)>,
    theirs: HashMap<String, String>,
}

impl Sides {
    /// Loads the names that these entries need.
    pub(super) async fn load<'a>(
        store: &Store,
        connection: ConnectionId,
        entries: impl Iterator<Item = &'a PlanEntryRow>,
    ) -> Result<Self, StoreError> {
        let (mut ids, mut ion_ids) = (Vec::new(), Vec::new());
        for row in entries {
            ids.extend(
                row.entry
                    .local
                    .as_deref()
                    .and_then(|id| id.parse::<CustomerId>().ok()),
            );
            ion_ids.extend(row.entry.remote.clone());
        }
        let conn = store.read();
        let ours = customers::find_many(conn, &ids)
            .await?
            .into_iter()
            .map(|row| (row.id.to_string(), (row.id, name(&row).to_owned())))
            .collect();
        let theirs = customers::find_ion_many(conn, connection, &ion_ids)
            .await?
            .into_iter()
            .map(|row| {
                (
                    row.customer.ion_id.clone(),
                    row.customer
                        .fields
                        .get(CustomerField::Organisation)
                        .to_owned(),
                )
            })
            .collect();
        Ok(Self { ours, theirs })
    }

    /// An entry as a row.
    pub(super) fn row(&self, row: &PlanEntryRow) -> PlanRow {
        let entry = &row.entry;
        let local = entry.local.as_deref().and_then(|id| self.ours.get(id));
        let (effect, effect_href) = effect(row, local.map(|(id, _)| *id));
        PlanRow {
            seq: row.seq,
            chosen: (is_choosable(action_of(&entry.action)) && row.blocked.is_none())
                .then_some(row.chosen),
            name: match (local, &entry.local) {
                (Some((_, name)), _) => name.clone(),
                (None, Some(_)) => entry.name.clone(),
                (None, None) => String::new(),
            },
            href: local.map_or_else(String::new, |(id, _)| href(*id)),
            remote: entry.remote.as_ref().map_or_else(String::new, |ion_id| {
                self.theirs
                    .get(ion_id)
                    .cloned()
                    .unwrap_or_else(|| entry.name.clone())
            }),
            ion_id: entry.remote.clone().unwrap_or_default(),
            why: row.blocked.as_ref().map_or_else(
                || sentence_case(entry.rule.why()),
                |blocked| format!("Ion would refuse it. {blocked}."),
            ),
            rule: entry.rule.into(),
            effect,
            effect_href,
            fields: merge_of(&entry.action)
                .map(|merge| merge.decisions.iter().map(field).collect())
                .unwrap_or_default(),
            outcome: row.outcome.as_deref().map(outcome),
        }
    }
}

fn field(decision: &FieldDecision) -> PlanField {
    let (way, before, after) = match decision.winner {
        Some(Winner::Ion) => (
            ("arrow-left", Tone::Info, "from Ion"),
            &decision.local,
            &decision.remote,
        ),
        Some(_) => (
            ("arrow-right", Tone::Info, "to Ion"),
            &decision.remote,
            &decision.local,
        ),
        None => (
            ("git-merge", Tone::Warn, "you decide"),
            &decision.local,
            &decision.remote,
        ),
    };
    PlanField {
        label: decision.field.label(),
        before: before.clone(),
        after: after.clone(),
        way,
        rule: decision.rule.into(),
    }
}

/// What an entry does: icon, colour and words; and where its words lead.
fn effect(row: &PlanEntryRow, local: Option<CustomerId>) -> ((&'static str, Tone, String), String) {
    let plain = |icon, tone, words: &str| ((icon, tone, words.to_owned()), String::new());
    if let Some(blocked) = &row.blocked {
        let edit = local.map_or_else(String::new, |id| format!("{}/edit", href(id)));
        return (("alert-triangle", Tone::Warn, blocked.clone()), edit);
    }
    match &row.entry.action {
        Action::Link(merge) => (
            ("link", Tone::Ok, with_fields("Link", merge)),
            String::new(),
        ),
        Action::Merge(merge) => (
            ("refresh", Tone::Info, with_fields("Update", merge)),
            String::new(),
        ),
        Action::Return(merge) => (
            ("link", Tone::Info, with_fields("Back", merge)),
            String::new(),
        ),
        Action::Import => plain("cloud-down", Tone::Info, "New customer here"),
        Action::Create | Action::Offer => plain("cloud-up", Tone::Warn, "New customer in Ion"),
        Action::Propose => (
            ("user-question", Tone::Info, "Review in Mapping".to_owned()),
            pairs::PATH.to_owned(),
        ),
        Action::MarkGone => plain("ghost", Tone::Warn, "Mark as gone"),
        Action::Miss => plain("clock", Tone::Calm, "Note it"),
        Action::Nothing => plain("equal", Tone::Calm, "Nothing"),
    }
}

fn with_fields(verb: &str, merge: &Merge) -> String {
    let (to, here, open) = (
        merge.to_remote().count() as u64,
        merge.to_local().count() as u64,
        merge.conflicts().count() as u64,
    );
    let mut parts = vec![verb.to_owned()];
    if to > 0 {
        parts.push(format!("{} to Ion", counted(to, "field", "fields")));
    }
    if here > 0 {
        parts.push(format!("{} here", counted(here, "field", "fields")));
    }
    if open > 0 {
        parts.push(format!("{} you decide", counted(open, "field", "fields")));
    }
    parts.join(" · ")
}

/// What came of an entry.
fn outcome(word: &str) -> Status {
    let (word, icon, tone): (Cow<'static, str>, _, _) = match word {
        "done" => (Cow::Borrowed("Done"), "check", Tone::Ok),
        "moved" => (Cow::Borrowed("No longer true, left"), "equal", Tone::Calm),
        other => (Cow::Owned(other.to_owned()), "circle-x", Tone::Bad),
    };
    Status {
        word,
        icon,
        tone,
        spins: false,
    }
}
