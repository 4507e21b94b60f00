//! What went wrong, as a page.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};

use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::around::plain;
use crate::pages::{Around, wants_part};
use crate::view::error::{ErrorPage, PlainErrorPage, Trouble};
use crate::view::frame::role_word;
use crate::view::{Button, Html, Section, Tone};

/// The page of a fault: in the frame where somebody is logged in, else plain.
pub(crate) async fn show(
    app: &App,
    asker: Option<&Caller>,
    headers: &HeaderMap,
    fault: &Fault,
    reference: &str,
) -> Response {
    let trouble = trouble(fault, asker, reference);
    if let Some(caller) = asker
        && !wants_part(headers)
        && let Ok(around) = Around::load(
            app,
            caller,
            headers,
            fault.title.clone(),
            Section::Elsewhere,
        )
        .await
    {
        return Html(ErrorPage {
            frame: around.frame,
            trouble,
        })
        .into_response();
    }
    Html(PlainErrorPage {
        frame: plain(app, headers, &fault.title),
        trouble,
    })
    .into_response()
}

fn trouble(fault: &Fault, asker: Option<&Caller>, reference: &str) -> Trouble {
    let home = || Button::link("Go to the dashboard", "/").primary();
    let (icon, tone, todo) = match fault.status {
        StatusCode::NOT_FOUND => (
            "map-off",
            Tone::Calm,
            "Look for it with Ctrl K, or go back to the dashboard.",
        ),
        StatusCode::FORBIDDEN => (
            "lock",
            Tone::Warn,
            "Ask an admin of your company if you need it for your work.",
        ),
        status if status.is_server_error() => (
            "database-off",
            Tone::Bad,
            "Try again. If it stays, give the reference to who runs this server: it stands in the log.",
        ),
        _ => (
            "alert-triangle",
            Tone::Warn,
            "Go back, mend it and send it again.",
        ),
    };
    let mut means = fault.detail.clone();
    if fault.status == StatusCode::FORBIDDEN
        && let Some(caller) = asker
    {
        means = format!(
            "{means} You are signed in as {}. Nothing was changed.",
            role_word(caller.role())
        );
    }
    Trouble {
        icon,
        tone,
        happened: fault.title.clone(),
        means,
        todo: todo.to_owned(),
        reference: if fault.status.is_server_error() {
            reference.to_owned()
        } else {
            String::new()
        },
        actions: vec![home()],
    }
}
