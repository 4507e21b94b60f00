//! What is done with a plan: chosen from, applied, let go, taken as a file.

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use domain::PlanId;
use engine::customers::{Chosen as Which, SyncError};
use futures::stream;
use http::HeaderMap;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use rules::cell::harmless;
use store::customers::{self, EntryFilter, PlanRow as Stored};
use uuid::Uuid;

use super::export::file_name;
use super::plan_rows::{Sides, action_of};
use super::plans::{body, find, href, page};
use super::run_href;
use super::typed::value;
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, chain, sentence};
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

/// The whole plan as a file.
pub(crate) async fn csv(State(app): State<App>, Path(id): Path<Uuid>) -> Result<Response, Fault> {
    let row = find(&app, id.into()).await?;
    let name = file_name(&app, "sync-plan", "csv").await?;
    let state = (app, row, None::<u64>, false);
    let body = Body::from_stream(stream::try_unfold(state, next));
    Ok((
        [
            (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (CONTENT_DISPOSITION, name),
        ],
        body,
    )
        .into_response())
}

type Writing = (App, Stored, Option<u64>, bool);

/// The next part of the file. An error cuts the answer short, so that nobody takes it for whole.
async fn next(state: Writing) -> Result<Option<(Bytes, Writing)>, std::io::Error> {
    const PART: u32 = 500;
    let (app, row, after, done) = state;
    if done {
        return Ok(None);
    }
    let broken = |error: store::StoreError| {
        tracing::warn!(error = %chain(&error), "an export broke off");
        std::io::Error::other("the database failed")
    };
    let (entries, _) = customers::list_entries(
        app.store().read(),
        row.id,
        &EntryFilter::default(),
        after,
        PART,
    )
    .await
    .map_err(broken)?;
    let sides = Sides::load(app.store(), row.connection, entries.iter())
        .await
        .map_err(broken)?;
    let mut text = Vec::new();
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(&mut text);
    if after.is_none() {
        writer.write_record([
            "place",
            "action",
            "chosen",
            "customer",
            "ion_customer",
            "ion_id",
            "rule",
            "why",
            "fields",
            "outcome",
        ])?;
    }
    for entry in &entries {
        let shown = sides.row(entry);
        let fields = shown
            .fields
            .iter()
            .map(|field| {
                format!(
                    "{} {}: {} -> {}",
                    field.label, field.way.2, field.before, field.after
                )
            })
            .collect::<Vec<_>>()
            .join("; ");
        let cells = [
            entry.seq.to_string(),
            action_of(&entry.entry.action).to_owned(),
            if entry.chosen { "yes" } else { "no" }.to_owned(),
            shown.name,
            shown.remote,
            shown.ion_id,
            shown.rule.id.to_owned(),
            shown.why,
            fields,
            entry.outcome.clone().unwrap_or_default(),
        ];
        writer.write_record(cells.iter().map(|cell| harmless(cell)))?;
    }
    writer.flush()?;
    drop(writer);
    let last = entries.last().map(|entry| entry.seq);
    let done = entries.len() < PART as usize;
    Ok(Some((Bytes::from(text), (app, row, last.or(after), done))))
}
