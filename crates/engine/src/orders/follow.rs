//! An order is searched for until it is found or a person decides, and asked for by id until it ends. When, is the row's `next_look_at`;
//! the job is what wakes up for it.

use std::time::Duration;

use domain::OrderId;
use domain::order::{IonOrder, OrderState};
use ion_client::{Class, Error, IonClient};
use rules::orders::follow::is_stuck;
use rules::orders::state::{Effect, LookedInVain, OrderEvent, Refusal, can_be_called_off};
use store::StoreError;
use store::connections::ConnectionRow;
use store::orders::{self, OrderEventKind, OrderRow};

use super::error::SubmitError;
use super::facts::{facts_of, plus};
use super::happen::{Happened, ION, ITSELF, Turn, until};
use super::jobs::JobEnd;
use super::search::{self, Looked};
use super::way::way;
use super::{due, map, words};
use crate::{Engine, kill_point};

/// After so long, Ion is asked once more to call an order off that it still shows as new.
const CANCEL_PAUSE: Duration = Duration::from_secs(120);
/// The pause of an order that waits for a login.
const LOGIN_PAUSE: Duration = Duration::from_secs(300);

/// Searches for an order whose answer was lost, or asks how it stands, where that is due.
pub async fn follow(engine: &Engine, order: OrderId) -> Result<JobEnd, SubmitError> {
    let Some(row) = orders::find(engine.store().read(), order).await? else {
        return Ok(JobEnd::Done);
    };
    let now = engine.order_time();
    let Some(at) = row.next_look_at else {
        return Ok(JobEnd::Done);
    };
    if at > now {
        return Ok(JobEnd::Again(until(at, now)));
    }
    match row.state {
        OrderState::Scheduled => Box::pin(due::send_or_take_back(engine, row)).await?,
        OrderState::Completed if row.ion_id.is_some() => without_subscription(engine, &row).await?,
        OrderState::Unconfirmed
        | OrderState::Placed
        | OrderState::OnHold
        | OrderState::InProgress
        | OrderState::Failed
        | OrderState::Cancelled => {
            let Some((ion, connection)) = way(engine, row.connection).await? else {
                return later(engine, &row).await;
            };
            if row.state.is_followed() {
                ask(engine, &ion, &connection, &row).await?;
            } else {
                look(engine, &ion, &connection, &row).await?;
            }
        }
        _ => return Ok(JobEnd::Done),
    }
    again(engine, order).await
}

/// Its login needs a person first: it is looked at again after a while, and stands in nobody's way until then.
async fn later(engine: &Engine, row: &OrderRow) -> Result<JobEnd, SubmitError> {
    let mut turn = Turn::of(row);
    turn.look_at = Some(plus(engine.order_time(), LOGIN_PAUSE));
    engine.write_turn(turn).await?;
    Ok(JobEnd::Again(LOGIN_PAUSE))
}

/// When the job goes on.
async fn again(engine: &Engine, order: OrderId) -> Result<JobEnd, SubmitError> {
    let row = orders::find(engine.store().read(), order).await?;
    let next = row.and_then(|row| row.next_look_at);
    Ok(next.map_or(JobEnd::Done, |at| {
        let wait = until(at, engine.order_time());
        JobEnd::Again(wait.max(Duration::from_millis(500)))
    }))
}

/// Searches Ion for it.
async fn look(
    engine: &Engine,
    ion: &IonClient,
    connection: &ConnectionRow,
    row: &OrderRow,
) -> Result<(), SubmitError> {
    let begun = engine.begin_look(row);
    let reach = engine.reach(row, begun);
    let looked = search::search(ion, &connection.account_id, row, reach).await;
    kill_point::reached("order.after-search");
    match looked {
        Ok(Looked::Found(order, by)) => {
            engine.found(row.id, &order, by).await?;
        }
        Ok(Looked::InVain(look)) => {
            engine.looked(row.id, look, begun).await?;
        }
        Err(error) => failed(engine, row, begun, &error).await?,
    }
    Ok(())
}

/// The search could not be made to its end: it is made again after a while.
async fn failed(
    engine: &Engine,
    row: &OrderRow,
    begun: LookedInVain,
    error: &Error,
) -> Result<(), SubmitError> {
    let text = format!("Ion could not be searched. {}", words::cause(error));
    let told = orders::list_events(engine.store().read(), row.id).await?;
    let known = told
        .first()
        .is_some_and(|last| last.kind == OrderEventKind::Looked && last.message == text);
    engine
        .happens(row.id, |row, now| {
            let event = OrderEvent::LookedInVain(begun);
            let mut turn = Turn::after(row, &event, now)?;
            if !known {
                turn.tell((OrderEventKind::Looked, ITSELF), now, text.as_str())
                    .request_id = error.request_id().map(str::to_owned);
            }
            Ok(turn)
        })
        .await
        .map(drop)
}

/// Asks Ion for it by id.
async fn ask(
    engine: &Engine,
    ion: &IonClient,
    connection: &ConnectionRow,
    row: &OrderRow,
) -> Result<(), SubmitError> {
    let Some(ion_id) = row.ion_id.clone() else {
        return Ok(());
    };
    let answer = ion
        .orders(&connection.account_id)
        .get(&row.ion_customer_id, &ion_id)
        .await;
    kill_point::reached("order.after-poll");
    match answer {
        Ok(reply) => {
            let read = reply.item.decode().ok().as_ref().and_then(map::from_ion);
            let Some(order) = read.filter(|order| order.ion_id == ion_id) else {
                return told_nothing(engine, row, "Ion's answer about the order cannot be read.")
                    .await;
            };
            heard(engine, row.id, &order, &reply.secrets)
                .await
                .map(drop)
        }
        Err(error) if error.class() == Class::NotFound => vanished(engine, row.id).await.map(drop),
        Err(error) => told_nothing(engine, row, &words::cause(&error)).await,
    }
}

