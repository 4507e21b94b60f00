use proptest::prelude::*;

use super::*;
use crate::cell::harmless;
use domain::customer::CustomerFields;

fn headers(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn read(names: &[&str], cells: &[&str], before: &Customer) -> (Customer, Vec<Problem>) {
    Row::of_cells(&columns_of(&headers(names)), cells.iter().copied()).applied_to(before)
}

fn named(organisation: &str) -> Customer {
    Customer {
        fields: CustomerFields::default().with(Field::Organisation, organisation),
        ..Customer::default()
    }
}

#[test]
fn columns_of_other_programs_are_recognised() {
    let read = columns_of(&headers(&[
        "Firma",
        "Straße",
        "PLZ",
        "Ort",
        "Land",
        "Mail",
        "Vorname",
        "Nachname",
        "USt-IdNr.",
        "Website",
        "External:CRM",
        "Umsatz",
    ]));
    let names: Vec<String> = read
        .iter()
        .map(|column| column.as_ref().map_or("-".to_owned(), Column::header))
        .collect();
    assert_eq!(
        names,
        [
            "organisation",
            "street",
            "zip",
            "city",
            "country",
            "email",
            "first_name",
            "last_name",
            "vat_number",
            "domains",
            "external:CRM",
            "-"
        ]
    );
    for (header, column) in [
        ("Company", "organisation"),
        ("Organization", "organisation"),
        ("Postcode", "zip"),
        ("ZIP", "zip"),
        ("E-Mail", "email"),
        ("Zip/Postal Code", "zip"),
        ("customerOrganization", "organisation"),
        ("Phone Number", "phone"),
        ("Address Line 2", "suite"),
    ] {
        assert_eq!(
            Column::recognise(header).map(|column| column.header()),
            Some(column.to_owned()),
            "{header}"
        );
    }
    assert_eq!(Column::recognise("external:"), None);
}

#[test]
fn every_name_is_a_key_and_means_one_thing() {
    let all: Vec<String> = columns(&BTreeSet::new())
        .iter()
        .map(Column::header)
        .collect();
    for header in &all {
        assert_eq!(
            Column::recognise(header)
                .map(|column| column.header())
                .as_ref(),
            Some(header)
        );
    }
    for header in [
        "Kunde",
        "Société",
        "Adresszusatz",
        "Poststed",
        "Län",
        "Größe",
    ] {
        let known = Column::recognise(header).is_some();
        assert_eq!(known, header != "Größe", "{header}");
    }
}

#[test]
fn of_two_columns_that_mean_the_same_one_is_read() {
    let read = |names: &[&str]| -> Vec<Option<String>> {
        columns_of(&headers(names))
            .into_iter()
            .map(|column| column.map(|column| column.header()))
            .collect()
    };
    assert_eq!(read(&["Mail", "email"]), [None, Some("email".to_owned())]);
    assert_eq!(
        read(&["Mail", "Courriel"]),
        [Some("email".to_owned()), None]
    );
    assert_eq!(read(&["Name"]), [Some("organisation".to_owned())]);
    assert_eq!(
        read(&["Name", "Company"]),
        [
            Some("contact_name".to_owned()),
            Some("organisation".to_owned())
        ]
    );
    assert_eq!(
        read(&["Name", "Company", "Contact"]),
        [
            None,
            Some("organisation".to_owned()),
            Some("contact_name".to_owned())
        ]
    );
}

#[test]
fn an_empty_cell_says_nothing_and_a_dash_empties() {
    let before = Customer {
        fields: CustomerFields::default()
            .with(Field::Organisation, "Kettle")
            .with(Field::Phone, "123")
            .with(Field::City, "Berlin"),
        ..Customer::default()
    };
    let (after, problems) = read(
        &["company", "phone", "city"],
        &["Kettle", " ", " - "],
        &before,
    );
    assert_eq!(problems, []);
    assert_eq!(
        (
            after.fields.get(Field::Phone),
            after.fields.get(Field::City)
        ),
        ("123", "")
    );
    assert_eq!(differences(&before, &after).len(), 1);
}

#[test]
fn what_is_wrong_is_told_by_column_with_what_to_do() {
    let (_, problems) = read(
        &[
            "company", "country", "language", "mail", "domain", "contacts",
        ],
        &[
            "",
            "Germny",
            "Klingon",
            "sam(at)kettle",
            "no domain",
            "Ann | ann@",
        ],
        &Customer::default(),
    );
    let fields: Vec<_> = problems
        .iter()
        .map(|problem| problem.field.as_str())
        .collect();
    assert_eq!(
        fields,
        [
            "country",
            "language",
            "email",
            "domains",
            "contacts",
            "organisation"
        ]
    );
    assert!(problems[0].message.contains("“Germny”") && problems[0].message.contains("DE"));
    // What is held already is never wrong: it may have come from Ion.
    let mut odd = named("Kettle");
    odd.fields.set(Field::Country, "Germny");
    odd.fields.set(Field::Email, "none");
    let (after, problems) = read(
        &["country", "mail", "city"],
        &["Germny", "none", "Bonn"],
        &odd,
    );
    assert_eq!((problems, after.fields.get(Field::City)), (vec![], "Bonn"));
    let long = "x".repeat(501);
    let (_, problems) = read(
        &["company", "city"],
        &["Kettle", &long],
        &Customer::default(),
    );
    assert_eq!(problems[0].field, "city");
}

#[test]
fn names_of_places_become_codes() {
    let (after, problems) = read(
        &["company", "country", "sprache"],
        &["Kettle", "Deutschland", "en-GB"],
        &Customer::default(),
    );
    assert_eq!(problems, []);
    assert_eq!(
        (
            after.fields.get(Field::Country),
            after.fields.get(Field::Language)
        ),
        ("DE", "EN")
    );
}

#[test]
fn several_values_stand_in_one_cell() {
    let (after, problems) = read(
        &[
            "company",
            "tags",
            "website",
            "contacts",
            "first name",
            "last name",
            "external:crm",
        ],
        &[
            "Kettle",
            "gold; edu;;gold",
            "https://www.Kettle.example/de; office@tea.example",
            "Ann Lee <ann@kettle.example>; bob@kettle.example; Cy | cy@kettle.example | CFO | 1 | 2; Dee",
            "Sam",
            "Sample",
            "00042",
        ],
        &Customer::default(),
    );
    assert_eq!(problems, []);
    assert_eq!(after.tags, ["gold", "edu"]);
    assert_eq!(after.domains, ["kettle.example", "tea.example"]);
    assert_eq!(after.fields.get(Field::ContactName), "Sam Sample");
    assert_eq!(after.external_ids["crm"], "00042");
    let shown: Vec<_> = after
        .contacts
        .iter()
        .map(|one| format!("{}/{}/{}/{}", one.name, one.email, one.title, one.phone))
        .collect();
    assert_eq!(
        shown,
        [
            "Ann Lee/ann@kettle.example//",
            "/bob@kettle.example//",
            "Cy/cy@kettle.example/CFO/1 2",
            "Dee///"
        ]
    );
}

#[test]
fn our_number_is_told_from_numbers_of_others() {
    let number = |text: &str| {
        Row::of_cells(&[Some(Column::Number)], [text])
            .number()
            .map_err(|problem| problem.field)
    };
    assert_eq!(number("C-0188"), Ok(Some(188)));
    assert_eq!(number(&number_text(12_345)), Ok(Some(12_345)));
    assert_eq!(number(""), Ok(None));
    for text in ["188", "C-", "C-x", "C-0"] {
        assert_eq!(number(text), Err("number".to_owned()), "{text}");
    }
}

fn text() -> impl Strategy<Value = String> {
    "[-=+@';|\\\\ab\"<>,\n\t é\u{202e}\u{1f375}]{0,8}".prop_map(|text| text.trim().to_owned())
}

fn filled() -> impl Strategy<Value = String> {
    text().prop_map(|text| {
        if text.is_empty() {
            "x".to_owned()
        } else {
            text
        }
    })
}

prop_compose! {
    fn contact()(name in filled(), email in prop::option::of("[a-z;|]{1,4}"), title in text(), phone in text()) -> Contact {
        Contact { name, email: email.map_or(String::new(), |name| format!("{name}@kettle.example")), title, phone }
    }
}

prop_compose! {
    fn customer()(
        texts in prop::collection::vec(text(), 9),
        organisation in filled(),
        country in prop::sample::select(places::countries()),
        language in prop::sample::select(places::languages()),
        notes in "[-= \n'a;]{0,6}",
        contacts in prop::collection::vec(contact(), 0..3),
        tags in prop::collection::hash_set(filled(), 0..4),
        ids in prop::collection::btree_map("[a-z]{1,3}", filled(), 0..3),
    ) -> Customer {
        let mut fields = CustomerFields::default();
        let free = [Field::Street, Field::Suite, Field::City, Field::State, Field::Zip, Field::ContactName, Field::Title, Field::Phone];
        for (field, text) in free.into_iter().zip(&texts) {
            fields.set(field, text);
        }
        fields.set(Field::Organisation, &organisation);
        fields.set(Field::Country, country.0);
        fields.set(Field::Language, language.0);
        fields.set(Field::Email, "a;b@kettle.example");
        Customer {
            fields,
            registration_number: texts[8].clone(),
            vat_number: texts[0].clone(),
            domains: vec!["kettle.example".to_owned(), "tea.example".to_owned()],
            contacts,
            notes,
            tags: tags.into_iter().collect(),
            external_ids: ids,
            archived: false,
        }
    }
}

proptest! {
    #[test]
    fn what_is_exported_comes_back_as_it_was(customer in customer(), other in customer()) {
        let columns = columns(&customer.external_ids.keys().cloned().collect());
        let headers: Vec<String> = columns.iter().map(Column::header).collect();
        let cells: Vec<String> = columns.iter().map(|column| harmless(&text_of(column, &customer))).collect();
        for cell in &cells {
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\n']));
        }
        let row = Row::of_cells(&columns_of(&headers), cells.iter().map(String::as_str));
        let (made, problems) = row.applied_to(&Customer::default());
        prop_assert_eq!(&problems, &vec![]);
        prop_assert_eq!(&made, &customer, "made anew");
        prop_assert_eq!(&row.applied_to(&customer), &(customer.clone(), vec![]), "onto itself");
        let (mut taken, _) = row.applied_to(&other);
        for (column, cell) in columns.iter().zip(&cells) {
            if !cell.is_empty() {
                prop_assert_eq!(text_of(column, &taken), text_of(column, &customer));
            }
        }
        taken.archived = false;
        prop_assert!(differences(&taken, &taken).is_empty());
    }
}
