//! A customer as programs read and write it.

use std::collections::BTreeMap;

use domain::CustomerId;
use domain::customer::{Customer as Ours, CustomerField as Field, LinkState};
use jiff::Timestamp;
use rules::customers::table::number_text;
use serde::{Deserialize, Serialize};
use store::customers::CustomerHit;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::etag;

/// A person at a customer, beside the primary contact.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub(crate) struct Contact {
    /// Name.
    #[serde(default)]
    #[schema(example = "Ann Lee")]
    name: String,
    /// E-mail.
    #[serde(default)]
    #[schema(example = "ann@kettle.example")]
    email: String,
    /// Title.
    #[serde(default)]
    title: String,
    /// Phone.
    #[serde(default)]
    phone: String,
}

impl From<domain::customer::Contact> for Contact {
    fn from(contact: domain::customer::Contact) -> Self {
        Self {
            name: contact.name,
            email: contact.email,
            title: contact.title,
            phone: contact.phone,
        }
    }
}

impl From<Contact> for domain::customer::Contact {
    fn from(contact: Contact) -> Self {
        Self {
            name: contact.name,
            email: contact.email,
            title: contact.title,
            phone: contact.phone,
        }
    }
}

/// Which of Ion's customers is the same.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IonId {
    /// The connection.
    connection_id: Uuid,
    /// Ion's id; opaque.
    #[schema(example = "49988")]
    ion_id: String,
}

/// A customer. What Ion holds too is kept equal on both sides once the two are linked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Customer {
    /// Id.
    #[schema(value_type = Uuid)]
    id: CustomerId,
    /// Number, for people.
    #[schema(example = "C-0188")]
    number: String,
    /// Name of the organisation.
    #[schema(example = "Kettle & Sons")]
    organisation: String,
    /// Street and number.
    street: String,
    /// Suite, floor, second line of the address.
    suite: String,
    /// City.
    city: String,
    /// State or province: a code where the country has codes.
    state: String,
    /// Postal code.
    zip: String,
    /// ISO 3166 code of two letters.
    #[schema(example = "GB")]
    country: String,
    /// Name of the primary contact.
    contact_name: String,
    /// E-mail of the primary contact; unique at Ion.
    #[schema(example = "sam@kettle.example")]
    email: String,
    /// Title of the primary contact.
    title: String,
    /// Phone of the primary contact.
    phone: String,
    /// Language, two letters.
    #[schema(example = "EN")]
    language: String,
    /// Number in a register of companies.
    registration_number: String,
    /// VAT number.
    vat_number: String,
    /// Domains, in small letters.
    domains: Vec<String>,
    /// Contacts beside the primary one.
    contacts: Vec<Contact>,
    /// Notes.
    notes: String,
    /// Labels.
    tags: Vec<String>,
    /// Ids in other systems, by the name of the system.
    external_ids: BTreeMap<String, String>,
    /// Put away: kept, no longer synced, in no list by default.
    archived: bool,
    /// How it stands to Ion: `linked`, `proposed`, `conflict`, `not_in_ion`, `inactive`, `gone`, `ignored`, `archived` or `failed`.
    #[schema(value_type = String, example = "linked")]
    sync_state: LinkState,
    /// Ion's customers that are the same, one of a connection at most.
    links: Vec<IonId>,
    /// The customer that this one became a part of.
    #[schema(value_type = Option<Uuid>)]
    merged_into: Option<CustomerId>,
    /// Counts every change.
    version: u64,
    /// When a person or program last changed what Ion holds too.
    #[schema(value_type = String, format = DateTime)]
    edited_at: Timestamp,
    /// When made here.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// By whom.
    created_by: String,
}

impl Customer {
    /// The version that an edit names.
    pub(crate) fn tag(&self) -> String {
        tag(self.id, self.version)
    }

    pub(crate) fn id(&self) -> CustomerId {
        self.id
    }
}

/// The version of a customer that an edit names.
pub(crate) fn tag(id: CustomerId, version: u64) -> String {
    etag::of(&format!("customer {id} {version}"))
}

