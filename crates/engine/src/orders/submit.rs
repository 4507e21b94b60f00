//! An order is sent to Ion, once. That the request begins to leave is durable before it does; who finds a begun send without an answer
//! searches for the order and never sends it again. What each event comes to is decided by `rules::orders::state`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::order::OrderState;
use domain::{ConnectionId, OrderId};
use ion_client::{Effect as WriteEffect, Error, IonClient, OrderReply, RequestBudget, WriteError};
use jiff::Timestamp;
use rules::orders::state::{Effect, LookedInVain, OrderEvent, Refusal, may_post};
use store::connections::ConnectionRow;
use store::orders::{self, OrderEventKind, OrderFailure, OrderRow};

use tokio::sync::Notify;

use super::error::SubmitError;
use super::facts::plus;
use super::happen::{Happened, ION, ITSELF, Turn};
use super::jobs::JobEnd;
use super::search::{self, InVain, Looked};
use super::way::way;
use super::{due, map, words};
use crate::{Engine, kill_point};

/// Times that the state is looked at anew in one go.
const ROUNDS: u32 = 8;
/// The pause of an order that waits for a login.
const LOGIN_PAUSE: Duration = Duration::from_secs(60);
/// Until what waits for its turn is looked at again.
const SHORT_PAUSE: Duration = Duration::from_secs(10);
/// Beyond the time-outs of the request itself, for its place in the queue of requests.
const GRACE: Duration = Duration::from_secs(15);

/// Sends an order to Ion, once.
pub async fn submit(engine: &Engine, order: OrderId) -> Result<JobEnd, SubmitError> {
    for _ in 0..ROUNDS {
        let now = engine.order_time();
        let Some(row) = orders::find(engine.store().read(), order).await? else {
            return Ok(JobEnd::Done);
        };
        let Ok(turn) = Turn::after(&row, &OrderEvent::TakenUp, now) else {
            return Ok(JobEnd::Done);
        };
        if turn.row.state == OrderState::Unconfirmed {
            if row.state == OrderState::Submitting {
                engine.begun_before(order).await?;
            }
            return Ok(JobEnd::Done);
        }
        let Some(submission) = Submission::open(engine, &row).await? else {
            engine.postpone(&row, words::NO_LOGIN).await?;
            return Ok(JobEnd::Again(LOGIN_PAUSE));
        };
        if turn.effects.contains(&Effect::Search) {
            if submission.look_first(&row).await? {
                continue;
            }
            return Ok(JobEnd::Again(SHORT_PAUSE));
        }
        if let Some(end) = submission.not_yet(&row).await? {
            return Ok(end);
        }
        return submission.send(order).await;
    }
    Err(SubmitError::Busy)
}

/// One that is about to be sent, with the way to Ion.
struct Submission<'a> {
    engine: &'a Engine,
    ion: IonClient,
    connection: ConnectionRow,
}

impl<'a> Submission<'a> {
    /// Nothing where the login needs a person: the order waits, and keeps its place.
    async fn open(engine: &'a Engine, row: &OrderRow) -> Result<Option<Self>, SubmitError> {
        let way = way(engine, row.connection).await?;
        Ok(way.map(|(ion, connection)| Self {
            engine,
            ion,
            connection,
        }))
    }

    /// Ion is searched before an order leaves of which an earlier request may have arrived. False where the search was not complete.
    async fn look_first(&self, row: &OrderRow) -> Result<bool, SubmitError> {
        let begun = self.engine.begin_look(row);
        let reach = self.engine.reach(row, begun);
        let looked = search::search(&self.ion, &self.connection.account_id, row, reach)
            .await
            .map_err(SubmitError::Ion)?;
        kill_point::reached("order.after-search");
        match looked {
            Looked::Found(order, by) => {
                self.engine.found(row.id, &order, by).await?;
                Ok(true)
            }
            Looked::InVain(look) => {
                let complete = look.complete;
                self.engine.looked(row.id, look, begun).await?;
                Ok(complete)
            }
        }
    }

