//! What orders tell people who do not look at them.

use domain::OrderId;
use domain::notice::{NoticeKind, Severity};
use domain::order::{OrderOrigin, OrderState};
use jiff::Timestamp;
use rules::orders::state::{Effect, News};
use store::orders::OrderRow;
use store::{StoreError, Tx, notices};

use super::happen::{Turn, number_text};
use crate::Engine;
use crate::notices::{NewNotice, raise};

/// What a turn tells, and what it makes untrue of what was told before.
pub(super) async fn tell(
    engine: &Engine,
    tx: &Tx,
    turn: &Turn,
    now: Timestamp,
) -> Result<(), StoreError> {
    settle(tx, &turn.row, now).await?;
    // What others do in the portal is theirs to know.
    if turn.row.origin != OrderOrigin::Here {
        return Ok(());
    }
    if let Some(text) = &turn.stuck {
        let title = format!("{} takes longer than usual", name_of(&turn.row));
        let kind = NoticeKind::OrderStuck;
        raise(
            engine,
            tx,
            new(&turn.row, kind, Severity::Warn, title, text.clone()),
        )
        .await?;
    }
    if let Some(text) = &turn.not_sent {
        let title = format!("{} was not sent", name_of(&turn.row));
        let kind = NoticeKind::OrderFailed;
        raise(
            engine,
            tx,
            new(&turn.row, kind, Severity::Bad, title, text.clone()),
        )
        .await?;
    }
    for effect in &turn.effects {
        if let Effect::Notify(news) = effect
            && let Some(notice) = notice_of(&turn.row, *news)
        {
            raise(engine, tx, notice).await?;
        }
    }
    Ok(())
}

/// What was told of an order and no longer holds.
async fn settle(tx: &Tx, row: &OrderRow, now: Timestamp) -> Result<(), StoreError> {
    let holds = [
        (
            NoticeKind::OrderUnconfirmed,
            row.state == OrderState::Unconfirmed,
        ),
        (
            NoticeKind::OrderNotFound,
            row.state == OrderState::Unconfirmed && row.not_found_at.is_some(),
        ),
        (NoticeKind::OrderStuck, row.stuck_at.is_some()),
        (
            NoticeKind::OrderFailed,
            matches!(row.state, OrderState::Failed | OrderState::Draft),
        ),
    ];
    for (kind, holds) in holds {
        if !holds {
            notices::resolve_key(tx, &key(kind, row.id), now).await?;
        }
    }
    if row.state.is_final() {
        notices::resolve_key(tx, &surprise_key(row.id), now).await?;
    }
    Ok(())
}

fn notice_of(row: &OrderRow, news: News) -> Option<NewNotice> {
    let name = name_of(row);
    let (kind, severity, title, text) = match news {
        News::Unconfirmed => (
            NoticeKind::OrderUnconfirmed,
            Severity::Warn,
            format!("{name}: Ion's answer was lost"),
            "Ion is searched for the order. It is not sent again by itself.".to_owned(),
        ),
        News::NotFound => (
            NoticeKind::OrderNotFound,
            Severity::Bad,
            format!("{name} was not found in Ion"),
            "Ion was searched completely. Send the order again or close it, on its page.".to_owned(),
        ),
        News::FoundAfterAll => (
            NoticeKind::OrderStuck,
            Severity::Bad,
            format!("{name} is in Ion after all"),
            "It was closed here, and Ion has it now. It is followed again; call it off on its page where nobody wants it.".to_owned(),
        ),
        News::Twice => (
            NoticeKind::OrderStuck,
            Severity::Bad,
            format!("{name} is in Ion twice"),
            "Two orders of Ion's carry its reference. Call one of them off in the Ion portal.".to_owned(),
        ),
        News::Failed => (
            NoticeKind::OrderFailed,
            Severity::Bad,
            format!("{name} failed"),
            row.failure.as_ref().map_or_else(
                || "The order's page says what Ion answered.".to_owned(),
                |failure| format!("{} {}", failure.message, failure.what_to_do),
            ),
        ),
        News::Vanished => (
            NoticeKind::OrderStuck,
            Severity::Warn,
            format!("{name} is no longer shown by Ion"),
            "Ion answers that it does not know the order. It is asked again; where it stays away, ask the distributor or close the order on its page.".to_owned(),
        ),
        News::CancelRefused => (
            NoticeKind::OrderStuck,
            Severity::Warn,
            format!("{name} was not called off"),
            "Ion works on it already. Change or cancel the subscription that comes of it.".to_owned(),
        ),
        News::Completed | News::Cancelled => return None,
    };
    let mut notice = new(row, kind, severity, title, text);
    if matches!(
        news,
        News::FoundAfterAll | News::Twice | News::CancelRefused
    ) {
        notice.dedupe_key = surprise_key(row.id);
    }
    Some(notice)
}

fn new(
    row: &OrderRow,
    kind: NoticeKind,
    severity: Severity,
    title: String,
    text: String,
) -> NewNotice {
    NewNotice {
        kind,
        severity,
        connection: Some(row.connection),
        run: None,
        title,
        text,
        dedupe_key: key(kind, row.id),
    }
}

fn name_of(row: &OrderRow) -> String {
    let number = number_text(row.number);
    if row.customer_name.is_empty() {
        return number;
    }
    format!("{number} for {}", row.customer_name)
}

/// Of what a person must know, and what holds however the order goes on until it ends.
fn surprise_key(order: OrderId) -> String {
    format!("order-surprise:{order}")
}

fn key(kind: NoticeKind, order: OrderId) -> String {
    format!("{kind}:{order}")
}

/// Nothing of an order is told any more: it is gone.
pub(super) async fn forget(tx: &Tx, order: OrderId, now: Timestamp) -> Result<(), StoreError> {
    for kind in [
        NoticeKind::OrderUnconfirmed,
        NoticeKind::OrderNotFound,
        NoticeKind::OrderFailed,
        NoticeKind::OrderStuck,
    ] {
        notices::resolve_key(tx, &key(kind, order), now).await?;
    }
    Ok(())
}
