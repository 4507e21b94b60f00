//! Several values in one cell, and what a cell says.
//!
//! Values are parted by `;`, the parts of a contact by `|`; a backslash before one of these takes it as it is.

use domain::customer::Contact;

use super::Column;
use crate::cell::restored;

/// What a place of a file says of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Nothing: whatever is there stays.
    Nothing,
    /// There is none: what is there goes.
    Empty,
    /// This text.
    Text(String),
    /// These texts.
    List(Vec<String>),
    /// These contacts.
    Contacts(Vec<Contact>),
}

impl Said {
    /// What a cell of a table says.
    pub fn of_cell(cell: &str, column: &Column) -> Self {
        // Notes are kept as they were written; around any other value, white space means nothing.
        let keep = *column == Column::Notes;
        let trim = |text: &'_ str| -> String { if keep { text } else { text.trim() }.to_owned() };
        if trim(cell) == "-" {
            return Self::Empty;
        }
        let text = trim(restored(cell));
        if text.is_empty() {
            Self::Nothing
        } else {
            Self::Text(text)
        }
    }

    /// All of it as one text.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Nothing | Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::List(texts) => join(texts),
            Self::Contacts(contacts) => join_contacts(contacts),
        }
    }

    /// The texts in it.
    pub(super) fn list(&self) -> Vec<String> {
        let texts = match self {
            Self::List(texts) => texts.clone(),
            other => part(&other.text()),
        };
        let trimmed = texts.iter().map(|text| text.trim().to_owned());
        trimmed.filter(|text| !text.is_empty()).collect()
    }

    /// The contacts in it.
    pub(super) fn contacts(&self) -> Vec<Contact> {
        match self {
            Self::Contacts(contacts) => contacts.clone(),
            Self::Nothing | Self::Empty => Vec::new(),
            other => split(&other.text(), ';')
                .iter()
                .filter(|one| !one.trim().is_empty())
                .map(|one| read_contact(one))
                .collect(),
        }
    }
}

/// Several texts as one.
pub(super) fn join(texts: &[String]) -> String {
    let escaped: Vec<String> = texts.iter().map(|text| escape(text)).collect();
    escaped.join("; ")
}

/// Several contacts as one text.
pub(super) fn join_contacts(contacts: &[Contact]) -> String {
    let written: Vec<String> = contacts.iter().map(write_contact).collect();
    written.join("; ")
}

/// The texts of one that was joined.
fn part(text: &str) -> Vec<String> {
    split(text, ';').iter().map(|one| unescape(one)).collect()
}

fn write_contact(contact: &Contact) -> String {
    let parts = [
        &contact.name,
        &contact.email,
        &contact.title,
        &contact.phone,
    ];
    let last = parts.iter().rposition(|part| !part.is_empty()).unwrap_or(0);
    // A name alone could be taken for an e-mail, so that it never stands alone.
    let written: Vec<String> = parts[..=last.max(1)]
        .iter()
        .map(|part| escape(part))
        .collect();
    written.join(" | ").trim().to_owned()
}

fn read_contact(text: &str) -> Contact {
    let parts: Vec<String> = split(text, '|')
        .iter()
        .map(|part| unescape(part).trim().to_owned())
        .collect();
    let get = |place: usize| parts.get(place).cloned().unwrap_or_default();
    if let [only] = parts.as_slice() {
        return alone(only);
    }
    Contact {
        name: get(0),
        email: get(1),
        title: get(2),
        phone: parts.get(3..).unwrap_or_default().join(" "),
    }
}

/// A contact of one part, as other programs write it: an e-mail, a name, or `Name <e-mail>`.
fn alone(text: &str) -> Contact {
    let (name, email) = match text
        .strip_suffix('>')
        .and_then(|text| text.rsplit_once('<'))
    {
        Some((name, email)) => (name.trim().trim_matches('"'), email.trim()),
        None if text.contains('@') => ("", text),
        None => (text, ""),
    };
    Contact {
        name: name.to_owned(),
        email: email.to_owned(),
        ..Contact::default()
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        if matches!(sign, '\\' | ';' | '|') {
            escaped.push('\\');
        }
        escaped.push(sign);
    }
    escaped
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match signs.peek() {
            Some(next @ ('\\' | ';' | '|')) if sign == '\\' => {
                plain.push(*next);
                signs.next();
            }
            _ => plain.push(sign),
        }
    }
    plain
}

/// Parts a text at a sign that no backslash takes as it is; escapes stay in the parts.
fn split(text: &str, at: char) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        if sign == '\\' {
            part.push(sign);
            part.extend(signs.next());
        } else if sign == at {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(sign);
        }
    }
    parts.push(part);
    parts
}
