//! Mapping, conflicts, plans, files of customers, settings of sync.

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

fn pairs() -> PairsPage {
    let pair = |local: &str, remote: &str, score, open| PairEntry {
        key: format!("1~2~{score}"),
        href: format!("/customers/mapping/to-confirm?pair={score}"),
        local: local.to_owned(),
        remote: remote.to_owned(),
        score,
        signals: "same domain, similar organisation".to_owned(),
        open,
    };
    PairsPage {
        frame: inner("Mapping"),
        tabs: tabs("To confirm"),
        notes: Vec::new(),
        search: search("/customers/mapping/to-confirm", "Find a pair"),
        pairs: vec![
            pair(
                "Whistling Kettle Café Srl",
                "Whistling Kettle Cafe",
                86,
                true,
            ),
            pair(
                "Velvet Hammer Construction",
                "Velvet Hammer Constr. Inc.",
                83,
                false,
            ),
            pair(
                "Lighthouse Keepers’ Guild e.V.",
                "Lighthouse Keepers Guild",
                81,
                false,
            ),
            pair(
                "Cobblestone Robotics B.V.",
                "Robotics Cobblestone BV",
                78,
                false,
            ),
            pair("Pocket Watch Museum", "Stichting Pocket Watch", 71, false),
            pair(
                "Snowglobe Insurance AG",
                "Snow Globe Versicherung",
                64,
                false,
            ),
            pair("Unicorn Plumbing Ltd", "Unicorn Heating Ltd", 52, false),
        ],
        foot: "7 of 38".to_owned(),
        more: Some("?after=x".to_owned()),
        open: Some(panel()),
        chosen: false,
        all_href: "/customers/mapping/to-confirm".to_owned(),
        empty: None,
        edits: true,
    }
}

fn panel() -> PairPanel {
    let row = |label: &str, one: &str, other: &str, signal| {
        let (local, remote) = compare(one, other);
        CompareRow {
            label: label.to_owned(),
            local,
            local_none: "none here",
            remote,
            remote_none: "Ion has none",
            differs: one != other && !one.is_empty() && !other.is_empty(),
            signal,
        }
    };
    let same = (Tone::Ok, "check", "same");
    let effect = |icon, tone, title: &str, text: &str| Effect {
        icon,
        tone,
        title: title.to_owned(),
        text: text.to_owned(),
    };
    PairPanel {
        key: "1~2~3".to_owned(),
        action_href: "/customers/mapping/steps".to_owned(),
        csrf: "sample-csrf".to_owned(),
        back: "/customers/mapping/to-confirm".to_owned(),
        next_key: "1~3~4".to_owned(),
        place: "1 of 38".to_owned(),
        previous: None,
        next: Some("/customers/mapping/to-confirm?pair=83".to_owned()),
        status: status::customer(LinkState::Proposed),
        title: "Are these one customer?".to_owned(),
        local: Link::new("C-0391", "/customers/1"),
        ion_id: "50201".to_owned(),
        connection: "Benelux and DACH".to_owned(),
        rows: vec![
            row(
                "Organisation",
                "Whistling Kettle Café Srl",
                "Whistling Kettle Cafe",
                (Tone::Ok, "check", "alike"),
            ),
            row("Domain", "kettle.example", "kettle.example", same),
            row(
                "E-mail",
                "office@kettle.example",
                "it@kettle.example",
                (Tone::Warn, "tilde", "domain"),
            ),
            row("Street", "Via Finta 12", "Via Finta 12", same),
            row("Postal code", "20100", "20100", same),
            row("City", "Milano", "Milano", same),
            row(
                "VAT number",
                "IT00000000000",
                "",
                (Tone::Calm, "", "no signal"),
            ),
            row(
                "Phone",
                "+39 02 5550 0100",
                "+39 02 5550 0199",
                (Tone::Bad, "x", "differs"),
            ),
        ],
        score: Some(86),
        signals: vec![
            SignalBar {
                label: "Domain",
                points: 35,
                most: 60,
            },
            SignalBar {
                label: "Name, nearly",
                points: 30,
                most: 60,
            },
            SignalBar {
                label: "Address",
                points: 20,
                most: 60,
            },
            SignalBar {
                label: "E-mail",
                points: 0,
                most: 60,
            },
            SignalBar {
                label: "Name",
                points: 0,
                most: 60,
            },
        ],
        score_words: "Accents, letter case, word order and the legal form do not count.".to_owned(),
        rule: Rule::C21.into(),
        effects: vec![
            effect(
                "minus",
                Tone::Calm,
                "VAT number stays here",
                "Ion has no field for it",
            ),
            effect(
                "arrow-right",
                Tone::Info,
                "Title goes to Ion",
                "it is empty there",
            ),
            effect(
                "git-merge",
                Tone::Warn,
                "E-mail and phone differ",
                "you are asked which is right; nothing is overwritten",
            ),
        ],
        edits: true,
        by_hand: false,
    }
}

