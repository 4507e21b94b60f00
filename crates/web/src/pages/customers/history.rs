//! The history of a customer, and taking back what it tells.

use std::collections::HashMap;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use domain::{ChangeId, ConnectionId, CustomerId, RunId};
use http::HeaderMap;
use rules::customers::rule::Rule;
use store::customers::{self, ChangeKind, ChangeRow, Way};
use store::{Store, StoreError, connections, runs};
use uuid::Uuid;

use super::card::{Tab, open};
use super::{field_label, href, run_href};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::connections::Nothing;
use crate::pages::{go_to, wants_part};
use crate::view::customers::history::{
    ChangeGroup, ChangeLine, ChangeOpen, ChangeTable, CustomerHistory,
};
use crate::view::format::{count, counted, sentence_case};
use crate::view::parts::Empty;
use crate::view::{Fact, Html, Link, Pager, Times, Tone, Value};

/// Lines of a page.
const PAGE: u32 = 50;

/// The tab of a customer.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(format!("{}/history", href(id.into())), query.as_deref());
    let (card, around) = open(&app, &caller, &headers, id.into(), Tab::History, &address).await?;
    let before = address
        .get("after")
        .and_then(|after| after.parse::<ChangeId>().ok());
    let mut rows = customers::list_changes(app.store().read(), id.into(), before, PAGE + 1).await?;
    let more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let names = Names::load(app.store(), &rows).await?;
    let undone = rows.iter().filter(|row| row.undone_at.is_some()).count() as u64;
    let edits = caller.may(Right::EditCustomers);
    let opened = address.get("open");
    let times = &around.times;
    let mut groups: Vec<ChangeGroup> = Vec::new();
    for row in &rows {
        let year = times.date(row.at);
        let year = year.rsplit(' ').next().unwrap_or_default().to_owned();
        let mut one = line(row, &names, times, edits);
        let id = row.id.to_string();
        if opened == Some(id.as_str()) {
            one.open = Some(explain(row, &names));
            one.toggle_href = address.without(&["open"]);
        } else {
            one.toggle_href = format!("{}#open", address.with("open", &id));
        }
        match groups.last_mut().filter(|group| group.title == year) {
            Some(group) => group.lines.push(one),
            None => groups.push(ChangeGroup {
                title: year,
                lines: vec![one],
            }),
        }
    }
    let list = ChangeTable {
        named: false,
        empty: rows.is_empty().then(|| {
            Empty::new(
                "history",
                "Nothing happened yet",
                "Each change stands here: what, from, to, why, which way, and who.",
            )
        }),
        csrf: around.frame.csrf.clone(),
        pager: Pager {
            words: counted(rows.len() as u64, "change", "changes"),
            note: if undone > 0 {
                format!("{} undone", count(undone))
            } else {
                String::new()
            },
            previous: before.map(|_| address.without(&["open"])),
            next: rows
                .last()
                .filter(|_| more)
                .map(|last| address.behind(&last.id.to_string())),
            sizes: Vec::new(),
        },
        groups,
    };
    if wants_part(&headers) {
        return Ok(Html(list).into_response());
    }
    Ok(Html(CustomerHistory {
        head: card.head,
        list,
        frame: around.frame,
    })
    .into_response())
}

/// Takes one change back.
pub(crate) async fn undo(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    let id = ChangeId::from(id);
    let row = customers::find_change(app.store().read(), id)
        .await?
        .ok_or_else(|| Fault::not_found("change"))?;
    app.engine().undo_change(id, &caller.actor()).await?;
    Ok(go_to(&format!(
        "{}/history?done=undone",
        href(row.customer)
    )))
}

/// Takes back what a run changed here.
pub(crate) async fn undo_run(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    let run = RunId::from(id);
    runs::find(app.store().read(), run)
        .await?
        .ok_or_else(|| Fault::not_found("run"))?;
    let undone = app.engine().undo_run(run, &caller.actor()).await?;
    Ok(go_to(&format!(
        "{}?undone={}&left={}",
        run_href(run),
        undone.changes,
        undone.left
    )))
}

/// What lines of a history name: runs by number, connections by name.
#[derive(Debug, Default)]
pub(crate) struct Names {
    runs: HashMap<RunId, u64>,
    connections: HashMap<ConnectionId, String>,
}

