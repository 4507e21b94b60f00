//! `customers mapping`.

use std::collections::HashMap;

use anyhow::bail;
use domain::customer::{CustomerField as Field, LinkState};
use domain::{ConnectionId, CustomerId};
use engine::customers::MappingError;
use rules::customers::match_up::Signal;
use rules::customers::table::number_text;
use serde_json::{Value, json};
use store::audit::Actor;
use store::customers::{self, CustomerFilter, IonRow, PairRow, PairState};

use super::On;
use super::edit::finish;
use super::find::called;
use super::list::word;
use super::settle::Whose;
use crate::args::{At, MappingCommand, OneSide};
use crate::output::Exit;

/// Proposals that are read at a time.
const PART: u32 = 500;

pub(super) async fn run(at: &On<'_>, command: Option<MappingCommand>) -> anyhow::Result<Exit> {
    let actor = Actor::cli();
    let Some(command) = command else {
        return counts(at).await;
    };
    match command {
        MappingCommand::List {
            state,
            limit,
            at: on,
        } => list(at, &state, limit, &on).await,
        MappingCommand::Confirm {
            at_least: Some(score),
            at: on,
            ..
        } => confirm_all(at, score, &on).await,
        MappingCommand::Confirm {
            id, ion_id, at: on, ..
        } => {
            let (connection, customer, ion_id) =
                proposal(at, id.as_deref().unwrap_or_default(), ion_id, &on).await?;
            at.engine
                .confirm_pair(connection, customer, &ion_id, &actor)
                .await?;
            tell(at, customer, "and Ion's are one now").await
        }
        MappingCommand::Reject { id, ion_id, at: on } => {
            let (connection, customer, ion_id) = proposal(at, &id, ion_id, &on).await?;
            at.engine
                .reject_pair(connection, customer, &ion_id, &actor)
                .await?;
            tell(at, customer, "is another one; that is remembered").await
        }
        MappingCommand::Link { id, ion_id, at: on } => {
            let row = at.customer(&id).await?;
            let connection = at.connection(on.connection.as_deref()).await?;
            at.engine
                .link_by_hand(connection, row.id, &ion_id, &actor)
                .await?;
            tell(at, row.id, "and Ion's are one now").await
        }
        MappingCommand::Unlink { id, at: on } => {
            let row = at.customer(&id).await?;
            let connection = match on.connection.as_deref() {
                Some(name) => at.connection(Some(name)).await?,
                None => linked_at(at, row.id).await?,
            };
            at.engine.unlink(connection, row.id, &actor).await?;
            tell(at, row.id, "is no longer linked; both stay as they are").await
        }
        MappingCommand::Ignore(one) => ignore(at, one, true).await,
        MappingCommand::Unignore(one) => ignore(at, one, false).await,
        MappingCommand::Import { ion_id, at: on } => {
            let connection = at.connection(on.connection.as_deref()).await?;
            let id = at
                .engine
                .import_from_ion(connection, &ion_id, &actor)
                .await?;
            tell(at, id, "was imported and linked").await
        }
        MappingCommand::Create { id, at: on } => {
            let row = at.customer(&id).await?;
            let connection = at.connection(on.connection.as_deref()).await?;
            at.engine.create_in_ion(connection, row.id, &actor).await?;
            tell(at, row.id, "is to be made in Ion").await
        }
    }
}

async fn tell(at: &On<'_>, id: CustomerId, words: &str) -> anyhow::Result<Exit> {
    let settled = finish(at, id).await?;
    at.out.answer(&settled.value, |out| {
        out.line(&format!("{} {words}.{}", settled.name, settled.told));
    });
    Ok(settled.exit)
}

async fn linked_at(at: &On<'_>, id: CustomerId) -> anyhow::Result<ConnectionId> {
    let links = customers::list_links(at.engine.store().read(), id).await?;
    match links.as_slice() {
        [] => bail!("this customer is not linked"),
        [link] => Ok(link.connection),
        _ => bail!("it is linked at several connections; name one with --connection"),
    }
}

