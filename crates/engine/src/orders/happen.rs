//! What happens to an order, written: the decision, the timeline, and what follows from both, in one transaction.

use std::time::Duration;

use domain::OrderId;
use domain::order::{IonOrder, OrderOrigin, OrderState};
use jiff::Timestamp;
use rules::orders::state::{Effect, OrderEvent, Refusal, step};
use store::audit::{self, Actor};
use store::orders::{self, OrderEventKind, OrderEventRow, OrderRow};
use store::queue::{self, NewJob, Payload};
use store::{StoreError, Tx};

use super::error::{OrderError, SubmitError};
use super::facts::{facts_of, next_look, next_poll, plus, take_over};
use super::{logins, notice};
use crate::Engine;

/// What Ionbridge does by itself.
pub(super) const ITSELF: &str = "Ionbridge";
/// What Ion does.
pub(super) const ION: &str = "Ion";
/// Times that a decision is taken anew because somebody else wrote in between.
const TRIES: u32 = 12;
/// Tries of jobs that keep their place by themselves; only workers that went away count.
const JOB_TRIES: u32 = 1000;

/// A decision, ready to be written.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    /// The order as it is then.
    pub(super) row: OrderRow,
    /// The version that it was decided on.
    pub(super) expected: u64,
    /// What follows.
    pub(super) effects: Vec<Effect>,
    /// Lines of the timeline.
    pub(super) lines: Vec<OrderEventRow>,
    /// First log-ins that came with it.
    pub(super) secrets: Vec<ion_client::OrderSecret>,
    /// What a person did, for the log of who did what.
    pub(super) audit: Option<(Actor, &'static str, String)>,
    /// It stands for longer than usual, newly: what people are told.
    pub(super) stuck: Option<String>,
    /// It was not sent at its time: what people are told.
    pub(super) not_sent: Option<String>,
    /// When it is looked at next, where that is not what follows from its state.
    pub(super) look_at: Option<Timestamp>,
}

impl Turn {
    /// A change without a decision: of a draft.
    pub(super) fn of(row: &OrderRow) -> Self {
        Self {
            row: row.clone(),
            expected: row.version,
            effects: Vec::new(),
            lines: Vec::new(),
            secrets: Vec::new(),
            audit: None,
            stuck: None,
            not_sent: None,
            look_at: None,
        }
    }

    /// What an event comes to.
    pub(super) fn after(
        row: &OrderRow,
        event: &OrderEvent<'_>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let step = step(&facts_of(row), event, now)?;
        let mut turn = Self::of(row);
        take_over(&mut turn.row, step.facts, now);
        turn.effects = step.effects;
        Ok(turn)
    }

    /// The same where Ion showed the order: what it showed is kept, unless it is older than what is known.
    pub(super) fn heard(
        row: &OrderRow,
        event: &OrderEvent<'_>,
        ion: &IonOrder,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let mut turn = Self::after(row, event, now)?;
        // Stale news and those of another order have no effect that takes over.
        if turn.effects.contains(&Effect::SealSecrets) {
            turn.row.ion_customer_id.clone_from(&ion.ion_customer_id);
            turn.row.ion = Some(ion.clone());
        }
        Ok(turn)
    }

    /// Adds a line to the timeline.
    pub(super) fn tell(
        &mut self,
        (kind, actor): (OrderEventKind, &str),
        at: Timestamp,
        message: impl Into<String>,
    ) -> &mut OrderEventRow {
        self.lines.push(OrderEventRow {
            order: self.row.id,
            at,
            kind,
            actor: actor.to_owned(),
            message: message.into(),
            detail: String::new(),
            request_id: None,
        });
        self.lines.last_mut().expect("a line was just added")
    }

    fn has(&self, effect: Effect) -> bool {
        self.effects.contains(&effect)
    }
}

/// What came of something that was to happen.
#[derive(Debug)]
pub(super) enum Happened {
    /// It is written; the order as it is now.
    Yes(Box<OrderRow>),
    /// It can no longer happen: the order stands differently.
    No(Refusal),
    /// There is no such order.
    Gone,
}

impl Engine {
    /// Lets something happen to an order; decided anew where somebody else changed it in between.
    pub(super) async fn happens(
        &self,
        id: OrderId,
        decide: impl Fn(&OrderRow, Timestamp) -> Result<Turn, Refusal>,
    ) -> Result<Happened, SubmitError> {
        for _ in 0..TRIES {
            let Some(row) = orders::find(self.store().read(), id).await? else {
                return Ok(Happened::Gone);
            };
            let turn = match decide(&row, self.order_time()) {
                Ok(turn) => turn,
                Err(refusal) => return Ok(Happened::No(refusal)),
            };
            if let Some(row) = self.write_turn(turn).await? {
                return Ok(Happened::Yes(Box::new(row)));
            }
        }
        Err(SubmitError::Busy)
    }

    /// The same for what a person or program wants: where it can no longer happen, they are told why.
    pub(super) async fn decided(
        &self,
        id: OrderId,
        decide: impl Fn(&OrderRow, Timestamp) -> Result<Turn, Refusal>,
    ) -> Result<OrderRow, OrderError> {
        match self.happens(id, decide).await {
            Ok(Happened::Yes(row)) => Ok(*row),
            Ok(Happened::No(refusal)) => Err(OrderError::Refused(refusal.to_string())),
            Ok(Happened::Gone) => Err(OrderError::Gone),
            Err(SubmitError::Store(error)) => Err(error.into()),
            Err(error) => Err(OrderError::Refused(format!("{error}; try again"))),
        }
    }

