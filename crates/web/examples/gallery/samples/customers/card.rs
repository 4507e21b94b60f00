//! The card of a customer: general, contacts, settings.

use super::*;

pub(super) fn contacts() -> Vec<ContactCard> {
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

pub(super) fn general(password: Option<FirstPassword>) -> CustomerGeneral {
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

pub(super) fn settings() -> CustomerSettings {
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
