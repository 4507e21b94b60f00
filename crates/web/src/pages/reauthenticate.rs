//! The password again, before credentials, people or API tokens are touched.

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;
use store::{sessions, users};

use crate::app::App;
use crate::auth::{Caller, ProtectedForm, throttle};
use crate::fault::Fault;
use crate::guard::right::next_page;
use crate::pages::{Around, go_to};
use crate::view::entry::ReauthenticatePage;
use crate::view::{Field, FieldKind, Html, Section};

/// What the page is asked with.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Ask {
    #[serde(default)]
    next: Option<String>,
}

/// The form.
#[derive(Debug, Deserialize)]
pub(crate) struct Again {
    password: SecretString,
    #[serde(default)]
    next: Option<String>,
}

async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    next: &str,
    error: &str,
) -> Result<Response, Fault> {
    let around = Around::load(
        app,
        caller,
        headers,
        "Your password again",
        Section::Elsewhere,
    )
    .await?;
    let purpose = match next {
        next if next.contains("/api-tokens") => "Change API tokens",
        next if next.contains("/team") => "Change people",
        next if next.contains("/integrations") => "Change credentials",
        _ => "Go on",
    };
    Ok(Html(ReauthenticatePage {
        frame: around.frame,
        purpose: purpose.to_owned(),
        password: Field::new("password", "Password", FieldKind::Secret)
            .autocomplete("current-password")
            .error(error)
            .focused(),
        next: next.to_owned(),
    })
    .into_response())
}

/// The page.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    page(&app, &caller, &headers, &next_page(ask.next.as_deref()), "").await
}

/// The password is compared; for ten minutes the session may touch secrets.
pub(crate) async fn submit(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ProtectedForm(form): ProtectedForm<Again>,
) -> Result<Response, Fault> {
    let (person, session) = caller.as_person()?;
    let next = next_page(form.next.as_deref());
    if !throttle::take_try(&app, &person.email).await? {
        let words = "Too many tries. This account rests for 15 minutes.";
        let mut response = page(&app, &caller, &headers, &next, words).await?;
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(throttle::WINDOW.as_secs()));
        return Ok(response);
    }
    let hash = users::find(app.store().read(), person.id)
        .await?
        .map(|user| user.password_hash);
    if !app.passwords().verify(form.password, hash).await? {
        let mut response =
            page(&app, &caller, &headers, &next, "This is not your password.").await?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let tx = app.store().begin().await?;
    sessions::confirm(&tx, &session.id_hash, app.now()).await?;
    throttle::give_back(&app, &tx, &person.email).await?;
    tx.commit().await?;
    Ok(go_to(&next))
}
