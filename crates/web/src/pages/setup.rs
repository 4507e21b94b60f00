//! The first start: the link that makes the first admin.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;
use store::users;

use crate::app::App;
use crate::auth::setup::{FirstAdmin, use_link};
use crate::auth::{ProtectedForm, cookie, people, session};
use crate::fault::{Fault, FieldFault};
use crate::pages::around::plain;
use crate::pages::go_to;
use crate::view::entry::{SetupOverPage, SetupPage};
use crate::view::{Button, Field, FieldKind, Html, Note, Step, StepState, Tone};

/// The form; `secret` was put in by script from the address' fragment.
#[derive(Debug, Deserialize)]
pub(crate) struct SetupForm {
    #[serde(default)]
    secret: SecretString,
    name: String,
    email: String,
    password: SecretString,
}

fn field_error(faults: &[FieldFault], name: &str) -> String {
    faults
        .iter()
        .find(|fault| fault.field == name)
        .map(|fault| fault.message.clone())
        .unwrap_or_default()
}

fn page(
    app: &App,
    headers: &HeaderMap,
    name: &str,
    email: &str,
    faults: &[FieldFault],
) -> Html<SetupPage> {
    let mut notes = Vec::new();
    if let Some(trouble) = cookie::trouble(app.settings()) {
        notes.push(Note::new(
            Tone::Bad,
            "cookie-off",
            "Log-in cannot work at this address",
            trouble,
        ));
    }
    let checks = vec![Step {
        state: StepState::Ok,
        title: "Database".to_owned(),
        detail: "answers, and is of this version".to_owned(),
        time: String::new(),
    }];
    Html(SetupPage {
        frame: plain(app, headers, "First start"),
        notes,
        name: Field::new("name", "Name", FieldKind::Text)
            .value(name)
            .autocomplete("name")
            .error(field_error(faults, "name"))
            .focused(),
        email: Field::new("email", "E-mail", FieldKind::Email)
            .value(email)
            .autocomplete("username")
            .hint("Your log-in.")
            .error(field_error(faults, "email")),
        password: Field::new("password", "Password", FieldKind::Secret)
            .autocomplete("new-password")
            .hint("At least 12 characters; several words make a good one.")
            .error(field_error(faults, "password")),
        checks,
    })
}

fn over(app: &App, headers: &HeaderMap, title: &str, text: &str) -> Response {
    let note = Note::new(Tone::Warn, "link-off", title, text)
        .with(Button::link("Go to the log-in", "/login"));
    (
        StatusCode::GONE,
        Html(SetupOverPage {
            frame: plain(app, headers, "First start"),
            note,
        }),
    )
        .into_response()
}

const ANOTHER: &str = "Restart Ionbridge for a new link: it is printed to the terminal, or put into a file of its data directory.";
const SOMEBODY: &str = "Ionbridge has its first admin already. Log in, or make another admin on the server with: ionbridge user add --admin";

/// The form, while nobody exists.
pub(crate) async fn show(State(app): State<App>, headers: HeaderMap) -> Result<Response, Fault> {
    if users::count_all(app.store().read()).await? > 0 {
        return Ok(over(&app, &headers, "This link is over", SOMEBODY));
    }
    Ok(page(&app, &headers, "", "", &[]).into_response())
}

/// The first admin is made and logged in.
pub(crate) async fn submit(
    State(app): State<App>,
    headers: HeaderMap,
    ProtectedForm(form): ProtectedForm<SetupForm>,
) -> Result<Response, Fault> {
    if users::count_all(app.store().read()).await? > 0 {
        return Ok(over(&app, &headers, "This link is over", SOMEBODY));
    }
    if cookie::trouble(app.settings()).is_some() {
        return Ok((
            StatusCode::FORBIDDEN,
            page(&app, &headers, &form.name, &form.email, &[]),
        )
            .into_response());
    }
    let new = people::NewPerson {
        name: form.name.clone(),
        email: form.email.clone(),
        role: domain::access::Role::Admin,
        password: form.password,
    };
    let row = match new.into_row(&app).await {
        Ok(row) => row,
        Err(fault) if !fault.fields.is_empty() => {
            return Ok((
                StatusCode::UNPROCESSABLE_ENTITY,
                page(&app, &headers, &form.name, &form.email, &fault.fields),
            )
                .into_response());
        }
        Err(fault) => return Err(fault),
    };
    let engine = app.engine();
    let admin = FirstAdmin {
        email: row.email,
        name: row.name,
        password_hash: row.password_hash,
    };
    let Some(user) = use_link(
        engine.store(),
        &**engine.clock(),
        engine.ids(),
        &form.secret,
        admin,
    )
    .await?
    else {
        return Ok(over(
            &app,
            &headers,
            "This link is used, too old, or not complete",
            ANOTHER,
        ));
    };
    let tx = app.store().begin().await?;
    let id = session::begin(&app, &tx, &user).await?;
    tx.commit().await?;
    // A fragment of its own, else the browser carries the used secret on into the next address.
    let mut response = go_to("/#main");
    response
        .headers_mut()
        .append(SET_COOKIE, cookie::hand_out(app.settings(), &id));
    Ok(response)
}
