//! What is done with a file of customers: chosen from, applied, let go.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use domain::FileId;
use engine::customers::{ChosenLines, FileError};
use http::HeaderMap;
use store::customers::{self, FileOutcome};
use uuid::Uuid;

use super::files::{body, find, href, page};
use super::plan_acts::{come_back, places};
use super::typed::value;
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, sentence};
use crate::from_engine::to_its_end;
use crate::pages::address::Address;
use crate::pages::{Around, go_to, wants_part};
use crate::view::format::{count, counted};
use crate::view::{Html, Note, Section, Tone};

type Form = ProtectedForm<Vec<(String, String)>>;

/// Keeps what the form shows as chosen and not chosen.
async fn keep(app: &App, id: FileId, form: &[(String, String)]) -> Result<(), FileError> {
    let on = places(form, "on");
    let off: Vec<u64> = places(form, "shown")
        .into_iter()
        .filter(|line| !on.contains(line))
        .collect();
    for (which, chosen) in [(on, true), (off, false)] {
        if !which.is_empty() {
            app.engine()
                .choose_lines(id, &ChosenLines::Lines(which), chosen)
                .await?;
        }
    }
    Ok(())
}

/// Chooses rows; answers with the rows where script asks, else with the page.
pub(crate) async fn choose(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(form): Form,
) -> Result<Response, Fault> {
    let id = FileId::from(id);
    let row = find(&app, id).await?;
    let address = come_back(&href(id), value(&form, "back"));
    let group = value(&form, "group")
        .rsplit_once(':')
        .and_then(|(word, on)| Some((word.parse::<FileOutcome>().ok()?, on == "on")));
    let done = match group {
        Some((outcome, on)) => {
            app.engine()
                .choose_lines(id, &ChosenLines::Outcome(outcome), on)
                .await
        }
        None => keep(&app, id, &form).await,
    };
    match done {
        Ok(()) if wants_part(&headers) => {
            let around =
                Around::load(&app, &caller, &headers, "Import", Section::Customers).await?;
            let counts = customers::line_counts(app.store().read(), id).await?;
            let body = body(&app, &around, &row, &counts, &address, true).await?;
            Ok(Html(body).into_response())
        }
        Ok(()) | Err(FileError::Settled) => Ok(go_to(&address.here())),
        Err(error) => Err(error.into()),
    }
}

/// Applies the chosen rows. It goes on where the browser goes away.
pub(crate) async fn apply(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(form): Form,
) -> Result<Response, Fault> {
    let id = FileId::from(id);
    find(&app, id).await?;
    let (engine, actor) = (app.engine().clone(), caller.actor());
    let applied = match keep(&app, id, &form).await {
        Ok(()) => to_its_end(async move { engine.apply_file(id, &actor).await }).await?,
        Err(error) => Err(error),
    };
    let address = Address::new(href(id), None);
    let note = match applied {
        Ok(applied) => Note::new(
            if applied.failed > 0 {
                Tone::Warn
            } else {
                Tone::Ok
            },
            if applied.failed > 0 {
                "alert-triangle"
            } else {
                "circle-check"
            },
            format!(
                "{} made, {} changed{}",
                counted(applied.new, "customer", "customers"),
                count(applied.changed),
                match applied.failed {
                    0 => String::new(),
                    number => format!(", {} failed", count(number)),
                }
            ),
            if applied.failed > 0 {
                "Each row that failed says why; the others are done."
            } else {
                ""
            },
        ),
        Err(error @ FileError::Settled) => Note::new(
            Tone::Bad,
            "alert-circle",
            "Nothing was imported now",
            sentence(&error.to_string()),
        ),
        Err(error) => return Err(error.into()),
    };
    page(&app, &caller, &headers, id, &address, vec![note]).await
}

/// Lets a file go.
pub(crate) async fn discard(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(_): Form,
) -> Result<Response, Fault> {
    let id = FileId::from(id);
    find(&app, id).await?;
    match app.engine().discard_file(id, &caller.actor()).await {
        Ok(()) | Err(FileError::Settled) => Ok(go_to(&href(id))),
        Err(error) => Err(error.into()),
    }
}
