//! One customer: general, contacts, what comes with orders, settings. Its history stands in [`super::history`].

use askama::Template;

use super::{CountedTabs, RuleTag};
use crate::view::Status;
use crate::view::filters;
use crate::view::frame::Frame;
use crate::view::parts::{Button, Fact, Moment, Note, Tone, Value};

/// What stands above every tab of a customer.
#[derive(Debug, Clone)]
pub struct CustomerHead {
    /// `QL`.
    pub initials: String,
    /// Name.
    pub name: String,
    /// How it stands to Ion.
    pub status: Status,
    /// Linked at a sandbox.
    pub test: bool,
    /// `C-0188 · Ion 49988 · London, GB · customer since Mar 2022`.
    pub facts_line: String,
    /// The form; `None` where the reader may not edit.
    pub edit_href: Option<String>,
    /// Tabs.
    pub tabs: CountedTabs,
    /// What needs a person, what was just done.
    pub notes: Vec<Note>,
}

/// `GET /customers/{id}`.
#[derive(Debug, Template)]
#[template(path = "customer/general.html")]
pub struct CustomerGeneral {
    /// Around it.
    pub frame: Frame,
    /// Above the tabs.
    pub head: CustomerHead,
    /// `Last change went across 2 hours ago`; may be empty.
    pub fields_words: String,
    /// What is known of the company.
    pub fields: Vec<FieldLine>,
    /// Words of ours; may be empty.
    pub notes_text: String,
    /// How it stands to each connection.
    pub links: Vec<LinkCard>,
    /// The last changes.
    pub changes: Vec<ChangePoint>,
    /// Its history.
    pub history_href: String,
    /// The first contacts.
    pub contacts: Vec<ContactCard>,
    /// The first password of its portal user, just shown: only to who asked for the customer.
    pub password: Option<FirstPassword>,
}

/// A field of a customer, with who decides it.
#[derive(Debug, Clone)]
pub struct FieldLine {
    /// Label.
    pub label: String,
    /// What is known; tags are several.
    pub values: Vec<Value>,
    /// The values are labels.
    pub tags: bool,
    /// `Ionbridge decides`; empty where Ion has no such field.
    pub owner: String,
    /// `from Ion, 08:40`, `only here`; may be empty.
    pub origin: String,
    /// Exact time on hover; may be empty.
    pub origin_exact: String,
}

/// How a customer stands to a connection.
#[derive(Debug, Clone)]
pub struct LinkCard {
    /// `In sync with Ion`.
    pub title: String,
    /// Its icon and colour.
    pub icon: (&'static str, Tone),
    /// A sentence below the title; may be empty.
    pub text: String,
    /// What is known of the link.
    pub facts: Vec<Fact>,
    /// What can be done.
    pub actions: Vec<Button>,
}

/// A change in the side column.
#[derive(Debug, Clone)]
pub struct ChangePoint {
    /// Colour.
    pub tone: Tone,
    /// Icon.
    pub icon: &'static str,
    /// `Street, from Ion`.
    pub title: String,
    /// What it was; may be empty.
    pub before: String,
    /// What it is; may be empty.
    pub after: String,
    /// Why.
    pub rule: Option<RuleTag>,
    /// When.
    pub at: Moment,
}

/// A person at a customer.
#[derive(Debug, Clone)]
pub struct ContactCard {
    /// `RE`.
    pub initials: String,
    /// Name; the e-mail where there is none.
    pub name: String,
    /// The one that Ion knows.
    pub primary: bool,
    /// Title; may be empty.
    pub title: String,
    /// E-mail; may be empty.
    pub email: String,
    /// Phone; may be empty.
    pub phone: String,
}

/// A password that is shown this once.
pub struct FirstPassword {
    /// What it is for.
    pub text: String,
    /// The page afterwards.
    pub back_href: String,
    password: secrecy::SecretString,
}

impl FirstPassword {
    /// Shows a password once.
    pub fn new(
        text: impl Into<String>,
        back_href: impl Into<String>,
        password: secrecy::SecretString,
    ) -> Self {
        Self {
            text: text.into(),
            back_href: back_href.into(),
            password,
        }
    }

    /// The password, for the page that shows it.
    fn shown(&self) -> &str {
        secrecy::ExposeSecret::expose_secret(&self.password)
    }
}

impl std::fmt::Debug for FirstPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FirstPassword")
            .field("text", &self.text)
            .finish_non_exhaustive()
    }
}

/// `GET /customers/{id}/contacts`.
#[derive(Debug, Template)]
#[template(path = "customer/contacts.html")]
pub struct CustomerContacts {
    /// Around it.
    pub frame: Frame,
    /// Above the tabs.
    pub head: CustomerHead,
    /// Everybody, the primary one first.
    pub contacts: Vec<ContactCard>,
}

/// `GET /customers/{id}/settings`.
#[derive(Debug, Template)]
#[template(path = "customer/settings.html")]
pub struct CustomerSettings {
    /// Around it.
    pub frame: Frame,
    /// Above the tabs.
    pub head: CustomerHead,
    /// The reader may change something.
    pub edits: bool,
    /// What can be done, one by one.
    pub options: Vec<SettingLine>,
    /// Combining with another.
    pub combine: Option<CombineForm>,
    /// Customers that became a part of this one.
    pub combined: Vec<CombinedLine>,
}

/// One thing that can be set or done.
#[derive(Debug, Clone)]
pub struct SettingLine {
    /// A word that names it on the page.
    pub id: &'static str,
    /// What it is.
    pub title: String,
    /// What it means.
    pub text: String,
    /// What can be pressed; asked back by a dialog where `ask` holds words.
    pub action: Button,
    /// What the dialog says; empty where nothing is asked back.
    pub ask: String,
}

/// The form by which two customers become one; the chosen other is shown before anything is done.
#[derive(Debug, Clone)]
pub struct CombineForm {
    /// Where the search is sent.
    pub search_href: String,
    /// What is looked for.
    pub query: String,
    /// What was found: id, name, what tells it apart.
    pub found: Vec<Candidate>,
    /// Nothing was found; may be empty.
    pub nothing: String,
    /// Where it is posted, with `other`.
    pub action_href: String,
}

/// A customer to choose.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// As sent.
    pub id: String,
    /// Name.
    pub name: String,
    /// `C-0188 · London, GB`.
    pub detail: String,
    /// How it stands to Ion.
    pub status: Status,
    /// What would happen.
    pub effect: String,
    /// It is the one chosen now.
    pub on: bool,
    /// Where choosing it leads; empty where it is chosen by a button.
    pub href: String,
}

/// A customer that became a part of another.
#[derive(Debug, Clone)]
pub struct CombinedLine {
    /// Name of the other, as it was.
    pub name: String,
    /// `by Sam Sample`.
    pub text: String,
    /// When.
    pub at: Moment,
    /// Where a post splits them again; `None` where they are two again, or the reader may not.
    pub split_href: Option<String>,
    /// They are two again since then; may be empty.
    pub split_words: String,
}
