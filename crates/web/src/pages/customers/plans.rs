//! Plans of a sync: looked at, chosen from, applied or left.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::PlanId;
use domain::access::Right;
use http::HeaderMap;
use store::customers::{self, EntryFilter, PlanEntryRow, PlanRow as Stored, PlanState};
use store::runs;
use uuid::Uuid;

use super::plan_rows::{ORDER, Sides, action_of, figures, group_words, is_choosable};
use super::run_href;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::{Around, wants_part};
use crate::view::customers::plan::{Chosen, PlanBody, PlanGroup, PlanPage, PlanRow};
use crate::view::format::{count, counted};
use crate::view::parts::Empty;
use crate::view::table::Chips;
use crate::view::{
    Button, Chip, ChipOption, Html, Link, Note, Pager, Search, Section, Tone, status,
};

/// Entries of each action that the overview shows.
const FEW: u32 = 5;
/// Entries of a page.
const PAGE: u32 = 100;
/// Entries of which the fields are counted for the bar.
const COUNTED: u32 = 20_000;

pub(super) fn href(id: PlanId) -> String {
    format!("/customers/sync/plans/{id}")
}

pub(super) async fn find(app: &App, id: PlanId) -> Result<Stored, Fault> {
    customers::find_plan(app.store().read(), id)
        .await?
        .ok_or_else(|| Fault::not_found("plan"))
}

/// A plan, or its entries.
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
    id: PlanId,
    address: &Address,
    notes: Vec<Note>,
) -> Result<Response, Fault> {
    let row = find(app, id).await?;
    let edits = caller.may(Right::EditCustomers);
    let first_words = if row.first {
        "First sync: preview"
    } else if row.held {
        "Sync held back"
    } else {
        "Sync: preview"
    };
    let around = Around::load(app, caller, headers, first_words, Section::Customers)
        .await?
        .under("Customers", "/customers");
    let connection = around.connection(row.connection).cloned();
    let around = match &connection {
        Some(connection) => around.about(connection),
        None => around,
    };
    let body = body(app, &around, &row, address, edits).await?;
    if wants_part(headers) {
        return Ok(Html(body).into_response());
    }
    let counts = customers::entry_counts(app.store().read(), id).await?;
    let of = |action: &str| {
        counts
            .iter()
            .find(|(word, _, _)| word == action)
            .map_or(0, |(_, all, _)| *all)
    };
    let imported = imported(app, &row).await?;
    let times = &around.times;
    let mut actions = Vec::new();
    if edits && connection.is_some() && row.state == PlanState::Waiting {
        actions.push(
            Button::post(
                "Read again",
                format!("/customers/sync/{}/preview", row.connection),
            )
            .with_icon("refresh"),
        );
    }
    if caller.may(Right::Export) {
        actions.push(
            Button::link("Plan as CSV", format!("{}/plan.csv", href(id))).with_icon("download"),
        );
    }
    let chips = Chips::new(vec![Chip {
        id: "action",
        label: "Action",
        value: address
            .get("action")
            .map(|word| group_words(word).0.to_owned()),
        clear: address.without(&["action"]),
        options: ORDER
            .iter()
            .filter(|word| of(word) > 0)
            .map(|word| ChipOption {
                label: group_words(word).0.to_owned(),
                count: count(of(word)),
                href: address.with("action", word),
                on: address.get("action") == Some(word),
            })
            .collect(),
        range: None,
    }]);
    Ok(Html(PlanPage {
        heading: first_words.to_owned(),
        status: status::plan(row.state),
        summary: format!(
            "{}Read {} from Ion ({}) and here ({}).",
            connection
                .as_ref()
                .filter(|_| around.connections.len() > 1)
                .map_or_else(String::new, |one| format!("“{}”. ", one.name)),
            times.in_words(row.made_at),
            counted(row.read_in_ion, "customer", "customers"),
            count(row.read_here)
        ),
        promise: match row.state {
            PlanState::Waiting if imported > 0 => {
                format!(
                    "Nothing has been written to Ion; {} found only there {} imported here.",
                    count(imported),
                    if imported == 1 { "was" } else { "were" }
                )
            }
            PlanState::Waiting if of("import") > 0 => {
                "Nothing has been written on either side.".to_owned()
            }
            PlanState::Waiting => "Nothing has been written to Ion.".to_owned(),
            _ => String::new(),
        },
        notes: notes.into_iter().chain(state_note(&row, times)).collect(),
        actions,
        figures: figures(&row.counts),
        chips,
        search: Search {
            action: href(id),
            value: address.get("q").unwrap_or_default().to_owned(),
            placeholder: "Find in plan",
            keep: address.but(&["q", "after", "done"]),
        },
        body,
        frame: around.frame,
    })
    .into_response())
}

