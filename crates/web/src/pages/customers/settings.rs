//! How customers of each connection are synced: who wins, what goes by itself, when it looks again.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::ConnectionId;
use domain::access::Right;
use domain::connection::ConnectionStatus;
use domain::customer::{CustomerField, Winner};
use domain::run::RunKind;
use http::HeaderMap;
use rules::customers::decide::Policy;
use store::connections::ConnectionRow;
use store::customers::{self, SyncSetting};
use store::{connections, runs};
use uuid::Uuid;

use super::{run_href, said};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::{Around, go_to};
use crate::view::customers::settings::{SyncCard, SyncSettingsPage};
use crate::view::form::Select;
use crate::view::format::{counted, duration};
use crate::view::status::Status;
use crate::view::{Button, Choice, Fact, Html, Link, Note, Section, Tone, Value, status};

/// The page.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new("/settings/sync", query.as_deref());
    let around = Around::load(&app, &caller, &headers, "Sync", Section::Settings)
        .await?
        .saying(said(address.get("done")));
    let mut cards = Vec::new();
    for row in &around.connections {
        cards.push(card(&app, &around, row).await?);
    }
    let notes = if cards.is_empty() {
        vec![
            Note::new(
                Tone::Info,
                "plug",
                "Nothing is connected yet",
                "How customers are synced is set for each connection.",
            )
            .with(Button::link("Integrations", "/settings/integrations")),
        ]
    } else {
        Vec::new()
    };
    Ok(Html(SyncSettingsPage {
        notes,
        connections: cards,
        edits: caller.may(Right::EditCustomers),
        frame: around.frame,
    })
    .into_response())
}

fn state(row: &ConnectionRow, setting: &SyncSetting) -> Status {
    if setting.paused {
        return status::connection(ConnectionStatus::Paused, None);
    }
    if setting.first_applied_at.is_none() {
        return status::plan(customers::PlanState::Waiting);
    }
    match row.login.status {
        ConnectionStatus::Active => status::active(),
        other => status::connection(other, None),
    }
}

async fn card(app: &App, around: &Around, row: &ConnectionRow) -> Result<SyncCard, Fault> {
    let conn = app.store().read();
    let times = &around.times;
    let setting = customers::sync_setting(conn, row.id).await?;
    let plan = customers::find_waiting_plan(conn, row.id).await?;
    let running = runs::find_unfinished(conn, row.id, RunKind::CustomerSync).await?;
    let ago = |at: Option<jiff::Timestamp>| {
        at.map_or_else(
            || Value::Absent("never".to_owned()),
            |at| Value::Moment(times.ago(at)),
        )
    };
    let mut facts = vec![
        Fact::new(
            "Linked",
            Value::text(counted(
                customers::count_linked(conn, row.id).await?,
                "customer",
                "customers",
            )),
        ),
        Fact::new(
            "Last look",
            match &running {
                Some(run) => Value::Link(Link::new("goes on now", run_href(run.id))),
                None => ago(setting.last_run_at),
            },
        ),
        Fact::new("Last change", ago(setting.last_change_at)),
        Fact::new(
            "Next look",
            match setting.next_run_at {
                _ if setting.paused => Value::Absent("paused".to_owned()),
                Some(at) => Value::Moment(times.ahead(at)),
                None => Value::Absent("after the first sync".to_owned()),
            },
        ),
        Fact::new(
            "First plan",
            match (setting.first_applied_at, &setting.first_applied_by) {
                (Some(at), Some(by)) => Value::text(format!("applied {} by {by}", times.date(at))),
                (Some(at), None) => Value::text(format!("applied {}", times.date(at))),
                _ => Value::Absent("not applied: nothing goes to Ion".to_owned()),
            },
        ),
    ];
    if let Some(plan) = &plan {
        facts.push(Fact::new(
            "Plan that waits",
            Value::Link(Link::new(
                "Look at it",
                format!("/customers/sync/plans/{}", plan.id),
            )),
        ));
    }
    let actions = if running.is_some() {
        Vec::new()
    } else {
        vec![
            Button::post("Sync now", format!("/customers/sync/{}", row.id)).with_icon("refresh"),
            Button::post(
                "Preview (dry run)",
                format!("/customers/sync/{}/preview", row.id),
            ),
        ]
    };
    let fields: Vec<Select> = CustomerField::ALL
        .iter()
        .map(|field| Select {
            name: field.as_str(),
            label: field.label().to_owned(),
            choices: winners(setting.policy.fields.get(field).copied(), true),
            hint: String::new(),
            error: String::new(),
        })
        .collect();
    Ok(SyncCard {
        id: row.id.to_string(),
        name: row.name.clone(),
        test: row.sandbox,
        status: state(row, &setting),
        facts,
        actions,
        action_href: format!("/settings/sync/{}", row.id),
        winner: Select {
            name: "winner",
            label: "Unless a field says otherwise".to_owned(),
            choices: winners(Some(setting.policy.winner), false),
            hint: String::new(),
            error: String::new(),
        },
        fields,
        special: setting.policy.fields.len(),
        create_in_ion: setting.policy.create_in_ion,
        paused: setting.paused,
        pace: format!(
            "every {} where nothing moves, more often while something does",
            duration(app.engine().settings().customers.poll)
        ),
    })
}

fn winners(chosen: Option<Winner>, single: bool) -> Vec<Choice> {
    let as_above = single.then(|| Choice::new("", "as above", chosen.is_none()));
    let words = [
        (Winner::Ask, "Nobody: ask a person"),
        (Winner::Ionbridge, "Ionbridge"),
        (Winner::Ion, "Ion"),
        (Winner::Newest, "The later change"),
    ];
    as_above
        .into_iter()
        .chain(
            words
                .into_iter()
                .map(|(winner, label)| Choice::new(winner.as_str(), label, chosen == Some(winner))),
        )
        .collect()
}

/// Saves how a connection is synced.
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(form): ProtectedForm<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let id = ConnectionId::from(id);
    connections::find(app.store().read(), id)
        .await?
        .ok_or_else(|| Fault::not_found("connection"))?;
    let get = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let winner = get("winner")
        .parse::<Winner>()
        .map_err(|_| Fault::field("winner", "Choose who wins."))?;
    let mut policy = Policy {
        winner,
        create_in_ion: get("create_in_ion") == "1",
        ..Policy::default()
    };
    for field in CustomerField::ALL {
        match get(field.as_str()) {
            "" => {}
            word => {
                let winner = word
                    .parse::<Winner>()
                    .map_err(|_| Fault::field(field.as_str(), "Choose who wins."))?;
                policy.fields.insert(*field, winner);
            }
        }
    }
    app.engine()
        .save_policy(id, &policy, get("paused") == "1", &caller.actor())
        .await?;
    Ok(go_to("/settings/sync?done=policy"))
}
