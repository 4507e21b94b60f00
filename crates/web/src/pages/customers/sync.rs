//! Asking for a sync or its preview.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::ConnectionId;
use store::connections;
use uuid::Uuid;

use super::run_href;
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::Fault;
use crate::pages::connections::Nothing;
use crate::pages::go_to;

/// Syncs every connection now, and goes to the run where there is one.
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    let rows = connections::list(app.store().read()).await?;
    let mut asked = Vec::new();
    let mut refused = None;
    for row in &rows {
        match app
            .engine()
            .request_sync(row.id, false, &caller.actor())
            .await
        {
            Ok(one) => asked.push(one.run),
            // One connection without a login stops no other.
            Err(error) => refused = Some(error),
        }
    }
    match (asked.as_slice(), refused) {
        ([], Some(error)) => Err(error.into()),
        ([], None) => Err(Fault::conflict(
            "not_connected",
            "Nothing is connected yet. Connect StreamOne Ion under Settings, Integrations.",
        )),
        ([run], _) => Ok(go_to(&run_href(*run))),
        _ => Ok(go_to("/activity/runs")),
    }
}

/// Syncs one connection now.
pub(crate) async fn now(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    ask(&app, &caller, id.into(), false).await
}

/// Reads both sides and makes a plan; writes nothing on either.
pub(crate) async fn preview(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    ask(&app, &caller, id.into(), true).await
}

async fn ask(
    app: &App,
    caller: &Caller,
    id: ConnectionId,
    dry_run: bool,
) -> Result<Response, Fault> {
    let asked = app
        .engine()
        .request_sync(id, dry_run, &caller.actor())
        .await?;
    Ok(go_to(&run_href(asked.run)))
}