    /// Why it does not leave yet, where it does not.
    async fn not_yet(&self, row: &OrderRow) -> Result<Option<JobEnd>, SubmitError> {
        let engine = self.engine;
        if engine.restored_and_unread(row.connection).await? {
            engine.postpone(row, words::RESTORED).await?;
            return Ok(Some(JobEnd::Again(SHORT_PAUSE)));
        }
        // Whatever waited for long may have been sent by another copy of this installation: looking costs one request.
        let patience = engine.settings().orders.patience;
        let waited = row
            .scheduled_for
            .or(row.submitted_at)
            .is_some_and(|at| engine.order_time() > plus(at, patience));
        if row.sends == 0 && waited {
            let reach = engine.reach(row, engine.begin_look(row));
            let looked = search::search(&self.ion, &self.connection.account_id, row, reach).await;
            if let Looked::Found(order, by) = looked.map_err(SubmitError::Ion)? {
                engine.sent_elsewhere(row.id, &order, by).await?;
                return Ok(Some(JobEnd::Done));
            }
            // Prices and customers go on meanwhile; what the person confirmed may no longer be what it would be.
            if due::take_back(engine, row.clone()).await? {
                return Ok(Some(JobEnd::Again(SHORT_PAUSE)));
            }
        }
        Ok(None)
    }

    async fn send(&self, order: OrderId) -> Result<JobEnd, SubmitError> {
        let engine = self.engine;
        // Waited for before the send is said to begin: nothing stands between that and the request but the request.
        engine.budget(self.connection.id).acquire().await;
        let begun = engine
            .happens(order, |row, now| {
                let mut turn = Turn::after(row, &OrderEvent::SendBegins, now)?;
                let message = if turn.row.sends > 1 {
                    "The order is sent to Ion again, with the same reference."
                } else {
                    "The order is sent to Ion."
                };
                turn.tell((OrderEventKind::Sending, ITSELF), now, message);
                Ok(turn)
            })
            .await?;
        let Happened::Yes(row) = begun else {
            // Another worker was faster, or a person called it off.
            return Ok(JobEnd::Done);
        };
        let begun_at = engine.clock().steady();
        engine.watched_for(order, row.sent_at.unwrap_or(row.state_since));
        kill_point::reached("order.after-sending-commit");
        let sent = self.post(&row, begun_at).await;
        kill_point::reached("order.after-post");
        let end = self.after(&row, sent).await;
        kill_point::reached("order.after-answer-commit");
        end
    }

    /// The one request. It leaves at once or not at all: a process that stood still in between does not send what others have given up
    /// by then.
    async fn post(&self, row: &OrderRow, begun_at: Duration) -> Sent {
        let Some(payload) = &row.payload else {
            return Sent::Broken;
        };
        let settings = &self.engine.settings().ion;
        let longest = Duration::from_secs(settings.timeout_s + settings.connect_timeout_s) + GRACE;
        let gate = Arc::new(LeaveAtOnce::new(self.engine, self.connection.id, begun_at));
        let ion = match self
            .engine
            .ion_paced_by(
                self.connection.id,
                Arc::clone(&gate) as Arc<dyn RequestBudget>,
            )
            .await
        {
            Ok(ion) => ion,
            Err(error) => {
                tracing::warn!(order = %row.id, error = %error, "an order did not leave");
                return Sent::HeldUp;
            }
        };
        let orders = ion.orders(&self.connection.account_id);
        kill_point::reached("order.before-post");
        tokio::select! {
            biased;
            () = gate.held_up() => Sent::HeldUp,
            () = tokio::time::sleep(longest) => Sent::NoAnswer,
            answer = orders.create_raw(&row.ion_customer_id, payload) => match answer {
                Ok(reply) => Sent::Answered(reply),
                Err(error) => Sent::Failed(error),
            },
        }
    }

