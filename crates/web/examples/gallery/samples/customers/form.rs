//! The form of a customer.

use super::*;

pub(super) fn form(edit: bool) -> CustomerForm {
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