/// The proposal that is meant.
async fn proposal(
    at: &On<'_>,
    id: &str,
    ion_id: Option<String>,
    on: &At,
) -> anyhow::Result<(ConnectionId, CustomerId, String)> {
    let row = at.customer(id).await?;
    let named = at.named_connection(on.connection.as_deref()).await?;
    let open: Vec<PairRow> = customers::list_pairs_of(at.engine.store().read(), row.id)
        .await?
        .into_iter()
        .filter(|pair| pair.state == PairState::Proposed)
        .filter(|pair| named.is_none_or(|connection| pair.connection == connection))
        .filter(|pair| ion_id.as_ref().is_none_or(|ion_id| pair.ion_id == *ion_id))
        .collect();
    match open.as_slice() {
        [pair] => Ok((pair.connection, pair.customer, pair.ion_id.clone())),
        [] => bail!(
            "nothing like that is proposed for {}; see: ionbridge customers mapping list",
            called(&row)
        ),
        more => bail!(
            "{} of Ion's are proposed for {}; name one of: {}",
            more.len(),
            called(&row),
            more.iter()
                .map(|pair| format!("{} ({}, {})", pair.ion_id, pair.remote_name, pair.score))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}

async fn ignore(at: &On<'_>, one: OneSide, on: bool) -> anyhow::Result<Exit> {
    let words = if on {
        "is left alone from now on"
    } else {
        "is in sync again"
    };
    if let Some(ion_id) = &one.ion {
        let connection = at.connection(one.at.connection.as_deref()).await?;
        at.engine
            .ignore_ion(connection, ion_id, on, &Actor::cli())
            .await?;
        at.out
            .answer(&json!({"ion_id": ion_id, "ignored": on}), |out| {
                out.line(&format!("Ion's customer {ion_id} {words}."));
            });
        return Ok(Exit::Done);
    }
    let row = at.customer(one.id.as_deref().unwrap_or_default()).await?;
    at.engine.ignore_customer(row.id, on, &Actor::cli()).await?;
    tell(at, row.id, words).await
}

/// Links every proposal with at least this score, where neither side has another one.
async fn confirm_all(at: &On<'_>, score: u8, on: &At) -> anyhow::Result<Exit> {
    let connection = at.named_connection(on.connection.as_deref()).await?;
    let mut pairs: Vec<PairRow> = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let conn = at.engine.store().read();
        let (rows, next, _) =
            customers::list_pairs(conn, connection, "", after.as_deref(), PART).await?;
        pairs.extend(rows);
        let Some(next) = next else { break };
        after = Some(next);
    }
    let (mut of_ours, mut of_ions) = (HashMap::new(), HashMap::new());
    for pair in &pairs {
        *of_ours.entry((pair.connection, pair.customer)).or_insert(0) += 1;
        *of_ions
            .entry((pair.connection, pair.ion_id.clone()))
            .or_insert(0) += 1;
    }
    let (mut linked, mut left, mut values) = (0_u64, 0_u64, Vec::new());
    for pair in &pairs {
        let rivals = of_ours[&(pair.connection, pair.customer)] > 1
            || of_ions[&(pair.connection, pair.ion_id.clone())] > 1;
        if rivals || pair.score < score {
            left += 1;
            continue;
        }
        let confirmed = at
            .engine
            .confirm_pair(pair.connection, pair.customer, &pair.ion_id, &Actor::cli())
            .await;
        match confirmed {
            Ok(()) => {
                linked += 1;
                values.push(json!({"customer_id": pair.customer, "ion_id": pair.ion_id}));
            }
            Err(MappingError::Store(error)) => return Err(error.into()),
            Err(error) => {
                left += 1;
                if !at.out.json {
                    at.out.line(&format!("{}: {error}", pair.local_name));
                }
            }
        }
    }
    let waits = at.settle(Whose::All).await?;
    at.out
        .answer(&json!({"linked": values, "left": left}), |out| {
            out.line(&format!(
                "{linked} pairs were linked, {left} wait for a look of their own."
            ));
        });
    Ok(if left > 0 || waits {
        Exit::Awaiting
    } else {
        Exit::Done
    })
}

async fn counts(at: &On<'_>) -> anyhow::Result<Exit> {
    let counts = customers::mapping_counts(at.engine.store().read()).await?;
    let value = json!({"linked": counts.linked, "to_confirm": counts.to_confirm, "conflicts": counts.conflicts, "not_in_ion": counts.not_in_ion,
        "only_in_ion": counts.only_in_ion, "failed": counts.failed, "ignored": counts.ignored});
    at.out.answer(&value, |out| {
        let rows = [
            ("linked", counts.linked, "mapping list linked"),
            ("to confirm", counts.to_confirm, "mapping list proposed"),
            ("with conflicts", counts.conflicts, "conflicts"),
            ("not in Ion", counts.not_in_ion, "mapping list not_in_ion"),
            (
                "only in Ion",
                counts.only_in_ion,
                "mapping list only_in_ion",
            ),
            ("failed", counts.failed, "mapping list failed"),
            ("ignored", counts.ignored, "mapping list ignored"),
        ];
        let rows = rows
            .iter()
            .map(|(what, count, command)| {
                vec![
                    (*what).to_owned(),
                    count.to_string(),
                    format!("ionbridge customers {command}"),
                ]
            })
            .collect();
        out.table(&["state", "customers", "see"], rows);
    });
    let waits = counts.to_confirm + counts.conflicts + counts.failed > 0;
    Ok(if waits { Exit::Awaiting } else { Exit::Done })
}

/// A line of a list, for programs and for eyes.
type Line = (Value, Vec<String>);

async fn list(at: &On<'_>, state: &str, limit: u32, on: &At) -> anyhow::Result<Exit> {
    const STATES: [&str; 6] = [
        "linked",
        "proposed",
        "not_in_ion",
        "only_in_ion",
        "ignored",
        "failed",
    ];
    if !STATES.contains(&state) {
        bail!("{state:?} is none of: {}", STATES.join(", "));
    }
    let state: LinkState = word(state, STATES.into_iter())?;
    let conn = at.engine.store().read();
    let connection = at.named_connection(on.connection.as_deref()).await?;
    let limit = limit.clamp(1, 10_000);
    let (lines, total): (Vec<Line>, u64) = match state {
        LinkState::Proposed => {
            let (rows, _, total) = customers::list_pairs(conn, connection, "", None, limit).await?;
            let numbers = numbers(at, rows.iter().map(|row| row.customer)).await?;
            (rows.iter().map(|row| pair(row, &numbers)).collect(), total)
        }
        LinkState::OnlyInIon => {
            let (rows, _, total) =
                customers::list_only_in_ion(conn, connection, "", None, limit).await?;
            (rows.iter().map(of_ion).collect(), total)
        }
        LinkState::Linked => {
            let (rows, _, total) =
                customers::list_linked(conn, connection, "", None, limit).await?;
            let numbers = numbers(at, rows.iter().map(|(link, ..)| link.customer)).await?;
            let lines = rows.iter().map(|(link, ours, ions)| {
                let number = numbers.get(&link.customer).cloned().unwrap_or_default();
                (
                    json!({"customer_id": link.customer, "number": number, "name": ours, "ion_id": link.ion_id, "ion_name": ions, "connection_id": link.connection, "rule": link.rule, "linked_by": link.linked_by}),
                    vec![number, ours.clone(), link.ion_id.clone(), ions.clone(), link.rule.why().to_owned()],
                )
            });
            (lines.collect(), total)
        }
        LinkState::Failed => {
            let rows = customers::list_failed(conn, connection).await?;
            let numbers = numbers(at, rows.iter().map(|(link, _)| link.customer)).await?;
            let total = rows.len() as u64;
            let lines = rows.iter().map(|(link, name)| {
                let number = numbers.get(&link.customer).cloned().unwrap_or_default();
                let why = link.failed.as_ref().map_or_else(String::new, |failed| failed.message.clone());
                (
                    json!({"customer_id": link.customer, "number": number, "name": name, "ion_id": link.ion_id, "connection_id": link.connection, "message": why, "field": link.failed.as_ref().and_then(|failed| failed.field)}),
                    vec![number, name.clone(), link.ion_id.clone(), String::new(), why],
                )
            });
            (lines.collect(), total)
        }
        LinkState::Ignored => {
            let (mut lines, mut total) = ours(at, LinkState::Ignored, limit).await?;
            let (rows, _, more) =
                customers::list_ignored_ion(conn, connection, "", None, limit).await?;
            lines.extend(rows.iter().map(of_ion));
            total += more;
            (lines, total)
        }
        _ => ours(at, LinkState::NotInIon, limit).await?,
    };
    let (values, rows): (Vec<Value>, Vec<Vec<String>>) = lines.into_iter().unzip();
    let shown = rows.len();
    at.out
        .answer(&json!({"total": total, "items": values}), |out| {
            if rows.is_empty() {
                return out.line("There is none.");
            }
            out.table(&["number", "here", "ion id", "in Ion", "why"], rows);
            out.line(&format!("\n{shown} of {total}"));
        });
    let waits = total > 0 && matches!(state, LinkState::Proposed | LinkState::Failed);
    Ok(if waits { Exit::Awaiting } else { Exit::Done })
}

async fn numbers(
    at: &On<'_>,
    ids: impl Iterator<Item = CustomerId>,
) -> anyhow::Result<HashMap<CustomerId, String>> {
    let ids: Vec<CustomerId> = ids.collect();
    let rows = customers::find_many(at.engine.store().read(), &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, number_text(row.number)))
        .collect())
}