impl Names {
    /// Loads the names that these lines need.
    pub(crate) async fn load(store: &Store, rows: &[ChangeRow]) -> Result<Self, StoreError> {
        let conn = store.read();
        let mut names = Self {
            runs: HashMap::new(),
            connections: connections::list_all(conn)
                .await?
                .into_iter()
                .map(|row| (row.id, row.name))
                .collect(),
        };
        for run in rows.iter().filter_map(|row| row.run) {
            if !names.runs.contains_key(&run)
                && let Some(row) = runs::find(conn, run).await?
            {
                names.runs.insert(run, row.number);
            }
        }
        Ok(names)
    }

    fn run(&self, run: RunId) -> Link {
        let words = self.runs.get(&run).map_or_else(
            || "Run".to_owned(),
            |number| format!("Run {}", count(*number)),
        );
        Link::new(words, run_href(run))
    }
}

/// What happened, in a word or two.
pub(crate) fn label(row: &ChangeRow) -> String {
    let field = row.field.as_deref().map(field_label);
    match (row.kind, field) {
        (ChangeKind::Field, Some(field)) => field,
        (ChangeKind::Conflict, Some(field)) => format!("{field}, conflict"),
        (ChangeKind::Decided, Some(field)) => format!("{field}, decided"),
        (kind, _) => word(kind).to_owned(),
    }
}

/// A kind of change.
pub(crate) const fn word(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Field => "Changed",
        ChangeKind::Created => "Made here",
        ChangeKind::Imported => "Imported from Ion",
        ChangeKind::CreatedInIon => "Created in Ion",
        ChangeKind::Linked => "Linked",
        ChangeKind::Unlinked => "Unlinked",
        ChangeKind::Rejected => "Kept apart",
        ChangeKind::Ignored => "Ignored",
        ChangeKind::Conflict => "Conflict",
        ChangeKind::Decided => "Decided",
        ChangeKind::Failed => "Write failed",
        ChangeKind::Archived => "Put away",
        ChangeKind::Restored => "Taken back",
        ChangeKind::Gone => "Gone from Ion",
        ChangeKind::Returned => "In Ion again",
        ChangeKind::Status => "State in Ion",
        ChangeKind::Combined => "Made one",
        ChangeKind::Split => "Split again",
    }
}

/// Icon, colour and words of a way.
pub(crate) const fn way(way: Way) -> (&'static str, Tone, &'static str) {
    match way {
        Way::Here => ("point", Tone::Calm, "here"),
        Way::FromIon => ("arrow-left", Tone::Info, "from Ion"),
        Way::ToIon => ("arrow-right", Tone::Info, "to Ion"),
    }
}

/// Whether a change is one that can be taken back here.
fn can_undo(row: &ChangeRow) -> bool {
    row.undone_at.is_none()
        && match row.kind {
            ChangeKind::Field => {
                row.way != Way::ToIon
                    && row.field.as_deref().is_some_and(|field| {
                        field.parse::<domain::customer::CustomerField>().is_ok()
                    })
            }
            ChangeKind::Imported
            | ChangeKind::Linked
            | ChangeKind::Archived
            | ChangeKind::Restored => true,
            _ => false,
        }
}

/// One line.
pub(crate) fn line(row: &ChangeRow, names: &Names, times: &Times, edits: bool) -> ChangeLine {
    let why = match (row.rule, row.kind) {
        (Some(rule), _) => sentence_case(rule.why()),
        (None, _) if !row.note.is_empty() => row.note.clone(),
        (None, ChangeKind::Field) => "Edited here".to_owned(),
        _ => String::new(),
    };
    let valued = matches!(
        row.kind,
        ChangeKind::Field | ChangeKind::Conflict | ChangeKind::Decided | ChangeKind::Status
    );
    let after = match (&row.ion_id, valued) {
        (Some(ion_id), false) if row.after.is_empty() => format!("Ion {ion_id}"),
        _ => row.after.clone(),
    };
    ChangeLine {
        at: times.ago(row.at),
        customer: None,
        label: label(row),
        before: row.before.clone(),
        after,
        valued,
        way: way(row.way),
        why,
        rule: row.rule.map(Into::into),
        who: row.actor.clone(),
        run: row.run.map(|run| names.run(run)),
        undo_href: (edits && can_undo(row)).then(|| format!("/customers/changes/{}/undo", row.id)),
        undone: row
            .undone_at
            .map(|at| {
                format!(
                    "undone {} by {}",
                    times.in_words(at),
                    row.undone_by.as_deref().unwrap_or("somebody")
                )
            })
            .unwrap_or_default(),
        toggle_href: String::new(),
        open: None,
    }
}

