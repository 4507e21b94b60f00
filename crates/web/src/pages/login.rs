//! Log-in and log-out.

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;
use store::audit::{self, Actor, Via};
use store::{sessions, users};

use crate::app::App;
use crate::auth::throttle::Place;
use crate::auth::{Caller, ProtectedForm, cookie, session, throttle};
use crate::fault::Fault;
use crate::guard::right::next_page;
use crate::pages::around::plain;
use crate::pages::go_to;
use crate::view::entry::LoginPage;
use crate::view::{Field, FieldKind, Html, Note, Tone};

/// What the page is asked with.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Ask {
    #[serde(default)]
    next: Option<String>,
    #[serde(default)]
    out: Option<String>,
}

/// The form.
#[derive(Debug, Deserialize)]
pub(crate) struct LoginForm {
    email: String,
    password: SecretString,
    #[serde(default)]
    next: Option<String>,
}

fn page(
    app: &App,
    headers: &HeaderMap,
    email: &str,
    next: &str,
    mut notes: Vec<Note>,
) -> Html<LoginPage> {
    if let Some(trouble) = cookie::trouble(app.settings()) {
        notes.insert(
            0,
            Note::new(
                Tone::Bad,
                "cookie-off",
                "Log-in cannot work at this address",
                trouble,
            ),
        );
    }
    let email = Field::new("email", "E-mail", FieldKind::Email)
        .value(email)
        .autocomplete("username");
    let (email, password) = if email.value.is_empty() {
        (
            email.focused(),
            Field::new("password", "Password", FieldKind::Secret),
        )
    } else {
        (
            email,
            Field::new("password", "Password", FieldKind::Secret).focused(),
        )
    };
    Html(LoginPage {
        frame: plain(app, headers, "Log in"),
        notes,
        email,
        password: password.autocomplete("current-password"),
        next: next.to_owned(),
    })
}

/// The page.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Option<Caller>,
    headers: HeaderMap,
    Query(ask): Query<Ask>,
) -> Response {
    let next = next_page(ask.next.as_deref());
    if caller.is_some() {
        return go_to(&next);
    }
    let notes = match ask.out.as_deref() {
        Some("1") => vec![Note::new(
            Tone::Ok,
            "logout",
            "You are logged out",
            "The session has ended here and on the server.",
        )],
        Some("set-up") => vec![Note::new(
            Tone::Ok,
            "circle-check",
            "Your log-in is made",
            "Log in with the e-mail address and the password that you just gave.",
        )],
        _ => Vec::new(),
    };
    page(&app, &headers, "", &next, notes).into_response()
}

/// The password is compared, and a session begins.
pub(crate) async fn submit(
    State(app): State<App>,
    place: Place,
    headers: HeaderMap,
    ProtectedForm(form): ProtectedForm<LoginForm>,
) -> Result<Response, Fault> {
    let next = next_page(form.next.as_deref());
    let account = form.email.trim().to_lowercase();
    let again = |status: StatusCode, note: Vec<Note>| {
        (status, page(&app, &headers, &form.email, &next, note)).into_response()
    };
    if cookie::trouble(app.settings()).is_some() {
        return Ok(again(StatusCode::FORBIDDEN, Vec::new()));
    }
    let wrong = || {
        Note::new(
            Tone::Bad,
            "circle-x",
            "E-mail or password is wrong",
            "Nothing was opened. After ten tries an account rests for 15 minutes.",
        )
    };
    if account.len() > 254 {
        return Ok(again(StatusCode::UNPROCESSABLE_ENTITY, vec![wrong()]));
    }
    let rest = |title: &str, text: &str| {
        let mut response = again(
            StatusCode::TOO_MANY_REQUESTS,
            vec![Note::new(Tone::Warn, "hourglass-low", title, text)],
        );
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(throttle::WINDOW.as_secs()));
        response
    };
    if place.is_spent(&app).await? {
        return Ok(rest(
            "Too many tries from this address",
            "It rests for 15 minutes. Sessions that are open go on.",
        ));
    }
    if !throttle::take_try(&app, &account).await? {
        let text = "It rests for 15 minutes. Sessions that are open go on. An admin can give a new password meanwhile.";
        return Ok(rest("Too many tries for this account", text));
    }
    let user = users::find_by_email(app.store().read(), &account).await?;
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let right = app.passwords().verify(form.password, hash).await?;
    let Some(user) = user.filter(|user| right && !user.disabled) else {
        tracing::info!("a log-in was refused");
        place.note(&app).await?;
        return Ok(again(StatusCode::UNPROCESSABLE_ENTITY, vec![wrong()]));
    };
    let tx = app.store().begin().await?;
    if let Some(old) = cookie::value(&headers, cookie::session_name(app.settings())) {
        sessions::delete(&tx, &crate::auth::hash_of(&old)).await?;
    }
    let id = session::begin(&app, &tx, &user).await?;
    throttle::give_back(&app, &tx, &account).await?;
    let actor = Actor {
        name: user.email.clone(),
        via: Via::Browser,
    };
    audit::append(
        &tx,
        &**app.engine().clock(),
        &actor,
        "session.begin",
        &user.email,
        "",
    )
    .await?;
    tx.commit().await?;
    let mut response = go_to(&next);
    response
        .headers_mut()
        .append(SET_COOKIE, cookie::hand_out(app.settings(), &id));
    Ok(response)
}

/// The session ends.
pub(crate) async fn log_out(State(app): State<App>, caller: Caller) -> Result<Response, Fault> {
    let (_, session) = caller.as_person()?;
    let tx = app.store().begin().await?;
    sessions::delete(&tx, &session.id_hash).await?;
    let actor = caller.actor();
    audit::append(
        &tx,
        &**app.engine().clock(),
        &actor,
        "session.end",
        &actor.name,
        "",
    )
    .await?;
    tx.commit().await?;
    let mut response = go_to("/login?out=1");
    response
        .headers_mut()
        .append(SET_COOKIE, cookie::take_back(app.settings()));
    Ok(response)
}
