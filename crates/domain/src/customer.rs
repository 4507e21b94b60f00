//! A customer: ours, and the fields that both sides hold.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::text_enum;

text_enum! {
    /// A field that Ion holds too, and that sync keeps equal on both sides (Ion API notes 2.2).
    pub enum CustomerField {
        /// Name of the organisation.
        Organisation = "organisation",
        /// Street and number.
        Street = "street",
        /// Suite, floor, second line of the address.
        Suite = "suite",
        /// City.
        City = "city",
        /// State or province: a code where the country has codes, else free text.
        State = "state",
        /// Postal code.
        Zip = "zip",
        /// ISO 3166 code of two letters.
        Country = "country",
        /// Name of the primary contact.
        ContactName = "contact_name",
        /// E-mail of the primary contact; unique at Ion.
        Email = "email",
        /// Title of the primary contact.
        Title = "title",
        /// Phone of the primary contact.
        Phone = "phone",
        /// Language, two capital letters.
        Language = "language",
    }
}

impl CustomerField {
    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Organisation => "Organisation",
            Self::Street => "Street",
            Self::Suite => "Suite",
            Self::City => "City",
            Self::State => "State",
            Self::Zip => "Postal code",
            Self::Country => "Country",
            Self::ContactName => "Contact name",
            Self::Email => "E-mail",
            Self::Title => "Title",
            Self::Phone => "Phone",
            Self::Language => "Language",
        }
    }
}

/// What Ion tells of a customer at one vendor's cloud (Ion API notes 2.2). Texts are empty where Ion gives none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CloudProfile {
    /// Ion's number of the provider.
    pub provider_id: String,
    /// The vendor's name.
    pub vendor: String,
    /// The customer's domain there.
    pub domain: String,
    /// The vendor's id of the customer, such as the tenant.
    pub tenant_id: String,
    /// Ion's word for the state of the agreement with the vendor.
    pub agreement: String,
}

/// What both sides hold of one customer: one text for each field, empty where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomerFields(BTreeMap<CustomerField, String>);

impl CustomerFields {
    /// The text of a field; empty where there is none.
    pub fn get(&self, field: CustomerField) -> &str {
        self.0.get(&field).map_or("", String::as_str)
    }

    /// Sets a field. White space around it is dropped, and so are zero bytes: PostgreSQL keeps no text with one.
    pub fn set(&mut self, field: CustomerField, text: &str) {
        let text = text.replace('\0', "");
        let text = text.trim();
        if text.is_empty() {
            self.0.remove(&field);
        } else {
            self.0.insert(field, text.to_owned());
        }
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, field: CustomerField, text: &str) -> Self {
        self.set(field, text);
        self
    }

    /// Every field with its text, in their order.
    pub fn all(&self) -> impl Iterator<Item = (CustomerField, &str)> {
        CustomerField::ALL
            .iter()
            .map(|field| (*field, self.get(*field)))
    }
}

impl FromIterator<(CustomerField, String)> for CustomerFields {
    fn from_iter<I: IntoIterator<Item = (CustomerField, String)>>(fields: I) -> Self {
        let mut all = Self::default();
        for (field, text) in fields {
            all.set(field, &text);
        }
        all
    }
}

/// A person at a customer, beside the primary contact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Title.
    pub title: String,
    /// Phone.
    pub phone: String,
}

/// One of our customers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// What Ion can hold too; the primary contact is part of it.
    pub fields: CustomerFields,
    /// Number in a register of companies.
    pub registration_number: String,
    /// VAT number.
    pub vat_number: String,
    /// Domains of the organisation, in small letters.
    pub domains: Vec<String>,
    /// Contacts beside the primary one.
    pub contacts: Vec<Contact>,
    /// Words of ours.
    pub notes: String,
    /// Labels of ours.
    pub tags: Vec<String>,
    /// Its ids in other systems of ours, by the name of the system.
    pub external_ids: BTreeMap<String, String>,
    /// Put away: kept, no longer synced, in no list by default.
    pub archived: bool,
}

/// A customer as Ion shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IonCustomer {
    /// Last segment of Ion's `name`; opaque.
    pub ion_id: String,
    /// Ion's `uid`, which Microsoft orders ask for; opaque.
    pub uid: String,
    /// What both sides hold.
    pub fields: CustomerFields,
    /// False where Ion says `INACTIVE`.
    pub active: bool,
    /// When made at Ion.
    pub created_at: Option<Timestamp>,
    /// When last changed at Ion, by Ion's clock.
    pub updated_at: Option<Timestamp>,
}

text_enum! {
    /// How one of our customers stands to Ion, or one of Ion's to us.
    pub enum LinkState {
        /// One of ours and one of Ion's are the same.
        Linked = "linked",
        /// They look alike; a person decides.
        Proposed = "proposed",
        /// Both sides changed one field differently.
        Conflict = "conflict",
        /// Ours, without one at Ion.
        NotInIon = "not_in_ion",
        /// Ion's, without one of ours.
        OnlyInIon = "only_in_ion",
        /// Linked, and Ion says that it is inactive.
        Inactive = "inactive",
        /// Linked, and Ion no longer shows it.
        Gone = "gone",
        /// A person said: leave it.
        Ignored = "ignored",
        /// Ours, put away.
        Archived = "archived",
        /// The last write to Ion failed.
        Failed = "failed",
    }
}

text_enum! {
    /// Who wins where both sides changed a field differently.
    pub enum Winner {
        /// Ion's value.
        Ion = "ion",
        /// Ours.
        Ionbridge = "ionbridge",
        /// The later one; a person where the times do not tell.
        Newest = "newest",
        /// A person.
        Ask = "ask",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_is_no_text() {
        let mut fields = CustomerFields::default().with(CustomerField::City, " Berlin ");
        assert_eq!(fields.get(CustomerField::City), "Berlin");
        fields.set(CustomerField::City, "Ber\0lin\0");
        assert_eq!(fields.get(CustomerField::City), "Berlin");
        fields.set(CustomerField::City, " \0 ");
        assert_eq!(fields, CustomerFields::default());
        assert_eq!(fields.all().count(), CustomerField::ALL.len());
    }

    #[test]
    fn fields_are_stored_by_name() {
        let fields = CustomerFields::default().with(CustomerField::Email, "a@b.example");
        let json = serde_json::to_string(&fields).unwrap();
        assert_eq!(json, r#"{"email":"a@b.example"}"#);
        assert_eq!(
            serde_json::from_str::<CustomerFields>(&json).unwrap(),
            fields
        );
    }
}
