//! A scheduled order at its time: sent where it still is what the person confirmed, else a draft again.

use rules::orders::state::OrderEvent;
use store::orders::{OrderEventKind, OrderRow};

use super::confirm::unsubmit;
use super::error::SubmitError;
use super::happen::{ITSELF, Turn};
use super::words;
use crate::Engine;

/// Sends a scheduled order whose time has come. A price that moved, or anything that is wrong with it by now, makes it a draft again.
pub(super) async fn send_or_take_back(engine: &Engine, row: OrderRow) -> Result<(), SubmitError> {
    let id = row.id;
    let seen = row.version;
    let view = engine.view_of(engine.store().read(), row).await?;
    let wrong = view.review.problems.first().map(|problem| {
        if view.review.lines.iter().any(|line| line.moved.is_some()) {
            words::PRICE_MOVED.to_owned()
        } else {
            format!("{}: {}", problem.label, problem.message)
        }
    });
    engine
        .happens(id, |row, now| {
            let Some(why) = wrong.as_ref().filter(|_| row.version == seen) else {
                let mut turn = Turn::after(row, &OrderEvent::Due, now)?;
                turn.tell((OrderEventKind::Intent, ITSELF), now, "Its time has come.");
                return Ok(turn);
            };
            let mut turn = Turn::after(row, &OrderEvent::TakenBack, now)?;
            unsubmit(&mut turn.row);
            turn.row.price_moved = view.review.lines.iter().any(|line| line.moved.is_some());
            let message = format!("It was not sent at its time. {why}");
            turn.tell((OrderEventKind::TakenBack, ITSELF), now, message);
            turn.not_sent = Some(why.clone());
            Ok(turn)
        })
        .await
        .map(drop)
}
