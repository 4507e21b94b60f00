//! Rows of a file against our customers: what each would do.

use std::collections::HashMap;

use domain::CustomerId;
use domain::customer::{Customer, CustomerField as Field, LinkState};
use rules::customers::name::{email_key, fold};
use rules::customers::table::{Column, Row, differences, number_text};
use rules::customers::whose::{Candidate, Found, Numbered, Whose, whose};
use store::StoreError;
use store::customers::{self, CustomerFilter, CustomerRow, FileLine, FileOutcome};

use super::parse::Read;
use crate::Engine;
use crate::customers::edit::tidy;

/// Customers that are read at a time.
const PART: u32 = 500;
/// Rows that are compared at a time.
const ROWS: usize = 500;
/// The longest message that is kept of a row.
const LONGEST_MESSAGE: usize = 600;

/// Our customers by what a row may name of them.
#[derive(Debug, Default)]
struct Ours {
    all: Vec<Candidate<CustomerId>>,
    by_number: HashMap<u64, usize>,
    by_external: HashMap<(String, String), Vec<usize>>,
    by_email: HashMap<String, Vec<usize>>,
    by_organisation: HashMap<String, Vec<usize>>,
}

impl Ours {
    async fn read(engine: &Engine) -> Result<Self, StoreError> {
        let mut ours = Self::default();
        let mut filter = CustomerFilter {
            states: LinkState::ALL.to_vec(),
            limit: PART,
            ..CustomerFilter::default()
        };
        loop {
            let page = customers::search(engine.store().read(), &filter).await?;
            for hit in &page.customers {
                ours.add(&hit.row);
            }
            if page.next.is_none() {
                return Ok(ours);
            }
            filter.after = page.next;
        }
    }

    fn add(&mut self, row: &CustomerRow) {
        let (place, fields) = (self.all.len(), &row.customer.fields);
        self.all.push(Candidate {
            id: row.id,
            called: format!(
                "{} {}",
                number_text(row.number),
                fields.get(Field::Organisation)
            ),
            archived: row.customer.archived || row.merged_into.is_some(),
        });
        self.by_number.insert(row.number, place);
        for (system, id) in &row.customer.external_ids {
            let key = (fold(system), id.clone());
            self.by_external.entry(key).or_default().push(place);
        }
        if let Some(key) = email_key(fields.get(Field::Email)) {
            self.by_email.entry(key).or_default().push(place);
        }
        if let Some(key) = organisation_key(fields.get(Field::Organisation)) {
            self.by_organisation.entry(key).or_default().push(place);
        }
    }

    fn found(&self, row: &Row, number: Option<u64>) -> Found<CustomerId> {
        let those = |places: Option<&Vec<usize>>| -> Vec<Candidate<CustomerId>> {
            places
                .into_iter()
                .flatten()
                .map(|place| self.all[*place].clone())
                .collect()
        };
        let text = |field| row.text(&Column::Field(field)).unwrap_or_default();
        let (email, organisation) = (
            email_key(&text(Field::Email)),
            organisation_key(&text(Field::Organisation)),
        );
        let mut by_external = Vec::new();
        for (system, id) in row.external_ids() {
            let places = self.by_external.get(&(fold(&system), id));
            by_external.extend(those(places).into_iter().map(|one| (system.clone(), one)));
        }
        Found {
            by_external,
            by_number: match number.map(|number| self.by_number.get(&number)) {
                None => Numbered::NotSaid,
                Some(None) => Numbered::Nobody,
                Some(Some(place)) => Numbered::One(self.all[*place].clone()),
            },
            has_words: email.is_some() || organisation.is_some(),
            by_email: those(email.and_then(|key| self.by_email.get(&key))),
            by_organisation: those(organisation.and_then(|key| self.by_organisation.get(&key))),
        }
    }
}

fn organisation_key(name: &str) -> Option<String> {
    let key = fold(name.trim());
    (!key.is_empty()).then_some(key)
}

