//! A scheduled order at its time: sent where it still is what the person confirmed, else a draft again.

use rules::orders::state::{OrderEvent, Refusal};
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
    // What things cost is not for all eyes: a message says that a price moved, and not from what to what.
    let price_moved = view.review.lines.iter().any(|line| line.moved.is_some())
        || view
            .review
            .problems
            .iter()
            .any(|problem| problem.path.ends_with("/price"));
    let wrong = view.review.problems.first().map(|problem| {
        if price_moved {
            words::PRICE_MOVED.to_owned()
        } else {
            format!("{}: {}", problem.label, problem.message)
        }
    });
    engine
        .happens(id, |row, now| {
            // Somebody changed it since it was looked at: it is looked at anew before anything is sent.
            if row.version != seen {
                return Err(Refusal::NotYet);
            }
            let Some(why) = &wrong else {
                let mut turn = Turn::after(row, &OrderEvent::Due, now)?;
                turn.tell((OrderEventKind::Intent, ITSELF), now, "Its time has come.");
                return Ok(turn);
            };
            let mut turn = Turn::after(row, &OrderEvent::TakenBack, now)?;
            unsubmit(&mut turn.row);
            turn.row.price_moved = price_moved;
            let message = format!("It was not sent at its time. {why}");
            turn.tell((OrderEventKind::TakenBack, ITSELF), now, message);
            turn.not_sent = Some(why.clone());
            Ok(turn)
        })
        .await
        .map(drop)
}