fn explain(row: &ChangeRow, names: &Names) -> ChangeOpen {
    let mut text = row.rule.map_or("", meaning).to_owned();
    if can_undo(row) {
        let undo = match row.kind {
            ChangeKind::Field => {
                "Undo puts the old value back here, as a change of yours that goes to Ion."
            }
            ChangeKind::Imported => {
                "Undo unlinks it and puts it away here; Ion keeps its customer."
            }
            ChangeKind::Linked => "Undo ends the link; both customers stay.",
            _ => "Undo takes it back.",
        };
        let both = format!("{text} {undo}");
        both.trim().clone_into(&mut text);
    }
    if text.is_empty() {
        text = if row.note.is_empty() {
            "A person or program did this here; no rule was asked.".to_owned()
        } else {
            row.note.clone()
        };
    }
    let value = |text: &str| {
        if text.is_empty() {
            Value::Absent("empty".to_owned())
        } else {
            Value::text(text)
        }
    };
    let mut facts = Vec::new();
    if !row.before.is_empty() || !row.after.is_empty() {
        facts.push(Fact::new("Before", value(&row.before)));
        facts.push(Fact::new("After", value(&row.after)));
    }
    if let Some(connection) = row.connection {
        let name = names
            .connections
            .get(&connection)
            .map_or("a removed connection", String::as_str);
        facts.push(Fact::new(
            "Connection",
            Value::text(match &row.ion_id {
                Some(ion_id) => format!("{name}, Ion {ion_id}"),
                None => name.to_owned(),
            }),
        ));
    }
    if !row.note.is_empty() && row.rule.is_some() {
        facts.push(Fact::new("Note", Value::text(row.note.clone())));
    }
    facts.push(Fact::new("Who", Value::text(row.actor.clone())));
    ChangeOpen {
        title: row
            .rule
            .map_or_else(|| label(row), |rule| sentence_case(rule.why())),
        text,
        facts,
        request: row.request_id.clone().unwrap_or_default(),
    }
}

/// What a rule did, in a sentence or two.
const fn meaning(rule: Rule) -> &'static str {
    match rule {
        Rule::C01 => "Both sides hold the same; nothing was to be done.",
        Rule::C02 => {
            "Since both sides last agreed, Ionbridge kept the value and Ion has a new one. So Ion’s is taken; nobody is asked."
        }
        Rule::C03 => {
            "Since both sides last agreed, Ion kept the value and Ionbridge has a new one. So ours is sent; nobody is asked."
        }
        Rule::C04 => {
            "Both sides say the same, spelled differently; Ion’s spelling is kept, so that no echo comes back."
        }
        Rule::C05 => "Both sides changed it. The policy says that Ion owns this field.",
        Rule::C06 => "Both sides changed it. The policy says that Ionbridge owns this field.",
        Rule::C07 => "Both sides changed it. The policy says that the later change counts.",
        Rule::C08 | Rule::C11 => {
            "The two differ and neither may be overwritten, so a person is asked. Until then each side keeps its own."
        }
        Rule::C09 => "A person saw both values and chose.",
        Rule::C10 => "One side had no value, so it took that of the other.",
        Rule::C12 => {
            "Ion takes no customer without this field, so our empty value was not sent; Ion’s stays."
        }
        Rule::C20 => {
            "Ion has a customer that is like none of ours. It was made here and linked; nothing was written to Ion."
        }
        Rule::C27 => {
            "E-mail and name are the same, no other customer is like them, and a person applied the plan."
        }
        Rule::C28 => "A person said that the two are one.",
        Rule::C30 => {
            "It was missing in one complete list of Ion. It counts as gone only when a second one misses it, too."
        }
        Rule::C31 => "Ion no longer shows it. Ours stays; it is not made there again.",
        Rule::C32 => "Ion shows it again; what differs was compared.",
        _ => "",
    }
}

/// The last lines of a customer, for its card.
pub(super) async fn newest(
    app: &App,
    customer: CustomerId,
    limit: u32,
) -> Result<Vec<ChangeRow>, StoreError> {
    customers::list_changes(app.store().read(), customer, None, limit).await
}
