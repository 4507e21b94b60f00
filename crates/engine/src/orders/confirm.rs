//! What people decide of an order: place it, take it back, send it again, close it, call it off. Each is one transaction with the job that
//! follows from it; none waits for Ion.
//!
//! Before an order is confirmed, what somebody else changed meanwhile stands in the way. After that its version counts what Ion says too,
//! every few seconds: whether something still can be done is then decided by how the order stands, not by its version.

use domain::OrderId;
use domain::order::OrderState;
use jiff::Timestamp;
use rules::orders::check::Problem;
use rules::orders::reconcile::display_name;
use rules::orders::review::{self, confirmation_ok};
use rules::orders::state::{Effect, OrderEvent, Refusal};
use store::audit::Actor;
use store::orders::{self, OrderEventKind, OrderFailure, OrderRow};
use store::subscriptions;

use super::draft::draft_of;
use super::error::OrderError;
use super::happen::{ITSELF, Turn, submit_key};
use super::offers::{self, Take};
use super::{follow, map, words};
use crate::{Engine, kill_point};

/// What a person says when they place an order.
#[derive(Debug, Clone, Default)]
pub struct Confirmation {
    /// What they typed, where the order binds for long or for an unknown time: the total, or without a known price how many; else empty.
    pub typed_total: String,
    /// They may see what an order costs: what is refused names the total then, else not.
    pub tells_cost: bool,
    /// They saw that a price moved, and take today's.
    pub accepted_prices: bool,
    /// When it is to be sent. Nothing: when the draft says, or at once where it says nothing. A time that has come means at once.
    pub at: Option<Timestamp>,
}

impl Engine {
    /// Places an order: what is sent to Ion is stored, with the job that sends it, in one transaction.
    pub async fn submit_order(
        &self,
        id: OrderId,
        expected_version: u64,
        confirmation: Confirmation,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let now = self.order_time();
        let tx = self.store().begin().await?;
        let mut draft = draft_of(&tx, id, expected_version).await?;
        if let Some(subscription) = draft.subscription {
            subscriptions::hold(&tx, subscription).await?;
        }
        if confirmation.accepted_prices {
            let buyer = self.buyer(draft.connection, draft.customer);
            offers::fill(&tx, buyer, &mut draft.content, Take::All).await?;
        }
        let at = confirmation
            .at
            .or(draft.scheduled_for)
            .filter(|at| *at > now);
        draft.scheduled_for = at;
        let view = self.view_of(&tx, draft).await?;
        if !view.review.problems.is_empty() {
            return Err(OrderError::Invalid(view.review.problems));
        }
        if !confirmation_ok(&view.review, &confirmation.typed_total) {
            return Err(OrderError::Invalid(vec![not_typed(
                &view.review.confirmation,
                confirmation.tells_cost,
            )]));
        }
        let event = OrderEvent::Confirmed {
            scheduled_for: at,
            needs_approval: view.review.approval_needed,
        };
        let mut turn = Turn::after(&view.row, &event, now).map_err(refused)?;
        turn.expected = expected_version;
        let row = &mut turn.row;
        if let Some(ion_id) = view.link.ion_id {
            row.ion_customer_id = ion_id;
        }
        row.totals = Some(view.review.totals.clone());
        row.price_moved = false;
        row.failure = None;
        row.submitted_by = Some(actor.name.clone());
        row.submitted_at = Some(now);
        let name = display_name(&row.reference, &words::title(&row.content));
        row.payload = Some(map::draft(&row.content, &row.reference, name).to_json());
        let saw = words::saw(&row.content, &view.review);
        turn.tell(
            (OrderEventKind::Confirmed, &actor.name),
            now,
            format!("{} placed the order.", actor.name),
        )
        .detail = saw;
        if let Some(at) = at {
            let message = format!("It is sent at {}.", words::time(at));
            turn.tell((OrderEventKind::Scheduled, ITSELF), now, message);
        }
        let message = format!(
            "What is sent to Ion is stored, with the reference {}.",
            turn.row.reference
        );
        turn.tell((OrderEventKind::Intent, ITSELF), now, message);
        let detail = words::bound(&view.review);
        turn.audit = Some((actor.clone(), "order.submit", detail));
        let Some(row) = self.write_in(&tx, turn).await? else {
            drop(tx);
            return Err(self.moved(id).await?);
        };
        tx.commit().await?;
        kill_point::reached("order.after-confirm");
        Ok(row)
    }

    /// Makes a scheduled order a draft again.
    pub async fn take_back_order(
        &self,
        id: OrderId,
        expected_version: u64,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        self.unmoved(id, expected_version).await?;
        self.decided(id, |row, now| {
            let mut turn = Turn::after(row, &OrderEvent::TakenBack, now)?;
            unsubmit(&mut turn.row);
            // Confirmed again, it waits for its time again: what was meant for the renewal is not sent today.
            turn.row.scheduled_for = row.scheduled_for;
            let message = format!("{} took it back to change it.", actor.name);
            turn.tell((OrderEventKind::TakenBack, &actor.name), now, message);
            turn.audit = Some((actor.clone(), "order.take_back", String::new()));
            Ok(turn)
        })
        .await
    }