fn only_here() -> MappingPage {
    let row = |name: &str, detail: &str, why: &str, bad, rule: Option<Rule>| MappingRow {
        key: "1~2~".to_owned(),
        name: name.to_owned(),
        href: "/customers/1".to_owned(),
        detail: detail.to_owned(),
        other: String::new(),
        other_detail: String::new(),
        why: why.to_owned(),
        bad,
        rule: rule.map(Into::into),
        at: Some(times().ago(at("2026-11-22T09:00:00Z"))),
        actions: vec![
            RowAction::Step {
                value: "create~1~2~".to_owned(),
                label: "Create in Ion",
            },
            RowAction::Go(Link::new(
                "Link by hand",
                "/customers/mapping/by-hand?customer=1",
            )),
        ],
    };
    MappingPage {
        frame: inner("Mapping"),
        tabs: tabs("Not in Ion"),
        notes: Vec::new(),
        lead: "Ours without one in Ion. None is created there unless you say so.",
        search: search("/customers/mapping/not-in-ion", "Name, e-mail, city"),
        heads: ["Customer", "", "Why", "Here since"],
        rows: vec![
            row(
                "Biscuit Factory SARL",
                "C-0401 · office@biscuit.example · Lyon, FR",
                "New here; customers are created in Ion by hand",
                false,
                Some(Rule::C24),
            ),
            row(
                "Snowglobe Insurance AG",
                "C-0402 · Zug, CH",
                "Ion would refuse it: State is missing",
                true,
                None,
            ),
        ],
        bulk: vec![
            BulkAction {
                id: "create".to_owned(),
                value: "create".to_owned(),
                label: "Create in Ion".to_owned(),
                icon: "cloud-up",
                primary: true,
                ask: "Ion has no delete: what is created there stays.",
            },
            BulkAction {
                id: "ignore".to_owned(),
                value: "ignore".to_owned(),
                label: "Ignore".to_owned(),
                icon: "eye-off",
                primary: false,
                ask: "",
            },
        ],
        action_href: "/customers/mapping/steps".to_owned(),
        back: "/customers/mapping/not-in-ion".to_owned(),
        empty: None,
        pager: Pager::single("1–2 of 71"),
        edits: true,
    }
}

