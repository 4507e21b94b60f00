//! *Configure*: credentials are pasted, tested, saved. What was pasted is kept sealed for half an hour, so that mending one field
//! does not mean pasting all of them again.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use domain::ConnectionId;
use domain::connection::{ConnectionStatus, CredentialField};
use engine::connection::{Check, CheckReport, CheckState, CredentialDraft, SaveError, SaveTarget};
use http::{HeaderMap, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use store::connections::{self, ConnectionRow};
use store::sessions;
use uuid::Uuid;

use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, sentence};
use crate::from_engine::{to_its_end, words};
use crate::pages::around::connection_href;
use crate::pages::{Around, go_to};
use crate::view::connection::{Checks, ConfigurePage};
use crate::view::{
    Button, Field, FieldKind, Html, Note, Section, Step, StepState, Tone, format, status,
};

/// How long what was pasted is kept.
const KEPT: Duration = Duration::from_mins(30);

/// The form.
#[derive(Debug, Deserialize)]
pub(crate) struct Form {
    #[serde(default)]
    name: String,
    #[serde(default)]
    account_id: String,
    #[serde(default)]
    access_token: SecretString,
    #[serde(default)]
    refresh_token: SecretString,
    #[serde(default)]
    action: String,
}

/// What is kept between two tries.
#[derive(Default, Serialize, Deserialize)]
struct Pasted {
    /// Of which connection; `None` for a new one.
    target: Option<Uuid>,
    name: String,
    account_id: String,
    access_token: String,
    refresh_token: String,
}

impl Pasted {
    /// What was kept of this target.
    async fn load(app: &App, caller: &Caller, target: Option<ConnectionId>) -> Result<Self, Fault> {
        let (person, _) = caller.as_person()?;
        let engine = app.engine();
        let kept = sessions::find_pasted(app.store().read(), engine.sealer(), person.id, app.now())
            .await?;
        let kept: Option<Self> =
            kept.and_then(|text| serde_json::from_str(text.expose_secret()).ok());
        Ok(kept
            .filter(|kept| kept.target == target.map(Uuid::from))
            .unwrap_or_default())
    }

