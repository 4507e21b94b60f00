//! Fields that both sides changed differently: choosing per field, per side, and for many customers at once.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use domain::customer::{CustomerField, LinkState, Winner};
use domain::{ConnectionId, CustomerId};
use http::HeaderMap;
use rules::customers::rule::Rule;
use rules::customers::table::number_text;
use store::customers::{self, ConflictedRow};
use uuid::Uuid;

use super::steps::Key;
use super::{href, joined, name, pairs, said, tabs};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, sentence};
use crate::pages::address::Address;
use crate::pages::{Around, go_to};
use crate::view::customers::conflict::{ConflictEntry, ConflictPanel, ConflictRow, ConflictsPage};
use crate::view::customers::marked::compare;
use crate::view::format::counted;
use crate::view::parts::Empty;
use crate::view::{Html, Note, Section, status};

const PATH: &str = "/customers/conflicts";

/// The queue, the oldest open.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(PATH, query.as_deref());
    page(&app, &caller, &headers, None, &address, Vec::new()).await
}

/// The queue, one open.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(format!("{PATH}/{id}"), query.as_deref());
    page(
        &app,
        &caller,
        &headers,
        Some(id.into()),
        &address,
        Vec::new(),
    )
    .await
}

fn entry_href(row: &ConflictedRow) -> String {
    format!("{PATH}/{}?connection={}", row.customer, row.connection)
}

fn entry_key(row: &ConflictedRow) -> String {
    Key {
        connection: Some(row.connection),
        customer: Some(row.customer),
        ion_id: String::new(),
    }
    .print()
}

async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    asked: Option<CustomerId>,
    address: &Address,
    notes: Vec<Note>,
) -> Result<Response, Fault> {
    let all = customers::list_conflicted(app.store().read()).await?;
    let connection = address
        .get("connection")
        .and_then(|id| id.parse::<ConnectionId>().ok());
    let at = asked.and_then(|asked| {
        all.iter().position(|row| {
            row.customer == asked
                && connection.is_none_or(|connection| connection == row.connection)
        })
    });
    if let Some(asked) = asked
        && at.is_none()
    {
        // Decided meanwhile: its card says how it stands. One that never was is not found there.
        customers::find(app.store().read(), asked)
            .await?
            .ok_or_else(|| Fault::not_found("customer"))?;
    }
    let chosen = at.is_some();
    let open_at = at.or_else(|| (!all.is_empty()).then_some(0));
    let around = Around::load(app, caller, headers, "Conflicts", Section::Customers)
        .await?
        .under("Customers", "/customers")
        .under("Mapping", pairs::PATH)
        .saying(said(address.get("done")));
    let open = match open_at {
        Some(at) => Some(panel(app, &around, &all, at).await?),
        None => None,
    };
    let times = &around.times;
    Ok(Html(ConflictsPage {
        tabs: tabs(app, "conflicts").await?,
        notes,
        entries: all
            .iter()
            .enumerate()
            .map(|(place, row)| ConflictEntry {
                key: entry_key(row),
                href: entry_href(row),
                name: row.name.clone(),
                fields: counted(row.fields, "field", "fields"),
                since: times.ago(row.since),
                open: open_at == Some(place),
            })
            .collect(),
        foot: counted(all.len() as u64, "customer", "customers"),
        open,
        chosen,
        empty: all.is_empty().then(|| {
            Empty::new(
                "checks",
                "Nothing contradicts",
                "Where both sides change the same field differently, it waits here; neither is overwritten meanwhile.",
            )
        }),
        edits: caller.may(Right::EditCustomers),
        frame: around.frame,
    })
    .into_response())
}

async fn panel(
    app: &App,
    around: &Around,
    all: &[ConflictedRow],
    at: usize,
) -> Result<ConflictPanel, Fault> {
    let conn = app.store().read();
    let times = &around.times;
    let entry = &all[at];
    let row = customers::find(conn, entry.customer)
        .await?
        .ok_or_else(|| Fault::not_found("customer"))?;
    let remote = customers::find_ion(conn, entry.connection, &entry.ion_id).await?;
    let link = customers::find_link(conn, entry.connection, &entry.ion_id).await?;
    let conflicts: Vec<_> = customers::list_conflicts(conn, entry.customer)
        .await?
        .into_iter()
        .filter(|one| one.connection == entry.connection)
        .collect();
    let others = (CustomerField::ALL.len() - conflicts.len()) as u64;
    let remote_words = remote.as_ref().map_or_else(
        || "in Ion".to_owned(),
        |row| match row.customer.updated_at {
            Some(at) => format!("in Ion, changed {}", times.in_words(at)),
            None => format!("in Ion, seen {}", times.in_words(row.changed_at)),
        },
    );
    let rows = conflicts
        .iter()
        .map(|conflict| {
            let (local, remote) = compare(&conflict.local, &conflict.remote);
            ConflictRow {
                name: conflict.field.as_str(),
                label: conflict.field.label(),
                base: conflict.base.clone(),
                local,
                local_words: row.origins.get(&conflict.field).map_or_else(
                    || "here".to_owned(),
                    |origin| format!("{}, {}", origin.by, times.in_words(origin.at)),
                ),
                remote,
                remote_words: remote_words.clone(),
                why: format!(
                    "{}: {}, since {}",
                    conflict.rule,
                    conflict.rule.why(),
                    times.in_words(conflict.since)
                ),
            }
        })
        .collect();
    let agreed = link
        .as_ref()
        .and_then(|link| link.synced_at)
        .map(|at| format!("last compared {}", times.in_words(at)))
        .unwrap_or_default();
    let next = all
        .get(at + 1)
        .or_else(|| at.checked_sub(1).map(|at| &all[at]));
    Ok(ConflictPanel {
        name: name(&row).to_owned(),
        href: href(row.id),
        facts_line: joined([
            number_text(row.number),
            format!("Ion {}", entry.ion_id),
            if around.connections.len() > 1 {
                around
                    .connection(entry.connection)
                    .map(|row| row.name.clone())
                    .unwrap_or_default()
            } else {
                String::new()
            },
            agreed,
            format!("{} agree", counted(others, "other field", "other fields")),
        ]),
        status: status::customer(LinkState::Conflict),
        rows,
        action_href: format!("{PATH}/{}", row.id),
        connection: entry.connection.to_string(),
        next: next.map(entry_key).unwrap_or_default(),
        previous_href: at.checked_sub(1).map(|at| entry_href(&all[at])),
        next_href: all.get(at + 1).map(entry_href),
        rule: Rule::C09.into(),
    })
}

