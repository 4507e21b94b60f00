//! Integrations: the list, one connection, and what can be done with it.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use domain::connection::{ConnectionStatus, VendorProfile};
use domain::run::RunKind;
use engine::connection::{CheckReport, ConnectionOverview, RefreshOutcome};
use http::HeaderMap;
use jiff::Timestamp;
use serde::Deserialize;
use store::connections::{self, ConnectionRow};
use store::{catalog, customers, runs};
use uuid::Uuid;

use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::Fault;
use crate::from_engine::{to_its_end, told};
use crate::pages::around::{account_words, connection_href, connection_status, life};
use crate::pages::connection_history::history;
use crate::pages::credentials::checks;
use crate::pages::{Around, go_to};
use crate::view::connection::{
    ConnectedCard, ConnectionActions, ConnectionPage, IntegrationsPage, LoginFact,
};
use crate::view::format::{count, counted, duration};
use crate::view::{Button, Fact, Flash, Html, Link, Note, Section, Times, Tone, Value, status};

/// A form that holds nothing but its token.
#[derive(Debug, Deserialize)]
pub(crate) struct Nothing {}

/// What a page is asked to say.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    pub(crate) done: Option<String>,
}

/// Everything that is connected.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(said): Query<Said>,
) -> Result<Response, Fault> {
    let around = Around::load(&app, &caller, &headers, "Integrations", Section::Settings).await?;
    let flash = match said.done.as_deref() {
        Some("removed") => Some(Flash::done(
            "Connection removed",
            "Its secrets are erased; what it imported stays, read-only.",
        )),
        _ => None,
    };
    let around = around.saying(flash);
    let now = around.times.now;
    let mut connected = Vec::new();
    let mut notes = Vec::new();
    for row in &around.connections {
        connected.push(card(&app, row, &around.times).await?);
        notes.extend(trouble(row, now, caller.may(Right::ManageConnections)));
    }
    Ok(Html(IntegrationsPage {
        notes,
        connected,
        configure_href: caller
            .may(Right::ManageConnections)
            .then(|| "/settings/integrations/streamone-ion/new".to_owned()),
        hosts: app.engine().settings().ion.allowed_hosts.join(", "),
        frame: around.frame,
    })
    .into_response())
}

async fn card(app: &App, row: &ConnectionRow, times: &Times) -> Result<ConnectedCard, Fault> {
    let conn = app.store().read();
    let products = catalog::count_products(conn, row.id).await?;
    let last = last_import(app, row).await?;
    Ok(ConnectedCard {
        href: connection_href(row.id),
        name: row.name.clone(),
        account: account_words(row),
        status: connection_status(row, times.now),
        test: row.sandbox,
        life: life(row, times.now),
        until: row
            .refresh_expires_at
            .map(|at| times.date(at))
            .unwrap_or_default(),
        facts: vec![
            Fact::new("Products", Value::text(count(products))),
            Fact::new(
                "Last import",
                last.map_or_else(
                    || Value::Absent("never".to_owned()),
                    |run| Value::Moment(times.ago(run.requested_at)),
                ),
            ),
            Fact::new(
                "Login refreshed",
                Value::Moment(times.ago(row.login.refreshed_at)),
            ),
        ],
        activity_href: format!("/activity/runs?connection={}", row.id),
    })
}

/// The last import of a connection's catalog, among its latest runs.
async fn last_import(app: &App, row: &ConnectionRow) -> Result<Option<runs::RunRow>, Fault> {
    const LATEST: u32 = 100;
    Ok(runs::list(app.store().read(), Some(row.id), None, LATEST)
        .await?
        .into_iter()
        .find(|run| run.kind == RunKind::CatalogImport))
}

/// What a person must know or do about a login.
fn trouble(row: &ConnectionRow, now: Timestamp, manages: bool) -> Option<Note> {
    let days = life(row, now).map(|life| life.days);
    let note = match (row.login.status, days) {
        (ConnectionStatus::NeedsNewCredentials, _) => Note::new(
            Tone::Bad,
            "key-off",
            format!("Ion no longer accepts the login to “{}”", row.name),
            "What was imported is kept and goes on when you paste new credentials.",
        ),
        (ConnectionStatus::Rechecking, _) => Note::new(
            Tone::Warn,
            "key",
            format!("Ion refused a refresh of “{}”", row.name),
            "The same token is tried again after 1, 5 and 15 minutes; the access token works meanwhile.",
        ),
        (ConnectionStatus::Unclear, _) => Note::new(
            Tone::Warn,
            "key",
            format!("The answer to a refresh of “{}” was lost", row.name),
            "Work goes on with the old access token while it lives; then it is settled by itself, or you are told.",
        ),
        (_, Some(days)) if days <= 14 => Note::new(
            if days <= 3 { Tone::Bad } else { Tone::Warn },
            "hourglass-low",
            format!(
                "The login to “{}” ends in {}",
                row.name,
                crate::view::Life { days, total: 32 }.words()
            ),
            "Ion ends every login 32 days after it was requested. Paste new credentials before then; everything else is kept.",
        ),
        _ => return None,
    };
    Some(
        if manages && row.login.status != ConnectionStatus::Rechecking {
            note.with(Button::link(
                "Paste new credentials",
                format!("{}/credentials", connection_href(row.id)),
            ))
        } else {
            note
        },
    )
}

