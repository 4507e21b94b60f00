//! A customer as a row of a file: one place for what is written and what is read.
//!
//! What is exported is read back exactly. In a table of text, an empty cell says nothing, so that a file with few columns takes
//! nothing away; a cell with a single `-` empties the value. Several values of one cell are parted by `;`.

mod cell;
mod column;
mod names;

use std::collections::{BTreeMap, BTreeSet};

use domain::customer::{Contact, Customer, CustomerField as Field};

pub use cell::Said;
pub use column::{Column, columns_of};

use super::check::{Problem, is_email, problems_here};
use super::places;

/// The columns of an export, in their order; ids in other systems last.
pub fn columns(systems: &BTreeSet<String>) -> Vec<Column> {
    column::FIXED
        .iter()
        .cloned()
        .chain(systems.iter().cloned().map(Column::External))
        .collect()
}

/// What a customer shows in a column, as text. Empty for its number, which is no part of it.
pub fn text_of(column: &Column, customer: &Customer) -> String {
    match column {
        Column::Number | Column::FirstName | Column::LastName => String::new(),
        Column::Field(field) => customer.fields.get(*field).to_owned(),
        Column::RegistrationNumber => customer.registration_number.clone(),
        Column::VatNumber => customer.vat_number.clone(),
        Column::Domains => cell::join(&customer.domains),
        Column::Contacts => cell::join_contacts(&customer.contacts),
        Column::Notes => customer.notes.clone(),
        Column::Tags => cell::join(&customer.tags),
        Column::External(system) => customer
            .external_ids
            .get(system)
            .cloned()
            .unwrap_or_default(),
    }
}

/// Our number as people see it.
pub fn number_text(number: u64) -> String {
    format!("C-{number:04}")
}

/// The number in a text such as `C-0188`.
pub fn read_number(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text
        .strip_prefix("C-")
        .or_else(|| text.strip_prefix("c-"))?;
    digits.parse().ok().filter(|number| *number > 0)
}

/// What a row says of a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// What each column says; columns that say nothing are not there.
    said: Vec<(Column, Said)>,
}

impl Row {
    /// The row of these columns and what they say; a column that is not known is not read.
    pub fn new(said: impl IntoIterator<Item = (Column, Said)>) -> Self {
        let mut said: Vec<(Column, Said)> = said
            .into_iter()
            .filter(|(_, said)| *said != Said::Nothing)
            .collect();
        join_names(&mut said);
        Self { said }
    }

    /// The row of these columns and the cells of a table of text.
    pub fn of_cells<'a>(
        columns: &[Option<Column>],
        cells: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self::new(
            columns
                .iter()
                .zip(cells)
                .filter_map(|(column, cell)| column.clone().map(|column| (column, cell)))
                .map(|(column, cell)| {
                    let said = Said::of_cell(cell, &column);
                    (column, said)
                }),
        )
    }

    /// It says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.said.is_empty()
    }

    /// What it says of a column, as one text.
    pub fn text(&self, column: &Column) -> Option<String> {
        self.said
            .iter()
            .find(|(one, _)| one == column)
            .map(|(_, said)| said.text())
    }

    /// Ids in other systems that it names.
    pub fn external_ids(&self) -> BTreeMap<String, String> {
        self.said
            .iter()
            .filter_map(|(column, said)| match column {
                Column::External(system) => {
                    Some((system.clone(), said.text())).filter(|(_, id)| !id.is_empty())
                }
                _ => None,
            })
            .collect()
    }

    /// Our number that it names; an error where it is none.
    pub fn number(&self) -> Result<Option<u64>, Problem> {
        match self.text(&Column::Number) {
            None => Ok(None),
            Some(text) if text.is_empty() => Ok(None),
            Some(text) => read_number(&text).map(Some).ok_or_else(|| {
                problem(
                    &Column::Number,
                    format!("“{text}” is no number of a customer here; they look like C-0188. Put numbers of another system into a column external:NAME."),
                )
            }),
        }
    }

    /// The customer as it would be after this row, and what is wrong with what the row says. A value that is what the customer holds
    /// already is never wrong.
    pub fn applied_to(&self, before: &Customer) -> (Customer, Vec<Problem>) {
        let (mut after, mut problems) = (before.clone(), Vec::new());
        for (column, said) in &self.said {
            if said.text() == text_of(column, before) {
                continue;
            }
            if let Err(message) = set(&mut after, column, said) {
                problems.push(problem(column, message));
            }
        }
        let known = problems_here(before);
        for found in problems_here(&after) {
            let named = problems.iter().any(|problem| problem.field == found.field);
            if !named && (!known.contains(&found) || found.field == Field::Organisation.as_str()) {
                problems.push(found);
            }
        }
        (after, problems)
    }
}