/// How many customers the run that made a plan imported: a preview imports none.
async fn imported(app: &App, row: &Stored) -> Result<u64, Fault> {
    Ok(runs::find(app.store().read(), row.run)
        .await?
        .map_or(0, |run| run.counts.added))
}

/// Whether entries of an action were done by the run that made the plan: nothing of them is left to choose.
fn is_done(word: &str, imported: bool) -> bool {
    imported && word == "import"
}

/// An entry that was done already.
fn done(row: PlanRow) -> PlanRow {
    PlanRow {
        chosen: None,
        effect: ("check", Tone::Ok, "Imported".to_owned()),
        ..row
    }
}

fn state_note(row: &Stored, times: &crate::view::Times) -> Option<Note> {
    let who = row.decided_by.as_deref().unwrap_or("somebody");
    let at = row
        .decided_at
        .map(|at| times.in_words(at))
        .unwrap_or_default();
    Some(match row.state {
        PlanState::Waiting if row.held => Note::new(
            Tone::Warn,
            "user-question",
            "This sync was held back: it would change unusually many customers",
            "Nothing of it was done. Look whether that is what you expect, then apply it or leave everything as it is.",
        ),
        PlanState::Waiting => return None,
        PlanState::Applied => {
            let note = Note::new(
                Tone::Ok,
                "circle-check",
                format!("{who} applied this plan {at}"),
                "What was no longer true by then was left; each entry says what came of it.",
            );
            match row.applied_run {
                Some(run) => note.with(Button::link("Open its run", run_href(run))),
                None => note,
            }
        }
        PlanState::Discarded => Note::new(
            Tone::Info,
            "ban",
            format!("{who} left everything as it is, {at}"),
            "Nothing of this plan was done. The sync of its connection is paused since; Settings, Sync takes it up again.",
        ),
        PlanState::Superseded => Note::new(
            Tone::Info,
            "history",
            "A later plan took the place of this one",
            "Both sides were read again since. Customers names the plan that waits now.",
        ),
    })
}

/// The entries with the bar below them.
pub(super) async fn body(
    app: &App,
    around: &Around,
    row: &Stored,
    address: &Address,
    edits: bool,
) -> Result<PlanBody, Fault> {
    let conn = app.store().read();
    let id = row.id;
    let imported = imported(app, row).await? > 0;
    let counts = customers::entry_counts(conn, id).await?;
    let action = address.get("action").map(str::to_owned);
    let text = address.get("q").unwrap_or_default().to_owned();
    let overview = action.is_none() && text.is_empty();
    let mut listed: Vec<(String, Vec<PlanEntryRow>)> = Vec::new();
    let mut pager = Pager::single(String::new());
    if overview {
        for word in ORDER {
            if counts.iter().any(|(one, _, _)| one == word) {
                let filter = EntryFilter {
                    action: Some(word.to_owned()),
                    ..EntryFilter::default()
                };
                let (rows, _) = customers::list_entries(conn, id, &filter, None, FEW).await?;
                listed.push((word.to_owned(), rows));
            }
        }
        let all: u64 = counts.iter().map(|(_, all, _)| all).sum();
        pager.words = counted(all, "entry", "entries");
    } else {
        let filter = EntryFilter {
            action,
            text,
            chosen: None,
        };
        let after = address.get("after").and_then(|after| after.parse().ok());
        let (rows, total) = customers::list_entries(conn, id, &filter, after, PAGE).await?;
        pager.words = format!(
            "{} of {}",
            count(rows.len() as u64),
            counted(total, "entry", "entries")
        );
        pager.previous = after.map(|_| address.without(&["done"]));
        pager.next = rows
            .last()
            .filter(|_| rows.len() as u64 == u64::from(PAGE))
            .map(|last| address.after(last.seq));
        for entry in rows {
            let word = action_of(&entry.entry.action);
            match listed.last_mut().filter(|(one, _)| one == word) {
                Some((_, rows)) => rows.push(entry),
                None => listed.push((word.to_owned(), vec![entry])),
            }
        }
    }
    let sides = Sides::load(
        app.store(),
        row.connection,
        listed.iter().flat_map(|(_, rows)| rows),
    )
    .await?;
    let groups = listed
        .iter()
        .map(|(word, rows)| {
            let (all, on) = counts
                .iter()
                .find(|(one, _, _)| one == word)
                .map_or((0, 0), |(_, all, on)| (*all, *on));
            let (title, text) = if is_done(word, imported) {
                (
                    "Created here",
                    "existed only in Ion; the run that made this plan imported them",
                )
            } else {
                group_words(word)
            };
            let rest = all.saturating_sub(rows.len() as u64);
            PlanGroup {
                action: word.clone(),
                title,
                count: count(all),
                text,
                chosen: match on {
                    _ if !is_choosable(word) || is_done(word, imported) => Chosen::Fixed,
                    0 => Chosen::None,
                    on if on == all => Chosen::All,
                    _ => Chosen::Some,
                },
                rows: rows
                    .iter()
                    .map(|entry| match sides.row(entry) {
                        row if is_done(word, imported) && row.outcome.is_none() => done(row),
                        row => row,
                    })
                    .collect(),
                more: (overview && rest > 0).then(|| {
                    Link::new(
                        format!("Show all {}", count(all)),
                        address.with("action", word),
                    )
                }),
            }
        })
        .collect();
    let open: Vec<_> = counts
        .iter()
        .filter(|(word, _, _)| !is_done(word, imported))
        .cloned()
        .collect();
    let (bar_title, bar_text, bar_button) = bar(app, row, &open).await?;
    Ok(PlanBody {
        choose_href: format!("{}/choose", href(id)),
        apply_href: (edits
            && row.state == PlanState::Waiting
            && around.connection(row.connection).is_some())
        .then(|| format!("{}/apply", href(id))),
        discard_href: format!("{}/discard", href(id)),
        csrf: around.frame.csrf.clone(),
        back: address.here(),
        empty: listed.is_empty().then(|| {
            if overview {
                Empty::new(
                    "equal",
                    "Nothing is to be done",
                    "Both sides hold the same, as far as they are linked.",
                )
            } else {
                Empty::new(
                    "search-off",
                    "Nothing of the plan fits",
                    "Look without filters.",
                )
                .with(Button::link("Show the whole plan", href(id)))
            }
        }),
        groups,
        pager,
        bar_title,
        bar_text,
        bar_button,
    })
}

