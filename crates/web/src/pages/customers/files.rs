//! Customers from a file: brought, looked at row by row, applied.

use std::collections::HashMap;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::FileId;
use domain::access::Right;
use domain::customer::LinkState;
use engine::customers::{FileError, LARGEST_FILE};
use http::{HeaderMap, StatusCode};
use rules::customers::table::{Column, number_text};
use store::customers::{self, CustomerRow, FileLine, FileOutcome, FileRow as Stored, FileState};
use uuid::Uuid;

use super::{field_label, href as customer_href};
use crate::app::App;
use crate::auth::{Caller, ProtectedUpload};
use crate::fault::Fault;
use crate::from_engine::{to_its_end, told};
use crate::pages::address::Address;
use crate::pages::{Around, go_to, wants_part};
use crate::view::customers::CountedTab;
use crate::view::customers::file::{
    FileBody, FileGroup, FileLine as BroughtLine, FilePage, FileRow, ImportPage,
};
use crate::view::customers::plan::Chosen;
use crate::view::format::{bytes, count, counted};
use crate::view::parts::{Empty, Figure};
use crate::view::{Button, Html, Link, Note, Pager, Search, Section, Status, Tone, status};

const PATH: &str = "/customers/import";
/// Rows of each outcome that the overview shows.
const FEW: u32 = 5;
/// Rows of a page.
const PAGE: u32 = 100;
/// Changed rows of which is counted how many go on to Ion.
const COUNTED: u32 = 2_000;
/// Files that the page names.
const FILES: u32 = 10;

/// Outcomes in the order of the page: what a person looks at first.
const ORDER: [FileOutcome; 5] = [
    FileOutcome::NotReadable,
    FileOutcome::Look,
    FileOutcome::Changed,
    FileOutcome::New,
    FileOutcome::Same,
];

pub(super) fn href(id: FileId) -> String {
    format!("{PATH}/{id}")
}

/// Where a file is brought.
pub(crate) async fn choose_file(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    start(&app, &caller, &headers, String::new()).await
}

async fn start(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    error: String,
) -> Result<Response, Fault> {
    let around = Around::load(app, caller, headers, "Import customers", Section::Customers)
        .await?
        .under("Customers", "/customers");
    let files = customers::list_files(app.store().read(), FILES)
        .await?
        .iter()
        .map(|row| BroughtLine {
            href: href(row.id),
            name: row.name.clone(),
            by: format!("by {}", row.brought_by),
            status: status::file(row.state),
            at: around.times.ago(row.brought_at),
        })
        .collect();
    let columns =
        rules::customers::table::columns(&std::collections::BTreeSet::from(["NAME".to_owned()]))
            .iter()
            .map(|column| (column.header(), column_words(column)))
            .collect();
    Ok(Html(ImportPage {
        error,
        largest: bytes(LARGEST_FILE as u64),
        columns,
        files,
        frame: around.frame,
    })
    .into_response())
}

fn column_words(column: &Column) -> String {
    match column {
        Column::Number => "Our number, such as C-0188".to_owned(),
        Column::Domains | Column::Tags => {
            format!("{}, several with ; between them", column.label())
        }
        Column::External(_) => "Id in another system, by its name".to_owned(),
        other => other.label(),
    }
}

/// Reads a file that was brought, and goes to what it would do.
pub(crate) async fn upload(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ProtectedUpload { name, bytes }: ProtectedUpload,
) -> Result<Response, Fault> {
    if bytes.is_empty() {
        return again(&app, &caller, &headers, "Choose a file first.".to_owned()).await;
    }
    let (engine, actor) = (app.engine().clone(), caller.actor());
    let read = to_its_end(async move { engine.read_file(&name, &bytes, &actor).await }).await?;
    match read {
        Ok(id) => Ok(go_to(&href(id))),
        Err(error @ (FileError::Store(_) | FileError::NoFile | FileError::Settled)) => {
            Err(error.into())
        }
        Err(error) => again(&app, &caller, &headers, told(&error)).await,
    }
}