    /// Writes a turn with all that follows. Nothing where somebody else changed the order since it was decided.
    pub(super) async fn write_turn(&self, turn: Turn) -> Result<Option<OrderRow>, StoreError> {
        let tx = self.store().begin().await?;
        let written = self.write_in(&tx, turn).await?;
        if written.is_some() {
            tx.commit().await?;
        }
        Ok(written)
    }

    /// The same inside a transaction, which must be given up where nothing comes of it.
    pub(super) async fn write_in(
        &self,
        tx: &Tx,
        mut turn: Turn,
    ) -> Result<Option<OrderRow>, StoreError> {
        let now = self.order_time();
        self.plan(&mut turn, now);
        self.make_place(tx, &turn).await?;
        logins::seal(self, tx, &mut turn, now).await?;
        if !orders::save(tx, &turn.row, turn.expected).await? {
            return Ok(None);
        }
        turn.row.version = turn.expected + 1;
        orders::add_events(tx, &turn.lines).await?;
        self.enqueue_for(tx, &turn, now).await?;
        notice::tell(self, tx, &turn, now).await?;
        if let Some((actor, action, detail)) = &turn.audit {
            let about = number_text(turn.row.number);
            audit::append(tx, &**self.clock(), actor, action, &about, detail).await?;
        }
        Ok(Some(turn.row))
    }

    /// What a reading took for an order placed elsewhere, before it was known to be this one, is this one.
    async fn make_place(&self, tx: &Tx, turn: &Turn) -> Result<(), StoreError> {
        let Some(ion_id) = &turn.row.ion_id else {
            return Ok(());
        };
        let other = orders::find_by_ion(tx, turn.row.connection, ion_id).await?;
        if let Some(other) =
            other.filter(|other| other.id != turn.row.id && other.origin == OrderOrigin::Ion)
        {
            orders::take_place_of(tx, other.id, turn.row.id).await?;
        }
        Ok(())
    }

    /// When the order is looked at next.
    fn plan(&self, turn: &mut Turn, now: Timestamp) {
        let row = &turn.row;
        let settings = &self.settings().orders;
        let next = if turn.has(Effect::Search) && row.state != OrderState::Submitting {
            let sent_at = row.sent_at.or(row.submitted_at).unwrap_or(now);
            let watched = self.watched_for(row.id, sent_at);
            next_look(row, settings.patience, watched, now)
        } else if turn.has(Effect::Poll) || row.state.is_followed() {
            next_poll(row, now)
        } else if turn.has(Effect::ReadSubscriptions) {
            Some(plus(now, settings.subscription_patience))
        } else if row.state == OrderState::Scheduled {
            row.scheduled_for
        } else if row.state == OrderState::Completed && turn.effects.is_empty() {
            // It waits for its subscription; what is told meanwhile does not end that.
            row.next_look_at.filter(|at| *at > now)
        } else {
            None
        };
        turn.row.next_look_at = turn.look_at.or(next);
    }

    async fn enqueue_for(&self, tx: &Tx, turn: &Turn, now: Timestamp) -> Result<(), StoreError> {
        let row = &turn.row;
        let order = row.id;
        let submits = turn.has(Effect::Send)
            || (turn.has(Effect::Search) && row.state == OrderState::Submitting);
        if submits {
            self.wake(tx, Payload::SubmitOrder { order }, &submit_key(order), now)
                .await?;
        }
        if let Some(at) = row.next_look_at {
            self.wake(tx, Payload::FollowOrder { order }, &follow_key(order), at)
                .await?;
        }
        if turn.has(Effect::CancelAtIon) {
            let requested_by = turn
                .audit
                .as_ref()
                .map_or(ITSELF, |(actor, ..)| &actor.name)
                .to_owned();
            let payload = Payload::CancelOrder {
                order,
                requested_by,
            };
            self.wake(tx, payload, &format!("order-cancel:{order}"), now)
                .await?;
        }
        if turn.has(Effect::ReadSubscriptions) {
            let payload = Payload::ReadSubscriptionsOf {
                connection: row.connection,
                ion_customer_id: row.ion_customer_id.clone(),
                order: Some(order),
            };
            self.wake(tx, payload, &format!("subscriptions-of:{order}"), now)
                .await?;
        }
        Ok(())
    }

    /// Enqueues a job, or brings the one that waits forward.
    pub(super) async fn wake(
        &self,
        tx: &Tx,
        payload: Payload,
        key: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.enqueue_once(tx, payload, key, at).await?;
        queue::hasten(tx, key, at).await.map(drop)
    }

    /// Enqueues a job, unless one waits: that one knows its time.
    pub(super) async fn enqueue_once(
        &self,
        tx: &Tx,
        payload: Payload,
        key: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let now = self.order_time();
        let new = NewJob {
            payload,
            run_at: at,
            dedupe_key: Some(key.to_owned()),
            max_attempts: JOB_TRIES,
            run: None,
        };
        queue::enqueue(tx, self.ids(), now, &new).await.map(drop)
    }
}

pub(super) fn submit_key(order: OrderId) -> String {
    format!("order-submit:{order}")
}

pub(super) fn follow_key(order: OrderId) -> String {
    format!("order-follow:{order}")
}

/// The number of an order as people read it.
pub(super) fn number_text(number: u64) -> String {
    format!("O-{number}")
}

/// A time that has come counts as now.
pub(super) fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_until(at)).unwrap_or_default()
}
