//! Between Ion's customers and ours: Ion's types stop here.

use domain::customer::{CustomerField as Field, CustomerFields, IonCustomer};
use ion_client::{Customer, CustomerDraft};

/// Ion's customer in our words. `None` where it carries no id.
pub(super) fn from_ion(customer: &Customer) -> Option<IonCustomer> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let name = customer.name.as_deref()?;
    let ion_id = name.rsplit('/').next().filter(|id| !id.is_empty())?;
    let address = customer.customer_address.clone().unwrap_or_default();
    let fields = [
        (Field::Organisation, &customer.customer_organization),
        (Field::Street, &address.street),
        (Field::Suite, &address.suite),
        (Field::City, &address.city),
        (Field::State, &address.state),
        (Field::Zip, &address.zip),
        (Field::Country, &address.country),
        (Field::ContactName, &customer.customer_name),
        (Field::Email, &customer.customer_email),
        (Field::Title, &customer.customer_title),
        (Field::Phone, &customer.customer_phone),
        (Field::Language, &customer.language_code),
    ];
    Some(IonCustomer {
        ion_id: ion_id.to_owned(),
        uid: text(&customer.uid),
        fields: fields
            .into_iter()
            .map(|(field, value)| (field, text(value)))
            .collect(),
        active: !customer
            .customer_status
            .as_deref()
            .is_some_and(|status| status.eq_ignore_ascii_case("inactive")),
        created_at: customer.created(),
        updated_at: customer.updated(),
    })
}

/// What is sent to Ion: every field, since Ion is taken to forget what is not sent (Ion API notes 6).
pub(super) fn draft(fields: &CustomerFields, domain: &str) -> CustomerDraft {
    let get = |field| fields.get(field).to_owned();
    CustomerDraft {
        organization: get(Field::Organisation),
        street: get(Field::Street),
        suite: get(Field::Suite),
        city: get(Field::City),
        state: get(Field::State),
        zip: get(Field::Zip),
        country: get(Field::Country),
        contact_name: get(Field::ContactName),
        email: get(Field::Email),
        title: get(Field::Title),
        phone: get(Field::Phone),
        language: get(Field::Language),
        alternate_email: String::new(),
        domain: domain.to_owned(),
    }
}

/// Of what Ion shows, without its times: a customer that was written as it was is no change.
pub(super) fn hash(customer: &IonCustomer) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let mut part = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    part(&customer.uid);
    part(if customer.active {
        "active"
    } else {
        "inactive"
    });
    for (field, text) in customer.fields.all() {
        part(field.as_str());
        part(text);
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_goes_over_and_back() {
        let json = r#"{"name":"accounts/1/customers/42","customerOrganization":"Kettle & Sons","customerAddress":{"street":"1 High Street","city":"London","state":"London","zip":"EC1","country":"GB"},
            "customerName":"Sam","customerEmail":"sam@kettle.example","languageCode":"EN","uid":"u1","customerStatus":"INACTIVE","updateTime":"2026-01-02T03:04:05Z"}"#;
        let ours = from_ion(&serde_json::from_str(json).unwrap()).unwrap();
        assert_eq!((ours.ion_id.as_str(), ours.active), ("42", false));
        let sent = draft(&ours.fields, "kettle.example");
        assert_eq!(
            (
                sent.organization.as_str(),
                sent.city.as_str(),
                sent.suite.as_str()
            ),
            ("Kettle & Sons", "London", "")
        );
        let mut later = ours.clone();
        later.updated_at = None;
        assert_eq!(hash(&ours), hash(&later), "a time alone is no change");
        later.fields.set(Field::Suite, "2");
        assert_ne!(hash(&ours), hash(&later));
        assert!(from_ion(&serde_json::from_str("{}").unwrap()).is_none());
    }
}