/// A first and a last name are a contact's name, where no column says the whole one.
fn join_names(said: &mut Vec<(Column, Said)>) {
    let part = |column: &Column| {
        said.iter()
            .find(|(one, _)| one == column)
            .map(|(_, said)| said.text())
            .filter(|text| !text.is_empty())
    };
    let name: Vec<String> = [Column::FirstName, Column::LastName]
        .iter()
        .filter_map(part)
        .collect();
    let whole = Column::Field(Field::ContactName);
    said.retain(|(column, _)| !matches!(column, Column::FirstName | Column::LastName));
    if !name.is_empty() && !said.iter().any(|(column, _)| *column == whole) {
        said.push((whole, Said::Text(name.join(" "))));
    }
}

/// One value that differs between two customers, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The column.
    pub column: Column,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
}

/// What differs between two customers.
pub fn differences(before: &Customer, after: &Customer) -> Vec<Difference> {
    let systems: BTreeSet<String> = before
        .external_ids
        .keys()
        .chain(after.external_ids.keys())
        .cloned()
        .collect();
    columns(&systems)
        .into_iter()
        .map(|column| Difference {
            before: text_of(&column, before),
            after: text_of(&column, after),
            column,
        })
        .filter(|one| one.before != one.after)
        .collect()
}

fn problem(column: &Column, message: impl Into<String>) -> Problem {
    Problem {
        field: column.header(),
        label: column.label(),
        message: message.into(),
    }
}

fn set(customer: &mut Customer, column: &Column, said: &Said) -> Result<(), String> {
    match column {
        Column::Number | Column::FirstName | Column::LastName => {}
        Column::Field(field) => {
            let text = checked(*field, &said.text())?;
            customer.fields.set(*field, &text);
        }
        Column::RegistrationNumber => said
            .text()
            .trim()
            .clone_into(&mut customer.registration_number),
        Column::VatNumber => said.text().trim().clone_into(&mut customer.vat_number),
        Column::Notes => customer.notes = said.text(),
        Column::Domains => customer.domains = domains(&said.list())?,
        Column::Tags => customer.tags = once_each(said.list()),
        Column::Contacts => customer.contacts = contacts(said)?,
        Column::External(system) => {
            let id = said.text().trim().to_owned();
            if id.is_empty() {
                customer.external_ids.remove(system);
            } else {
                customer.external_ids.insert(system.clone(), id);
            }
        }
    }
    Ok(())
}

/// The text of a field as it is kept: countries and languages by their code.
fn checked(field: Field, text: &str) -> Result<String, String> {
    let text = text.trim();
    match field {
        _ if text.is_empty() => Ok(String::new()),
        Field::Country => places::country_code(text).map(str::to_owned).ok_or_else(|| {
            format!("“{text}” is no country that is known; write its code of two letters, such as DE, or its English name.")
        }),
        Field::Language => places::language_code(text).map(str::to_owned).ok_or_else(|| {
            format!("“{text}” is no language that is known; write its code of two letters, such as EN, or its English name.")
        }),
        Field::Email if !is_email(text) => Err(format!(
            "“{text}” is no e-mail address; it looks like name@example.com."
        )),
        _ => Ok(text.to_owned()),
    }
}

/// Domains in small letters, out of whatever leads to them.
fn domains(texts: &[String]) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for text in texts {
        let host = text.trim().to_lowercase();
        let host = host
            .rsplit_once("//")
            .map_or(host.as_str(), |(_, rest)| rest);
        let host = host.rsplit_once('@').map_or(host, |(_, rest)| rest);
        let host = host.split(['/', ':', '?']).next().unwrap_or_default();
        let host = host
            .strip_prefix("www.")
            .unwrap_or(host)
            .trim_end_matches('.');
        if !host.contains('.') || host.starts_with('.') || host.contains(char::is_whitespace) {
            return Err(format!(
                "“{text}” is no domain; it looks like example.com. Part several by semicolons."
            ));
        }
        all.push(host.to_owned());
    }
    Ok(once_each(all))
}

fn contacts(said: &Said) -> Result<Vec<Contact>, String> {
    let all = said.contacts();
    for contact in &all {
        if !contact.email.is_empty() && !is_email(&contact.email) {
            return Err(format!(
                "“{}” is no e-mail address. A contact looks like: Ann Lee | ann@example.com | CFO | +44 20 7946 0000. Part several by semicolons.",
                contact.email
            ));
        }
    }
    Ok(all)
}

fn once_each(texts: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(texts.len());
    for text in texts {
        if !kept.contains(&text) {
            kept.push(text);
        }
    }
    kept
}

#[cfg(test)]
mod tests;
