//! What is done with a plan: chosen from, applied, let go.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use domain::PlanId;
use engine::customers::{Chosen as Which, SyncError};
use http::HeaderMap;
use uuid::Uuid;

use super::plans::{body, find, href, page};
use super::run_href;
use super::typed::value;
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, sentence};
use crate::pages::address::Address;
use crate::pages::{Around, go_to, wants_part};
use crate::view::{Html, Note, Section, Tone};

type Form = ProtectedForm<Vec<(String, String)>>;

/// Places of the form under a name.
pub(super) fn places(form: &[(String, String)], name: &str) -> Vec<u64> {
    form.iter()
        .filter(|(key, _)| key == name)
        .filter_map(|(_, value)| value.parse().ok())
        .collect()
}

/// The address to come back to: one below `base`.
pub(super) fn come_back(base: &str, text: &str) -> Address {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let query = (path == base).then_some(query);
    Address::new(base.to_owned(), query)
}

/// Keeps what the form shows as chosen and not chosen.
async fn keep(app: &App, id: PlanId, form: &[(String, String)]) -> Result<(), SyncError> {
    let on = places(form, "on");
    let off: Vec<u64> = places(form, "shown")
        .into_iter()
        .filter(|seq| !on.contains(seq))
        .collect();
    for (which, chosen) in [(on, true), (off, false)] {
        if !which.is_empty() {
            app.engine()
                .choose_entries(id, &Which::Entries(which), chosen)
                .await?;
        }
    }
    Ok(())
}

/// Chooses entries; answers with the entries where script asks, else with the page.
pub(crate) async fn choose(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(form): Form,
) -> Result<Response, Fault> {
    let id = PlanId::from(id);
    let row = find(&app, id).await?;
    let address = come_back(&href(id), value(&form, "back"));
    let done = match value(&form, "group").rsplit_once(':') {
        Some((action, on)) => {
            app.engine()
                .choose_entries(id, &Which::Action(action.to_owned()), on == "on")
                .await
        }
        None => keep(&app, id, &form).await,
    };
    match done {
        Ok(()) if wants_part(&headers) => {
            let around = Around::load(&app, &caller, &headers, "Plan", Section::Customers).await?;
            let body = body(&app, &around, &row, &address, true).await?;
            Ok(Html(body).into_response())
        }
        Ok(()) | Err(SyncError::PlanSettled) => Ok(go_to(&address.here())),
        Err(error) => Err(error.into()),
    }
}

/// Applies what is chosen, and goes to the run.
pub(crate) async fn apply(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(form): Form,
) -> Result<Response, Fault> {
    let id = PlanId::from(id);
    find(&app, id).await?;
    let asked = match keep(&app, id, &form).await {
        Ok(()) => app.engine().request_apply(id, &caller.actor()).await,
        Err(error) => Err(error),
    };
    match asked {
        Ok(asked) => Ok(go_to(&run_href(asked.run))),
        Err(error @ (SyncError::PlanSettled | SyncError::NoLogin(_))) => {
            let note = Note::new(
                Tone::Bad,
                "alert-circle",
                "The plan was not applied",
                sentence(&error.to_string()),
            );
            let address = Address::new(href(id), None);
            page(&app, &caller, &headers, id, &address, vec![note]).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Lets a plan go.
pub(crate) async fn discard(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(_): Form,
) -> Result<Response, Fault> {
    let id = PlanId::from(id);
    find(&app, id).await?;
    match app.engine().discard_plan(id, &caller.actor()).await {
        Ok(()) => Ok(go_to("/customers?done=left")),
        Err(SyncError::PlanSettled) => Ok(go_to(&href(id))),
        Err(error) => Err(error.into()),
    }
}
