//! Customers: list, card, form, history.

mod card;
mod form;
mod history;

use domain::customer::LinkState;
use rules::customers::rule::Rule;

use super::{at, fact, frame, html, times, under};
use crate::view::customers::card::*;
use crate::view::customers::form::*;
use crate::view::customers::history::*;
use crate::view::customers::list::*;
use crate::view::customers::*;
use crate::view::form::Select;
use crate::view::parts::Empty;
use crate::view::table::{Chips, Sorted};
use crate::view::*;

use card::{contacts, general, settings};
use form::form;
use history::changes;

pub(super) fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("customers", html(list_page())),
        ("customers-partial", html(list())),
        ("customers-none", html(nothing())),
        ("customer", html(general(None))),
        (
            "customer-password",
            html(general(Some(FirstPassword::new(
                "The portal user robin@quillfeather.example of this customer signs in with it once, and is asked for a new one.",
                "/customers/1",
                "Tr0ub4dor-and-3".into(),
            )))),
        ),
        (
            "customer-contacts",
            html(CustomerContacts {
                frame: inner(),
                head: head("Contacts"),
                contacts: contacts(),
            }),
        ),
        (
            "customer-history",
            html(CustomerHistory {
                frame: inner(),
                head: head("Sync history"),
                list: changes(false),
            }),
        ),
        ("customer-settings", html(settings())),
        ("customer-new", html(form(false))),
        ("customer-edit", html(form(true))),
    ]
}

fn inner() -> Frame {
    under(
        "Quillfeather Legal LLP",
        Section::Customers,
        &[("Customers", "/customers")],
    )
}

fn chip(
    id: &'static str,
    label: &'static str,
    value: Option<&str>,
    options: &[(&str, &str)],
) -> Chip {
    Chip {
        id,
        label,
        value: value.map(str::to_owned),
        clear: "/customers".to_owned(),
        options: options
            .iter()
            .map(|(label, count)| ChipOption {
                label: (*label).to_owned(),
                count: (*count).to_owned(),
                href: "/customers?".to_owned(),
                on: value == Some(*label),
            })
            .collect(),
        range: None,
    }
}

fn chips() -> Chips {
    Chips::new(vec![
        chip(
            "link",
            "Link",
            Some("any but archived"),
            &[("Linked", "1,102"), ("Proposed", "38"), ("Conflict", "3")],
        ),
        chip(
            "country",
            "Country",
            None,
            &[("GB", "410"), ("DE", "318"), ("NL", "96")],
        ),
        chip(
            "tag",
            "Tag",
            None,
            &[("gold support", "31"), ("legal", "12")],
        ),
        chip(
            "connection",
            "Connection",
            None,
            &[("Benelux and DACH", ""), ("Nordics", "")],
        ),
    ])
}

fn list_page() -> CustomersPage {
    CustomersPage {
        frame: frame("Customers", Section::Customers),
        summary: "1,226 here, 1,102 linked to Ion. Last sync 2 min ago: 4 changes.".to_owned(),
        mapping: 41,
        edits: true,
        sync_href: Some("/customers/sync".to_owned()),
        notes: vec![Note::new(Tone::Warn, "user-question", "A plan of “Nordics” waits for you", "It would change 412 of 1,102 linked customers, more than 30 %. Nothing of it is done before you apply it.").with(Button::link("Look at the plan", "/customers/sync/plans/1"))],
        chips: chips(),
        search: Search {
            action: "/customers".to_owned(),
            value: String::new(),
            placeholder: "Name, domain, e-mail, Ion id",
            keep: Vec::new(),
        },
        exports: vec![Link::new("CSV", "#"), Link::new("JSON", "#")],
        list: list(),
    }
}

fn nothing() -> CustomersPage {
    CustomersPage {
        summary: "None here yet.".to_owned(),
        mapping: 0,
        notes: Vec::new(),
        list: CustomerList {
            rows: Vec::new(),
            empty: Some(Empty::new("building-community", "No customers yet", "Bring in those of Ion, bring a file, or add one by hand. Nothing is written to Ion before you have seen its plan.").with(Button::post("Preview the customers of Ion", "/customers/sync").primary())),
            pager: Pager::single("No customers"),
            ..list()
        },
        ..list_page()
    }
}