    async fn keep(&self, app: &App, caller: &Caller) -> Result<(), Fault> {
        let (person, _) = caller.as_person()?;
        let text = SecretString::from(
            serde_json::to_string(self).map_err(|error| Fault::internal(&error))?,
        );
        let tx = app.store().begin().await?;
        sessions::keep_pasted(
            &tx,
            app.engine().sealer(),
            person.id,
            &text,
            app.now() + KEPT,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// With what the form says; an empty secret means the one that was pasted before.
    fn with(
        mut self,
        form: &Form,
        target: Option<ConnectionId>,
        fixed: Option<&ConnectionRow>,
    ) -> Self {
        self.target = target.map(Uuid::from);
        self.name = fixed.map_or_else(|| form.name.clone(), |row| row.name.clone());
        form.account_id.clone_into(&mut self.account_id);
        for (kept, given) in [
            (&mut self.access_token, &form.access_token),
            (&mut self.refresh_token, &form.refresh_token),
        ] {
            if !given.expose_secret().trim().is_empty() {
                given.expose_secret().clone_into(kept);
            }
        }
        self
    }

    fn draft(&self, base_url: Option<String>) -> CredentialDraft {
        CredentialDraft {
            name: self.name.clone(),
            account_id: self.account_id.clone(),
            access_token: SecretString::from(self.access_token.clone()),
            refresh_token: SecretString::from(self.refresh_token.clone()),
            base_url,
        }
    }
}

/// What the page shows besides what was pasted.
#[derive(Default)]
struct Shown {
    note: Option<Note>,
    report: Option<CheckReport>,
    missing: Vec<CredentialField>,
    status: Option<StatusCode>,
}

/// The empty form, or what was kept of it.
pub(crate) async fn new(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let pasted = Pasted::load(&app, &caller, None).await?;
    page(&app, &caller, &headers, None, &pasted, Shown::default()).await
}

/// The form for new credentials of a connection.
pub(crate) async fn again(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let row = living(&app, id.into()).await?;
    let pasted = Pasted::load(&app, &caller, Some(row.id)).await?;
    page(
        &app,
        &caller,
        &headers,
        Some(&row),
        &pasted,
        Shown::default(),
    )
    .await
}

/// Tests or saves a new connection.
pub(crate) async fn submit_new(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ProtectedForm(form): ProtectedForm<Form>,
) -> Result<Response, Fault> {
    submit(&app, &caller, &headers, None, &form).await
}

/// Tests or saves new credentials of a connection.
pub(crate) async fn submit_again(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(form): ProtectedForm<Form>,
) -> Result<Response, Fault> {
    let row = living(&app, id.into()).await?;
    submit(&app, &caller, &headers, Some(&row), &form).await
}

/// A connection that is not removed.
async fn living(app: &App, id: ConnectionId) -> Result<ConnectionRow, Fault> {
    connections::find(app.store().read(), id)
        .await?
        .filter(|row| {
            !matches!(
                row.login.status,
                ConnectionStatus::Removed | ConnectionStatus::NotFinished
            )
        })
        .ok_or_else(|| Fault::not_found("connection"))
}

async fn submit(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    row: Option<&ConnectionRow>,
    form: &Form,
) -> Result<Response, Fault> {
    let target = row.map(|row| row.id);
    let pasted = Pasted::load(app, caller, target)
        .await?
        .with(form, target, row);
    pasted.keep(app, caller).await?;
    let missing = missing(&pasted);
    if !missing.is_empty() {
        let note = Note::new(
            Tone::Bad,
            "circle-x",
            "A field is empty",
            "Nothing was sent. The fields that are missing say so below.",
        );
        let shown = Shown {
            note: Some(note),
            missing,
            status: Some(StatusCode::UNPROCESSABLE_ENTITY),
            ..Shown::default()
        };
        return page(app, caller, headers, row, &pasted, shown).await;
    }
    let draft = pasted.draft(row.map(|row| row.base_url.clone()));
    if form.action == "test" {
        let report = app.engine().test_credentials(&draft).await;
        let shown = Shown {
            note: failure_note(&report),
            report: Some(report),
            ..Shown::default()
        };
        return page(app, caller, headers, row, &pasted, shown).await;
    }
    let (engine, actor) = (app.engine().clone(), caller.actor());
    let save_as = target.map_or(SaveTarget::New, SaveTarget::Existing);
    let result =
        to_its_end(async move { engine.save_credentials(draft, save_as, &actor).await }).await?;
    match result {
        Ok(saved) => {
            let (person, _) = caller.as_person()?;
            let tx = app.store().begin().await?;
            sessions::forget_pasted(&tx, person.id).await?;
            tx.commit().await?;
            let done = if saved.replaced {
                "replaced"
            } else {
                "connected"
            };
            Ok(go_to(&format!(
                "{}?done={done}",
                connection_href(saved.connection)
            )))
        }
        Err(SaveError::Refused(report)) => {
            let shown = Shown {
                note: failure_note(&report),
                report: Some(report),
                status: Some(StatusCode::UNPROCESSABLE_ENTITY),
                ..Shown::default()
            };
            page(app, caller, headers, row, &pasted, shown).await
        }
        Err(SaveError::AlreadyConnected {
            connection,
            name,
            account_id,
        }) => {
            let moved = Pasted {
                target: Some(connection.into()),
                ..pasted
            };
            moved.keep(app, caller).await?;
            let note = Note::new(
                Tone::Warn,
                "plug-connected",
                format!("Account {account_id} is connected already, as “{name}”"),
                "One account is connected once. What you pasted is kept: save it there as new credentials.",
            )
            .with(Button::link("Save as its new credentials", format!("{}/credentials", connection_href(connection))).primary());
            let shown = Shown {
                note: Some(note),
                status: Some(StatusCode::CONFLICT),
                ..Shown::default()
            };
            page(app, caller, headers, row, &moved, shown).await
        }
        Err(error @ SaveError::OtherAccount { .. }) => {
            let note = Note::new(
                Tone::Bad,
                "circle-x",
                "Another account",
                sentence(&error.to_string()),
            );
            let shown = Shown {
                note: Some(note),
                status: Some(StatusCode::UNPROCESSABLE_ENTITY),
                ..Shown::default()
            };
            page(app, caller, headers, row, &pasted, shown).await
        }
        Err(SaveError::Connection(error)) => Err(error.into()),
    }
}

fn missing(pasted: &Pasted) -> Vec<CredentialField> {
    [
        (CredentialField::AccountId, &pasted.account_id),
        (CredentialField::AccessToken, &pasted.access_token),
        (CredentialField::RefreshToken, &pasted.refresh_token),
    ]
    .into_iter()
    .filter(|(_, text)| text.trim().is_empty())
    .map(|(field, _)| field)
    .collect()
}

fn failure_note(report: &CheckReport) -> Option<Note> {
    let first = report.failures().next()?;
    Some(Note::new(
        Tone::Bad,
        "circle-x",
        first.title.clone(),
        first.detail.clone(),
    ))
}

async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    row: Option<&ConnectionRow>,
    pasted: &Pasted,
    shown: Shown,
) -> Result<Response, Fault> {
    let title = if row.is_some() {
        "New credentials"
    } else {
        "StreamOne Ion"
    };
    let mut around = Around::load(app, caller, headers, title, Section::Settings)
        .await?
        .under("Integrations", "/settings/integrations");
    if let Some(row) = row {
        around = around
            .under(row.name.clone(), connection_href(row.id))
            .about(row);
    }
    let ion = &app.engine().settings().ion;
    let has_data = match row {
        Some(row) => connections::has_data(app.store().read(), row.id).await?,
        None => false,
    };
    let said = |field: CredentialField| {
        shown
            .report
            .as_ref()
            .and_then(|report| report.field_message(field))
    };
    let told = |field: Field, name: CredentialField| {
        if shown.missing.contains(&name) {
            return field.error("This is missing. Paste it here; the other fields are kept.");
        }
        match said(name) {
            Some(check) if check.state == CheckState::Failed => field.error(words(check)),
            Some(check) if check.state == CheckState::Passed => field.good(words(check)),
            _ => field,
        }
    };
    let secret = |name: &'static str, label: &str, kept: &str, hint: &str| {
        let field = Field::new(name, label, FieldKind::Secret).mono().hint(hint);
        if kept.is_empty() {
            field
        } else {
            field.placeholder("kept for 30 minutes; leave empty")
        }
    };
    let mut account_id = Field::new("account_id", "Account ID", FieldKind::Text)
        .value(if pasted.account_id.is_empty() {
            row.map_or("", |row| &row.account_id)
        } else {
            &pasted.account_id
        })
        .placeholder("12345")
        .hint("In Ion: Menu, Account information. A number.");
    account_id.read_only = has_data;
    let first = pasted.account_id.is_empty() && row.is_none();
    let action = row.map_or_else(
        || "/settings/integrations/streamone-ion/new".to_owned(),
        |row| format!("{}/credentials", connection_href(row.id)),
    );
    let mut hosts = vec![row.map_or_else(|| ion.base_url.clone(), |row| row.base_url.clone())];
    hosts.extend(
        ion.allowed_hosts
            .iter()
            .filter(|host| !hosts[0].ends_with(host.as_str()))
            .cloned()
            .collect::<Vec<_>>(),
    );
    let page = ConfigurePage {
        again: row.is_some(),
        lead: if row.is_some() {
            "Data, links and history are kept. The new login takes over when it passes every check."
                .to_owned()
        } else {
            "Connects your StreamOne Ion account. Use an API user of its own in Ion, so that nobody's log-in ends it.".to_owned()
        },
        note: shown.note.clone(),
        name: Field::new("name", "Name", FieldKind::Text)
            .value(row.map_or(pasted.name.as_str(), |row| &row.name))
            .placeholder("Benelux")
            .hint("How this connection is called here.")
            .optional(),
        account_id: told(
            if first {
                account_id.focused()
            } else {
                account_id
            },
            CredentialField::AccountId,
        ),
        access_token: told(
            secret(
                "access_token",
                "Access Token",
                &pasted.access_token,
                "Lives 2 hours. Ion shows it once, beside the refresh token.",
            ),
            CredentialField::AccessToken,
        ),
        refresh_token: told(
            secret(
                "refresh_token",
                "Refresh Token",
                &pasted.refresh_token,
                "Lives 32 days and works once; Ionbridge renews the access token with it.",
            ),
            CredentialField::RefreshToken,
        ),
        hosts,
        budget: format!("{} requests a second", ion.requests_per_second),
        action_href: action,
        cancel_href: row.map_or_else(
            || "/settings/integrations".to_owned(),
            |row| connection_href(row.id),
        ),
        checks: shown.report.as_ref().map(|report| checks(report, true)),
        frame: around.frame,
    };
    Ok((shown.status.unwrap_or(StatusCode::OK), Html(page)).into_response())
}

