//! Margin rules: the list in the order in which they win, the editor of one, and what it would do.

mod editor;
mod effect;
mod form;
mod lookup;
mod table;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::MarginRuleId;
use engine::orders::OrderError;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use store::margins::{self, MarginRow};
use uuid::Uuid;

use self::editor::{Editing, editor};
use self::form::Typed;
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, sentence};
use crate::pages::address::Address;
use crate::pages::{Around, go_to, wants_part};
use crate::view::margins::MarginsPage;
use crate::view::{Flash, Html, Note, Section, Tone};

/// The list.
pub(crate) const PATH: &str = "/settings/margins";
/// Rules out of use that are shown.
const RETIRED: usize = 20;

/// The rules.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(PATH, query.as_deref());
    let page = page(&app, &caller, &headers, None, said(address.get("done"))).await?;
    Ok(Html(page).into_response())
}

/// A new rule.
pub(crate) async fn new(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let editing = Editing::new_rule(Typed::fresh(&app));
    let page = page(&app, &caller, &headers, Some(editing), None).await?;
    Ok(Html(page).into_response())
}

/// One rule.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let row = find(&app, id).await?;
    if row.retired_at.is_some() {
        return Err(Fault::not_found("rule in use"));
    }
    let address = Address::new(format!("{PATH}/{id}"), query.as_deref());
    let typed = Typed::of(&row.rule);
    let editing = Editing::rule(row, typed);
    let page = page(
        &app,
        &caller,
        &headers,
        Some(editing),
        said(address.get("done")),
    )
    .await?;
    Ok(Html(page).into_response())
}

/// Makes a rule, or says what it would do.
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ProtectedForm(typed): ProtectedForm<Typed>,
) -> Result<Response, Fault> {
    submit(&app, &caller, &headers, Editing::new_rule(typed)).await
}

/// Saves a rule, or says what it would do.
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(typed): ProtectedForm<Typed>,
) -> Result<Response, Fault> {
    let row = find(&app, id).await?;
    submit(&app, &caller, &headers, Editing::rule(row, typed)).await
}

async fn submit(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    mut editing: Editing,
) -> Result<Response, Fault> {
    let read = editing.typed.read(app).await?;
    let act = editing.typed.act.clone();
    // A button that chooses one of several sends no other word.
    if act == "preview" || editing.typed.picks() {
        if wants_part(headers) {
            let replaced = editing.row.as_ref().map(|row| row.rule.id);
            let part = effect::part(app, &read, replaced).await?;
            return Ok(Html(part).into_response());
        }
        editing.take(&read);
        let page = page(app, caller, headers, Some(editing), None).await?;
        return Ok(Html(page).into_response());
    }
    let draft = match &read.draft {
        Ok(draft) => draft.clone(),
        Err(faults) => {
            let faults = faults.clone();
            editing.take(&read);
            editing.faults.extend(faults);
            return refused(app, caller, headers, editing).await;
        }
    };
    let expected = match &editing.row {
        Some(row) => Some((
            row.rule.id,
            editing.typed.version.parse().unwrap_or(row.version),
        )),
        None => None,
    };
    match app
        .engine()
        .save_margin_rule(draft, expected, &caller.actor())
        .await
    {
        Ok(row) => Ok(go_to(&format!("{PATH}/{}?done=saved", row.rule.id))),
        Err(OrderError::Invalid(problems)) => {
            editing.take(&read);
            editing.faults.extend(
                problems
                    .into_iter()
                    .map(|problem| (form::field_of(&problem.path), sentence(&problem.message))),
            );
            refused(app, caller, headers, editing).await
        }
        Err(OrderError::Refused(why)) => {
            editing.take(&read);
            editing.trouble = Some(Note::new(
                Tone::Bad,
                "alert-circle",
                "It was not saved",
                format!("{} What you typed is kept below.", sentence(&why)),
            ));
            // The next save is against what is there now.
            if let Some(row) = &editing.row {
                editing.typed.version = row.version.to_string();
            }
            refused(app, caller, headers, editing).await
        }
        Err(OrderError::Gone) => Err(Fault::not_found("rule")),
        Err(other) => Err(other.into()),
    }
}

async fn refused(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    editing: Editing,
) -> Result<Response, Fault> {
    let page = page(app, caller, headers, Some(editing), None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}

/// The version that a rule is taken out of use in.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Version {
    #[serde(default)]
    version: String,
}

/// Takes a rule out of use.
pub(crate) async fn retire(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(asked): ProtectedForm<Version>,
) -> Result<Response, Fault> {
    let row = find(&app, id).await?;
    let version = asked.version.parse().unwrap_or(row.version);
    app.engine()
        .retire_margin_rule(row.rule.id, version, &caller.actor())
        .await?;
    Ok(go_to(&format!("{PATH}?done=retired")))
}

async fn find(app: &App, id: Uuid) -> Result<MarginRow, Fault> {
    margins::find(app.store().read(), MarginRuleId(id))
        .await?
        .ok_or_else(|| Fault::not_found("rule"))
}

fn said(done: Option<&str>) -> Option<Flash> {
    match done? {
        "saved" => Some(Flash::done(
            "Rule saved",
            "Sale prices of what is live are worked out anew now; submitted orders keep theirs.",
        )),
        "retired" => Some(Flash::done(
            "Taken out of use",
            "The next closest rule gives the prices now.",
        )),
        _ => None,
    }
}

/// The page with a rule open or none.
async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    editing: Option<Editing>,
    flash: Option<Flash>,
) -> Result<MarginsPage, Fault> {
    let around = Around::load(app, caller, headers, "Margins", Section::Settings)
        .await?
        .saying(flash);
    let all = margins::list(app.store().read(), true).await?;
    let names = lookup::Names::of(app, all.iter().map(|row| &row.rule.scope)).await?;
    let open = editing
        .as_ref()
        .and_then(|editing| editing.row.as_ref())
        .map(|row| row.rule.id);
    let (used, mut retired): (Vec<MarginRow>, Vec<MarginRow>) =
        all.into_iter().partition(|row| row.retired_at.is_none());
    retired.sort_by_key(|row| std::cmp::Reverse(row.retired_at));
    retired.truncate(RETIRED);
    let edits = around.frame.edits_margins();
    let editor = match editing {
        Some(editing) => Some(editor(app, editing, &around, edits).await?),
        None => None,
    };
    Ok(MarginsPage {
        edits,
        notes: Vec::new(),
        rules: table::rules(used, &names, open, &around.times),
        retired: table::retired(&retired, &names, &around.times),
        editor,
        frame: around.frame,
    })
}