/// One connection.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Query(said): Query<Said>,
) -> Result<Response, Fault> {
    let notes = match said.done.as_deref() {
        Some("connected") => vec![
            Note::new(Tone::Ok, "circle-check", "Connected", "Every check passed, and the login was proven by one refresh. It is renewed by itself from now on.")
                .with(Button::post("Import the catalog", format!("/settings/integrations/{id}/import")).primary()),
        ],
        Some("replaced") => vec![Note::new(Tone::Ok, "circle-check", "New credentials are in use", "Everything else is as it was.")],
        Some("refreshed") => vec![Note::new(Tone::Ok, "refresh", "The login was refreshed", "A new pair is in use.")],
        _ => Vec::new(),
    };
    page(&app, &caller, &headers, id, notes, None).await
}

async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    id: Uuid,
    notes: Vec<Note>,
    report: Option<&CheckReport>,
) -> Result<Response, Fault> {
    let conn = app.store().read();
    let row = connections::find(conn, id.into())
        .await?
        .ok_or_else(|| Fault::not_found("connection"))?;
    let view = app.engine().overview(row.id).await?;
    let around = Around::load(app, caller, headers, row.name.clone(), Section::Settings)
        .await?
        .under("Integrations", "/settings/integrations")
        .about(&row);
    let times = &around.times;
    let manages =
        caller.may(Right::ManageConnections) && row.login.status != ConnectionStatus::Removed;
    let unfinished = runs::find_unfinished(conn, row.id, RunKind::CatalogImport).await?;
    let mut all_notes = notes;
    all_notes.extend(
        trouble(&row, times.now, manages).map(|note| match &view.status_cause {
            Some(cause) => Note {
                text: format!("{} Cause: {cause}.", note.text),
                ..note
            },
            None => note,
        }),
    );
    let importable = caller.may(Right::RunImports)
        && unfinished.is_none()
        && !matches!(
            row.login.status,
            ConnectionStatus::Removed | ConnectionStatus::NotFinished | ConnectionStatus::Paused
        );
    Ok(Html(ConnectionPage {
        name: row.name.clone(),
        status: connection_status(&row, times.now),
        test: row.sandbox,
        facts_line: [
            row.name.clone(),
            account_words(&row),
            format!(
                "connected by {} on {}",
                row.created_by,
                times.date_time(row.created_at)
            ),
        ]
        .into_iter()
        .filter(|words| !words.is_empty())
        .collect::<Vec<_>>()
        .join(" · "),
        notes: all_notes,
        checks: report.map(|report| checks(report, false)),
        life: life(&row, times.now),
        until: row
            .refresh_expires_at
            .map(|at| times.date_time(at))
            .unwrap_or_default(),
        login_facts: login_facts(&view, times),
        history: history(app, &row, &view, times).await?,
        catalog: catalog_facts(app, &row, times).await?,
        customers: customer_facts(app, &row, times).await?,
        facts: facts(app, &row, caller),
        actions: manages.then(|| actions(&row)),
        import_href: importable.then(|| format!("{}/import", connection_href(row.id))),
        frame: around.frame,
    })
    .into_response())
}

fn actions(row: &ConnectionRow) -> ConnectionActions {
    let href = connection_href(row.id);
    ConnectionActions {
        test: format!("{href}/test"),
        refresh: format!("{href}/refresh"),
        credentials: format!("{href}/credentials"),
        remove: format!("{href}/remove"),
        remove_words: "Imports stop, and both tokens are erased here at once. Products, prices and history stay, read-only. Ion is not told; its tokens end by themselves."
            .to_owned(),
        activity: Link::new("Activity of this connection", format!("/activity/runs?connection={}", row.id)),
    }
}

fn login_facts(view: &ConnectionOverview, times: &Times) -> Vec<LoginFact> {
    let left = view.access_expires_at.duration_since(times.now);
    let alive = left.as_secs() > 0;
    let mut facts = vec![LoginFact {
        name: "Access token",
        tone: if alive { Tone::Ok } else { Tone::Warn },
        words: if alive {
            format!("Alive, {} left", duration(left.unsigned_abs()))
        } else {
            "Ended".to_owned()
        },
        at: Some(times.dated(view.access_expires_at)),
    }];
    if let Some(next) = view.next_refresh_at {
        facts.push(LoginFact {
            name: "Next refresh",
            tone: Tone::Calm,
            words: times.ahead(next).text,
            at: Some(times.ahead(next)),
        });
    }
    facts.push(LoginFact {
        name: "Refreshed so far",
        tone: Tone::Calm,
        words: format!(
            "{}, last {}",
            counted(view.refreshes, "time", "times"),
            times.ago(view.refreshed_at).text
        ),
        at: Some(times.ago(view.refreshed_at)),
    });
    facts
}