    async fn after(&self, row: &OrderRow, sent: Sent) -> Result<JobEnd, SubmitError> {
        kill_point::reached("order.before-answer-commit");
        match sent {
            Sent::Answered(reply) => self.answered(row, reply).await,
            Sent::Broken => {
                let failure = words::broken();
                self.refused(row, failure).await
            }
            Sent::NoAnswer => self.unclear(row, words::NO_ANSWER, None).await,
            Sent::HeldUp => self.did_not_leave(row).await,
            Sent::Failed(error) => match judge(&error) {
                Judged::Unclear => {
                    let text = words::unclear(&error.error);
                    self.unclear(row, &text, error.error.request_id()).await
                }
                Judged::NotLookedAt => self.postponed(row, error.error).await,
                Judged::Refused => {
                    self.refused(row, words::failure(&error.error, &row.content))
                        .await
                }
            },
        }
    }

    async fn answered(&self, row: &OrderRow, reply: OrderReply) -> Result<JobEnd, SubmitError> {
        let read = reply.item.decode().ok().as_ref().and_then(map::from_ion);
        let Some(order) = read else {
            return self.unclear(row, words::UNREADABLE, None).await;
        };
        let secrets = reply.secrets;
        self.engine
            .happens(row.id, |row, now| {
                let event = OrderEvent::Answered(&order);
                let mut turn = Turn::heard(row, &event, &order, now)?;
                turn.secrets.clone_from(&secrets);
                let message = format!("Ion took the order as {}.", order.ion_id);
                let line = turn.tell((OrderEventKind::Accepted, ION), now, message);
                line.detail = words::ion_status(&order);
                words::end(&mut turn, &order, now);
                Ok(turn)
            })
            .await?;
        Ok(JobEnd::Done)
    }

    /// The process was held up, and nothing was sent.
    async fn did_not_leave(&self, row: &OrderRow) -> Result<JobEnd, SubmitError> {
        let begun_at = begun_at(row);
        self.engine
            .happens(row.id, |row, now| {
                let event = OrderEvent::RefusedBeforeEffect {
                    begun_at,
                    retry: true,
                };
                let mut turn = Turn::after(row, &event, now)?;
                turn.tell((OrderEventKind::Postponed, ITSELF), now, words::HELD_UP);
                Ok(turn)
            })
            .await?;
        Ok(JobEnd::Again(SHORT_PAUSE))
    }

    /// Proven that Ion did not look at it: it keeps its place.
    async fn postponed(&self, row: &OrderRow, error: Error) -> Result<JobEnd, SubmitError> {
        let begun_at = begun_at(row);
        let text = words::postponed(&error);
        let happened = self
            .engine
            .happens(row.id, |row, now| {
                let event = OrderEvent::RefusedBeforeEffect {
                    begun_at,
                    retry: true,
                };
                let mut turn = Turn::after(row, &event, now)?;
                let line = turn.tell((OrderEventKind::Postponed, ITSELF), now, text.as_str());
                line.request_id = error.request_id().map(str::to_owned);
                Ok(turn)
            })
            .await?;
        match (happened, error) {
            (Happened::Yes(_), Error::RateLimited { after: Some(after) }) => {
                Ok(JobEnd::Again(after.max(Duration::from_secs(1))))
            }
            (Happened::Yes(_), error) => Err(SubmitError::Ion(error)),
            _ => Ok(JobEnd::Done),
        }
    }

    async fn refused(&self, row: &OrderRow, failure: OrderFailure) -> Result<JobEnd, SubmitError> {
        let begun_at = begun_at(row);
        self.engine
            .happens(row.id, |row, now| {
                let event = OrderEvent::RefusedBeforeEffect {
                    begun_at,
                    retry: false,
                };
                let mut turn = Turn::after(row, &event, now)?;
                if turn.row.state == OrderState::Failed {
                    turn.row.failure = Some(failure.clone());
                }
                let message = format!("Ion refused the order. {}", failure.message);
                let line = turn.tell((OrderEventKind::Refused, ION), now, message);
                line.detail = words::faults(&failure.faults);
                line.request_id.clone_from(&failure.request_id);
                Ok(turn)
            })
            .await?;
        Ok(JobEnd::Done)
    }