/// A report as the card beside the form.
pub(crate) fn checks(report: &CheckReport, before_save: bool) -> Checks {
    let failed = report.failures().count();
    let looked_at = report
        .checks
        .iter()
        .filter(|check| matches!(check.state, CheckState::Passed | CheckState::Failed))
        .count();
    let (title, status) = if failed == 0 {
        (format!("All {looked_at} checks passed"), status::passed())
    } else {
        (
            format!("{failed} of {looked_at} checks failed"),
            status::failed(),
        )
    };
    let foot = match (before_save, failed) {
        (false, _) => "Testing spends nothing: both tokens are as they were.",
        (true, 0) => "Nothing is saved yet. What you pasted is kept for 30 minutes.",
        (true, _) => {
            "Nothing was saved. What you pasted is kept for 30 minutes: mend the field that is named, the others need no pasting."
        }
    };
    Checks {
        title,
        status,
        steps: report.checks.iter().map(step).collect(),
        foot: foot.to_owned(),
    }
}

fn step(check: &Check) -> Step {
    Step {
        state: match check.state {
            CheckState::Passed => StepState::Ok,
            CheckState::Failed => StepState::Bad,
            CheckState::Skipped | CheckState::Later => StepState::Waiting,
        },
        title: check.title.clone(),
        detail: check.detail.clone(),
        time: if check.took.is_zero() {
            String::new()
        } else {
            format::duration(check.took)
        },
    }
}