/// Ion told how it stands.
pub(super) async fn heard(
    engine: &Engine,
    order: OrderId,
    ion: &IonOrder,
    secrets: &[ion_client::OrderSecret],
) -> Result<Happened, SubmitError> {
    let (usual, was_gone) = match orders::find(engine.store().read(), order).await? {
        Some(row) => (
            usual_of(engine, &row).await?,
            row.stuck_at.is_some() && is_gone(engine, order).await?,
        ),
        None => (None, false),
    };
    let happened = engine
        .happens(order, |row, now| {
            let mut turn = Turn::heard(row, &OrderEvent::Polled(ion), ion, now)?;
            // It has ended, and nothing follows from what was heard: when it is looked at next stays as it is.
            if row.state.is_final() && turn.row.state == row.state && turn.effects.is_empty() {
                return Err(Refusal::NotInThisState(row.state));
            }
            turn.secrets = secrets.to_vec();
            turn.row.polled_at = Some(now);
            turn.row.polls = turn.row.polls.saturating_add(1);
            if turn.row.state != row.state {
                let message = words::state(row.state, turn.row.state);
                turn.tell((OrderEventKind::State, ION), now, message).detail =
                    words::ion_status(ion);
                words::end(&mut turn, ion, now);
            } else if was_gone && row.ion_id.as_ref() == Some(&ion.ion_id) {
                turn.tell((OrderEventKind::State, ION), now, words::SHOWN_AGAIN);
            }
            // The job that asks Ion to call it off may be lost, and Ion may have answered without doing it.
            let asked_long_ago = row
                .cancel_asked_at
                .is_some_and(|asked| now >= plus(asked, CANCEL_PAUSE));
            if turn.row.state.is_followed()
                && turn.row.cancel_asked_at.is_some()
                && asked_long_ago
                && can_be_called_off(Some(ion.status))
            {
                turn.effects.push(Effect::CancelAtIon);
            }
            let scheduled_at = ion.scheduled_at;
            let stuck = is_stuck(
                turn.row.state,
                turn.row.state_since,
                usual,
                scheduled_at,
                now,
            );
            turn.row.stuck_at = stuck.then(|| row.stuck_at.unwrap_or(now));
            if stuck && row.stuck_at.is_none() {
                let message = words::stuck(turn.row.state, usual);
                turn.tell((OrderEventKind::Stuck, ITSELF), now, message.as_str());
                turn.stuck = Some(message);
            }
            Ok(turn)
        })
        .await?;
    Ok(happened)
}

async fn usual_of(engine: &Engine, row: &OrderRow) -> Result<Option<Duration>, SubmitError> {
    let Some(line) = row.content.lines.first() else {
        return Ok(None);
    };
    Ok(orders::usual_time(engine.store().read(), &line.vendor).await?)
}

/// Whether the last that Ion said of it is that it does not know it.
pub(super) async fn is_gone(engine: &Engine, order: OrderId) -> Result<bool, StoreError> {
    let events = orders::list_events(engine.store().read(), order).await?;
    let said = events.iter().find(|event| match event.kind {
        OrderEventKind::State
        | OrderEventKind::Found
        | OrderEventKind::Accepted
        | OrderEventKind::Adopted => true,
        // One that stands for long is told in the same way, before and after.
        OrderEventKind::Stuck => event.message == words::VANISHED,
        _ => false,
    });
    Ok(said.is_some_and(|said| said.message == words::VANISHED))
}

/// Ion does not know its id (any more).
async fn vanished(engine: &Engine, order: OrderId) -> Result<Happened, SubmitError> {
    let told = is_gone(engine, order).await?;
    engine
        .happens(order, |row, now| {
            let mut turn = Turn::after(row, &OrderEvent::Vanished, now)?;
            turn.row.polled_at = Some(now);
            turn.row.polls = turn.row.polls.saturating_add(1);
            if !told {
                turn.tell((OrderEventKind::Stuck, ITSELF), now, words::VANISHED);
            }
            turn.row.stuck_at = Some(row.stuck_at.unwrap_or(now));
            Ok(turn)
        })
        .await
}

/// Nothing was learnt: it is asked again after a while.
async fn told_nothing(engine: &Engine, row: &OrderRow, why: &str) -> Result<(), SubmitError> {
    tracing::info!(order = %row.id, why, "Ion did not tell how an order stands; it is asked again");
    let mut turn = Turn::of(row);
    let now = engine.order_time();
    turn.row.polled_at = Some(now);
    turn.effects.push(Effect::Poll);
    // Somebody else wrote meanwhile: then the next look is theirs to say.
    engine.write_turn(turn).await?;
    Ok(())
}

/// It was carried out a while ago: its subscription must be there by now.
async fn without_subscription(engine: &Engine, row: &OrderRow) -> Result<(), SubmitError> {
    let seen = crate::subscriptions::is_shown(engine, row).await?;
    engine
        .happens(row.id, |row, now| {
            let mut turn = Turn::of(row);
            if facts_of(row).state == OrderState::Completed && !seen {
                turn.row.stuck_at = Some(row.stuck_at.unwrap_or(now));
                turn.tell((OrderEventKind::Stuck, ITSELF), now, words::NO_SUBSCRIPTION);
                turn.stuck = Some(words::NO_SUBSCRIPTION.to_owned());
            }
            Ok(turn)
        })
        .await?;
    Ok(())
}
