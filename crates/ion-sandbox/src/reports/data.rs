//! The rows of a report, as values and as CSV.

use serde_json::{Map, Value, json};

use super::book::Report;
use super::columns::{Cell, Column, find};
use crate::catalog::CURRENCY;
use crate::json::{member, text};
use crate::stamp::{Stamp, read};
use crate::state::State;
use crate::subscriptions::{Days, Subscription, relative_range};

/// What a request asks of a report: columns and days.
pub(super) struct Asked {
    pub(super) columns: Vec<&'static Column>,
    pub(super) days: Option<Days>,
}

/// Columns of the body, or else those that were saved; days of the body, or else those of the report. Err: what is unreadable.
pub(super) fn asked(
    state: &State,
    report: &Report,
    body: &Map<String, Value>,
) -> Result<Asked, String> {
    let inner = |members: &Map<String, Value>, name: &str| {
        member(members, name).and_then(Value::as_object).cloned()
    };
    let specs = inner(body, "specs").unwrap_or_default();
    let sent = member(&specs, "selectedColumns").and_then(Value::as_array);
    let ids = sent.into_iter().flatten().filter_map(|one| {
        let id = member(one.as_object()?, "id")?;
        find(id.as_str().unwrap_or_default())
    });
    let mut columns: Vec<&'static Column> = ids.collect();
    if columns.is_empty() {
        columns = report.chosen.iter().filter_map(|id| find(id)).collect();
    }
    let now = state.clock.now();
    let selected = inner(&specs, "dateRangeOption")
        .and_then(|option| inner(&option, "selectedRange"))
        .unwrap_or_default();
    let days = match (
        text(&selected, "relativeDateRange"),
        inner(&selected, "fixedDateRange"),
    ) {
        (None | Some("CUSTOM" | "UNKNOWN_RELATIVE_DATE_RANGE"), Some(fixed)) => {
            let day = |name: &str| {
                let sent = text(&fixed, name);
                let day = sent.and_then(read);
                day.ok_or_else(|| format!("invalid value for field {name}"))
            };
            Some((day("startDate")?, day("endDate")?))
        }
        (None, None) => relative_range(&report.range, now),
        (Some(word), _) => {
            let days = relative_range(word, now);
            Some(days.ok_or_else(|| {
                format!("invalid value for enum field relativeDateRange: {word:?}")
            })?)
        }
    };
    Ok(Asked { columns, days })
}

/// Subscriptions whose term touches the days.
fn charged(state: &State, days: Option<Days>) -> impl Iterator<Item = &Subscription> {
    let all = state.subscriptions.all().iter();
    all.filter(move |one| {
        let touches = days.is_none_or(|(from, to)| one.term.start <= to && one.term.end >= from);
        one.shows && touches
    })
}

/// Rows as `/data` answers them. Money goes in as digits.
pub(super) fn rows(state: &State, asked: &Asked) -> (String, usize) {
    let mut rows = Vec::new();
    for one in charged(state, asked.days) {
        let values: Vec<String> = asked
            .columns
            .iter()
            .map(|column| value(&(column.value)(one)))
            .collect();
        rows.push(format!(r#"{{"values":[{}]}}"#, values.join(",")));
    }
    (rows.join(","), rows.len())
}

fn value(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => json!({"valueType": "STRING", "stringValue": text}).to_string(),
        Cell::Count(count) => json!({"valueType": "INT", "intValue": count}).to_string(),
        Cell::Day(day) => json!({"valueType": "DATE", "dateValue": day.to_string()}).to_string(),
        Cell::Amount(amount) => format!(
            r#"{{"valueType":"MONEY","moneyValue":{{"currency":"{CURRENCY}","value":{}}}}}"#,
            amount.text()
        ),
    }
}

/// CSV with a heading, and how many rows it has.
pub(super) fn csv(state: &State, asked: &Asked) -> (String, usize) {
    let line = |cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        format!("{}\n", cells.join(","))
    };
    let mut text = line(
        asked
            .columns
            .iter()
            .map(|column| column.heading())
            .collect(),
    );
    let mut count = 0;
    for one in charged(state, asked.days) {
        let cells = asked
            .columns
            .iter()
            .map(|column| plain(&(column.value)(one)));
        text.push_str(&line(cells.collect()));
        count += 1;
    }
    (text, count)
}

fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Count(count) => count.to_string(),
        Cell::Amount(amount) => amount.text(),
        Cell::Day(Stamp(day)) => day.strftime("%Y-%m-%d").to_string(),
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