async fn catalog_facts(app: &App, row: &ConnectionRow, times: &Times) -> Result<Vec<Fact>, Fault> {
    let conn = app.store().read();
    let mut facts = vec![Fact::new(
        "Products",
        Value::text(count(catalog::count_products(conn, row.id).await?)),
    )];
    match last_import(app, row).await? {
        Some(run) => {
            facts.push(Fact::new(
                "Last import",
                Value::Link(Link::new(
                    format!("Import {}", count(run.number)),
                    format!("/activity/runs/{}", run.id),
                )),
            ));
            facts.push(Fact::new(
                "State",
                Value::Status(status::run(run.status, run.counts.set_aside)),
            ));
            facts.push(Fact::new(
                "When",
                Value::Moment(times.ago(run.finished_at.unwrap_or(run.requested_at))),
            ));
        }
        None => facts.push(Fact::new("Last import", Value::Absent("never".to_owned()))),
    }
    Ok(facts)
}

async fn customer_facts(app: &App, row: &ConnectionRow, times: &Times) -> Result<Vec<Fact>, Fault> {
    let conn = app.store().read();
    let setting = customers::sync_setting(conn, row.id).await?;
    let mut facts = vec![
        Fact::new(
            "Linked",
            Value::Link(Link::new(
                count(customers::count_linked(conn, row.id).await?),
                format!("/customers?connection={}", row.id),
            )),
        ),
        Fact::new(
            "Last look",
            setting.last_run_at.map_or_else(
                || Value::Absent("never".to_owned()),
                |at| Value::Moment(times.ago(at)),
            ),
        ),
        Fact::new(
            "Next look",
            match setting.next_run_at {
                _ if setting.paused => Value::Absent("paused".to_owned()),
                Some(at) => Value::Moment(times.ahead(at)),
                None => Value::Absent("after the first sync".to_owned()),
            },
        ),
    ];
    if let Some(plan) = customers::find_waiting_plan(conn, row.id).await? {
        facts.push(Fact::new(
            "Plan that waits",
            Value::Link(Link::new(
                "Look at it",
                format!("/customers/sync/plans/{}", plan.id),
            )),
        ));
    }
    Ok(facts)
}

fn facts(app: &App, row: &ConnectionRow, caller: &Caller) -> Vec<Fact> {
    let profile = match row.login.profile {
        VendorProfile::Unknown => "not seen yet",
        VendorProfile::Kills => "a refresh ends the old access token",
        VendorProfile::Keeps => "the old access token lives on",
    };
    let mut facts = vec![
        Fact::new("Account ID", Value::Mono(row.account_id.clone())),
        Fact::new("Host", Value::Mono(row.base_url.clone())),
        Fact::new(
            "Requests",
            Value::text(format!(
                "{} a second at most",
                app.engine().settings().ion.requests_per_second
            )),
        ),
        Fact::new("Seen of Ion", Value::text(profile)),
    ];
    if caller.may(Right::ManageConnections) {
        facts.push(Fact::new(
            "Sealed with key",
            Value::Mono(app.engine().sealer().key_id()),
        ));
        facts.push(Fact::new("Id", Value::Mono(row.id.to_string())));
    }
    facts
}

/// Tests a connection; spends nothing.
pub(crate) async fn test(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    let report = app.engine().test_connection(id.into()).await?;
    let note = match report.failures().next() {
        Some(check) => Note::new(
            Tone::Bad,
            "circle-x",
            check.title.clone(),
            check.detail.clone(),
        ),
        None => Note::new(
            Tone::Ok,
            "circle-check",
            "The connection works",
            "Every check passed just now; nothing was used up.",
        ),
    };
    page(&app, &caller, &headers, id, vec![note], Some(&report)).await
}

/// Refreshes the login now.
pub(crate) async fn refresh(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    let (engine, actor) = (app.engine().clone(), caller.actor());
    let outcome = to_its_end(async move { engine.refresh_now(id.into(), &actor).await }).await?;
    let note = match outcome {
        Ok(RefreshOutcome::Saved | RefreshOutcome::Superseded) => {
            return Ok(go_to(&format!(
                "/settings/integrations/{id}?done=refreshed"
            )));
        }
        Ok(other) => Note::new(
            Tone::Warn,
            "key",
            "The login was not refreshed",
            crate::fault::sentence(&other.to_string()),
        ),
        Err(error @ engine::connection::ConnectionError::Unusable(_)) => Note::new(
            Tone::Warn,
            "key",
            "The login was not refreshed",
            told(&error),
        ),
        Err(error) => return Err(error.into()),
    };
    page(&app, &caller, &headers, id, vec![note], None).await
}

/// Removes a connection: stops it, erases its secrets, keeps its data.
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    app.engine()
        .remove_connection(id.into(), &caller.actor())
        .await?;
    Ok(go_to("/settings/integrations?done=removed"))
}

/// Asks for an import, and goes to its run.
pub(crate) async fn import(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    let asked = app
        .engine()
        .request_import(id.into(), false, &caller.actor())
        .await?;
    Ok(go_to(&format!("/activity/runs/{}", asked.run)))
}