async fn again(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    error: String,
) -> Result<Response, Fault> {
    let mut response = start(app, caller, headers, error).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

pub(super) async fn find(app: &App, id: FileId) -> Result<Stored, Fault> {
    customers::find_file(app.store().read(), id)
        .await?
        .ok_or_else(|| Fault::not_found("file"))
}

/// What a file would do, or did.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(href(id.into()), query.as_deref());
    page(&app, &caller, &headers, id.into(), &address, Vec::new()).await
}

pub(super) async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    id: FileId,
    address: &Address,
    mut notes: Vec<Note>,
) -> Result<Response, Fault> {
    let row = find(app, id).await?;
    let edits = caller.may(Right::EditCustomers);
    let around = Around::load(app, caller, headers, row.name.clone(), Section::Customers)
        .await?
        .under("Customers", "/customers")
        .under("Import", PATH);
    let counts = customers::line_counts(app.store().read(), id).await?;
    let body = body(app, &around, &row, &counts, address, edits).await?;
    if wants_part(headers) {
        return Ok(Html(body).into_response());
    }
    let times = &around.times;
    let of = |outcome: FileOutcome| {
        counts
            .iter()
            .find(|(one, _, _)| *one == outcome)
            .map_or(0, |(_, all, _)| *all)
    };
    let all: u64 = counts.iter().map(|(_, all, _)| all).sum();
    match row.state {
        FileState::Applied => notes.push(
            Note::new(
                Tone::Ok,
                "circle-check",
                format!(
                    "Applied {}",
                    row.applied_at
                        .map(|at| times.in_words(at))
                        .unwrap_or_default()
                ),
                "Each row says what came of it. What changed stands in the history of its customer, and can be undone there.",
            )
            .with(Button::link("Customers", "/customers?sort=-changed")),
        ),
        FileState::Discarded => notes.push(Note::new(
            Tone::Info,
            "ban",
            "This file was left",
            "Nothing of it was taken over.",
        )),
        FileState::Read => {}
    }
    let shown = address.get("outcome");
    let tab = |label, outcome: Option<FileOutcome>, number: u64, tone| CountedTab {
        label,
        href: match outcome {
            Some(outcome) => format!("{}?outcome={outcome}", href(id)),
            None => href(id),
        },
        count: count(number),
        tone,
        here: shown == outcome.map(FileOutcome::as_str),
    };
    let mut shows = vec![tab("Overview", None, all, Tone::Calm)];
    for (outcome, label, tone) in [
        (FileOutcome::NotReadable, "Left out", Tone::Bad),
        (FileOutcome::Look, "Look first", Tone::Warn),
        (FileOutcome::Changed, "Changed", Tone::Calm),
        (FileOutcome::New, "New", Tone::Calm),
        (FileOutcome::Same, "Same", Tone::Calm),
    ] {
        if of(outcome) > 0 {
            shows.push(tab(label, Some(outcome), of(outcome), tone));
        }
    }
    let known = row
        .columns
        .iter()
        .filter(|(_, read)| read.is_some())
        .count();
    Ok(Html(FilePage {
        heading: if row.state == FileState::Read {
            "Import customers: dry run".to_owned()
        } else {
            "Import customers".to_owned()
        },
        status: status::file(row.state),
        summary: format!(
            "{}, {}. Read {} by {}.",
            row.name,
            counted(all, "row", "rows"),
            times.in_words(row.brought_at),
            row.brought_by
        ),
        promise: if row.state == FileState::Read {
            "Nothing has been changed.".to_owned()
        } else {
            String::new()
        },
        notes,
        actions: vec![Button::link("Other file", PATH).with_icon("upload")],
        figures: vec![
            Figure::new("New", count(of(FileOutcome::New)), "like none here")
                .with_icon("plus", Tone::Info),
            Figure::new(
                "Changed",
                count(of(FileOutcome::Changed)),
                "what the file says wins",
            )
            .with_icon("pencil", Tone::Warn),
            Figure::new("Same", count(of(FileOutcome::Same)), "nothing to do")
                .with_icon("equal", Tone::Calm),
            Figure::new(
                "Look first",
                count(of(FileOutcome::Look)),
                "may exist already",
            )
            .with_icon("eye", Tone::Warn),
            Figure::new(
                "Left out",
                count(of(FileOutcome::NotReadable)),
                "cannot be read",
            )
            .with_icon("file-x", Tone::Bad),
        ],
        columns_words: format!("{known} of {} recognised", row.columns.len()),
        columns: row
            .columns
            .iter()
            .map(|(column, read)| {
                (
                    column.clone(),
                    read.as_deref().map_or_else(String::new, |read| {
                        Column::recognise(read)
                            .map_or_else(|| field_label(read), |column| column.label())
                    }),
                )
            })
            .collect(),
        shows,
        search: Search {
            action: href(id),
            value: String::new(),
            placeholder: "Row, name",
            keep: Vec::new(),
        },
        body,
        frame: around.frame,
    })
    .into_response())
}

