//! What the buttons of an order do.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::OrderId;
use domain::order::OrderState;
use engine::orders::OrderError;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use uuid::Uuid;

use super::show::{self, Shown, find};
use super::{href, step_href};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, sentence};
use crate::pages::address::Address;
use crate::pages::connections::Nothing;
use crate::pages::go_to;
use crate::view::orders::order::FirstLogin;
use crate::view::{Note, Tone};

fn back(id: OrderId, done: &str) -> Response {
    go_to(&format!("{}?done={done}", href(id)))
}

/// The state that a person saw when they decided.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Saw {
    #[serde(default)]
    state: String,
}

/// The page again, with why it was not done.
async fn refused(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    id: OrderId,
    error: OrderError,
) -> Result<Response, Fault> {
    let why = match error {
        OrderError::Refused(why) => sentence(&why),
        OrderError::Moved { .. } => {
            "It changed meanwhile. Look at it as it stands now, then decide.".to_owned()
        }
        other => return Err(other.into()),
    };
    let row = find(app, id).await?;
    if row.state == OrderState::Draft {
        return Ok(go_to(&href(id)));
    }
    let address = Address::new(href(id), None);
    let shown = Shown {
        notes: vec![Note::new(
            Tone::Warn,
            "alert-triangle",
            "Nothing was done",
            why,
        )],
        status: Some(StatusCode::CONFLICT),
        ..Shown::default()
    };
    show::page(app, caller, headers, row, &address, shown).await
}

/// What was decided on an order that a person saw in another state.
fn moved_on(saw: &Saw, now: OrderState) -> Option<OrderError> {
    (!saw.state.is_empty() && saw.state != now.as_str()).then(|| {
        OrderError::Refused(
            "It stands differently by now. Look at it as it is, then decide.".to_owned(),
        )
    })
}

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident($engine:expr) => $done:expr;)+) => {$(
        $(#[$doc])*
        pub(crate) async fn $name(
            State(app): State<App>,
            caller: Caller,
            headers: HeaderMap,
            Path(id): Path<Uuid>,
            ProtectedForm(saw): ProtectedForm<Saw>,
        ) -> Result<Response, Fault> {
            let row = find(&app, id.into()).await?;
            if let Some(error) = moved_on(&saw, row.state) {
                return refused(&app, &caller, &headers, row.id, error).await;
            }
            let act = $engine;
            match act(&app, &row, &caller.actor()).await {
                Ok(now) => {
                    let done: fn(OrderState) -> &'static str = $done;
                    Ok(back(row.id, done(now)))
                }
                Err(error) => refused(&app, &caller, &headers, row.id, error).await,
            }
        }
    )+};
}

type Row = store::orders::OrderRow;
type Actor = store::audit::Actor;

acts! {
    /// Searches for it, or asks how it stands, at once.
    look(async |app: &App, row: &Row, actor: &Actor| app.engine().look_now(row.id, actor).await.map(|()| row.state)) => |_| "looking";
    /// Sends it again: only what was searched for completely, past patience, and not found.
    send_again(async |app: &App, row: &Row, actor: &Actor| app.engine().send_again(row.id, row.version, actor).await.map(|row| row.state)) => |_| "again";
    /// Closes what Ion does not show.
    give_up(async |app: &App, row: &Row, actor: &Actor| app.engine().give_up_order(row.id, row.version, actor).await.map(|row| row.state)) => |_| "closed";
    /// Calls it off.
    cancel(async |app: &App, row: &Row, actor: &Actor| app.engine().cancel_order(row.id, row.version, actor).await.map(|row| row.state)) => |state| if state == OrderState::Cancelled { "cancelled" } else { "cancelling" };
    /// Makes a scheduled one a draft again.
    take_back(async |app: &App, row: &Row, actor: &Actor| app.engine().take_back_order(row.id, row.version, actor).await.map(|row| row.state)) => |_| "taken-back";
}

/// A new draft with what this order asked for; `?to=` names the step to open.
pub(crate) async fn copy(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    let address = Address::new(href(id.into()), query.as_deref());
    match app.engine().copy_order(id.into(), &caller.actor()).await {
        Ok(row) => {
            let to = match address.get("to") {
                Some("provisioning") => "provisioning",
                Some("review") => "review",
                _ => "products",
            };
            let mend = if to == "provisioning" { "&mend=1" } else { "" };
            Ok(go_to(&format!(
                "{}?done=copied{mend}",
                step_href(row.id, to)
            )))
        }
        Err(error) => refused(&app, &caller, &headers, id.into(), error).await,
    }
}

/// Which of Ion's orders it is.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    ion_id: String,
    #[serde(default)]
    typed_id: String,
}

/// A person says which of Ion's orders it is.
pub(crate) async fn adopt(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(form): ProtectedForm<Which>,
) -> Result<Response, Fault> {
    let typed = form.typed_id.trim();
    let which = if typed.is_empty() {
        form.ion_id.trim()
    } else {
        typed
    };
    let done = if which.is_empty() {
        Err(OrderError::Refused(
            "Choose one, or type the number of Ion's order.".to_owned(),
        ))
    } else {
        app.engine()
            .adopt_order(id.into(), which, &caller.actor())
            .await
    };
    match done {
        Ok(row) => Ok(back(row.id, "adopted")),
        Err(OrderError::Refused(why)) => {
            let row = find(&app, id.into()).await?;
            if row.state != OrderState::Unconfirmed {
                let error = OrderError::Refused(why);
                return refused(&app, &caller, &headers, row.id, error).await;
            }
            let address = Address::new(href(row.id), None);
            let shown = Shown {
                adopt_typed: typed.to_owned(),
                adopt_error: sentence(&why),
                status: Some(StatusCode::UNPROCESSABLE_ENTITY),
                ..Shown::default()
            };
            show::page(&app, &caller, &headers, row, &address, shown).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Shows a first log-in once, to whom it waits for; or forgets it unseen.
pub(crate) async fn login(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path((id, line, what)): Path<(Uuid, u32, String)>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    let order = OrderId::from(id);
    let actor = caller.actor();
    match what.as_str() {
        "forget" => match app.engine().forget_login(order, line, &actor).await {
            Ok(()) => Ok(back(order, "forgotten")),
            Err(error) => refused(&app, &caller, &headers, order, error).await,
        },
        "show" => match app.engine().take_login(order, line, &actor).await {
            Ok(Some(login)) => {
                let row = find(&app, order).await?;
                let address = Address::new(href(order), None);
                let vendor = usize::try_from(line)
                    .ok()
                    .and_then(|line| row.content.lines.get(line))
                    .map_or("The vendor", |line| line.vendor.as_str())
                    .to_owned();
                let shown = Shown {
                    login: Some(FirstLogin::new(
                        format!(
                            "{vendor} made it with the order. It is asked to be changed at the first sign-in."
                        ),
                        href(order),
                        login.user_name,
                        login.password,
                    )),
                    ..Shown::default()
                };
                show::page(&app, &caller, &headers, row, &address, shown).await
            }
            Ok(None) => {
                // Whether there is such an order at all.
                find(&app, order).await?;
                Ok(back(order, "no-login").into_response())
            }
            Err(error) => refused(&app, &caller, &headers, order, error).await,
        },
        _ => Err(Fault::not_found("page")),
    }
}