fn by_hand() -> ByHandPage {
    let one = |name: &str, detail: &str, on| Candidate {
        id: "1".to_owned(),
        name: name.to_owned(),
        detail: detail.to_owned(),
        status: status::customer(LinkState::NotInIon),
        effect: String::new(),
        on,
        href: "?".to_owned(),
    };
    let side = |title, name, found| HandSide {
        title,
        action: "/customers/mapping/by-hand",
        name,
        query: "kettle".to_owned(),
        keep: Vec::new(),
        found,
        words: "2 not linked".to_owned(),
    };
    ByHandPage {
        frame: under(
            "Link by hand",
            Section::Customers,
            &[
                ("Customers", "/customers"),
                ("Mapping", "/customers/mapping/to-confirm"),
            ],
        ),
        notes: Vec::new(),
        sides: [
            side(
                "In Ionbridge",
                "here",
                vec![
                    one("Whistling Kettle Café Srl", "C-0391 · Milano, IT", true),
                    one("Kettle Works", "C-0111 · Leeds, GB", false),
                ],
            ),
            side(
                "In Ion",
                "there",
                vec![one("Whistling Kettle Cafe", "50201 · Milano, IT", true)],
            ),
        ],
        pair: Some(PairPanel {
            by_hand: true,
            title: "Link these two?".to_owned(),
            place: String::new(),
            next: None,
            ..panel()
        }),
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

fn plan() -> PlanPage {
    let row = |seq,
               chosen,
               name: &str,
               remote: &str,
               ion: &str,
               why: &str,
               rule: Rule,
               effect: (&'static str, Tone, &str)| PlanRow {
        seq,
        chosen,
        name: name.to_owned(),
        href: "/customers/1".to_owned(),
        remote: remote.to_owned(),
        ion_id: ion.to_owned(),
        why: why.to_owned(),
        rule: rule.into(),
        effect: (effect.0, effect.1, effect.2.to_owned()),
        effect_href: String::new(),
        fields: Vec::new(),
        outcome: None,
    };
    let link = ("link", Tone::Ok, "Link");
    let mut marmalade = row(
        2,
        Some(true),
        "Marmalade & Sons Ltd",
        "Marmalade and Sons Limited",
        "49961",
        "The same e-mail and the same name, and no other like them",
        Rule::C27,
        ("link", Tone::Ok, "Link · 2 fields to Ion"),
    );
    marmalade.fields = vec![
        PlanField {
            label: "Title",
            before: String::new(),
            after: "Owner".to_owned(),
            way: ("arrow-right", Tone::Info, "to Ion"),
            rule: Rule::C10.into(),
        },
        PlanField {
            label: "Phone",
            before: "+44 20 5550 0190".to_owned(),
            after: "+44 20 5550 0142".to_owned(),
            way: ("arrow-right", Tone::Info, "to Ion"),
            rule: Rule::C06.into(),
        },
    ];
    let mut fix = row(
        9,
        None,
        "Snowglobe Insurance AG",
        "",
        "",
        "Ion would refuse it: State is missing",
        Rule::C23,
        ("alert-triangle", Tone::Warn, "Fix first: State"),
    );
    "/customers/1/edit#state".clone_into(&mut fix.effect_href);
    let group = |action: &str, title, count: &str, text, chosen, rows, more: &str| PlanGroup {
        action: action.to_owned(),
        title,
        count: count.to_owned(),
        text,
        chosen,
        rows,
        more: (!more.is_empty()).then(|| Link::new(more, "?action=link")),
    };
    PlanPage {
        frame: inner("First sync: preview"),
        heading: "First sync: preview".to_owned(),
        status: status::plan(PlanState::Waiting),
        summary: "Read at 10:31 from Ion (500 customers, all pages) and here (480).".to_owned(),
        promise: "Nothing has been written to Ion.".to_owned(),
        notes: Vec::new(),
        actions: vec![Button::post("Read again", "#").with_icon("refresh"), Button::link("Plan as CSV", "#").with_icon("download")],
        figures: vec![
            Figure::new("Link", "361", "same e-mail and name").with_icon("link", Tone::Ok),
            Figure::new("Create here", "98", "only in Ion today").with_icon("cloud-down", Tone::Info),
            Figure::new("Create in Ion", "71", "cannot be deleted there").with_icon("cloud-up", Tone::Warn),
            Figure::new("You decide", "41", "they look alike").with_icon("user-question", Tone::Info).to("/customers/mapping/to-confirm"),
            Figure::new("Left alone", "7", "ignored or archived").with_icon("eye-off", Tone::Calm),
        ],
        chips: Chips::new(vec![Chip { id: "action", label: "Action", value: None, clear: "?".to_owned(), options: vec![ChipOption { label: "Link".to_owned(), count: "361".to_owned(), href: "?".to_owned(), on: false }], range: None }]),
        search: search("/customers/sync/plans/1", "Find in plan"),
        body: PlanBody {
            choose_href: "/customers/sync/plans/1/choose".to_owned(),
            apply_href: Some("/customers/sync/plans/1/apply".to_owned()),
            discard_href: "/customers/sync/plans/1/discard".to_owned(),
            csrf: "sample-csrf".to_owned(),
            back: "/customers/sync/plans/1".to_owned(),
            groups: vec![
                group("link", "Link", "361", "the two are one customer; differences are decided by your policy", Chosen::All, vec![
                    row(1, Some(true), "Moonpenny Bakery GmbH", "Moonpenny Bakery GmbH", "49957", "The same e-mail and the same name, and no other like them", Rule::C27, link),
                    marmalade,
                    row(3, Some(true), "Hedgehog Logistics Oy", "Hedgehog Logistics Oy", "50007", "The same e-mail and the same name, and no other like them", Rule::C27, link),
                ], "Show the other 358"),
                group("import", "Create here", "98", "exist only in Ion", Chosen::Some, vec![
                    row(4, Some(true), "", "Copper Kite Energy AB", "50112", "New in Ion, and like none of ours", Rule::C20, ("cloud-down", Tone::Info, "New customer here")),
                    row(5, Some(false), "", "Far Meadow Schools Trust", "50140", "New in Ion, and like none of ours", Rule::C20, ("cloud-down", Tone::Info, "New customer here")),
                ], "Show the other 96"),
                group("offer", "Create in Ion", "71", "Ion has no delete: look at these first. Off until you choose them.", Chosen::None, vec![
                    row(8, Some(false), "Biscuit Factory SARL", "", "", "New here; nothing is created in Ion before the first plan was applied", Rule::C23, ("cloud-up", Tone::Warn, "New customer in Ion")),
                    fix,
                ], "Show the other 69"),
                group("propose", "You decide", "41", "left out of this plan; they wait in Mapping", Chosen::Fixed, vec![
                    PlanRow { effect_href: "/customers/mapping/to-confirm".to_owned(), ..row(12, None, "Whistling Kettle Café Srl", "Whistling Kettle Cafe", "50201", "New in Ion, and like one of ours: a person decides", Rule::C21, ("user-question", Tone::Info, "Review in Mapping")) },
                ], ""),
            ],
            empty: None,
            pager: Pager::single("578 entries"),
            bar_title: "458 of 571 actions chosen: 361 links, 97 new here, none new in Ion".to_owned(),
            bar_text: "Writes to Ion: 24 fields of 12 customers. Can be undone here; what Ion has received stays in its history.".to_owned(),
            bar_button: "Apply 458 actions".to_owned(),
        },
    }
}

fn import(error: &str) -> ImportPage {
    ImportPage {
        frame: inner("Import customers"),
        error: error.to_owned(),
        largest: "8 MB".to_owned(),
        columns: [
            ("organisation", "Firma, Company, Name"),
            ("email", "E-mail, Mail"),
            ("country", "Land; ISO code or name"),
            ("external_id", "Kd-Nr, Customer no"),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .to_vec(),
        files: vec![FileLine {
            href: "#".to_owned(),
            name: "customers-2026-10.csv".to_owned(),
            by: "by sam@reseller.example".to_owned(),
            status: status::file(FileState::Applied),
            at: times().ago(at("2026-10-23T10:02:00Z")),
        }],
    }
}

fn file() -> FilePage {
    let row =
        |line, outcome, chosen, name: &str, field: &str, message: &str, repair: Option<&str>| {
            FileRow {
                line,
                chosen,
                name: name.to_owned(),
                status: status::file_row(outcome),
                customer: (outcome == FileOutcome::Look)
                    .then(|| Link::new("C-0391", "/customers/1")),
                message: message.to_owned(),
                field: field.to_owned(),
                repair: repair.map(|label| Link::new(label, "/customers/new")),
                result: None,
            }
        };
    let group =
        |outcome: FileOutcome, title, count: &str, text, chosen, rows, more: &str| FileGroup {
            outcome: outcome.as_str().to_owned(),
            title,
            count: count.to_owned(),
            text,
            chosen,
            rows,
            more: (!more.is_empty()).then(|| Link::new(more, "?show=all")),
        };
    let show = |label, count: &str, tone, here| CountedTab {
        label,
        href: "?".to_owned(),
        count: count.to_owned(),
        tone,
        here,
    };
    FilePage {
        frame: under("customers-2026-11.csv", Section::Customers, &[("Customers", "/customers"), ("Import", "/customers/import")]),
        heading: "Import customers: dry run".to_owned(),
        status: status::file(FileState::Read),
        summary: "customers-2026-11.csv, 482 rows. Read at 10:44 by sam@reseller.example.".to_owned(),
        promise: "Nothing has been changed.".to_owned(),
        notes: Vec::new(),
        actions: vec![Button::link("Other file", "/customers/import").with_icon("upload")],
        figures: vec![
            Figure::new("New", "96", "like none here").with_icon("plus", Tone::Info),
            Figure::new("Changed", "31", "what the file says wins").with_icon("pencil", Tone::Warn),
            Figure::new("Same", "340", "nothing to do").with_icon("equal", Tone::Calm),
            Figure::new("Look first", "11", "may exist already").with_icon("eye", Tone::Warn),
            Figure::new("Left out", "4", "cannot be read").with_icon("file-x", Tone::Bad),
        ],
        columns_words: "8 of 9 recognised".to_owned(),
        columns: [("Firma", "Organisation"), ("Mail", "E-mail"), ("Strasse", "Street"), ("PLZ", "Postal code"), ("Ort", "City"), ("Land", "Country"), ("Tel", "Phone"), ("Kd-Nr", "External id"), ("Rabatt", "")].map(|(column, field)| (column.to_owned(), field.to_owned())).to_vec(),
        shows: vec![show("Needs a look", "15", Tone::Warn, true), show("Will change", "127", Tone::Calm, false), show("All", "482", Tone::Calm, false)],
        search: search("/customers/import/1", "Row, name"),
        body: FileBody {
            choose_href: "/customers/import/1/choose".to_owned(),
            apply_href: Some("/customers/import/1/apply".to_owned()),
            discard_href: "/customers/import/1/discard".to_owned(),
            csrf: "sample-csrf".to_owned(),
            back: "/customers/import/1".to_owned(),
            groups: vec![
                group(FileOutcome::NotReadable, "Left out", "4", "mended here or in the file; the others go on without them", Chosen::Fixed, vec![
                    row(17, FileOutcome::NotReadable, None, "Snowglobe Insurance AG", "Country", "“Schweiz/FL” is two: CH or LI", Some("Mend and add")),
                    row(203, FileOutcome::NotReadable, None, "", "Organisation", "a customer needs a name", Some("Mend and add")),
                ], "Show the other 2"),
                group(FileOutcome::Look, "Look first", "11", "left out until you choose", Chosen::None, vec![
                    row(44, FileOutcome::Look, Some(false), "Whistling Kettle Cafe", "", "New, or this one? Same domain, similar name, other e-mail.", Some("Compare")),
                ], "Show the other 10"),
                group(FileOutcome::Changed, "Changed", "31", "what the file says wins over what is here; empty cells change nothing", Chosen::All, vec![
                    row(5, FileOutcome::Changed, Some(true), "Moonpenny Bakery GmbH", "", "Phone: +49 30 555 0100 → +49 30 555 0133", None),
                ], "Show the other 30"),
                group(FileOutcome::New, "New", "96", "made here; created in Ion only where you say so", Chosen::All, vec![
                    row(9, FileOutcome::New, Some(true), "Velvet Hammer Tools", "", "New customer here", None),
                ], "Show the other 95"),
            ],
            empty: None,
            pager: Pager::single("482 rows"),
            bar_title: "127 of 482 rows chosen: 96 new, 31 changed".to_owned(),
            bar_text: "Writes here only; changes of linked customers then go to Ion by themselves, 24 of these 31.".to_owned(),
            bar_button: "Import 127 rows".to_owned(),
        },
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