fn words(outcome: FileOutcome) -> (&'static str, &'static str) {
    match outcome {
        FileOutcome::NotReadable => (
            "Left out",
            "mended here or in the file; the others go on without them",
        ),
        FileOutcome::Look => ("Look first", "left out until you choose"),
        FileOutcome::Changed => (
            "Changed",
            "what the file says wins over what is here; empty cells change nothing",
        ),
        FileOutcome::New => ("New", "made here; created in Ion only where you say so"),
        FileOutcome::Same => ("Same", "the file says what is known"),
    }
}

const fn is_choosable(outcome: FileOutcome) -> bool {
    matches!(
        outcome,
        FileOutcome::New | FileOutcome::Changed | FileOutcome::Look
    )
}

pub(super) async fn body(
    app: &App,
    around: &Around,
    row: &Stored,
    counts: &[(FileOutcome, u64, u64)],
    address: &Address,
    edits: bool,
) -> Result<FileBody, Fault> {
    let conn = app.store().read();
    let only = address
        .get("outcome")
        .and_then(|word| word.parse::<FileOutcome>().ok());
    let mut listed: Vec<(FileOutcome, Vec<FileLine>)> = Vec::new();
    let all: u64 = counts.iter().map(|(_, all, _)| all).sum();
    let mut pager = Pager::single(counted(all, "row", "rows"));
    match only {
        Some(outcome) => {
            let after = address.get("after").and_then(|after| after.parse().ok());
            let (lines, total) =
                customers::list_lines(conn, row.id, Some(outcome), after, PAGE).await?;
            pager.words = format!(
                "{} of {}",
                count(lines.len() as u64),
                counted(total, "row", "rows")
            );
            pager.previous = after.map(|_| address.without(&["done"]));
            pager.next = lines
                .last()
                .filter(|_| lines.len() as u64 == u64::from(PAGE))
                .map(|last| address.after(last.line));
            listed.push((outcome, lines));
        }
        None => {
            for outcome in ORDER {
                let some = counts
                    .iter()
                    .any(|(one, all, _)| *one == outcome && *all > 0);
                if some && outcome != FileOutcome::Same {
                    let (lines, _) =
                        customers::list_lines(conn, row.id, Some(outcome), None, FEW).await?;
                    listed.push((outcome, lines));
                }
            }
        }
    }
    let ids: Vec<_> = listed
        .iter()
        .flat_map(|(_, lines)| lines)
        .filter_map(|line| line.customer)
        .collect();
    let known: HashMap<_, _> = customers::find_many(conn, &ids)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let groups = listed
        .iter()
        .map(|(outcome, lines)| {
            let (all, on) = counts
                .iter()
                .find(|(one, _, _)| one == outcome)
                .map_or((0, 0), |(_, all, on)| (*all, *on));
            let (title, text) = words(*outcome);
            FileGroup {
                outcome: outcome.as_str().to_owned(),
                title,
                count: count(all),
                text,
                chosen: match on {
                    _ if !is_choosable(*outcome) => Chosen::Fixed,
                    0 => Chosen::None,
                    on if on == all => Chosen::All,
                    _ => Chosen::Some,
                },
                rows: lines
                    .iter()
                    .map(|line| file_row(row, line, line.customer.and_then(|id| known.get(&id))))
                    .collect(),
                more: (only.is_none() && all > lines.len() as u64).then(|| {
                    Link::new(
                        format!("Show all {}", count(all)),
                        format!("{}?outcome={outcome}", href(row.id)),
                    )
                }),
            }
        })
        .collect();
    let chosen = |wanted: FileOutcome| {
        counts
            .iter()
            .find(|(one, _, _)| *one == wanted)
            .map_or(0, |(_, _, on)| *on)
    };
    let (new, changed, look) = (
        chosen(FileOutcome::New),
        chosen(FileOutcome::Changed),
        chosen(FileOutcome::Look),
    );
    let total = new + changed + look;
    let mut parts = vec![
        format!("{} new", count(new)),
        format!("{} changed", count(changed)),
    ];
    if look > 0 {
        parts.push(format!("{} looked at", count(look)));
    }
    Ok(FileBody {
        choose_href: format!("{}/choose", href(row.id)),
        apply_href: (edits && row.state == FileState::Read)
            .then(|| format!("{}/apply", href(row.id))),
        discard_href: format!("{}/discard", href(row.id)),
        csrf: around.frame.csrf.clone(),
        back: address.here(),
        empty: listed.iter().all(|(_, lines)| lines.is_empty()).then(|| {
            Empty::new(
                "equal",
                "Nothing is to be done",
                "Every row says what is known here already.",
            )
        }),
        groups,
        pager,
        bar_title: format!(
            "{} of {} chosen: {}",
            count(total),
            counted(all, "row", "rows"),
            parts.join(", ")
        ),
        bar_text: goes_on(app, row, changed).await?,
        bar_button: format!("Import {}", counted(total, "row", "rows")),
    })
}