impl From<CustomerHit> for Customer {
    fn from(hit: CustomerHit) -> Self {
        let row = hit.row;
        let customer = row.customer;
        let field = |field| customer.fields.get(field).to_owned();
        Self {
            id: row.id,
            number: number_text(row.number),
            organisation: field(Field::Organisation),
            street: field(Field::Street),
            suite: field(Field::Suite),
            city: field(Field::City),
            state: field(Field::State),
            zip: field(Field::Zip),
            country: field(Field::Country),
            contact_name: field(Field::ContactName),
            email: field(Field::Email),
            title: field(Field::Title),
            phone: field(Field::Phone),
            language: field(Field::Language),
            registration_number: customer.registration_number,
            vat_number: customer.vat_number,
            domains: customer.domains,
            contacts: customer.contacts.into_iter().map(Contact::from).collect(),
            notes: customer.notes,
            tags: customer.tags,
            external_ids: customer.external_ids,
            archived: customer.archived,
            sync_state: row.link_state,
            links: hit
                .links
                .into_iter()
                .map(|(connection, ion_id)| IonId {
                    connection_id: connection.into(),
                    ion_id,
                })
                .collect(),
            merged_into: row.merged_into,
            version: row.version,
            edited_at: row.edited_at,
            created_at: row.created_at,
            created_by: row.created_by,
        }
    }
}

/// What to change of a customer: what is left out stays, an empty text or list empties.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct CustomerChange {
    /// Name of the organisation.
    #[serde(default)]
    pub(crate) organisation: Option<String>,
    /// Street and number.
    #[serde(default)]
    street: Option<String>,
    /// Suite, floor, second line of the address.
    #[serde(default)]
    suite: Option<String>,
    /// City.
    #[serde(default)]
    city: Option<String>,
    /// State or province: a code where the country has codes.
    #[serde(default)]
    state: Option<String>,
    /// Postal code.
    #[serde(default)]
    zip: Option<String>,
    /// ISO 3166 code of two letters.
    #[serde(default)]
    #[schema(example = "DE")]
    country: Option<String>,
    /// Name of the primary contact.
    #[serde(default)]
    contact_name: Option<String>,
    /// E-mail of the primary contact; unique at Ion.
    #[serde(default)]
    email: Option<String>,
    /// Title of the primary contact.
    #[serde(default)]
    title: Option<String>,
    /// Phone of the primary contact.
    #[serde(default)]
    phone: Option<String>,
    /// Language, two letters.
    #[serde(default)]
    #[schema(example = "DE")]
    language: Option<String>,
    /// Number in a register of companies.
    #[serde(default)]
    registration_number: Option<String>,
    /// VAT number.
    #[serde(default)]
    vat_number: Option<String>,
    /// Domains: all of them.
    #[serde(default)]
    domains: Option<Vec<String>>,
    /// Contacts beside the primary one: all of them.
    #[serde(default)]
    contacts: Option<Vec<Contact>>,
    /// Notes.
    #[serde(default)]
    notes: Option<String>,
    /// Labels: all of them.
    #[serde(default)]
    tags: Option<Vec<String>>,
    /// Ids in other systems: all of them, by the name of the system.
    #[serde(default)]
    external_ids: Option<BTreeMap<String, String>>,
}

impl CustomerChange {
    /// The customer after this change.
    pub(crate) fn applied_to(self, mut customer: Ours) -> Ours {
        for (field, text) in [
            (Field::Organisation, self.organisation),
            (Field::Street, self.street),
            (Field::Suite, self.suite),
            (Field::City, self.city),
            (Field::State, self.state),
            (Field::Zip, self.zip),
            (Field::Country, self.country),
            (Field::ContactName, self.contact_name),
            (Field::Email, self.email),
            (Field::Title, self.title),
            (Field::Phone, self.phone),
            (Field::Language, self.language),
        ] {
            if let Some(text) = text {
                customer.fields.set(field, &text);
            }
        }
        replace(&mut customer.registration_number, self.registration_number);
        replace(&mut customer.vat_number, self.vat_number);
        replace(&mut customer.notes, self.notes);
        replace(&mut customer.domains, self.domains);
        replace(&mut customer.tags, self.tags);
        replace(&mut customer.external_ids, self.external_ids);
        replace(
            &mut customer.contacts,
            self.contacts
                .map(|contacts| contacts.into_iter().map(Into::into).collect()),
        );
        customer
    }
}

fn replace<T>(place: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *place = new;
    }
}
