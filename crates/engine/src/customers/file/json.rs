//! Customers in JSON: a list, a list inside an object, or one customer a line.

use domain::customer::Contact;
use rules::customers::table::{Column, Row, Said, columns_of};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::FileError;
use super::parse::{MOST_ROWS, Parsed, Read};

/// Names under which other programs put a list of customers.
const LISTS: [&str; 4] = ["customers", "items", "data", "value"];
/// Names of objects that only hold parts of the address.
const ADDRESSES: [&str; 3] = ["address", "customerAddress", "billingAddress"];
/// Names of the object that holds ids in other systems.
const EXTERNALS: [&str; 2] = ["external_ids", "externalIds"];

/// Members of a customer by name, those of inner objects among them.
type Members = Vec<(String, Value)>;

/// A row by its place: its members, or what is wrong.
type Placed = (u64, Result<Members, String>);

pub(super) fn parse(text: &str) -> Result<Parsed, FileError> {
    let read = match rows_of_one(text) {
        Ok(rows) => rows,
        // Several values one after another are no JSON, but rows.
        Err(error) => match lines(text) {
            Some(rows) => rows,
            None => return Err(error),
        },
    };
    if read.len() > MOST_ROWS {
        return Err(FileError::TooManyRows);
    }
    let mut headers: Vec<String> = Vec::new();
    for (_, row) in &read {
        for (name, _) in row.iter().flatten() {
            if headers.len() < 500 && !headers.contains(name) {
                headers.push(name.clone());
            }
        }
    }
    let columns: Vec<(String, Option<Column>)> =
        headers.iter().cloned().zip(columns_of(&headers)).collect();
    let rows = read
        .into_iter()
        .map(|(line, row)| Read {
            line,
            row: row.and_then(|members| row_of(&columns, members)),
        })
        .collect();
    Ok(Parsed {
        format: "json",
        columns,
        rows,
    })
}

/// Rows of a text that is one JSON value.
fn rows_of_one(text: &str) -> Result<Vec<Placed>, FileError> {
    let list: Vec<&RawValue> = if text.trim_start().starts_with('{') {
        let object: std::collections::BTreeMap<String, &RawValue> =
            serde_json::from_str(text).map_err(|error| json_error(&error))?;
        let inner = LISTS.iter().find_map(|name| object.get(*name));
        match inner {
            Some(list) => serde_json::from_str(list.get()).map_err(|error| json_error(&error))?,
            // One customer alone.
            None => vec![serde_json::from_str(text).map_err(|error| json_error(&error))?],
        }
    } else {
        serde_json::from_str(text).map_err(|error| json_error(&error))?
    };
    Ok((1..)
        .zip(list)
        .map(|(place, raw)| (place, members(raw.get())))
        .collect())
}

/// Rows of a text with one value a line; `None` where its first line is none.
fn lines(text: &str) -> Option<Vec<Placed>> {
    let rows: Vec<_> = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(place, line)| (place, members(line)))
        .collect();
    let reads = rows.first().is_some_and(|(_, first)| first.is_ok());
    (reads && rows.len() > 1).then_some(rows)
}

fn json_error(error: &serde_json::Error) -> FileError {
    FileError::Json {
        line: error.line(),
        column: error.column(),
    }
}

fn members(text: &str) -> Result<Members, String> {
    let object: Map<String, Value> = serde_json::from_str(text)
        .map_err(|_| "It is no JSON object that can be read.".to_owned())?;
    let mut all = Members::new();
    for (name, value) in object {
        match value {
            Value::Object(inner) if ADDRESSES.contains(&name.as_str()) => all.extend(inner),
            Value::Object(inner) if EXTERNALS.contains(&name.as_str()) => {
                let inner = inner.into_iter();
                all.extend(inner.map(|(system, id)| (Column::External(system).header(), id)));
            }
            value => all.push((name, value)),
        }
    }
    Ok(all)
}

fn row_of(columns: &[(String, Option<Column>)], members: Members) -> Result<Row, String> {
    let mut all = Vec::new();
    for (name, value) in members {
        let column = columns.iter().find(|(header, _)| *header == name);
        let Some((_, Some(column))) = column else {
            continue;
        };
        let said = said(column, value)
            .ok_or_else(|| format!("What stands in “{name}” cannot be read there."))?;
        all.push((column.clone(), said));
    }
    let has_zero = all.iter().any(|(_, said)| holds_zero(said));
    if has_zero {
        return Err("It holds a zero byte, which belongs into no text.".to_owned());
    }
    Ok(Row::new(all))
}

/// What a value says; `None` where it does not belong into this column.
fn said(column: &Column, value: Value) -> Option<Said> {
    Some(match value {
        Value::Null => Said::Empty,
        Value::String(text) if text.trim().is_empty() => Said::Empty,
        Value::String(text) if *column == Column::Notes => Said::Text(text),
        Value::String(text) => Said::Text(text.trim().to_owned()),
        Value::Number(number) => Said::Text(number.to_string()),
        Value::Bool(_) | Value::Object(_) => return None,
        Value::Array(items) => match column {
            Column::Contacts => {
                Said::Contacts(items.into_iter().map(contact).collect::<Option<_>>()?)
            }
            Column::Domains | Column::Tags => {
                let texts = items
                    .into_iter()
                    .map(|item| item.as_str().map(str::to_owned));
                Said::List(texts.collect::<Option<_>>()?)
            }
            _ => return None,
        },
    })
}

fn contact(value: Value) -> Option<Contact> {
    match value {
        Value::String(text) if text.contains('@') => Some(Contact {
            email: text,
            ..Contact::default()
        }),
        Value::String(name) => Some(Contact {
            name,
            ..Contact::default()
        }),
        Value::Object(members) => {
            let get = |name: &str| match members.get(name) {
                None | Some(Value::Null) => Some(String::new()),
                Some(Value::String(text)) => Some(text.trim().to_owned()),
                Some(_) => None,
            };
            Some(Contact {
                name: get("name")?,
                email: get("email")?,
                title: get("title")?,
                phone: get("phone")?,
            })
        }
        _ => None,
    }
}

fn holds_zero(said: &Said) -> bool {
    let zero = |text: &String| text.contains('\0');
    match said {
        Said::Nothing | Said::Empty => false,
        Said::Text(text) => zero(text),
        Said::List(texts) => texts.iter().any(zero),
        Said::Contacts(contacts) => contacts.iter().any(|one| {
            [&one.name, &one.email, &one.title, &one.phone]
                .into_iter()
                .any(zero)
        }),
    }
}