fn list() -> CustomerList {
    let row = |name: &str,
               domain: &str,
               state,
               ion: &str,
               country: &str,
               contact: &str,
               tags: &[&str],
               when: &str| CustomerRow {
        href: "/customers/1".to_owned(),
        initials: format::initials(name),
        name: name.to_owned(),
        detail: domain.to_owned(),
        number: "C-0188".to_owned(),
        status: status::customer(state),
        test: ion == "50007",
        ion: ion.to_owned(),
        country: country.to_owned(),
        contact: contact.to_owned(),
        email: format!("office@{domain}"),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        changed: times().ago(at(when)),
    };
    CustomerList {
        columns: vec![
            Column::sortable("Customer", "", "/customers?sort=name", Some(Sorted::Up)),
            Column::sortable("Number", "t-hide m-hide", "/customers?sort=number", None),
            Column::sortable("Link", "", "/customers?sort=state", None),
            Column::plain("Ion id", "m-hide t-hide"),
            Column::sortable("Country", "m-hide", "/customers?sort=country", None),
            Column::plain("Contact", "m-hide t-hide xl-hide"),
            Column::plain("Tags", "m-hide t-hide xl-hide"),
            Column::sortable("Changed", "m-hide", "/customers?sort=changed", None),
        ],
        rows: vec![
            row(
                "Moonpenny Bakery GmbH",
                "moonpenny.example",
                LinkState::Linked,
                "49957",
                "DE",
                "Jo Beispiel",
                &["gold support"],
                "2026-11-23T10:40:00Z",
            ),
            row(
                "Quillfeather Legal LLP",
                "quillfeather.example",
                LinkState::Linked,
                "49988",
                "GB",
                "Robin Example",
                &["legal", "gold support"],
                "2026-11-23T08:40:00Z",
            ),
            row(
                "Marmalade & Sons Ltd",
                "marmalade.example",
                LinkState::Conflict,
                "49961",
                "GB",
                "Kim Placeholder",
                &[],
                "2026-11-23T09:58:00Z",
            ),
            row(
                "Tin Lantern Studios Ltd",
                "tinlantern.example",
                LinkState::Failed,
                "49970",
                "GB",
                "",
                &[],
                "2026-11-22T09:58:00Z",
            ),
            row(
                "Cobblestone Robotics B.V.",
                "cobblestone.example",
                LinkState::Proposed,
                "",
                "NL",
                "Pat Voorbeeld",
                &["robots"],
                "2026-11-20T09:58:00Z",
            ),
            row(
                "مخبز ضوء القمر",
                "moonlight.example",
                LinkState::Linked,
                "50015",
                "AE",
                "سامي",
                &[],
                "2026-11-20T09:58:00Z",
            ),
            row(
                "Biscuit Factory SARL",
                "biscuit.example",
                LinkState::NotInIon,
                "",
                "FR",
                "Camille Exemple",
                &[],
                "2026-11-19T09:58:00Z",
            ),
            row(
                "Hedgehog Logistics Oy, with a name that goes on for so long that no row of any table could hold it in one line",
                "hedgehog.example",
                LinkState::Linked,
                "50007",
                "FI",
                "Aino Esimerkki",
                &[],
                "2026-11-18T09:58:00Z",
            ),
            row(
                "Copper Kite Energy AB",
                "copperkite.example",
                LinkState::Gone,
                "50112",
                "SE",
                "",
                &[],
                "2026-11-18T09:58:00Z",
            ),
            row(
                "Dragonfly Dental SL",
                "dragonfly.example",
                LinkState::Inactive,
                "50041",
                "ES",
                "",
                &[],
                "2025-11-18T09:58:00Z",
            ),
            row(
                "Far Meadow Schools Trust",
                "farmeadow.example",
                LinkState::Ignored,
                "",
                "GB",
                "",
                &[],
                "2025-11-18T09:58:00Z",
            ),
        ],
        empty: None,
        csrf: "sample-csrf".to_owned(),
        pager: Pager {
            words: "1–11 of 1,226 customers".to_owned(),
            note: String::new(),
            previous: None,
            next: Some("/customers?after=x".to_owned()),
            sizes: vec![ChipOption {
                label: "50 rows".to_owned(),
                count: String::new(),
                href: "#".to_owned(),
                on: true,
            }],
        },
        chips: None,
    }
}

pub(super) fn head(here: &str) -> CustomerHead {
    let tab = |label: &'static str, count: &str| CountedTab {
        label,
        href: "/customers/1".to_owned(),
        count: count.to_owned(),
        tone: Tone::Calm,
        here: label == here,
    };
    CustomerHead {
        initials: "QL".to_owned(),
        name: "Quillfeather Legal LLP".to_owned(),
        status: status::customer(LinkState::Linked),
        test: false,
        facts_line: "C-0188 · Ion 49988 · London, GB · here since 12 Mar 2022".to_owned(),
        edit_href: Some("/customers/1/edit".to_owned()),
        tabs: CountedTabs {
            name: "Customer",
            tabs: vec![
                tab("General", ""),
                tab("Contacts", "2"),
                tab("Orders", ""),
                tab("Subscriptions", ""),
                tab("Sync history", ""),
                tab("Settings", ""),
            ],
        },
        notes: Vec::new(),
    }
}
