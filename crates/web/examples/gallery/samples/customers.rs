//! Customers: list, card, form, history.

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
            "customer-orders",
            html(CustomerComing {
                frame: inner(),
                head: head("Orders"),
                icon: "receipt",
                title: "Orders are not here yet",
                text: "Ionbridge reads and places orders with a later version. Until then they are in the Ion portal.",
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

fn head(here: &str) -> CustomerHead {
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

fn contacts() -> Vec<ContactCard> {
    let contact = |name: &str, primary, title: &str, email: &str, phone: &str| ContactCard {
        initials: format::initials(name),
        name: name.to_owned(),
        primary,
        title: title.to_owned(),
        email: email.to_owned(),
        phone: phone.to_owned(),
    };
    vec![
        contact(
            "Robin Example",
            true,
            "Partner",
            "robin@quillfeather.example",
            "+44 20 5550 0110",
        ),
        contact("Pat Placeholder", false, "", "it@quillfeather.example", ""),
    ]
}

fn general(password: Option<FirstPassword>) -> CustomerGeneral {
    let line = |label: &str, value: &str, owner: &str, origin: &str| FieldLine {
        label: label.to_owned(),
        values: if value.is_empty() {
            Vec::new()
        } else {
            vec![Value::text(value)]
        },
        tags: false,
        owner: owner.to_owned(),
        origin: origin.to_owned(),
        origin_exact: String::new(),
    };
    let change =
        |tone, icon, title: &str, before: &str, after: &str, rule: Rule, when: &str| ChangePoint {
            tone,
            icon,
            title: title.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
            rule: Some(rule.into()),
            at: times().ago(at(when)),
        };
    CustomerGeneral {
        frame: inner(),
        head: head("General"),
        fields_words: "last change 08:40".to_owned(),
        fields: vec![
            line(
                "Organisation",
                "Quillfeather Legal LLP",
                "Ionbridge decides",
                "from here, 3 Nov",
            ),
            line(
                "Address",
                "7 Imaginary Row, London, EC0 0AA, United Kingdom",
                "Ion decides",
                "from Ion, 08:40",
            ),
            line("Language", "English (EN)", "you decide", "from Ion, 14 Jun"),
            line("Registration number", "OC000000", "", "only here"),
            line("VAT number", "", "", "only here"),
            line("Domains", "quillfeather.example", "", "only here"),
            FieldLine {
                label: "Tags".to_owned(),
                values: vec![Value::text("legal"), Value::text("gold support")],
                tags: true,
                owner: String::new(),
                origin: "only here".to_owned(),
                origin_exact: String::new(),
            },
            FieldLine {
                label: "External ids".to_owned(),
                values: vec![Value::Mono("erp 10071".to_owned())],
                tags: false,
                owner: String::new(),
                origin: "only here".to_owned(),
                origin_exact: String::new(),
            },
        ],
        notes_text: "Pays by the year.\nAsk for Robin, never for the office.".to_owned(),
        links: vec![LinkCard {
            title: "In sync with Ion".to_owned(),
            icon: ("circle-check", Tone::Ok),
            text: String::new(),
            facts: vec![
                fact("Ion id", "49988"),
                fact("Last compared", "10:40, nothing to do"),
                fact("Linked", "12 Mar 2022 by Alex Example"),
                fact("Waiting", "nothing"),
            ],
            actions: vec![Button::post("Sync this customer", "/customers/1/sync")],
        }],
        changes: vec![
            change(
                Tone::Info,
                "arrow-left",
                "Street, from Ion",
                "5 Imaginary Row",
                "7 Imaginary Row",
                Rule::C02,
                "2026-11-23T08:40:00Z",
            ),
            change(
                Tone::Info,
                "arrow-right",
                "Phone, to Ion",
                "+44 20 5550 0108",
                "+44 20 5550 0110",
                Rule::C03,
                "2026-11-03T14:22:00Z",
            ),
            change(
                Tone::Warn,
                "git-merge",
                "Phone, Ion was chosen",
                "",
                "+44 20 5550 0108",
                Rule::C09,
                "2026-10-29T09:17:00Z",
            ),
        ],
        history_href: "/customers/1/history".to_owned(),
        contacts: contacts(),
        password,
    }
}

pub(super) fn changes(named: bool) -> ChangeTable {
    let line = |when: &str,
                label: &str,
                before: &str,
                after: &str,
                way,
                rule: Rule,
                who: &str,
                undo: bool| ChangeLine {
        at: times().ago(at(when)),
        customer: named.then(|| Link::new("Quillfeather Legal LLP", "/customers/1")),
        label: label.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
        valued: true,
        way,
        why: format::sentence_case(rule.why()),
        rule: Some(rule.into()),
        who: who.to_owned(),
        run: Some(Link::new("Run 20,395", "/activity/runs/1")),
        undo_href: undo.then(|| "/customers/changes/1/undo".to_owned()),
        undone: String::new(),
        toggle_href: "?open=1#open".to_owned(),
        open: None,
    };
    let from = ("arrow-left", Tone::Info, "from Ion");
    let to = ("arrow-right", Tone::Info, "to Ion");
    let here = ("point", Tone::Calm, "here");
    let mut first = line(
        "2026-11-23T08:40:00Z",
        "Street",
        "5 Imaginary Row",
        "7 Imaginary Row",
        from,
        Rule::C02,
        "Ion",
        true,
    );
    first.open = Some(ChangeOpen {
        title: "Only Ion changed it".to_owned(),
        text: "Since both sides last agreed, Ionbridge kept the value and Ion has a new one. So Ion’s is taken; nobody is asked. Undo puts the old value back here, as a change of yours that goes to Ion.".to_owned(),
        facts: vec![fact("Before", "5 Imaginary Row"), fact("After", "7 Imaginary Row"), fact("Connection", "Benelux and DACH, Ion 49988")],
        request: "b2f0aa0e-44d".to_owned(),
    });
    let mut undone = line(
        "2026-10-29T09:10:00Z",
        "City",
        "Londn",
        "London",
        here,
        Rule::C04,
        "sam@reseller.example",
        false,
    );
    "undone today, 10:41 by sam@reseller.example".clone_into(&mut undone.undone);
    let mut linked = line(
        "2025-03-12T09:10:00Z",
        "Linked",
        "",
        "Ion 49988",
        here,
        Rule::C28,
        "alex@reseller.example",
        false,
    );
    linked.valued = false;
    let group = |title: &str, lines| ChangeGroup {
        title: title.to_owned(),
        lines,
    };
    ChangeTable {
        named,
        groups: vec![
            group(
                if named { "" } else { "2026" },
                vec![
                    first,
                    line(
                        "2026-11-03T14:22:00Z",
                        "Phone",
                        "+44 20 5550 0108",
                        "+44 20 5550 0110",
                        to,
                        Rule::C03,
                        "sam@reseller.example",
                        false,
                    ),
                    line(
                        "2026-06-14T11:03:00Z",
                        "Language",
                        "",
                        "EN",
                        from,
                        Rule::C10,
                        "Ion",
                        true,
                    ),
                    undone,
                ],
            ),
            group(if named { "" } else { "2025" }, vec![linked]),
        ],
        empty: None,
        csrf: "sample-csrf".to_owned(),
        pager: Pager {
            words: "The last 5 changes".to_owned(),
            note: "1 undone".to_owned(),
            previous: None,
            next: Some("?before=x".to_owned()),
            sizes: Vec::new(),
        },
    }
}

fn settings() -> CustomerSettings {
    let option = |id, title: &str, text: &str, action, ask: &str| SettingLine {
        id,
        title: title.to_owned(),
        text: text.to_owned(),
        action,
        ask: ask.to_owned(),
    };
    let bad = |mut button: Button| {
        button.kind = parts::ButtonKind::Bad;
        button
    };
    CustomerSettings {
        frame: inner(),
        head: head("Settings"),
        edits: true,
        options: vec![
            option("sync", "Sync now", "Compares this customer with Ion and sends what is missing there.", Button::post("Sync this customer", "#"), ""),
            option("ignore", "Leave out of sync", "It is proposed to nobody and never created in Ion. Links stay as they are.", Button::post("Ignore it", "#"), ""),
            option("unlink", "Linked with Ion 49988", "Both customers stay as they are; changes no longer go across. The pair is not proposed again by itself.", bad(Button::post("Unlink it", "#")), "Changes no longer go across between Quillfeather Legal LLP and Ion 49988. Both stay as they are; you can link them again any time."),
            option("archive", "Put away", "It leaves every list and is no longer synced. Ion keeps its customer: nothing is deleted anywhere.", bad(Button::post("Archive it", "#")), "Quillfeather Legal LLP leaves every list and is no longer synced. In Ion it stays as it is. You can take it back any time."),
        ],
        combine: Some(CombineForm {
            search_href: "/customers/1/settings".to_owned(),
            query: "quill".to_owned(),
            found: vec![Candidate { id: "2".to_owned(), name: "Quill Feather Ltd".to_owned(), detail: "C-0412 · London, GB".to_owned(), status: status::customer(LinkState::NotInIon), effect: "C-0412 leaves the lists. Its contacts, tags and history come to C-0188; what C-0188 has itself stays.".to_owned(), on: false, href: String::new() }],
            nothing: String::new(),
            action_href: "/customers/1/combine".to_owned(),
        }),
        combined: vec![CombinedLine { name: "Quillfeather Notaries".to_owned(), text: "by sam@reseller.example".to_owned(), at: times().ago(at("2026-10-01T09:00:00Z")), split_href: Some("#".to_owned()), split_words: String::new() }],
    }
}

fn form(edit: bool) -> CustomerForm {
    let text = |name: &'static str, label: &str, value: &str| {
        Field::new(name, label, FieldKind::Text).value(if edit { value } else { "" })
    };
    let row = |place: usize, name: &str, email: &str| ContactRow {
        title: format!("Contact {}", place + 2),
        fields: vec![
            Field::new(format!("contact_name.{place}"), "Name", FieldKind::Text)
                .optional()
                .value(name),
            Field::new(format!("contact_email.{place}"), "E-mail", FieldKind::Email)
                .optional()
                .value(email),
            Field::new(format!("contact_title.{place}"), "Title", FieldKind::Text).optional(),
            Field::new(format!("contact_phone.{place}"), "Phone", FieldKind::Text).optional(),
        ],
    };
    let external = |place: &str, system: &str, id: &str| ExternalRow {
        system: Field::new(
            format!("external_system.{place}"),
            "System",
            FieldKind::Text,
        )
        .optional()
        .value(system),
        id: Field::new(format!("external_id.{place}"), "Id", FieldKind::Text)
            .mono()
            .optional()
            .value(id),
    };
    CustomerForm {
        frame: if edit {
            inner()
        } else {
            under(
                "New customer",
                Section::Customers,
                &[("Customers", "/customers")],
            )
        },
        heading: if edit {
            "Edit Quillfeather Legal LLP".to_owned()
        } else {
            "New customer".to_owned()
        },
        lead: if edit {
            "C-0188. What you change goes to Ion within seconds.".to_owned()
        } else {
            "Only the name is needed; what Ion asks for beyond it is said beside the fields."
                .to_owned()
        },
        action_href: "/customers/new".to_owned(),
        cancel_href: "/customers".to_owned(),
        version: 31,
        note: edit.then(|| {
            Note::new(
                Tone::Bad,
                "alert-circle",
                "One field is wrong",
                "E-mail: this is no e-mail address; it looks like name@example.com.",
            )
        }),
        moved: edit.then(|| Moved {
            title: "Someone else saved this customer at 10:38 (kim@reseller.example).".to_owned(),
            fields: vec![(
                "Street".to_owned(),
                "9 Imaginary Row".to_owned(),
                "7 Imaginary Row".to_owned(),
            )],
        }),
        organisation: text("organisation", "Name", "Quillfeather Legal LLP"),
        language: Select {
            name: "language",
            label: "Language".to_owned(),
            choices: vec![
                Choice::new("EN", "English", true),
                Choice::new("DE", "German", false),
            ],
            hint: "In which Ion writes to the customer.".to_owned(),
            error: String::new(),
        },
        address: vec![
            text("street", "Street and number", "7 Imaginary Row"),
            text("suite", "Suite, floor", "").optional(),
            text("zip", "Postal code", "EC0 0AA"),
            text("city", "City", "London"),
            text("state", "State or province", "Greater London")
                .hint("Ion takes codes for US, CA and AU; elsewhere any text."),
        ],
        country: Select {
            name: "country",
            label: "Country".to_owned(),
            choices: vec![
                Choice::new("", "Choose one", !edit),
                Choice::new("DE", "Germany (DE)", false),
                Choice::new("GB", "United Kingdom (GB)", edit),
                Choice::new("US", "United States (US)", false),
            ],
            hint: String::new(),
            error: String::new(),
        },
        states: vec![("US", vec![("CA".to_owned(), "California".to_owned())])],
        primary: vec![
            text("contact_name", "Name", "Robin Example"),
            if edit {
                Field::new("email", "E-mail", FieldKind::Email)
                    .value("robin@quillfeather")
                    .error("This is no e-mail address; it looks like name@example.com.")
            } else {
                Field::new("email", "E-mail", FieldKind::Email)
                    .hint("No other customer in Ion may have it.")
            },
            text("title", "Title", "Partner").optional(),
            text("phone", "Phone", "+44 20 5550 0110").optional(),
        ],
        contacts: if edit {
            vec![row(0, "Pat Placeholder", "it@quillfeather.example")]
        } else {
            Vec::new()
        },
        blank_contact: ContactRow {
            fields: vec![
                Field::new("contact_name.new", "Name", FieldKind::Text).optional(),
                Field::new("contact_email.new", "E-mail", FieldKind::Email).optional(),
            ],
            title: "Another contact".to_owned(),
        },
        own: vec![
            text("registration_number", "Registration number", "OC000000").optional(),
            text("vat_number", "VAT number", "").optional(),
            text("domains", "Domains", "quillfeather.example")
                .optional()
                .hint("Several with commas between them."),
            text("tags", "Tags", "legal, gold support")
                .optional()
                .hint("Several with commas between them."),
        ],
        tags: vec!["gold support".to_owned(), "legal".to_owned()],
        externals: if edit {
            vec![external("0", "erp", "10071")]
        } else {
            Vec::new()
        },
        blank_external: external("new", "", ""),
        notes: Field::new("notes", "Notes", FieldKind::Long).optional(),
        send_to: if edit {
            Vec::new()
        } else {
            vec![
                Choice::new("", "Keep it here only", true),
                Choice::new(
                    "1",
                    "Create it in Ion at once, in “Benelux and DACH”",
                    false,
                ),
            ]
        },
        warnings: if edit {
            Vec::new()
        } else {
            vec!["Street: Ion needs it; fill it in.".to_owned()]
        },
        submit: if edit { "Save" } else { "Add the customer" },
    }
}
