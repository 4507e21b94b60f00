//! API tokens: the list, a new one shown once, and the end of one.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Role;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use store::users::{self, ApiTokenRow};
use uuid::Uuid;

use crate::app::App;
use crate::auth::token::{self, TokenOrder};
use crate::auth::{Caller, ProtectedForm};
use crate::fault::Fault;
use crate::pages::connections::{Nothing, Said};
use crate::pages::team::roles;
use crate::pages::{Around, go_to};
use crate::view::form::Select;
use crate::view::format::counted;
use crate::view::frame::role_word;
use crate::view::status::TokenState;
use crate::view::token::{MadeToken, NewToken, TokenRow, TokensPage};
use crate::view::{
    Choice, Fact, Field, FieldKind, Html, Note, Pager, Section, Times, Tone, Value, status,
};

const PATH: &str = "/settings/api-tokens";
/// Days before its end from which on a token says so.
const SOON: i64 = 14;

/// The form of a new token.
#[derive(Debug, Deserialize)]
pub(crate) struct Form {
    name: String,
    role: Role,
    ends: String,
}

#[derive(Default)]
struct Shown {
    notes: Vec<Note>,
    new: Option<NewToken>,
    made: Option<MadeToken>,
}

/// The list.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(said): Query<Said>,
) -> Result<Response, Fault> {
    let notes = match said.done.as_deref() {
        Some("revoked") => vec![Note::new(
            Tone::Ok,
            "ban",
            "The token is revoked",
            "Programs that use it are refused from now on.",
        )],
        _ => Vec::new(),
    };
    page(
        &app,
        &caller,
        &headers,
        Shown {
            notes,
            ..Shown::default()
        },
    )
    .await
}

/// The list with the form for a new one.
pub(crate) async fn new(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    page(
        &app,
        &caller,
        &headers,
        Shown {
            new: Some(form("", Role::ReadOnly, "90", "")),
            ..Shown::default()
        },
    )
    .await
}

fn form(name: &str, role: Role, ends: &str, error: &str) -> NewToken {
    NewToken {
        name: Field::new("name", "What is it for", FieldKind::Text)
            .value(name)
            .placeholder("Price list of the web shop")
            .error(error)
            .focused(),
        role: Select {
            name: "role",
            label: "Scope".to_owned(),
            choices: roles(role),
            hint: "It may do what this role may.".to_owned(),
            error: String::new(),
        },
        ends: Select {
            name: "ends",
            label: "Ends".to_owned(),
            choices: [
                ("30", "in 30 days"),
                ("90", "in 90 days"),
                ("365", "in a year"),
                ("never", "never"),
            ]
            .map(|(value, label)| Choice::new(value, label, value == ends))
            .to_vec(),
            hint: String::new(),
            error: String::new(),
        },
    }
}

async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    shown: Shown,
) -> Result<Response, Fault> {
    let rows = users::list_api_tokens(app.store().read()).await?;
    let around = Around::load(app, caller, headers, "API tokens", Section::Settings).await?;
    let rows: Vec<TokenRow> = rows
        .iter()
        .enumerate()
        .map(|(place, row)| token_row(place, row, &around.times))
        .collect();
    Ok(Html(TokensPage {
        notes: shown.notes,
        pager: Pager::single(counted(rows.len() as u64, "token", "tokens")),
        rows,
        new: shown.new,
        made: shown.made,
        frame: around.frame,
    })
    .into_response())
}

fn state(row: &ApiTokenRow, now: Timestamp) -> TokenState {
    match row.expires_at {
        _ if row.revoked_at.is_some() => TokenState::Revoked,
        Some(ends) if ends <= now => TokenState::Expired,
        Some(ends) if ends.as_second() - now.as_second() < SOON * 86_400 => TokenState::ExpiresSoon,
        _ if row.used_at.is_none() => TokenState::NotUsed,
        _ => TokenState::Active,
    }
}

fn ends(row: &ApiTokenRow, times: &Times) -> String {
    row.expires_at
        .map_or_else(|| "never".to_owned(), |at| times.date(at))
}

fn token_row(place: usize, row: &ApiTokenRow, times: &Times) -> TokenRow {
    let state = state(row, times.now);
    TokenRow {
        id: place.to_string(),
        name: row.name.clone(),
        prefix: row.prefix.clone(),
        role: role_word(row.role),
        by: format!("{}, {}", row.created_by, times.date(row.created_at)),
        used: row.used_at.map_or_else(
            || Value::Absent("never".to_owned()),
            |at| Value::Moment(times.ago(at)),
        ),
        ends: ends(row, times),
        status: status::token(state),
        revoke_href: (!matches!(state, TokenState::Revoked | TokenState::Expired))
            .then(|| format!("{PATH}/{}/revoke", row.id)),
    }
}

/// Makes a token and shows it, this once.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ProtectedForm(given): ProtectedForm<Form>,
) -> Result<Response, Fault> {
    let days = if given.ends == "never" {
        None
    } else {
        Some(
            given
                .ends
                .parse()
                .map_err(|_| Fault::field("ends", "Choose when it ends."))?,
        )
    };
    let tx = app.store().begin().await?;
    let order = TokenOrder {
        name: given.name.clone(),
        role: given.role,
        days,
    };
    let (row, secret) = match token::issue(&app, &tx, &caller, order).await {
        Ok(issued) => issued,
        Err(fault) if !fault.fields.is_empty() => {
            drop(tx);
            let new = Some(form(
                &given.name,
                given.role,
                &given.ends,
                &fault.fields[0].message,
            ));
            let page = page(
                &app,
                &caller,
                &headers,
                Shown {
                    new,
                    ..Shown::default()
                },
            )
            .await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
        Err(fault) => return Err(fault),
    };
    tx.commit().await?;
    let times = Times::new(app.now(), app.settings().zone.clone());
    let made = MadeToken {
        secret,
        facts: vec![
            Fact::new("For", Value::text(row.name.clone())),
            Fact::new("Scope", Value::text(role_word(row.role))),
            Fact::new("Ends", Value::text(ends(&row, &times))),
        ],
    };
    page(
        &app,
        &caller,
        &headers,
        Shown {
            made: Some(made),
            ..Shown::default()
        },
    )
    .await
}

/// Revokes a token.
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    token::revoke(&app, &caller, id.into()).await?;
    Ok(go_to(&format!("{PATH}?done=revoked")))
}
