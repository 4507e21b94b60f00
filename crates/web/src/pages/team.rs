//! The team: who logs in, and what they may do.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::{Right, Role};
use http::{HeaderMap, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;
use store::users::{self, UserRow};
use uuid::Uuid;

use crate::app::App;
use crate::auth::people::{self, NewPerson};
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, FieldFault};
use crate::pages::connections::Said;
use crate::pages::{Around, go_to};
use crate::view::form::Select;
use crate::view::format::{counted, initials};
use crate::view::frame::role_word;
use crate::view::person::{AddPerson, PersonRow, TeamPage};
use crate::view::{
    Choice, Field, FieldKind, Html, Note, Pager, Section, Times, Tone, Value, status,
};

const PATH: &str = "/settings/team";

/// A person to add.
#[derive(Debug, Deserialize)]
pub(crate) struct AddForm {
    name: String,
    email: String,
    role: Role,
    password: SecretString,
}

/// What to change of a person.
#[derive(Debug, Deserialize)]
pub(crate) struct ChangeForm {
    role: Role,
    #[serde(default)]
    disabled: Option<String>,
}

/// What was typed, where it is shown again.
#[derive(Debug, Default)]
struct Typed {
    name: String,
    email: String,
    role: Option<Role>,
    faults: Vec<FieldFault>,
}

impl Typed {
    fn error(&self, field: &str) -> String {
        self.faults
            .iter()
            .find(|fault| fault.field == field)
            .map(|fault| fault.message.clone())
            .unwrap_or_default()
    }
}

/// Everybody, and the form for another person.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(said): Query<Said>,
) -> Result<Response, Fault> {
    let notes = match said.done.as_deref() {
        Some("added") => vec![Note::new(
            Tone::Ok,
            "user-check",
            "The person can log in",
            "Pass the first password on by a safe way; it is changed under Own profile.",
        )],
        Some("changed") => vec![Note::new(
            Tone::Ok,
            "user-check",
            "Saved",
            "It holds at once, in sessions that are open too.",
        )],
        _ => Vec::new(),
    };
    page(&app, &caller, &headers, notes, Typed::default()).await
}

async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    notes: Vec<Note>,
    typed: Typed,
) -> Result<Response, Fault> {
    let rows = users::list(app.store().read()).await?;
    let (me, _) = caller.as_person()?;
    let around = Around::load(app, caller, headers, "Team", Section::Settings).await?;
    let people: Vec<PersonRow> = rows
        .iter()
        .enumerate()
        .map(|(place, row)| person_row(place, row, row.id == me.id, &around.times))
        .collect();
    Ok(Html(TeamPage {
        notes,
        pager: Pager::single(counted(people.len() as u64, "person", "people")),
        people,
        add: AddPerson {
            name: Field::new("name", "Name", FieldKind::Text)
                .value(typed.name.clone())
                .error(typed.error("name")),
            email: Field::new("email", "E-mail", FieldKind::Email)
                .value(typed.email.clone())
                .hint("The log-in.")
                .error(typed.error("email")),
            role: Select {
                name: "role",
                label: "Role".to_owned(),
                choices: roles(typed.role.unwrap_or(Role::ReadOnly)),
                hint: "What each may do stands beside.".to_owned(),
                error: String::new(),
            },
            password: Field::new("password", "First password", FieldKind::Secret)
                .autocomplete("new-password")
                .hint("At least 12 characters. Passed on by you, changed by them.")
                .error(typed.error("password")),
        },
        roles: Right::ALL
            .iter()
            .map(|right| (right_words(*right), may(*right)))
            .collect(),
        frame: around.frame,
    })
    .into_response())
}

/// The answer of the server's own check, role by role, in the order of the table.
fn may(right: Right) -> [bool; 4] {
    [Role::Admin, Role::Finance, Role::Sales, Role::ReadOnly].map(|role| role.may(right))
}

const fn right_words(right: Right) -> &'static str {
    match right {
        Right::Read => "See connections, products and runs",
        Right::SeeCost => "See what you pay",
        Right::RunImports => "Start and stop imports, decide what they held back",
        Right::EditCustomers => "Edit customers, decide who is who, sync them",
        Right::PlaceOrders => "Place orders, change and cancel subscriptions",
        Right::EditMargins => "Edit margin rules",
        Right::Export => "Export lists",
        Right::ReadAudit => "Read the audit log",
        Right::ManageConnections => "Connect accounts and paste credentials",
        Right::ManageUsers => "Manage people and roles",
        Right::ManageApiTokens => "Manage API tokens",
        Right::ManageSettings => "Change settings and notifications",
    }
}

/// Roles to choose.
pub(crate) fn roles(chosen: Role) -> Vec<Choice> {
    [Role::Admin, Role::Finance, Role::Sales, Role::ReadOnly]
        .map(|role| Choice::new(role.as_str(), role_word(role), role == chosen))
        .to_vec()
}

fn person_row(place: usize, row: &UserRow, own: bool, times: &Times) -> PersonRow {
    PersonRow {
        id: place.to_string(),
        initials: initials(&row.name),
        name: row.name.clone(),
        email: row.email.clone(),
        role: role_word(row.role),
        seen: row.seen_at.map_or_else(
            || Value::Absent("never".to_owned()),
            |at| Value::Moment(times.ago(at)),
        ),
        status: status::person(row.disabled),
        edit_href: (!own).then(|| format!("{PATH}/{}", row.id)),
        roles: roles(row.role),
        disabled: row.disabled,
    }
}

/// Adds a person.
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ProtectedForm(form): ProtectedForm<AddForm>,
) -> Result<Response, Fault> {
    let typed = Typed {
        name: form.name.clone(),
        email: form.email.clone(),
        role: Some(form.role),
        faults: Vec::new(),
    };
    let added = async {
        let new = NewPerson {
            name: form.name,
            email: form.email,
            role: form.role,
            password: form.password,
        };
        let row = new.into_row(&app).await?;
        let tx = app.store().begin().await?;
        people::add(&app, &tx, &caller, &row).await?;
        tx.commit().await?;
        Ok::<(), Fault>(())
    };
    match added.await {
        Ok(()) => Ok(go_to(&format!("{PATH}?done=added"))),
        Err(fault) if !fault.fields.is_empty() => {
            let page = page(
                &app,
                &caller,
                &headers,
                Vec::new(),
                Typed {
                    faults: fault.fields,
                    ..typed
                },
            )
            .await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// Changes what a person may do.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(form): ProtectedForm<ChangeForm>,
) -> Result<Response, Fault> {
    let tx = app.store().begin().await?;
    let disabled = form.disabled.as_deref() == Some("1");
    match people::set_access(&app, &tx, &caller, id.into(), form.role, disabled).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(go_to(&format!("{PATH}?done=changed")))
        }
        Err(fault) if fault.status == StatusCode::CONFLICT => {
            drop(tx);
            let note = Note::new(Tone::Warn, "user-off", "Not changed", fault.detail);
            let page = page(&app, &caller, &headers, vec![note], Typed::default()).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(fault) => Err(fault),
    }
}