/// How many of the chosen changes then go to Ion.
async fn goes_on(app: &App, row: &Stored, changed: u64) -> Result<String, Fault> {
    if changed == 0 {
        return Ok(
            "Writes here only; new ones are created in Ion only where you say so.".to_owned(),
        );
    }
    if changed > u64::from(COUNTED) {
        return Ok(
            "Writes here; changes of linked customers then go to Ion by themselves.".to_owned(),
        );
    }
    let conn = app.store().read();
    let (lines, _) =
        customers::list_lines(conn, row.id, Some(FileOutcome::Changed), None, COUNTED).await?;
    let ids: Vec<_> = lines
        .iter()
        .filter(|line| line.chosen)
        .filter_map(|line| line.customer)
        .collect();
    let linked = customers::find_many(conn, &ids)
        .await?
        .iter()
        .filter(|row| {
            matches!(
                row.link_state,
                LinkState::Linked | LinkState::Conflict | LinkState::Failed | LinkState::Inactive
            )
        })
        .count() as u64;
    Ok(format!(
        "Writes here; {} then {} to Ion by {}, as far as Ion holds the fields.",
        match linked {
            0 => "none of the changes".to_owned(),
            number => format!("{} of the changes", count(number)),
        },
        if linked == 1 { "goes on" } else { "go on" },
        if linked == 1 { "itself" } else { "themselves" },
    ))
}

fn file_row(file: &Stored, line: &FileLine, customer: Option<&CustomerRow>) -> FileRow {
    let result = line.applied_at.map(|_| match &line.result {
        None => Status {
            word: "Done".into(),
            icon: "check",
            tone: Tone::Ok,
            spins: false,
        },
        Some(_) => status::failed(),
    });
    FileRow {
        line: line.line,
        chosen: (is_choosable(line.outcome) && line.applied_at.is_none()).then_some(line.chosen),
        name: line.name.clone(),
        status: status::file_row(line.outcome),
        customer: customer.map(|row| Link::new(number_text(row.number), customer_href(row.id))),
        message: line.result.clone().unwrap_or_else(|| line.message.clone()),
        field: line
            .field
            .as_deref()
            .filter(|_| line.result.is_none() && line.outcome == FileOutcome::NotReadable)
            .map(field_label)
            .filter(|label| !line.message.starts_with(label.as_str()))
            .unwrap_or_default(),
        repair: match (line.outcome, customer) {
            (FileOutcome::NotReadable, Some(row)) => Some(Link::new(
                "Mend it",
                format!(
                    "{}/edit?file={}&line={}",
                    customer_href(row.id),
                    file.id,
                    line.line
                ),
            )),
            (FileOutcome::NotReadable, None) => Some(Link::new(
                "Mend and add",
                format!("/customers/new?file={}&line={}", file.id, line.line),
            )),
            (FileOutcome::Look, Some(row)) => {
                Some(Link::new("Open the other", customer_href(row.id)))
            }
            _ => None,
        },
        result,
    }
}
