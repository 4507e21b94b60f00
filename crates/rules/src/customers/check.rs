//! Whether a customer can be kept here, and whether Ion would take it: said before anything is sent, with the field named.

use domain::customer::{Customer, CustomerField as Field, CustomerFields};

use super::decide::REQUIRED;
pub use super::places::{countries, languages, states_of};

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field: a [`Field`], or one of our own such as `vat_number` or `contacts[0].email`.
    pub field: String,
    /// What people call it.
    pub label: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl Problem {
    /// A problem with a field that Ion holds too.
    pub fn of(field: Field, message: impl Into<String>) -> Self {
        Self {
            field: field.as_str().to_owned(),
            label: field.label().to_owned(),
            message: message.into(),
        }
    }
}

/// The longest text that is kept of one field.
pub const LONGEST: usize = 500;
/// The longest note.
pub const LONGEST_NOTE: usize = 20_000;

/// What Ion would refuse (Ion API notes 2.2). A value that came from Ion as it is, is never refused.
pub fn problems_for_ion(
    fields: &CustomerFields,
    from_ion: Option<&CustomerFields>,
) -> Vec<Problem> {
    let untouched = |field: Field| from_ion.is_some_and(|ion| ion.get(field) == fields.get(field));
    let mut problems = Vec::new();
    for field in REQUIRED {
        if fields.get(field).is_empty() && !untouched(field) {
            problems.push(Problem::of(field, "Ion needs it; fill it in."));
        }
    }
    let shaped = |field: Field, good: fn(&str) -> bool, message: &str| {
        let text = fields.get(field);
        (!text.is_empty() && !untouched(field) && !good(text)).then(|| Problem::of(field, message))
    };
    problems.extend(shaped(
        Field::Email,
        is_email,
        "this is no e-mail address; it looks like name@example.com.",
    ));
    problems.extend(shaped(
        Field::Country,
        is_country,
        "Ion takes the ISO code of two letters, such as DE or US.",
    ));
    problems.extend(shaped(
        Field::Language,
        is_two_letters,
        "Ion takes a language code of two letters, such as EN.",
    ));
    problems
}

/// What cannot be kept here.
pub fn problems_here(customer: &Customer) -> Vec<Problem> {
    let mut problems = Vec::new();
    if customer.fields.get(Field::Organisation).is_empty() {
        problems.push(Problem::of(Field::Organisation, "a customer needs a name."));
    }
    for (field, text) in customer.fields.all() {
        if text.chars().count() > LONGEST {
            problems.push(Problem::of(
                field,
                format!("longer than {LONGEST} characters."),
            ));
        }
    }
    let own = |field: &str, label: &str, message: String| Problem {
        field: field.to_owned(),
        label: label.to_owned(),
        message,
    };
    for (field, label, text, longest) in [
        (
            "registration_number",
            "Registration number",
            &customer.registration_number,
            LONGEST,
        ),
        ("vat_number", "VAT number", &customer.vat_number, LONGEST),
        ("notes", "Notes", &customer.notes, LONGEST_NOTE),
    ] {
        if text.chars().count() > longest {
            problems.push(own(
                field,
                label,
                format!("longer than {longest} characters."),
            ));
        }
    }
    for (place, contact) in customer.contacts.iter().enumerate() {
        if contact.name.trim().is_empty() && contact.email.trim().is_empty() {
            problems.push(own(
                &format!("contacts[{place}].name"),
                "Contact",
                "a contact needs a name or an e-mail.".to_owned(),
            ));
        }
        if !contact.email.trim().is_empty() && !is_email(contact.email.trim()) {
            problems.push(own(
                &format!("contacts[{place}].email"),
                "E-mail of the contact",
                "this is no e-mail address; it looks like name@example.com.".to_owned(),
            ));
        }
    }
    problems
}

/// Whether a text has the form of an e-mail address: one part, an at sign, a host with a dot.
pub fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && !host.contains('@')
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !text.contains(char::is_whitespace)
    })
}