/// What is chosen, what it writes to Ion, and the words of its button.
async fn bar(
    app: &App,
    row: &Stored,
    counts: &[(String, u64, u64)],
) -> Result<(String, String, String), Fault> {
    let on = |words: &[&str]| -> u64 {
        counts
            .iter()
            .filter(|(word, _, _)| words.contains(&word.as_str()))
            .map(|(_, _, on)| on)
            .sum()
    };
    let all: u64 = counts
        .iter()
        .filter(|(word, _, _)| is_choosable(word))
        .map(|(_, all, _)| all)
        .sum();
    let chosen: u64 = counts
        .iter()
        .filter(|(word, _, _)| is_choosable(word))
        .map(|(_, _, on)| on)
        .sum();
    let made = on(&["create", "offer"]);
    let mut parts = Vec::new();
    for (number, one, many) in [
        (on(&["link"]), "link", "links"),
        (on(&["import"]), "new here", "new here"),
        (on(&["merge", "return"]), "update", "updates"),
        (on(&["miss", "mark_gone"]), "missing", "missing"),
    ] {
        if number > 0 {
            parts.push(counted(number, one, many));
        }
    }
    parts.push(if made == 0 {
        "none new in Ion".to_owned()
    } else {
        format!("{} new in Ion", count(made))
    });
    let (mut fields, mut touched) = (0_u64, 0_u64);
    for action in ["link", "merge", "return"] {
        let filter = EntryFilter {
            action: Some(action.to_owned()),
            chosen: Some(true),
            ..EntryFilter::default()
        };
        let (rows, _) =
            customers::list_entries(app.store().read(), row.id, &filter, None, COUNTED).await?;
        for entry in &rows {
            let sent = super::plan_rows::sent(&entry.entry.action);
            fields += sent;
            touched += u64::from(sent > 0);
        }
    }
    let writes = match (fields, made) {
        (0, 0) => "Writes nothing to Ion.".to_owned(),
        (0, made) => format!(
            "Writes to Ion: {}, which cannot be deleted there.",
            counted(made, "new customer", "new customers")
        ),
        (fields, 0) => format!(
            "Writes to Ion: {} of {}.",
            counted(fields, "field", "fields"),
            counted(touched, "customer", "customers")
        ),
        (fields, made) => format!(
            "Writes to Ion: {} of {}, and {}, which cannot be deleted there.",
            counted(fields, "field", "fields"),
            counted(touched, "customer", "customers"),
            counted(made, "new customer", "new customers")
        ),
    };
    Ok((
        format!(
            "{} of {} chosen: {}",
            count(chosen),
            counted(all, "action", "actions"),
            parts.join(", ")
        ),
        format!("{writes} Can be undone here; what Ion has received stays in its history."),
        match chosen {
            0 => "Apply nothing, and go on".to_owned(),
            1 => "Apply 1 action".to_owned(),
            more => format!("Apply {} actions", count(more)),
        },
    ))
}
