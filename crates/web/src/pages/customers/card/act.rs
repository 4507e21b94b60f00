//! What the buttons of a customer do.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::{CombineId, ConnectionId, CustomerId, WriteId};
use engine::connection::ConnectionError;
use engine::customers::PushError;
use http::HeaderMap;
use serde::Deserialize;
use store::customers;
use uuid::Uuid;

use super::general;
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::connections::Nothing;
use crate::pages::customers::href;
use crate::pages::go_to;
use crate::view::customers::card::FirstPassword;

fn back(id: CustomerId, done: &str) -> Response {
    go_to(&format!("{}?done={done}", href(id)))
}

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident($engine:expr) => $done:literal;)+) => {$(
        $(#[$doc])*
        pub(crate) async fn $name(
            State(app): State<App>,
            caller: Caller,
            Path(id): Path<Uuid>,
            ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
        ) -> Result<Response, Fault> {
            let id = CustomerId::from(id);
            let act = $engine;
            act(&app, id, &caller.actor()).await?;
            Ok(back(id, $done))
        }
    )+};
}

acts! {
    /// Leaves a customer out of sync.
    ignore(async |app: &App, id, actor: &_| app.engine().ignore_customer(id, true, actor).await) => "ignored";
    /// Takes a customer into sync again.
    notice(async |app: &App, id, actor: &_| app.engine().ignore_customer(id, false, actor).await) => "noticed";
    /// Puts a customer away.
    archive(async |app: &App, id, actor: &_| app.engine().archive_customer(id, actor).await) => "archived";
    /// Takes a customer back.
    restore(async |app: &App, id, actor: &_| app.engine().restore_customer(id, actor).await) => "restored";
}

/// Ends a link.
pub(crate) async fn unlink(
    State(app): State<App>,
    caller: Caller,
    Path((id, connection)): Path<(Uuid, Uuid)>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    app.engine()
        .unlink(connection.into(), id.into(), &caller.actor())
        .await?;
    Ok(back(id.into(), "unlinked"))
}

/// Compares one customer with Ion now.
pub(crate) async fn sync(
    State(app): State<App>,
    caller: Caller,
    Path((id, connection)): Path<(Uuid, Uuid)>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    app.engine()
        .sync_customer_now(connection.into(), id.into(), &caller.actor())
        .await?;
    Ok(back(id.into(), "syncing"))
}

/// Creates a customer in Ion.
pub(crate) async fn create_in_ion(
    State(app): State<App>,
    caller: Caller,
    Path((id, connection)): Path<(Uuid, Uuid)>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    app.engine()
        .create_in_ion(ConnectionId::from(connection), id.into(), &caller.actor())
        .await?;
    Ok(back(id.into(), "creating"))
}

/// The other of two that become one.
#[derive(Debug, Deserialize)]
pub(crate) struct Other {
    #[serde(default)]
    other: String,
}

/// Makes another customer a part of this one.
pub(crate) async fn combine(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(form): ProtectedForm<Other>,
) -> Result<Response, Fault> {
    let other = form
        .other
        .parse::<CustomerId>()
        .map_err(|_| Fault::field("other", "Choose the other customer from the list."))?;
    app.engine()
        .combine(id.into(), other, &caller.actor())
        .await?;
    Ok(back(id.into(), "combined"))
}

/// Makes two of one again.
pub(crate) async fn split(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    let id = CombineId::from(id);
    let row = customers::find_combine(app.store().read(), id)
        .await?
        .ok_or_else(|| Fault::not_found("customer that was made a part of another"))?;
    app.engine().split(id, &caller.actor()).await?;
    Ok(back(row.kept, "split"))
}

/// Shows the first password of a portal user once, or forgets it unseen.
pub(crate) async fn password(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path((id, write, what)): Path<(Uuid, Uuid, String)>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    let (customer, write) = (CustomerId::from(id), WriteId::from(write));
    let row = customers::find_write(app.store().read(), write)
        .await?
        .filter(|row| row.customer == customer)
        .ok_or_else(|| Fault::not_found("first password"))?;
    let password = app
        .engine()
        .take_first_password(write, &caller.actor())
        .await
        .map_err(|error| match error {
            PushError::Store(error) => error.into(),
            PushError::Sealed(error) => Fault::conflict(
                "sealed",
                format!("This password cannot be opened: {error}. It is kept. Restart the servers if the key was changed."),
            ),
            PushError::Login(ConnectionError::Store(error)) => Fault::from(error),
            other => Fault::internal(&other),
        })?;
    let Some(password) = password else {
        return Err(Fault::conflict(
            "shown",
            "This password was shown or forgotten already, or somebody else asked for the customer. A new one is set in the Ion portal.",
        ));
    };
    if what == "forget" {
        return Ok(back(customer, "forgotten"));
    }
    let who = row.sent.get(domain::customer::CustomerField::Email);
    let shown = FirstPassword::new(
        format!("The portal user {who} signs in to Ion with it once, and is asked for a new one."),
        href(customer),
        password,
    );
    let address = Address::new(href(customer), None);
    general::page(&app, &caller, &headers, customer, &address, Some(shown)).await
}
