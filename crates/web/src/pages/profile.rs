//! The own profile: who I am, and my password.

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use store::{audit, users};

use crate::app::App;
use crate::auth::{Caller, ProtectedForm, people, throttle};
use crate::fault::Fault;
use crate::pages::connections::Said;
use crate::pages::{Around, go_to};
use crate::view::frame::role_word;
use crate::view::person::ProfilePage;
use crate::view::{Fact, Field, FieldKind, Html, Note, Section, Tone, Value};

/// A new password.
#[derive(Debug, Deserialize)]
pub(crate) struct Form {
    current: SecretString,
    password: SecretString,
    again: SecretString,
}

/// The page.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(said): Query<Said>,
) -> Result<Response, Fault> {
    let notes = match said.done.as_deref() {
        Some("password") => vec![Note::new(
            Tone::Ok,
            "circle-check",
            "The password is changed",
            "Every other session of yours has ended.",
        )],
        _ => Vec::new(),
    };
    page(&app, &caller, &headers, notes, None).await
}

async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    notes: Vec<Note>,
    wrong: Option<(&str, &str)>,
) -> Result<Response, Fault> {
    let (person, _) = caller.as_person()?;
    let row = users::find(app.store().read(), person.id)
        .await?
        .ok_or_else(|| Fault::not_found("person"))?;
    let around = Around::load(app, caller, headers, "Own profile", Section::Elsewhere).await?;
    let error = |field: &str| {
        wrong
            .filter(|(name, _)| *name == field)
            .map(|(_, words)| words.to_owned())
            .unwrap_or_default()
    };
    Ok(Html(ProfilePage {
        notes,
        facts: vec![
            Fact::new("Name", Value::text(row.name)),
            Fact::new("E-mail", Value::text(row.email)),
            Fact::new("Role", Value::text(role_word(row.role))),
            Fact::new("Since", Value::text(around.times.date(row.created_at))),
        ],
        current: Field::new("current", "Password now", FieldKind::Secret)
            .autocomplete("current-password")
            .error(error("current")),
        password: Field::new("password", "New password", FieldKind::Secret)
            .autocomplete("new-password")
            .hint("At least 12 characters; several words make a good one.")
            .error(error("password")),
        again: Field::new("again", "New password again", FieldKind::Secret)
            .autocomplete("new-password")
            .error(error("again")),
        frame: around.frame,
    })
    .into_response())
}

/// Changes the password; other sessions of the person end.
pub(crate) async fn change_password(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ProtectedForm(form): ProtectedForm<Form>,
) -> Result<Response, Fault> {
    let refuse = async |status: StatusCode, field: &str, words: &str| -> Result<Response, Fault> {
        let mut response = page(&app, &caller, &headers, Vec::new(), Some((field, words))).await?;
        *response.status_mut() = status;
        Ok(response)
    };
    let (person, session) = caller.as_person()?;
    if form.password.expose_secret() != form.again.expose_secret() {
        return refuse(
            StatusCode::UNPROCESSABLE_ENTITY,
            "again",
            "This is not the same.",
        )
        .await;
    }
    if !throttle::take_try(&app, &person.email).await? {
        return refuse(
            StatusCode::TOO_MANY_REQUESTS,
            "current",
            "Too many tries. This account rests for 15 minutes.",
        )
        .await;
    }
    let before = users::find(app.store().read(), person.id)
        .await?
        .map(|row| row.password_hash);
    if !app.passwords().verify(form.current, before).await? {
        return refuse(
            StatusCode::UNPROCESSABLE_ENTITY,
            "current",
            "This is not your password.",
        )
        .await;
    }
    let hash = match people::hash_password(&app, form.password).await {
        Ok(hash) => hash,
        Err(fault) if !fault.fields.is_empty() => {
            return refuse(
                StatusCode::UNPROCESSABLE_ENTITY,
                "password",
                &fault.fields[0].message,
            )
            .await;
        }
        Err(fault) => return Err(fault),
    };
    let tx = app.store().begin().await?;
    users::set_password(&tx, person.id, &hash, &session.id_hash).await?;
    throttle::give_back(&app, &tx, &person.email).await?;
    audit::append(
        &tx,
        &**app.engine().clock(),
        &caller.actor(),
        "user.password",
        &person.email,
        "changed by themselves",
    )
    .await?;
    tx.commit().await?;
    Ok(go_to("/profile?done=password"))
}