/// What earlier rows of the file said, to find one that says it again.
#[derive(Debug, Default)]
struct Said {
    customers: HashMap<CustomerId, u64>,
    words: HashMap<(&'static str, String), u64>,
}

impl Said {
    /// Notes what a row would leave behind, and gives the earlier row that means the same customer.
    fn again(&mut self, line: u64, customer: Option<CustomerId>, after: &Customer) -> Option<u64> {
        let mut words: Vec<(&'static str, String)> = after
            .external_ids
            .iter()
            .map(|(system, id)| ("id", format!("{}:{id}", fold(system))))
            .collect();
        words.extend(email_key(after.fields.get(Field::Email)).map(|key| ("email", key)));
        words.extend(
            organisation_key(after.fields.get(Field::Organisation))
                .map(|key| ("organisation", key)),
        );
        let earlier = match customer {
            Some(id) => self.customers.get(&id).copied(),
            None => words.iter().find_map(|word| self.words.get(word).copied()),
        };
        if let Some(id) = customer {
            self.customers.entry(id).or_insert(line);
        }
        for word in words {
            self.words.entry(word).or_insert(line);
        }
        earlier
    }
}

/// What each row of a file would do.
pub(super) async fn compare(engine: &Engine, rows: Vec<Read>) -> Result<Vec<FileLine>, StoreError> {
    let (ours, mut said) = (Ours::read(engine).await?, Said::default());
    let mut lines = Vec::with_capacity(rows.len());
    let mut rows = rows.into_iter();
    loop {
        let part: Vec<Meant> = rows
            .by_ref()
            .take(ROWS)
            .map(|read| meant(&ours, read))
            .collect();
        if part.is_empty() {
            return Ok(lines);
        }
        let ids: Vec<CustomerId> = part.iter().filter_map(Meant::customer).collect();
        let known: HashMap<CustomerId, CustomerRow> =
            customers::find_many(engine.store().read(), &ids)
                .await?
                .into_iter()
                .map(|row| (row.id, row))
                .collect();
        lines.extend(part.into_iter().map(|meant| line(meant, &known, &mut said)));
    }
}

/// A row, and whose it is.
#[derive(Debug)]
struct Meant {
    line: u64,
    row: Row,
    whose: Result<Whose<CustomerId>, Wrong>,
}

/// Why a row cannot be read.
#[derive(Debug)]
struct Wrong {
    field: Option<String>,
    message: String,
}

impl Meant {
    fn customer(&self) -> Option<CustomerId> {
        match self.whose.as_ref().ok()? {
            Whose::Nobody => None,
            Whose::One(id) => Some(*id),
            Whose::Look { customer, .. } => *customer,
        }
    }
}

fn meant(ours: &Ours, read: Read) -> Meant {
    let line = read.line;
    match read.row {
        Ok(row) => {
            let whose = match row.number() {
                Ok(number) => Ok(whose(&ours.found(&row, number))),
                Err(problem) => Err(Wrong {
                    field: Some(problem.field),
                    message: format!("{}: {}", problem.label, problem.message),
                }),
            };
            Meant { line, row, whose }
        }
        Err(message) => Meant {
            line,
            row: Row::default(),
            whose: Err(Wrong {
                field: None,
                message,
            }),
        },
    }
}

fn line(meant: Meant, known: &HashMap<CustomerId, CustomerRow>, said: &mut Said) -> FileLine {
    let before = meant.customer().and_then(|id| known.get(&id));
    let mut line = FileLine {
        line: meant.line,
        outcome: FileOutcome::NotReadable,
        name: meant
            .row
            .text(&Column::Field(Field::Organisation))
            .unwrap_or_default(),
        customer: before.map(|row| row.id),
        version: before.map(|row| row.version),
        content: None,
        message: String::new(),
        field: None,
        chosen: false,
        applied_at: None,
        result: None,
    };
    let whose = match meant.whose {
        Ok(whose) => whose,
        Err(wrong) => {
            (line.field, line.message) = (wrong.field, cut(&wrong.message));
            return line;
        }
    };
    let start = before.map(|row| row.customer.clone()).unwrap_or_default();
    let (after, problems) = meant.row.applied_to(&start);
    if let Some(first) = problems.first() {
        let words: Vec<String> = problems
            .iter()
            .map(|problem| format!("{}: {}", problem.label, problem.message))
            .collect();
        (line.field, line.message) = (Some(first.field.clone()), cut(&words.join(" ")));
        // What could be read is kept: a person mends the rest by typing.
        line.content = Some(after);
        return line;
    }
    let after = tidy(after);
    after
        .fields
        .get(Field::Organisation)
        .clone_into(&mut line.name);
    let changed = differences(&start, &after);
    (line.outcome, line.message) = match (whose, before) {
        // Whoever it is: nothing would change.
        (_, Some(_)) if changed.is_empty() => (FileOutcome::Same, "Nothing changes.".to_owned()),
        (Whose::Look { reason, .. }, _) => (FileOutcome::Look, reason),
        (Whose::One(_), Some(_)) => (FileOutcome::Changed, told(&changed)),
        (Whose::Nobody | Whose::One(_), _) => (FileOutcome::New, "A new customer.".to_owned()),
    };
    let again = said.again(line.line, line.customer, &after);
    if line.outcome == FileOutcome::Same {
        return line;
    }
    if let Some(earlier) = again {
        line.outcome = FileOutcome::Look;
        line.message = format!(
            "Row {earlier} of this file seems to mean the same customer. {}",
            line.message
        );
    }
    line.message = cut(&line.message);
    line.chosen = matches!(line.outcome, FileOutcome::New | FileOutcome::Changed);
    line.content = Some(after);
    line
}

/// What changes, for people.
fn told(changed: &[rules::customers::table::Difference]) -> String {
    let value = |text: &str| match text.chars().count() {
        0 => "nothing".to_owned(),
        1..=80 => format!("“{text}”"),
        _ => format!("“{}…”", text.chars().take(79).collect::<String>()),
    };
    let words: Vec<String> = changed
        .iter()
        .map(|one| {
            format!(
                "{}: {} becomes {}",
                one.column.label(),
                value(&one.before),
                value(&one.after)
            )
        })
        .collect();
    format!("{}.", words.join("; "))
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST_MESSAGE {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST_MESSAGE - 1).collect();
    format!("{start}…")
}
