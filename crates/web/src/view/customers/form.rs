//! The form of a customer, new or known.

use askama::Template;

use crate::view::filters;
use crate::view::form::{Choice, Field, Select};
use crate::view::frame::Frame;
use crate::view::parts::Note;

/// `GET /customers/new` and `/customers/{id}/edit`.
#[derive(Debug, Template)]
#[template(path = "customer/form.html")]
pub struct CustomerForm {
    /// Around it.
    pub frame: Frame,
    /// `New customer`, or its name.
    pub heading: String,
    /// The line below the heading.
    pub lead: String,
    /// Where it is posted.
    pub action_href: String,
    /// Where *Cancel* leads.
    pub cancel_href: String,
    /// Version that the form was filled from; 0 for a new one.
    pub version: u64,
    /// What is wrong: role `alert`, takes the focus.
    pub note: Option<Note>,
    /// Who saved meanwhile, and what.
    pub moved: Option<Moved>,
    /// Name of the organisation.
    pub organisation: Field,
    /// Language.
    pub language: Select,
    /// Street, second line, postal code, city, state.
    pub address: Vec<Field>,
    /// Country.
    pub country: Select,
    /// States by country, offered while typing: country, code and name.
    pub states: Vec<(&'static str, Vec<(String, String)>)>,
    /// Name, e-mail, title, phone of the primary contact.
    pub primary: Vec<Field>,
    /// The other contacts.
    pub contacts: Vec<ContactRow>,
    /// An empty row for one more, as a template.
    pub blank_contact: ContactRow,
    /// Registration number, VAT number, domains, tags.
    pub own: Vec<Field>,
    /// Tags in use, offered while typing.
    pub tags: Vec<String>,
    /// Ids elsewhere.
    pub externals: Vec<ExternalRow>,
    /// An empty row for one more, as a template.
    pub blank_external: ExternalRow,
    /// Words of ours.
    pub notes: Field,
    /// Where a new one is sent at once; empty where nothing is connected.
    pub send_to: Vec<Choice>,
    /// What Ion would refuse, as far as it is known now; may be empty.
    pub warnings: Vec<String>,
    /// `Save`, `Add the customer`.
    pub submit: &'static str,
}

/// One more contact.
#[derive(Debug, Clone)]
pub struct ContactRow {
    /// `Contact 2`.
    pub title: String,
    /// Name, e-mail, title, phone.
    pub fields: Vec<Field>,
}

/// An id elsewhere.
#[derive(Debug, Clone)]
pub struct ExternalRow {
    /// Name of the system.
    pub system: Field,
    /// The id there.
    pub id: Field,
}

/// Somebody saved while the form was open.
#[derive(Debug, Clone)]
pub struct Moved {
    /// `Someone else saved this customer at 10:38 (Kim Placeholder).`
    pub title: String,
    /// Fields that differ: label, what stands there now, what was typed.
    pub fields: Vec<(String, String, String)>,
}
