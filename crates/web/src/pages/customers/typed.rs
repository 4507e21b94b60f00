//! What was typed into the form of a customer.

use std::collections::BTreeMap;

use domain::customer::{Contact, Customer, CustomerField};

/// Most rows of contacts or ids that one form brings.
const MOST: usize = 200;

/// A value of a form.
pub(super) fn value<'a>(form: &'a [(String, String)], name: &str) -> &'a str {
    form.iter()
        .find(|(key, _)| key == name)
        .map_or("", |(_, value)| value.as_str())
}

/// The customer of a form. What the form does not show stays as it is in `known`.
pub(super) fn customer(form: &[(String, String)], known: &Customer) -> Customer {
    let mut customer = Customer {
        archived: known.archived,
        ..Customer::default()
    };
    for field in CustomerField::ALL {
        // A browser sends line ends in a field of one line to nobody; a program may.
        let text = value(form, field.as_str()).replace(['\r', '\n'], " ");
        customer.fields.set(*field, &text);
    }
    let own = |name: &str| value(form, name).trim().to_owned();
    customer.registration_number = own("registration_number");
    customer.vat_number = own("vat_number");
    value(form, "notes")
        .replace("\r\n", "\n")
        .trim()
        .clone_into(&mut customer.notes);
    customer.domains = list(value(form, "domains"))
        .into_iter()
        .map(|domain| domain.to_lowercase())
        .collect();
    customer.tags = list(value(form, "tags"));
    customer.contacts = rows(
        form,
        [
            "contact_name",
            "contact_email",
            "contact_title",
            "contact_phone",
        ],
    )
    .into_iter()
    .map(|[name, email, title, phone]| Contact {
        name,
        email,
        title,
        phone,
    })
    .collect();
    customer.external_ids = rows(form, ["external_system", "external_id"])
        .into_iter()
        .filter(|[system, id]| !system.is_empty() && !id.is_empty())
        .map(|[system, id]| (system, id))
        .collect::<BTreeMap<_, _>>();
    customer
}

/// Texts with commas or line ends between them, each once.
fn list(text: &str) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for part in text.split([',', ';', '\n']) {
        let part = part.trim();
        if !part.is_empty() && !texts.iter().any(|one| one == part) {
            texts.push(part.to_owned());
        }
    }
    texts
}

/// Rows of which the fields are called `name.place`, in the order of their places; rows without any text are left out.
fn rows<const N: usize>(form: &[(String, String)], names: [&str; N]) -> Vec<[String; N]> {
    let mut places: BTreeMap<usize, [String; N]> = BTreeMap::new();
    for (key, text) in form {
        let Some((name, place)) = key.rsplit_once('.') else {
            continue;
        };
        let (Some(column), Ok(place)) = (
            names.iter().position(|one| *one == name),
            place.parse::<usize>(),
        ) else {
            continue;
        };
        if places.len() < MOST || places.contains_key(&place) {
            let row = places
                .entry(place)
                .or_insert_with(|| std::array::from_fn(|_| String::new()));
            text.trim().clone_into(&mut row[column]);
        }
    }
    places
        .into_values()
        .filter(|row| row.iter().any(|text| !text.is_empty()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_form_becomes_a_customer() {
        let typed = form(&[
            ("organisation", "  Café & Söhne <b>\u{1f375} "),
            ("country", "DE"),
            ("tags", "gold, gold;silver"),
            ("domains", "Kettle.Example"),
            ("contact_name.7", "Pat"),
            ("contact_email.7", "pat@kettle.example"),
            ("contact_name.2", "Jo"),
            ("contact_name.9", " "),
            ("external_system.0", "erp"),
            ("external_id.0", "10071"),
            ("external_system.1", "crm"),
            ("notes", "one\r\ntwo"),
        ]);
        let known = Customer {
            archived: true,
            ..Customer::default()
        };
        let customer = customer(&typed, &known);
        assert_eq!(
            customer.fields.get(CustomerField::Organisation),
            "Café & Söhne <b>\u{1f375}"
        );
        assert_eq!(customer.tags, ["gold", "silver"]);
        assert_eq!(customer.domains, ["kettle.example"]);
        let names: Vec<_> = customer
            .contacts
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(names, ["Jo", "Pat"]);
        assert_eq!(
            customer.external_ids.len(),
            1,
            "an id without its text is none"
        );
        assert_eq!(customer.notes, "one\ntwo");
        assert!(customer.archived, "what the form does not show stays");
    }

    #[test]
    fn a_form_of_many_rows_is_cut() {
        let many: Vec<(String, String)> = (0..10_000)
            .map(|place| (format!("contact_name.{place}"), "x".to_owned()))
            .collect();
        assert_eq!(customer(&many, &Customer::default()).contacts.len(), MOST);
    }
}
