//! Ion is asked to call an order off. Ion's answer may be lost: the order is read before each try, so that what happened already is seen.

use std::time::Duration;

use domain::OrderId;
use domain::order::{IonOrder, OrderState};
use ion_client::{Class, Effect as WriteEffect, Error};
use rules::orders::state::{OrderEvent, can_be_called_off};
use store::orders::{self, OrderEventKind, OrderRow};

use super::error::SubmitError;
use super::happen::{ION, ITSELF, Turn, until};
use super::jobs::JobEnd;
use super::way::way;
use super::{follow, map, words};
use crate::{Engine, kill_point};

/// The pause of an order that waits for a login.
const LOGIN_PAUSE: Duration = Duration::from_secs(60);
/// After a lost answer, Ion is asked what became of it: soon at first.
const SHORTEST: Duration = Duration::from_secs(5);
/// And less often later.
const LONGEST: Duration = Duration::from_secs(300);

/// Asks Ion to call an order off.
pub async fn cancel(
    engine: &Engine,
    order: OrderId,
    requested_by: &str,
) -> Result<JobEnd, SubmitError> {
    let Some(row) = orders::find(engine.store().read(), order).await? else {
        return Ok(JobEnd::Done);
    };
    let (Some(ion_id), true) = (
        row.ion_id.clone(),
        row.state.is_followed() && row.cancel_asked_at.is_some(),
    ) else {
        return Ok(JobEnd::Done);
    };
    let Some((ion, connection)) = way(engine, row.connection).await? else {
        return Ok(JobEnd::Again(LOGIN_PAUSE));
    };
    let orders = ion.orders(&connection.account_id);
    let now_is = match orders.get(&row.ion_customer_id, &ion_id).await {
        Ok(reply) => reply.item.decode().ok().as_ref().and_then(map::from_ion),
        Err(error) if error.class() == Class::NotFound => {
            return refused(engine, &row, "Ion does not know the order any more.", None).await;
        }
        Err(error) => return Err(SubmitError::Ion(error)),
    };
    if let Some(now_is) = now_is.filter(|order| order.ion_id == ion_id) {
        let can = can_be_called_off(Some(now_is.status));
        follow::heard(engine, order, &now_is, &[]).await?;
        if !can {
            return too_late(engine, &row, &now_is).await;
        }
    }
    tracing::info!(order = %order, by = requested_by, "Ion is asked to call an order off");
    kill_point::reached("order.before-cancel");
    let answer = orders.cancel(&row.ion_customer_id, &ion_id).await;
    kill_point::reached("order.after-cancel");
    let failed = match answer {
        Ok(reply) => {
            let read = reply.item.decode().ok().as_ref().and_then(map::from_ion);
            return match read.filter(|order| order.ion_id == ion_id) {
                Some(answered) => answered_with(engine, &row, &answered).await,
                None => lost(engine, &row, "Ion's answer cannot be read.").await,
            };
        }
        Err(failed) => failed,
    };
    if failed.effect == WriteEffect::Unclear {
        return lost(engine, &row, &words::cause(&failed.error)).await;
    }
    match &failed.error {
        Error::RateLimited { .. } | Error::Token(_) | Error::Transport(_) => {
            Err(SubmitError::Ion(failed.error))
        }
        error if matches!(error.class(), Class::Transient { .. } | Class::Config) => {
            Err(SubmitError::Ion(failed.error))
        }
        error => {
            let text = words::cause(error);
            refused(engine, &row, &text, error.request_id()).await
        }
    }
}

async fn answered_with(
    engine: &Engine,
    row: &OrderRow,
    ion: &IonOrder,
) -> Result<JobEnd, SubmitError> {
    engine
        .happens(row.id, |row, now| {
            let mut turn = Turn::heard(row, &OrderEvent::CancelAnswered(ion), ion, now)?;
            if turn.row.state == OrderState::Cancelled && row.state != OrderState::Cancelled {
                turn.tell(
                    (OrderEventKind::Cancelled, ION),
                    now,
                    "Ion called the order off.",
                );
            } else if turn.row.state != row.state {
                let message = words::state(row.state, turn.row.state);
                turn.tell((OrderEventKind::State, ION), now, message).detail =
                    words::ion_status(ion);
                words::end(&mut turn, ion, now);
            }
            Ok(turn)
        })
        .await?;
    Ok(JobEnd::Done)
}

/// Ion works on it already, or it has ended.
async fn too_late(
    engine: &Engine,
    row: &OrderRow,
    now_is: &IonOrder,
) -> Result<JobEnd, SubmitError> {
    let text = format!(
        "Ion says {}; an order is called off while it is NEW or ON_HOLD.",
        now_is.status_word
    );
    refused(engine, row, &text, None).await
}

async fn refused(
    engine: &Engine,
    row: &OrderRow,
    why: &str,
    request_id: Option<&str>,
) -> Result<JobEnd, SubmitError> {
    engine
        .happens(row.id, |row, now| {
            let mut turn = Turn::after(row, &OrderEvent::CancelRefused, now)?;
            // Where it ended meanwhile there is nothing left to call off, and the timeline says how it ended.
            if row.state.is_followed() {
                let message = format!("Ion did not call the order off. {why}");
                turn.tell((OrderEventKind::CancelRefused, ION), now, message)
                    .request_id = request_id.map(str::to_owned);
                turn.look_at = Some(now);
            }
            Ok(turn)
        })
        .await?;
    Ok(JobEnd::Done)
}

/// Whether Ion did it is not known: it is read again, and asked once more only where it still can be called off.
async fn lost(engine: &Engine, row: &OrderRow, why: &str) -> Result<JobEnd, SubmitError> {
    let text = format!(
        "Ion's answer to the request to call it off was lost. {why} Reading the order tells."
    );
    let told = orders::list_events(engine.store().read(), row.id).await?;
    let known = told.iter().any(|event| event.message == text);
    engine
        .happens(row.id, |row, now| {
            let mut turn = Turn::after(row, &OrderEvent::CancelUnclear, now)?;
            if !known {
                turn.tell((OrderEventKind::Unclear, ITSELF), now, text.as_str());
            }
            Ok(turn)
        })
        .await?;
    let now = engine.order_time();
    let age = row
        .cancel_asked_at
        .map_or(SHORTEST, |asked| until(now, asked));
    Ok(JobEnd::Again(age.clamp(SHORTEST, LONGEST)))
}
