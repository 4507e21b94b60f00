//! Reading Ion now.

use axum::extract::State;
use axum::response::Response;
use domain::connection::ConnectionStatus;

use super::PATH;
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::Fault;
use crate::pages::connections::Nothing;
use crate::pages::customers::run_href;
use crate::pages::go_to;
use store::connections;

/// Asks for all subscriptions of every connection that has a login.
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    let rows = connections::list(app.store().read()).await?;
    let alone = rows.len() == 1;
    let mut asked = Vec::new();
    for row in &rows {
        // One that has no login says so on its own page; where it is the only one, it is said here.
        if !alone && row.login.status == ConnectionStatus::NeedsNewCredentials {
            continue;
        }
        let run = app
            .engine()
            .request_subscription_sync(row.id, &caller.actor())
            .await?
            .run;
        asked.push(run);
    }
    Ok(match asked.as_slice() {
        [one] => go_to(&run_href(*one)),
        [] => {
            return Err(Fault::conflict(
                "unusable",
                "No connection has a login to read with.",
            ));
        }
        _ => go_to(&format!("{PATH}?done=reading")),
    })
}
