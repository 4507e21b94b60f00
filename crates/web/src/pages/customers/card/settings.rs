//! The last tab of a customer: what can be done with it as a whole.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use http::HeaderMap;
use rules::customers::table::{number_text, read_number};
use store::customers::{self, CustomerFilter, CustomerRow};
use uuid::Uuid;

use super::{Card, Tab, open};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::Around;
use crate::pages::address::Address;
use crate::pages::customers::{detail, href, name};
use crate::view::customers::card::{
    Candidate, CombineForm, CombinedLine, CustomerSettings, SettingLine,
};
use crate::view::parts::ButtonKind;
use crate::view::{Button, Html, status};

/// Customers that a search for the other one shows.
const FOUND: u32 = 8;

/// The tab.
pub(crate) async fn settings(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let base = format!("{}/settings", href(id.into()));
    let address = Address::new(base.clone(), query.as_deref());
    let (card, around) = open(&app, &caller, &headers, id.into(), Tab::Settings, &address).await?;
    let edits = caller.may(Right::EditCustomers);
    let combine = if edits && card.row.archived_at.is_none() {
        Some(
            combine_form(
                &app,
                &card.row,
                address.get("other").unwrap_or_default(),
                base,
            )
            .await?,
        )
    } else {
        None
    };
    let mut combined = Vec::new();
    for one in customers::list_combines(app.store().read(), card.row.id).await? {
        if one.kept != card.row.id {
            continue;
        }
        combined.push(CombinedLine {
            name: one
                .before
                .other
                .fields
                .get(domain::customer::CustomerField::Organisation)
                .to_owned(),
            text: format!("by {}", one.actor),
            at: around.times.ago(one.at),
            split_href: (edits && one.split_at.is_none())
                .then(|| format!("/customers/combines/{}/split", one.id)),
            split_words: one
                .split_at
                .map(|at| format!("two again since {}", around.times.in_words(at)))
                .unwrap_or_default(),
        });
    }
    Ok(Html(CustomerSettings {
        edits,
        options: if edits {
            options(&card, &around)
        } else {
            Vec::new()
        },
        combine,
        combined,
        head: card.head,
        frame: around.frame,
    })
    .into_response())
}

fn options(card: &Card, around: &Around) -> Vec<SettingLine> {
    let row = &card.row;
    let base = href(row.id);
    let who = name(row);
    let mut options = Vec::new();
    let mut add = |id, title: String, text: &str, action: Button, ask: String| {
        options.push(SettingLine {
            id,
            title,
            text: text.to_owned(),
            action,
            ask,
        });
    };
    let bad = |button: Button| Button {
        kind: ButtonKind::Bad,
        ..button
    };
    if row.archived_at.is_some() {
        if row.merged_into.is_none() {
            add(
                "restore",
                "Put away".to_owned(),
                "It is in no list by default and is not synced.",
                Button::post("Take it back", format!("{base}/restore")),
                String::new(),
            );
        }
        return options;
    }
    // Ids of the page: two connections at most are told apart by their place.
    for (link, id) in card.links.iter().zip(["unlink-a", "unlink-b", "unlink-c"]) {
        let alive = around.connection(link.connection);
        if alive.is_some() {
            add(
                match id {
                    "unlink-a" => "sync-a",
                    "unlink-b" => "sync-b",
                    _ => "sync-c",
                },
                format!("Compare with Ion {} now", link.ion_id),
                "Reads it there, takes over what changed, and sends what is missing.",
                Button::post(
                    "Sync this customer",
                    format!("{base}/sync/{}", link.connection),
                ),
                String::new(),
            );
        }
        add(
            id,
            format!(
                "Linked with Ion {}{}",
                link.ion_id,
                alive.map_or_else(String::new, |row| format!(" in “{}”", row.name))
            ),
            "Both customers stay as they are; changes no longer go across. The pair is not proposed again by itself.",
            bad(Button::post(
                "Unlink it",
                format!("{base}/unlink/{}", link.connection),
            )),
            format!(
                "Changes no longer go across between {who} and Ion {}. Both stay as they are, and you can link them again any time.",
                link.ion_id
            ),
        );
    }
    if row.ignored {
        add(
            "notice",
            "Left out of sync".to_owned(),
            "It is proposed to nobody and never created in Ion.",
            Button::post("Take it in again", format!("{base}/notice")),
            String::new(),
        );
    } else if card.links.is_empty() {
        add(
            "ignore",
            "Leave it out of sync".to_owned(),
            "It is proposed to nobody and never created in Ion. You can take it in again any time.",
            Button::post("Ignore it", format!("{base}/ignore")),
            String::new(),
        );
        for (connection, id) in around
            .connections
            .iter()
            .zip(["create-a", "create-b", "create-c"])
        {
            add(
                id,
                format!("Create it in Ion, in “{}”", connection.name),
                "Ion is searched for its e-mail first. Ion has no delete: what is created there stays.",
                Button::post("Create in Ion", format!("{base}/create/{}", connection.id)),
                format!(
                    "{who} is created as a new customer of “{}”. Ion has no delete: it stays there. Its portal user gets a first password, which is shown once to you.",
                    connection.name
                ),
            );
        }
    }
    add(
        "archive",
        "Put it away".to_owned(),
        "It leaves every list and is no longer synced. Ion keeps its customer: nothing is deleted anywhere.",
        bad(Button::post("Archive it", format!("{base}/archive"))),
        format!(
            "{who} leaves every list and is no longer synced. In Ion it stays as it is. You can take it back any time."
        ),
    );
    options
}

async fn combine_form(
    app: &App,
    row: &CustomerRow,
    query: &str,
    search_href: String,
) -> Result<CombineForm, Fault> {
    let conn = app.store().read();
    let mut found = Vec::new();
    if !query.trim().is_empty() {
        let mut rows = Vec::new();
        if let Some(number) = read_number(query) {
            rows.extend(customers::find_by_number(conn, number).await?);
        }
        let filter = CustomerFilter {
            text: query.trim().chars().take(200).collect(),
            limit: FOUND + 1,
            ..CustomerFilter::default()
        };
        rows.extend(
            customers::search(conn, &filter)
                .await?
                .customers
                .into_iter()
                .map(|hit| hit.row),
        );
        for other in rows {
            if other.id == row.id
                || other.merged_into.is_some()
                || found
                    .iter()
                    .any(|one: &Candidate| one.id == other.id.to_string())
                || found.len() >= FOUND as usize
            {
                continue;
            }
            found.push(Candidate {
                id: other.id.to_string(),
                name: name(&other).to_owned(),
                detail: detail(&other),
                status: status::customer(other.link_state),
                effect: format!(
                    "{} leaves the lists. Its links, contacts, tags and history come to {}; what {} holds itself stays, what is empty is filled. It can be split again.",
                    number_text(other.number),
                    number_text(row.number),
                    number_text(row.number)
                ),
                on: false,
                href: String::new(),
            });
        }
    }
    Ok(CombineForm {
        nothing: if found.is_empty() && !query.trim().is_empty() {
            format!("Nobody else is called “{query}” here.")
        } else {
            String::new()
        },
        query: query.to_owned(),
        found,
        action_href: format!("{}/combine", href(row.id)),
        search_href,
    })
}
