//! What is done with an order that is there: cancel, look, send again, adopt, give up, copy, discard.

use anyhow::Context as _;
use domain::OrderId;
use domain::order::OrderState;
use engine::orders::order_json;
use serde_json::json;
use store::audit::Actor;
use store::orders::{self, OrderRow};
use store::queue::Payload;

use super::{On, told};
use crate::commands::settle;
use crate::output::Exit;

/// Sees to it that an order that was placed is sent, and tells how it stands then.
pub(in crate::commands) async fn placed(at: &On<'_>, id: OrderId) -> anyhow::Result<Exit> {
    carried_out(at, id).await?;
    tell(at, id).await
}

/// Waits for the jobs that send or call off this order; those that only follow it go on without us.
async fn carried_out(at: &On<'_>, id: OrderId) -> anyhow::Result<bool> {
    settle::settle(&at.engine, at.host, |payload| {
        matches!(payload, Payload::SubmitOrder { order } | Payload::CancelOrder { order, .. } if *order == id)
    })
    .await
}

/// Waits until Ion was searched for this order, or asked how it stands.
async fn looked(at: &On<'_>, id: OrderId) -> anyhow::Result<bool> {
    let now = at.engine.clock().now();
    let waits = settle::settle(
        &at.engine,
        at.host,
        |payload| matches!(payload, Payload::FollowOrder { order } if *order == id),
    )
    .await?;
    tracing::debug!(order = %id, since = %now, waits, "looked");
    Ok(waits)
}

async fn found(at: &On<'_>, id: OrderId) -> anyhow::Result<OrderRow> {
    orders::find(at.engine.store().read(), id)
        .await?
        .context("the order is gone")
}

async fn tell(at: &On<'_>, id: OrderId) -> anyhow::Result<Exit> {
    let row = found(at, id).await?;
    at.out
        .answer(&order_json(&row, true), |out| out.line(&said(&row)));
    Ok(exit(&row))
}

/// How an order stands, in a line or two.
fn said(row: &OrderRow) -> String {
    let number = format!("O-{}", row.number);
    let ion = row
        .ion_id
        .as_ref()
        .map_or_else(String::new, |id| format!(" (Ion {id})"));
    match row.state {
        OrderState::Draft => format!("{number} is a draft; nothing was sent."),
        OrderState::AwaitingApproval => format!("{number} waits for a second person."),
        OrderState::Scheduled => format!(
            "{number} is sent at {}.",
            row.scheduled_for
                .map_or_else(String::new, |at| at.to_string())
        ),
        OrderState::Submitting => format!(
            "{number} waits to be sent; it goes by itself. See why: ionbridge orders show {number}"
        ),
        OrderState::Unconfirmed if row.not_found_at.is_some() => format!(
            "Ion does not have {number}. Send it again: ionbridge orders send-again {number}, or close it: ionbridge orders give-up {number}"
        ),
        OrderState::Unconfirmed => format!(
            "It is not known yet whether Ion has {number}. It will not be sent again by itself; Ion is searched for it."
        ),
        OrderState::Failed => {
            let failure = row.failure.as_ref();
            format!(
                "{number} failed: {} {}",
                failure.map_or("", |failure| failure.message.as_str()),
                failure.map_or("", |failure| failure.what_to_do.as_str())
            )
        }
        state => format!(
            "{number}{ion} for {}: {}.",
            row.customer_name,
            state.as_str().replace('_', " ")
        ),
    }
}

fn exit(row: &OrderRow) -> Exit {
    match row.state {
        OrderState::Failed => Exit::Failed,
        OrderState::Unconfirmed
        | OrderState::Submitting
        | OrderState::AwaitingApproval
        | OrderState::OnHold => Exit::Awaiting,
        _ => Exit::Done,
    }
}

pub(super) async fn cancel(at: &On<'_>, id: &str) -> anyhow::Result<Exit> {
    let row = at.order(id).await?;
    let row = at
        .engine
        .cancel_order(row.id, row.version, &Actor::cli())
        .await
        .map_err(told)?;
    carried_out(at, row.id).await?;
    let row = found(at, row.id).await?;
    at.out
        .answer(&order_json(&row, true), |out| out.line(&said(&row)));
    Ok(match row.state {
        OrderState::Cancelled => Exit::Done,
        _ => Exit::Awaiting,
    })
}

pub(super) async fn look(at: &On<'_>, id: &str) -> anyhow::Result<Exit> {
    let row = at.order(id).await?;
    at.engine
        .look_now(row.id, &Actor::cli())
        .await
        .map_err(told)?;
    looked(at, row.id).await?;
    tell(at, row.id).await
}

pub(super) async fn send_again(at: &On<'_>, id: &str) -> anyhow::Result<Exit> {
    let row = at.order(id).await?;
    let row = at
        .engine
        .send_again(row.id, row.version, &Actor::cli())
        .await
        .map_err(told)?;
    placed(at, row.id).await
}

pub(super) async fn adopt(at: &On<'_>, id: &str, ion_id: &str) -> anyhow::Result<Exit> {
    let row = at.order(id).await?;
    at.engine
        .adopt_order(row.id, ion_id, &Actor::cli())
        .await
        .map_err(told)?;
    looked(at, row.id).await?;
    tell(at, row.id).await
}

pub(super) async fn give_up(at: &On<'_>, id: &str) -> anyhow::Result<Exit> {
    let row = at.order(id).await?;
    at.engine
        .give_up_order(row.id, row.version, &Actor::cli())
        .await
        .map_err(told)?;
    tell(at, row.id).await
}

pub(super) async fn copy(at: &On<'_>, id: &str) -> anyhow::Result<Exit> {
    let row = at.order(id).await?;
    let copy = at
        .engine
        .copy_order(row.id, &Actor::cli())
        .await
        .map_err(told)?;
    tell(at, copy.id).await
}

pub(super) async fn discard(at: &On<'_>, id: &str) -> anyhow::Result<Exit> {
    let row = at.order(id).await?;
    at.engine
        .discard_order(row.id, row.version, &Actor::cli())
        .await
        .map_err(told)?;
    at.out
        .answer(&json!({"discarded": format!("O-{}", row.number)}), |out| {
            out.line(&format!("Draft O-{} was thrown away.", row.number));
        });
    Ok(Exit::Done)
}

pub(super) async fn read(at: &On<'_>, connection: Option<&str>) -> anyhow::Result<Exit> {
    let connection = at.connection(connection).await?;
    at.engine
        .request_read_orders(connection, &Actor::cli())
        .await
        .map_err(told)?;
    let waits = settle::settle(
        &at.engine,
        at.host,
        |payload| matches!(payload, Payload::ReadOrders { connection: one } if *one == connection),
    )
    .await?;
    at.out.answer(&json!({"read": !waits}), |out| {
        out.line(if waits {
            "Ion's orders are not read yet; it is tried again by itself."
        } else {
            "Ion's orders were read."
        });
    });
    Ok(if waits { Exit::Awaiting } else { Exit::Done })
}