    /// Searches for an order, or asks how it stands, at once: by a job.
    pub async fn look_now(&self, id: OrderId, actor: &Actor) -> Result<(), OrderError> {
        tracing::info!(order = %id, by = actor.name, "an order is looked at now");
        let row = self
            .decided(id, |row, now| {
                let searched = row.state == OrderState::Unconfirmed
                    || (row.state.is_final() && row.next_look_at.is_some());
                let mut turn = Turn::of(row);
                if row.state == OrderState::Submitting {
                    turn.effects.push(Effect::Send);
                } else if searched || row.state.is_followed() {
                    turn.look_at = Some(now);
                } else {
                    return Err(Refusal::NotInThisState(row.state));
                }
                Ok(turn)
            })
            .await?;
        tracing::debug!(order = %id, state = %row.state, key = submit_key(id), "woken");
        Ok(())
    }

    /// Sends an order again that was searched for completely and past patience, and not found. Ion is searched once more before.
    pub async fn send_again(
        &self,
        id: OrderId,
        expected_version: u64,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        self.unmoved(id, expected_version).await?;
        self.decided(id, |row, now| {
            let mut turn = Turn::after(row, &OrderEvent::ResendAsked, now)?;
            let message = format!(
                "{} had it sent again. Ion is searched once more before.",
                actor.name
            );
            turn.tell((OrderEventKind::SentAgain, &actor.name), now, message);
            turn.audit = Some((actor.clone(), "order.send_again", String::new()));
            Ok(turn)
        })
        .await
    }

    /// Closes an order that Ion does not show. Should it appear all the same within a day, it is taken over, and told.
    pub async fn give_up_order(
        &self,
        id: OrderId,
        expected_version: u64,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        self.unmoved(id, expected_version).await?;
        let gone = follow::is_gone(self, id).await?;
        self.decided(id, |row, now| {
            let vanished = gone && row.stuck_at.is_some();
            let mut turn = Turn::after(row, &OrderEvent::GivenUp { vanished }, now)?;
            let message = if vanished {
                turn.row.failure = Some(OrderFailure {
                    message: "Ion does not know the order any more.".to_owned(),
                    what_to_do:
                        "Look for its subscription in the Ion portal before ordering again."
                            .to_owned(),
                    faults: Vec::new(),
                    field: None,
                    request_id: None,
                });
                format!("{} closed it: Ion does not know it any more.", actor.name)
            } else {
                format!("{} closed it: it was not found in Ion.", actor.name)
            };
            turn.tell((OrderEventKind::Cancelled, &actor.name), now, message);
            turn.audit = Some((actor.clone(), "order.give_up", String::new()));
            Ok(turn)
        })
        .await
    }

    /// Calls an order off: here where nothing was sent, else Ion is asked by a job.
    pub async fn cancel_order(
        &self,
        id: OrderId,
        expected_version: u64,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        self.unmoved(id, expected_version).await?;
        self.decided(id, |row, now| {
            let mut turn = Turn::after(row, &OrderEvent::CancelAsked, now)?;
            let (kind, message) = if turn.row.state == OrderState::Cancelled {
                let message = format!("{} called it off. Nothing was sent to Ion.", actor.name);
                let after_send = format!("{} called it off.", actor.name);
                let message = if row.sends == 0 { message } else { after_send };
                (OrderEventKind::Cancelled, message)
            } else {
                let message = format!("{} wants it called off. Ion is asked.", actor.name);
                (OrderEventKind::CancelAsked, message)
            };
            turn.tell((kind, &actor.name), now, message);
            turn.audit = Some((actor.clone(), "order.cancel", String::new()));
            Ok(turn)
        })
        .await
    }

    /// Before an order is confirmed, nobody decides on what somebody else changed meanwhile.
    async fn unmoved(&self, id: OrderId, expected_version: u64) -> Result<(), OrderError> {
        let row = orders::find(self.store().read(), id)
            .await?
            .ok_or(OrderError::Gone)?;
        if row.state.is_unsent() && row.version != expected_version {
            return Err(OrderError::Moved { now: Box::new(row) });
        }
        Ok(())
    }
}

/// A draft again: nothing of its confirmation holds any more.
pub(super) fn unsubmit(row: &mut OrderRow) {
    row.payload = None;
    row.submitted_by = None;
    row.submitted_at = None;
}

pub(super) fn refused(refusal: Refusal) -> OrderError {
    OrderError::Refused(refusal.to_string())
}

fn not_typed(wanted: &review::Confirmation, costs: bool) -> Problem {
    let (label, message) = match wanted {
        review::Confirmation::TypeTotal { text, currency, .. } if costs => (
            "Total",
            format!("type the total to confirm: {text} {currency}."),
        ),
        review::Confirmation::TypeTotal { .. } => (
            "Total",
            "type the total that it binds to, to confirm. Who may see costs finds it in the order's review.".to_owned(),
        ),
        review::Confirmation::TypeQuantity { quantity } => (
            "Quantity",
            format!("no price is known: type how many are ordered in all to confirm: {quantity}."),
        ),
        review::Confirmation::Button => ("Total", "confirm the order.".to_owned()),
    };
    Problem::new("/typed_total", label, message)
}