fn pair(row: &PairRow, numbers: &HashMap<CustomerId, String>) -> Line {
    let number = numbers.get(&row.customer).cloned().unwrap_or_default();
    let signals: Vec<&str> = row
        .signals
        .iter()
        .map(|signal| Signal::label(*signal))
        .collect();
    (
        json!({"customer_id": row.customer, "number": number, "name": row.local_name, "ion_id": row.ion_id, "ion_name": row.remote_name, "connection_id": row.connection,
            "score": row.score, "signals": row.signals, "cause": row.cause}),
        vec![
            number,
            row.local_name.clone(),
            row.ion_id.clone(),
            row.remote_name.clone(),
            format!("{}: {}", row.score, signals.join(", ")),
        ],
    )
}

fn of_ion(row: &IonRow) -> Line {
    let field = |field| row.customer.fields.get(field).to_owned();
    let (name, email) = (field(Field::Organisation), field(Field::Email));
    (
        json!({"ion_id": row.customer.ion_id, "ion_name": name, "email": email, "connection_id": row.connection, "active": row.customer.active}),
        vec![
            String::new(),
            String::new(),
            row.customer.ion_id.clone(),
            name,
            email,
        ],
    )
}

/// Ours of one state.
async fn ours(at: &On<'_>, state: LinkState, limit: u32) -> anyhow::Result<(Vec<Line>, u64)> {
    let filter = CustomerFilter {
        states: vec![state],
        limit,
        ..CustomerFilter::default()
    };
    let page = customers::search(at.engine.store().read(), &filter).await?;
    let lines = page.customers.iter().map(|hit| {
        let name = hit.row.customer.fields.get(Field::Organisation).to_owned();
        let number = number_text(hit.row.number);
        (
            json!({"customer_id": hit.row.id, "number": number, "name": name}),
            vec![number, name, String::new(), String::new(), String::new()],
        )
    });
    Ok((lines.collect(), page.total))
}