    async fn unclear(
        &self,
        row: &OrderRow,
        text: &str,
        request_id: Option<&str>,
    ) -> Result<JobEnd, SubmitError> {
        self.engine
            .happens(row.id, |row, now| {
                let mut turn = Turn::after(row, &OrderEvent::OutcomeUnclear, now)?;
                let line = turn.tell((OrderEventKind::Unclear, ITSELF), now, text);
                line.request_id = request_id.map(str::to_owned);
                Ok(turn)
            })
            .await?;
        Ok(JobEnd::Done)
    }
}

/// When the request began to leave that an answer is of.
fn begun_at(row: &OrderRow) -> Timestamp {
    row.sent_at.unwrap_or(row.state_since)
}

/// What became of the one request.
enum Sent {
    Answered(OrderReply),
    Failed(WriteError),
    /// Nothing came within the deadline.
    NoAnswer,
    /// It took too long until it could leave: nothing was sent.
    HeldUp,
    /// There is nothing to send: the store was changed by hand.
    Broken,
}

/// Lets a request leave at once after it was noted that it begins, and never later. Its place in the queue was waited for before that.
#[derive(Debug)]
struct LeaveAtOnce {
    engine: Engine,
    connection: ConnectionId,
    begun_at: Duration,
    asked: AtomicBool,
    held_up: Notify,
}

impl LeaveAtOnce {
    fn new(engine: &Engine, connection: ConnectionId, begun_at: Duration) -> Self {
        Self {
            engine: engine.clone(),
            connection,
            begun_at,
            asked: AtomicBool::new(false),
            held_up: Notify::new(),
        }
    }

    async fn held_up(&self) {
        self.held_up.notified().await;
    }
}

#[async_trait]
impl RequestBudget for LeaveAtOnce {
    async fn acquire(&self) {
        // A second time, where the token was refused and renewed.
        if self.asked.swap(true, Ordering::SeqCst) {
            self.engine.budget(self.connection).acquire().await;
        }
        let begun_for = self.engine.clock().steady().saturating_sub(self.begun_at);
        if !may_post(begun_for) {
            self.held_up.notify_one();
            // Whoever waits for the answer has heard it, and lets this go.
            std::future::pending::<()>().await;
        }
    }

    async fn pause(&self, wait: Duration) {
        self.engine.budget(self.connection).pause(wait).await;
    }
}

/// What a failed request proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judged {
    /// Nothing.
    Unclear,
    /// That Ion did not look at it.
    NotLookedAt,
    /// That Ion does not want it as it is.
    Refused,
}

fn judge(failed: &WriteError) -> Judged {
    if failed.effect == WriteEffect::Unclear {
        return Judged::Unclear;
    }
    match &failed.error {
        Error::Token(_) | Error::RateLimited { .. } | Error::Transport(_) => Judged::NotLookedAt,
        // Already there, or in conflict with itself: the search tells.
        Error::Api(error) if error.status == 409 => Judged::Unclear,
        Error::Api(error) if matches!(error.status, 401 | 425) => Judged::NotLookedAt,
        // A token store that could not be asked.
        error @ Error::Api(_) if matches!(error.class(), ion_client::Class::Transient { .. }) => {
            Judged::NotLookedAt
        }
        Error::Api(_) | Error::Address { .. } => Judged::Refused,
        // What is not Ion's proves nothing.
        _ => Judged::Unclear,
    }
}

impl Engine {
    /// A send was begun by a process that went away: nobody knows whether it left.
    async fn begun_before(&self, order: OrderId) -> Result<(), SubmitError> {
        self.happens(order, |row, now| {
            let turn = Turn::after(row, &OrderEvent::TakenUp, now)?;
            if turn.row.state != OrderState::Unconfirmed || row.state != OrderState::Submitting {
                return Err(Refusal::NotInThisState(row.state));
            }
            let mut turn = turn;
            turn.tell((OrderEventKind::Unclear, ITSELF), now, words::BEGUN_BEFORE);
            Ok(turn)
        })
        .await
        .map(drop)
    }

