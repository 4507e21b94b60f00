//! Mapping, conflicts, plans, files of customers, settings of sync.

mod file;
mod mapping;
mod plan;

use domain::customer::LinkState;
use rules::customers::rule::Rule;
use store::customers::{FileOutcome, FileState, PlanState};

use super::{at, fact, html, times, under};
use crate::view::customers::card::Candidate;
use crate::view::customers::conflict::*;
use crate::view::customers::file::*;
use crate::view::customers::mapping::*;
use crate::view::customers::marked::compare;
use crate::view::customers::plan::*;
use crate::view::customers::settings::*;
use crate::view::customers::*;
use crate::view::form::Select;
use crate::view::parts::Figure;
use crate::view::table::Chips;
use crate::view::*;

use file::{file, import};
use mapping::{by_hand, only_here, pairs, panel};
use plan::plan;

pub(super) fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("mapping", html(pairs())),
        ("pair", html(panel())),
        ("mapping-not-in-ion", html(only_here())),
        ("mapping-by-hand", html(by_hand())),
        ("conflicts", html(conflicts())),
        ("plan", html(plan())),
        ("customers-import", html(import(""))),
        (
            "customers-import-refused",
            html(import(
                "This file cannot be read: line 3 has 7 cells, the head has 9.",
            )),
        ),
        ("customers-file", html(file())),
        ("settings-sync", html(settings())),
    ]
}

fn tabs(here: &str) -> CountedTabs {
    let tab = |label: &'static str, count: &str, tone| CountedTab {
        label,
        href: "/customers/mapping/to-confirm".to_owned(),
        count: count.to_owned(),
        tone,
        here: label == here,
    };
    CountedTabs {
        name: "Mapping",
        tabs: vec![
            tab("To confirm", "38", Tone::Warn),
            tab("Conflicts", "3", Tone::Warn),
            tab("Not in Ion", "71", Tone::Calm),
            tab("Only in Ion", "12", Tone::Calm),
            tab("Failed", "2", Tone::Bad),
            tab("Ignored", "7", Tone::Calm),
            tab("Linked", "1,102", Tone::Calm),
        ],
    }
}

fn inner(title: &str) -> Frame {
    under(title, Section::Customers, &[("Customers", "/customers")])
}

fn search(action: &str, placeholder: &'static str) -> Search {
    Search {
        action: action.to_owned(),
        value: String::new(),
        placeholder,
        keep: Vec::new(),
    }
}

fn conflicts() -> ConflictsPage {
    let entry = |name: &str, fields: &str, when: &str, open| ConflictEntry {
        key: "1~2".to_owned(),
        href: "/customers/conflicts/1".to_owned(),
        name: name.to_owned(),
        fields: fields.to_owned(),
        since: times().ago(at(when)),
        open,
    };
    let row = |name, label, base: Option<&str>, one: &str, who: &str, other: &str, when: &str| {
        let (local, remote) = compare(one, other);
        ConflictRow {
            name,
            label,
            base: base.map(str::to_owned),
            local,
            local_words: who.to_owned(),
            remote,
            remote_words: when.to_owned(),
            why: "both sides changed it differently: a person decides".to_owned(),
        }
    };
    ConflictsPage {
        frame: under(
            "Conflicts",
            Section::Customers,
            &[
                ("Customers", "/customers"),
                ("Mapping", "/customers/mapping/to-confirm"),
            ],
        ),
        tabs: tabs("Conflicts"),
        notes: Vec::new(),
        entries: vec![
            entry(
                "Marmalade & Sons Ltd",
                "3 fields",
                "2026-11-23T10:02:00Z",
                true,
            ),
            entry(
                "Hedgehog Logistics Oy",
                "1 field",
                "2026-11-23T07:02:00Z",
                false,
            ),
            entry(
                "Sandcastle Airlines S.A.",
                "2 fields",
                "2026-11-22T10:02:00Z",
                false,
            ),
        ],
        foot: "3 customers".to_owned(),
        open: Some(ConflictPanel {
            name: "Marmalade & Sons Ltd".to_owned(),
            href: "/customers/1".to_owned(),
            facts_line: "C-0204 · Ion 49961 · last compared 21 Nov, 16:20 · 9 other fields agree"
                .to_owned(),
            status: status::customer(LinkState::Conflict),
            rows: vec![
                row(
                    "street",
                    "Street",
                    Some("3 Toast Lane"),
                    "3 Toast Lane, Unit B",
                    "sam@reseller.example, 09:58",
                    "14 Butter Street",
                    "in Ion, seen 10:00",
                ),
                row(
                    "zip",
                    "Postal code",
                    Some("ZZ1 1AA"),
                    "ZZ1 1AB",
                    "sam@reseller.example, 09:58",
                    "ZZ2 7QQ",
                    "in Ion, seen 10:00",
                ),
                row(
                    "phone",
                    "Phone",
                    None,
                    "+44 20 5550 0142",
                    "import of a file, 22 Nov, 18:02",
                    "+44 20 5550 0190",
                    "in Ion, seen 22 Nov",
                ),
            ],
            action_href: "/customers/conflicts/1".to_owned(),
            connection: "1".to_owned(),
            next: "2".to_owned(),
            previous_href: None,
            next_href: Some("/customers/conflicts/2".to_owned()),
            rule: Rule::C09.into(),
        }),
        chosen: false,
        empty: None,
        edits: true,
    }
}

fn settings() -> SyncSettingsPage {
    let winners = |chosen: &str, general: bool| {
        let mut choices = vec![
            Choice::new("ask", "Nobody: ask a person", chosen == "ask"),
            Choice::new("ionbridge", "Ionbridge", chosen == "ionbridge"),
            Choice::new("ion", "Ion", chosen == "ion"),
            Choice::new("newest", "The later change", chosen == "newest"),
        ];
        if !general {
            choices.insert(0, Choice::new("", "as above", chosen.is_empty()));
        }
        choices
    };
    let select = |name, label: &str, chosen: &str| Select {
        name,
        label: label.to_owned(),
        choices: winners(chosen, name == "winner"),
        hint: String::new(),
        error: String::new(),
    };
    SyncSettingsPage {
        frame: under(
            "Sync",
            Section::Settings,
            &[("Settings", "/settings/integrations")],
        ),
        notes: Vec::new(),
        connections: vec![SyncCard {
            id: "1".to_owned(),
            name: "Benelux and DACH".to_owned(),
            test: false,
            status: status::active(),
            facts: vec![
                fact("Linked", "1,102 customers"),
                fact("Last look", "2 min ago"),
                fact("Last change", "08:40"),
                fact("Next look", "in 3 min"),
                fact("First plan", "applied 12 Mar 2022 by alex@reseller.example"),
            ],
            actions: vec![
                Button::post("Sync now", "#").with_icon("refresh"),
                Button::post("Preview (dry run)", "#"),
            ],
            action_href: "/settings/sync/1".to_owned(),
            winner: select("winner", "Unless a field says otherwise", "ask"),
            fields: vec![
                select("organisation", "Organisation", "ionbridge"),
                select("street", "Street", "ion"),
                select("city", "City", ""),
                select("phone", "Phone", "newest"),
            ],
            special: 3,
            create_in_ion: false,
            paused: false,
            pace: "every 5 minutes".to_owned(),
        }],
        edits: true,
    }
}
