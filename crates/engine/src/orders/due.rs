//! An order that waited, for its time or for a way to Ion: sent where it still is what the person confirmed, else a draft again.

use rules::orders::state::{OrderEvent, Refusal};
use store::orders::{self, OrderEventKind, OrderRow};
use store::{StoreError, Tx, subscriptions};

use super::confirm::unsubmit;
use super::error::SubmitError;
use super::happen::{Happened, ITSELF, Turn};
use super::view::{OrderView, under_way};
use super::words;
use crate::Engine;

/// Sends a scheduled order whose time has come. A price that moved, or anything that is wrong with it by now, makes it a draft again.
pub(super) async fn send_or_take_back(engine: &Engine, row: OrderRow) -> Result<(), SubmitError> {
    let (id, seen) = (row.id, row.version);
    if take_back(engine, row).await? {
        return Ok(());
    }
    let now = engine.order_time();
    let tx = engine.store().begin().await?;
    let Some(row) = orders::find(&tx, id).await? else {
        return Ok(());
    };
    // Somebody changed it since it was looked at: it is looked at anew before anything is sent.
    if row.version != seen || becomes_second(&tx, &row).await? {
        return Ok(());
    }
    let Ok(mut turn) = Turn::after(&row, &OrderEvent::Due, now) else {
        return Ok(());
    };
    turn.tell((OrderEventKind::Intent, ITSELF), now, "Its time has come.");
    if engine.write_in(&tx, turn).await?.is_some() {
        tx.commit().await?;
    }
    Ok(())
}

/// Whether another change of the same subscription came first. Of two that are due at once, the second is looked at anew.
async fn becomes_second(tx: &Tx, row: &OrderRow) -> Result<bool, StoreError> {
    let Some(subscription) = row.subscription else {
        return Ok(false);
    };
    subscriptions::hold(tx, subscription).await?;
    Ok(under_way(tx, row).await?.is_some())
}

/// Makes an order a draft again that is no longer what the person confirmed. False where it still is.
pub(super) async fn take_back(engine: &Engine, row: OrderRow) -> Result<bool, SubmitError> {
    let (id, seen) = (row.id, row.version);
    let view = engine.view_of(engine.store().read(), row).await?;
    let moved = price_moved(&view);
    let Some(problem) = view.review.problems.first() else {
        return Ok(false);
    };
    // What things cost is not for all eyes: a message says that a price moved, and not from what to what.
    let why = if moved {
        words::PRICE_MOVED.to_owned()
    } else {
        format!("{}: {}", problem.label, problem.message)
    };
    let happened = engine
        .happens(id, |row, now| {
            if row.version != seen {
                return Err(Refusal::NotYet);
            }
            let mut turn = Turn::after(row, &OrderEvent::TakenBack, now)?;
            unsubmit(&mut turn.row);
            turn.row.price_moved = moved;
            let message = format!("It was not sent. {why}");
            turn.tell((OrderEventKind::TakenBack, ITSELF), now, message);
            turn.not_sent = Some(why.clone());
            Ok(turn)
        })
        .await?;
    // Where somebody changed it meanwhile, it is looked at anew too.
    Ok(!matches!(happened, Happened::Gone))
}

/// Whether what something costs is no longer what the person saw.
pub(super) fn price_moved(view: &OrderView) -> bool {
    view.review.lines.iter().any(|line| line.moved.is_some())
        || view
            .review
            .problems
            .iter()
            .any(|problem| problem.path.ends_with("/price"))
}
