//! Customers of our own for the demo: most of them are in the sandbox too, some written another way, some only here.

use domain::customer::{Customer, CustomerField as Field, CustomerFields};
use engine::Engine;
use ion_sandbox::Sandbox;
use serde_json::{Map, Value};
use store::audit::Actor;

/// Those that are in no sandbox.
const ONLY_HERE: [(&str, &str); 2] = [
    ("Lantern & Lark Studio", "hello@lanternlark.example"),
    ("Saltmarsh Dental", "front@saltmarsh.example"),
];

/// Makes so many, as if they had been brought from a list of our own.
pub(super) async fn bring(engine: &Engine, sandbox: &Sandbox, count: usize) -> anyhow::Result<()> {
    let actor = Actor::system();
    let only_here = ONLY_HERE.len().min(count);
    let known = sandbox.portal().customers();
    for (n, theirs) in known.iter().take(count - only_here).enumerate() {
        let mut customer = Customer {
            fields: fields(theirs),
            ..Customer::default()
        };
        differ(&mut customer, n);
        engine.create_customer(customer, None, &actor).await?;
    }
    for (organisation, email) in ONLY_HERE.iter().take(only_here) {
        let mut customer = Customer::default();
        customer.fields.set(Field::Organisation, organisation);
        customer.fields.set(Field::Email, email);
        customer.fields.set(Field::Country, "GB");
        customer.tags = vec!["prospect".to_owned()];
        engine.create_customer(customer, None, &actor).await?;
    }
    Ok(())
}

/// Each its own small difference, as lists that grew apart have them.
fn differ(customer: &mut Customer, n: usize) {
    let organisation = customer.fields.get(Field::Organisation).to_owned();
    match n % 6 {
        0 => customer.fields.set(Field::Title, "Managing director"),
        1 => customer
            .fields
            .set(Field::Organisation, &organisation.replace('&', "and")),
        2 => customer.fields.set(Field::Phone, "+44 20 7946 0199"),
        3 => {
            // The same name, another mailbox: a person says whether they are one.
            customer
                .fields
                .set(Field::Email, &format!("accounts@branch{n}.example"));
        }
        4 => customer.tags = vec!["gold support".to_owned()],
        _ => {}
    }
    customer
        .external_ids
        .insert("crm".to_owned(), format!("K-{:03}", n + 1));
}

fn fields(theirs: &Map<String, Value>) -> CustomerFields {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let address = theirs.get("customerAddress");
    let part = |name: &str| text(address.and_then(|address| address.get(name)));
    [
        (
            Field::Organisation,
            text(theirs.get("customerOrganization")),
        ),
        (Field::Street, part("street")),
        (Field::City, part("city")),
        (Field::State, part("state")),
        (Field::Zip, part("zip")),
        (Field::Country, part("country")),
        (Field::ContactName, text(theirs.get("customerName"))),
        (Field::Email, text(theirs.get("customerEmail"))),
        (Field::Phone, text(theirs.get("customerPhone"))),
        (Field::Language, text(theirs.get("languageCode"))),
    ]
    .into_iter()
    .collect()
}