    /// Tells why an order waits, once for each reason.
    async fn postpone(&self, row: &OrderRow, why: &str) -> Result<(), SubmitError> {
        let told = orders::list_events(self.store().read(), row.id).await?;
        let known = told
            .first()
            .is_some_and(|last| last.kind == OrderEventKind::Postponed && last.message == why);
        if known {
            return Ok(());
        }
        let mut turn = Turn::of(row);
        turn.tell((OrderEventKind::Postponed, ITSELF), self.order_time(), why);
        // Where somebody else changed it meanwhile, there is something else to tell.
        self.write_turn(turn).await?;
        Ok(())
    }

    /// A search found the order.
    pub(super) async fn found(
        &self,
        order: OrderId,
        ion: &domain::order::IonOrder,
        by: rules::orders::reconcile::MatchedBy,
    ) -> Result<Happened, SubmitError> {
        kill_point::reached("order.before-adopt");
        self.happens(order, |row, now| {
            let mut turn = Turn::heard(row, &OrderEvent::FoundByToken(ion), ion, now)?;
            if turn.row.ion_id.as_deref() == Some(ion.ion_id.as_str()) {
                let message = format!("Ion has it as {}: found {}.", ion.ion_id, by.words());
                turn.tell((OrderEventKind::Found, ITSELF), now, message)
                    .detail = words::ion_status(ion);
                words::end(&mut turn, ion, now);
            } else {
                let message = format!("Ion has a second order with its reference: {}.", ion.ion_id);
                turn.tell((OrderEventKind::Found, ITSELF), now, message);
            }
            Ok(turn)
        })
        .await
    }

    /// An order of which nothing was sent, as far as is known here, is in Ion: another copy of this installation sent it.
    pub(super) async fn sent_elsewhere(
        &self,
        order: OrderId,
        ion: &domain::order::IonOrder,
        by: rules::orders::reconcile::MatchedBy,
    ) -> Result<Happened, SubmitError> {
        self.happens(order, |row, now| {
            let mut as_sent = row.clone();
            if row.sends == 0 && row.ion_id.is_none() {
                as_sent.state = OrderState::Unconfirmed;
                as_sent.sends = 1;
                as_sent.sent_at = Some(ion.created_at.unwrap_or(now));
            }
            let mut turn = Turn::heard(&as_sent, &OrderEvent::FoundByToken(ion), ion, now)?;
            let message = format!(
                "Ion has it as {}: found {}. It was sent by another copy of this installation, such as the one before a backup was restored.",
                ion.ion_id,
                by.words()
            );
            turn.tell((OrderEventKind::Found, ITSELF), now, message)
                .detail = words::ion_status(ion);
            words::end(&mut turn, ion, now);
            Ok(turn)
        })
        .await
    }

    /// A search did not find the order.
    pub(super) async fn looked(
        &self,
        order: OrderId,
        look: InVain,
        begun: LookedInVain,
    ) -> Result<Happened, SubmitError> {
        self.happens(order, |row, now| {
            let event = OrderEvent::LookedInVain(LookedInVain {
                complete: look.complete,
                ..begun
            });
            let mut turn = Turn::after(row, &event, now)?;
            words::looked(&mut turn, row, &look, now);
            Ok(turn)
        })
        .await
    }

    /// Whether the store was restored from a backup, and Ion's orders were not read since.
    pub(super) async fn restored_and_unread(
        &self,
        connection: ConnectionId,
    ) -> Result<bool, SubmitError> {
        let setting = orders::setting(self.store().read(), connection).await?;
        Ok(setting.orders_until.is_some() && setting.orders_read_at.is_none())
    }
}
