//! The pages of customers: list, card, form, mapping, conflicts, plans, files, settings of sync.

pub(crate) mod card;
pub(crate) mod compare;
pub(crate) mod conflicts;
pub(crate) mod export;
pub(crate) mod file_acts;
pub(crate) mod files;
pub(crate) mod form;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod mapping;
pub(crate) mod needs;
pub(crate) mod pairs;
pub(crate) mod plan_acts;
pub(crate) mod plan_file;
pub(crate) mod plan_rows;
pub(crate) mod plans;
pub(crate) mod run;
pub(crate) mod settings;
pub(crate) mod steps;
pub(crate) mod sync;
mod typed;

use domain::customer::{CustomerField, CustomerFields};
use domain::{CustomerId, RunId};
use rules::customers::table::number_text;
use store::StoreError;
use store::customers::{CustomerRow, MappingCounts, mapping_counts};

use crate::app::App;
use crate::view::customers::{CountedTab, CountedTabs};
use crate::view::format::count;
use crate::view::{Flash, Tone};

/// The page of a customer.
pub(crate) fn href(id: CustomerId) -> String {
    format!("/customers/{id}")
}

/// The page of a run.
pub(crate) fn run_href(id: RunId) -> String {
    format!("/activity/runs/{id}")
}

/// Its name.
pub(crate) fn name(row: &CustomerRow) -> &str {
    row.customer.fields.get(CustomerField::Organisation)
}

/// `London, GB`; empty where neither is known.
pub(crate) fn place(fields: &CustomerFields) -> String {
    [
        fields.get(CustomerField::City),
        fields.get(CustomerField::Country),
    ]
    .into_iter()
    .filter(|text| !text.is_empty())
    .collect::<Vec<_>>()
    .join(", ")
}

/// `C-0188 · London, GB · office@moonpenny.example`: what tells a customer from others of its name.
pub(crate) fn detail(row: &CustomerRow) -> String {
    joined([
        number_text(row.number),
        place(&row.customer.fields),
        row.customer.fields.get(CustomerField::Email).to_owned(),
    ])
}

/// Texts that hold something, with dots between them.
pub(crate) fn joined(texts: impl IntoIterator<Item = String>) -> String {
    texts
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// What people call a field: one of both sides, or one of ours.
pub(crate) fn field_label(name: &str) -> String {
    if let Ok(field) = name.parse::<CustomerField>() {
        return field.label().to_owned();
    }
    match name {
        "registration_number" => "Registration number",
        "vat_number" => "VAT number",
        "domains" => "Domains",
        "contacts" => "Contacts",
        "notes" => "Notes",
        "tags" => "Tags",
        "external_ids" => "External ids",
        other => other,
    }
    .to_owned()
}

/// The tabs of the mapping.
pub(crate) async fn tabs(app: &App, here: &str) -> Result<CountedTabs, StoreError> {
    let counts = mapping_counts(app.store().read()).await?;
    Ok(tabs_of(&counts, here))
}

fn tabs_of(counts: &MappingCounts, here: &str) -> CountedTabs {
    let tab = |label, state: &str, number: u64, tone| CountedTab {
        label,
        href: match state {
            "conflicts" => "/customers/conflicts".to_owned(),
            state => format!("/customers/mapping/{state}"),
        },
        count: if number == 0 {
            String::new()
        } else {
            count(number)
        },
        tone,
        here: here == state,
    };
    CountedTabs {
        name: "Mapping",
        tabs: vec![
            tab("To confirm", "to-confirm", counts.to_confirm, Tone::Warn),
            tab("Conflicts", "conflicts", counts.conflicts, Tone::Warn),
            tab("Not in Ion", "not-in-ion", counts.not_in_ion, Tone::Calm),
            tab("Only in Ion", "only-in-ion", counts.only_in_ion, Tone::Calm),
            tab("Failed", "failed", counts.failed, Tone::Bad),
            tab("Ignored", "ignored", counts.ignored, Tone::Calm),
            tab("Linked", "linked", counts.linked, Tone::Calm),
        ],
    }
}

/// What was just done, by the word that a post left in the address.
pub(crate) fn said(done: Option<&str>) -> Option<Flash> {
    let (title, text) = match done? {
        "made" => ("Customer added", ""),
        "saved" => ("Saved", ""),
        "saved-and-sent" => ("Saved", "It goes to Ion within seconds."),
        "nothing" => ("Nothing was changed", ""),
        "linked" => ("Linked", "What differs is compared now."),
        "apart" => ("Kept apart", "This pair is not proposed again."),
        "ignored" => ("Ignored", "It is left out of sync."),
        "noticed" => ("Taken in again", "The next sync looks at it."),
        "imported" => ("Imported", "It is here now, and linked."),
        "creating" => ("On its way to Ion", "It is created there within seconds."),
        "syncing" => (
            "Compared now",
            "What is missing in Ion is sent within seconds.",
        ),
        "unlinked" => ("Unlinked", "Both customers stay as they are."),
        "archived" => (
            "Put away",
            "It is in no list by default; Ion keeps its own.",
        ),
        "restored" => ("Taken back", ""),
        "combined" => ("Made one", "It can be split again under Settings."),
        "split" => ("Two again", ""),
        "undone" => ("Taken back", ""),
        "decided" => ("Decided", "What you chose goes to the other side now."),
        "left" => (
            "Left as it is",
            "Nothing of the plan was done. The sync of this connection is paused.",
        ),
        "policy" => ("Saved", "It holds from the next decision on."),
        "forgotten" => ("Forgotten", "The first password is deleted, unseen."),
        _ => return None,
    };
    Some(Flash::done(title, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_counts_what_waits_and_hides_a_zero() {
        let counts = MappingCounts {
            to_confirm: 3,
            ..MappingCounts::default()
        };
        let tabs = tabs_of(&counts, "to-confirm").tabs;
        assert!(tabs[0].here && tabs[0].count == "3");
        assert!(tabs[1].count.is_empty() && tabs[1].href == "/customers/conflicts");
        assert_eq!(tabs.iter().filter(|tab| tab.here).count(), 1);
    }

    #[test]
    fn a_word_that_nobody_knows_says_nothing() {
        assert!(said(Some("<script>")).is_none());
        assert!(said(Some("saved")).is_some());
    }
}