fn is_country(text: &str) -> bool {
    countries()
        .iter()
        .any(|(code, _)| code.eq_ignore_ascii_case(text))
}

fn is_two_letters(text: &str) -> bool {
    text.len() == 2 && text.chars().all(|letter| letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> CustomerFields {
        CustomerFields::from_iter(
            [
                (Field::Organisation, "Kettle & Söhne"),
                (Field::Street, "Hauptstr. 1"),
                (Field::City, "Berlin"),
                (Field::State, "Berlin"),
                (Field::Zip, "10115"),
                (Field::Country, "DE"),
                (Field::ContactName, "Sam"),
                (Field::Email, "sam@kettle.example"),
                (Field::Language, "DE"),
            ]
            .map(|(field, text)| (field, text.to_owned())),
        )
    }

    fn fields(problems: &[Problem]) -> Vec<&str> {
        problems
            .iter()
            .map(|problem| problem.field.as_str())
            .collect()
    }

    #[test]
    fn what_ion_would_refuse_is_named_by_field() {
        assert_eq!(problems_for_ion(&whole(), None), []);
        let nothing = problems_for_ion(&CustomerFields::default(), None);
        assert_eq!(fields(&nothing), REQUIRED.map(Field::as_str));
        for (field, text) in [
            (Field::Email, "sam.kettle.example"),
            (Field::Email, "sam@kettle"),
            (Field::Email, "sam@kettle.example, ann@kettle.example"),
            (Field::Country, "Germany"),
            (Field::Country, "UK"),
            (Field::Country, "XX"),
            (Field::Language, "German"),
            (Field::Language, "D"),
            (Field::Language, "1E"),
        ] {
            let problems = problems_for_ion(&whole().with(field, text), None);
            assert_eq!(fields(&problems), [field.as_str()], "{text}");
        }
        for (field, text) in [
            (Field::State, "Nowhere"),
            (Field::Country, "us"),
            (Field::Language, "en"),
        ] {
            assert_eq!(
                problems_for_ion(&whole().with(field, text), None),
                [],
                "{text}"
            );
        }
    }

    #[test]
    fn what_came_from_ion_is_never_refused() {
        let odd = CustomerFields::default()
            .with(Field::Organisation, "Kettle")
            .with(Field::Email, "none")
            .with(Field::Country, "Germany")
            .with(Field::Language, "German");
        assert_eq!(problems_for_ion(&odd, Some(&odd)), []);
        let edited = odd
            .clone()
            .with(Field::Email, "nothing")
            .with(Field::City, "Bonn");
        assert_eq!(fields(&problems_for_ion(&edited, Some(&odd))), ["email"]);
        let emptied = edited.with(Field::Country, "").with(Field::Email, "none");
        assert_eq!(fields(&problems_for_ion(&emptied, Some(&odd))), ["country"]);
    }

    #[test]
    fn what_cannot_be_kept_here_is_named_by_field() {
        let mut customer = Customer {
            fields: CustomerFields::default().with(Field::Organisation, "Kettle"),
            ..Customer::default()
        };
        assert_eq!(problems_here(&customer), []);
        customer.fields = CustomerFields::default().with(Field::City, &"ü".repeat(LONGEST + 1));
        customer.vat_number = "1".repeat(LONGEST + 1);
        customer.notes = "n".repeat(LONGEST_NOTE + 1);
        customer.contacts = vec![
            domain::customer::Contact {
                email: "ann@".to_owned(),
                ..Default::default()
            },
            domain::customer::Contact {
                phone: "1".to_owned(),
                ..Default::default()
            },
        ];
        assert_eq!(
            fields(&problems_here(&customer)),
            [
                "organisation",
                "city",
                "vat_number",
                "notes",
                "contacts[0].email",
                "contacts[1].name"
            ]
        );
    }
}
