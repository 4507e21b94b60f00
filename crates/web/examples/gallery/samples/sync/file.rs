//! A file of customers: its import, and what it would do.

use super::*;

pub(super) fn import(error: &str) -> ImportPage {
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

pub(super) fn file() -> FilePage {
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
