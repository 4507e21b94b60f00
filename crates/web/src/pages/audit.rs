//! Who did what.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use rules::cell::harmless;
use store::audit::{self, AuditRow, Chain};

use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::{Around, wants_part};
use crate::view::audit::{self as view, AuditDetail, AuditList, AuditPage};
use crate::view::format::{count, counted, initials};
use crate::view::parts::Empty;
use crate::view::table::Chips;
use crate::view::{Button, Fact, Html, Note, Pager, Search, Section, Times, Tone, Value};

const PATH: &str = "/activity/audit";
/// Entries of a page.
const PAGE: u32 = 50;

/// The list, or its rows.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(PATH, query.as_deref());
    let conn = app.store().read();
    let text = address.get("q").unwrap_or_default();
    let before = address
        .get("after")
        .and_then(|after| after.parse::<u64>().ok());
    let open = address
        .get("open")
        .and_then(|open| open.parse::<u64>().ok());
    let mut rows = audit::list(conn, before, text, PAGE + 1).await?;
    let more = rows.len() > PAGE as usize;
    let older = rows.get(PAGE as usize).map(|row| row.hash.clone());
    rows.truncate(PAGE as usize);
    let around = Around::load(&app, &caller, &headers, "Audit log", Section::Activity).await?;
    let list = AuditList {
        rows: rows
            .iter()
            .enumerate()
            .map(|(place, row)| {
                let previous = rows
                    .get(place + 1)
                    .map(|row| row.hash.clone())
                    .or_else(|| older.clone());
                audit_row(
                    row,
                    open == Some(row.number),
                    previous.as_deref(),
                    &address,
                    &around.times,
                )
            })
            .collect(),
        empty: rows.is_empty().then(|| match text {
            "" => Empty::new(
                "list-details",
                "Nothing was done yet",
                "Every change stands here: who, what, when, and how.",
            ),
            _ => Empty::new(
                "search-off",
                "No entry fits",
                "Look for an e-mail address, an action such as user.create, or a name.",
            )
            .with(Button::link("Show all", PATH)),
        }),
        csrf: around.frame.csrf.clone(),
        pager: Pager {
            words: format!(
                "{}, the newest first",
                counted(rows.len() as u64, "entry", "entries")
            ),
            note: String::new(),
            previous: before.map(|_| address.without(&["open"])),
            next: rows
                .last()
                .filter(|_| more)
                .map(|last| address.after(last.number)),
            sizes: Vec::new(),
        },
        chips: None,
    };
    if wants_part(&headers) {
        return Ok(Html(list).into_response());
    }
    let mut notes = Vec::new();
    if address.get("check").is_some() {
        notes.push(match audit::verify(conn).await? {
            Chain::Whole(entries) => Note::new(
                Tone::Ok,
                "circle-check",
                "The chain is whole",
                format!("{} are there and unchanged, each bound to the one before it.", counted(entries, "entry", "entries")),
            ),
            Chain::Broken(entry) => Note::new(
                Tone::Bad,
                "alert-triangle",
                format!("The chain is broken at entry {}", count(entry)),
                "From there on something was changed or removed outside of Ionbridge. Compare with a backup.",
            ),
        });
    }
    Ok(Html(AuditPage {
        actions: vec![
            Button::link("Check the chain", address.with("check", "1")).with_icon("link"),
            Button::link("CSV", "/activity/audit.csv").with_icon("download"),
        ],
        notes,
        chips: Chips::new(Vec::new()),
        search: Search {
            action: PATH.to_owned(),
            value: text.to_owned(),
            placeholder: "Who, what, about",
            keep: address.but(&["q", "after", "open", "check"]),
        },
        list,
        frame: around.frame,
    })
    .into_response())
}

fn audit_row(
    row: &AuditRow,
    open: bool,
    previous: Option<&str>,
    address: &Address,
    times: &Times,
) -> view::AuditRow {
    let (icon, via) = match row.via.as_str() {
        "browser" => ("user", "browser"),
        "token" => ("key", "API token"),
        "cli" => ("terminal-2", "command line"),
        _ => ("robot", "by itself"),
    };
    let short = |hash: &str| hash.chars().take(12).collect::<String>();
    let mut facts = vec![Fact::new("Action", Value::Mono(row.action.clone()))];
    if !row.detail.is_empty() {
        facts.push(Fact::new("Detail", Value::text(row.detail.clone())));
    }
    view::AuditRow {
        number: count(row.number),
        at: times.second(row.at),
        who: row.actor.clone(),
        initials: if row.via == "browser" {
            initials(&row.actor)
        } else {
            String::new()
        },
        icon,
        via: via.to_owned(),
        what: what(&row.action),
        about: row.about.clone(),
        about_href: match row
            .about
            .strip_prefix("run ")
            .and_then(|number| number.parse::<u64>().ok())
        {
            Some(number) => format!("/activity/runs/number/{number}"),
            None => String::new(),
        },
        toggle_href: if open {
            address.without(&["open"])
        } else {
            format!("{}#open", address.with("open", &row.number.to_string()))
        },
        open: open.then(|| AuditDetail {
            facts,
            hash: short(&row.hash),
            previous: previous.map(short).unwrap_or_default(),
        }),
    }
}

/// An action in words; one that has none is told as it is.
fn what(action: &str) -> String {
    match action {
        "session.begin" => "Logged in",
        "session.end" => "Logged out",
        "user.create" => "Added a person",
        "user.access" => "Changed what a person may do",
        "user.password" => "Changed the password",
        "api_token.create" => "Made an API token",
        "api_token.revoke" => "Revoked an API token",
        "notice.settle" => "Settled a notification",
        "connection.create" => "Connected an account",
        "connection.credentials" => "Gave new credentials",
        "connection.refresh" => "Asked for a refresh of the login",
        "connection.remove" => "Removed a connection",
        "import.request" => "Asked for an import",
        "import.stop" => "Asked an import to stop",
        "withdrawals.apply" => "Withdrew what an import held back",
        "withdrawals.discard" => "Let stay what an import held back",
        other => other,
    }
    .to_owned()
}

/// The whole log as CSV.
pub(crate) async fn csv(State(app): State<App>) -> Result<Response, Fault> {
    let failed = |error: csv::Error| Fault::internal(&error);
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer
        .write_record([
            "number", "at", "actor", "via", "action", "about", "detail", "hash",
        ])
        .map_err(failed)?;
    let mut before = None;
    loop {
        let rows = audit::list(app.store().read(), before, "", 1000).await?;
        for row in &rows {
            let (number, at) = (row.number.to_string(), row.at.to_string());
            let cells = [
                number.as_str(),
                &at,
                &row.actor,
                &row.via,
                &row.action,
                &row.about,
                &row.detail,
                &row.hash,
            ];
            writer.write_record(cells.map(harmless)).map_err(failed)?;
        }
        match rows.last() {
            Some(last) if rows.len() == 1000 => before = Some(last.number),
            _ => break,
        }
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| Fault::internal(error.error()))?;
    Ok((
        [
            (CONTENT_TYPE, "text/csv; charset=utf-8"),
            (CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
        ],
        bytes,
    )
        .into_response())
}