fn side(text: &str) -> Option<Winner> {
    match text {
        "ion" => Some(Winner::Ion),
        "ionbridge" => Some(Winner::Ionbridge),
        _ => None,
    }
}

/// Decides fields of one customer: each for itself, or all for one side.
pub(crate) async fn decide(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(form): ProtectedForm<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let get = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let customer = CustomerId::from(id);
    let address = Address::new(format!("{PATH}/{id}"), None);
    let conn = app.store().read();
    let conflicts = customers::list_conflicts(conn, customer).await?;
    let Some(connection) = get("connection")
        .parse::<ConnectionId>()
        .ok()
        .or_else(|| conflicts.first().map(|row| row.connection))
    else {
        customers::find(conn, customer)
            .await?
            .ok_or_else(|| Fault::not_found("customer"))?;
        return Ok(go_to(&format!("{PATH}?done=nothing")));
    };
    let choices: Vec<(CustomerField, Winner)> = match side(get("side")) {
        Some(winner) => conflicts
            .iter()
            .filter(|row| row.connection == connection)
            .map(|row| (row.field, winner))
            .collect(),
        None => form
            .iter()
            .filter_map(|(name, value)| {
                let field = name.strip_prefix("f.")?.parse::<CustomerField>().ok()?;
                Some((field, side(value)?))
            })
            .collect(),
    };
    if choices.is_empty() {
        let note = Note::new(
            crate::view::Tone::Bad,
            "alert-circle",
            "Nothing was chosen",
            "Choose a side for at least one field.",
        );
        return page(
            &app,
            &caller,
            &headers,
            Some(customer),
            &address,
            vec![note],
        )
        .await;
    }
    if let Err(error) = app
        .engine()
        .decide_conflict(connection, customer, &choices, &caller.actor())
        .await
    {
        let engine::customers::MappingError::Store(error) = error else {
            let note = Note::new(
                crate::view::Tone::Bad,
                "alert-circle",
                "It was not decided",
                sentence(&error.to_string()),
            );
            return page(
                &app,
                &caller,
                &headers,
                Some(customer),
                &address,
                vec![note],
            )
            .await;
        };
        return Err(error.into());
    }
    if get("always") == "1" {
        let mut setting = customers::sync_setting(app.store().read(), connection).await?;
        setting.policy.fields.extend(choices.iter().copied());
        app.engine()
            .save_policy(connection, &setting.policy, setting.paused, &caller.actor())
            .await?;
    }
    // Some may be left open: then this one stays.
    let left = customers::list_conflicts(app.store().read(), customer)
        .await?
        .iter()
        .any(|row| row.connection == connection);
    let next = Key::read(get("next")).filter(|_| !left);
    Ok(go_to(&match (left, next) {
        (true, _) => format!("{PATH}/{customer}?connection={connection}&done=decided"),
        (
            false,
            Some(Key {
                connection: Some(connection),
                customer: Some(customer),
                ..
            }),
        ) => {
            format!("{PATH}/{customer}?connection={connection}&done=decided")
        }
        _ => format!("{PATH}?done=decided"),
    }))
}

/// Decides every open field of many customers for one side.
pub(crate) async fn decide_many(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ProtectedForm(form): ProtectedForm<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let get = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let address = Address::new(PATH, None);
    let Some(winner) = side(get("side")) else {
        return Ok(go_to(&address.and("done", "nothing")));
    };
    let all = customers::list_conflicted(app.store().read()).await?;
    let which: Vec<(ConnectionId, CustomerId)> = if get("all") == "1" {
        all.iter()
            .map(|row| (row.connection, row.customer))
            .collect()
    } else {
        form.iter()
            .filter(|(name, _)| name == "pick")
            .filter_map(|(_, value)| Key::read(value))
            .filter_map(|key| key.connection.zip(key.customer))
            .collect()
    };
    let outcomes = app
        .engine()
        .decide_conflicts_in_bulk(&which, winner, &caller.actor())
        .await;
    let failures: Vec<(String, String)> = which
        .iter()
        .zip(outcomes)
        .filter_map(|((_, customer), outcome)| {
            let error = outcome.err()?;
            let who = all
                .iter()
                .find(|row| row.customer == *customer)
                .map_or_else(|| "A customer".to_owned(), |row| row.name.clone());
            Some((who, sentence(&error.to_string())))
        })
        .collect();
    if failures.is_empty() {
        let done = if which.is_empty() {
            "nothing"
        } else {
            "decided"
        };
        return Ok(go_to(&address.and("done", done)));
    }
    let notes = pairs::failed(&failures).into_iter().collect();
    page(&app, &caller, &headers, None, &address, notes).await
}
