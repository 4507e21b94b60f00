//! What an event does to an order: when it is sent, when it is only searched for, and what ends it.
//!
//! An order leaves for Ion in three steps, each durable before the next: it is `Submitting` with nothing sent; [`OrderEvent::SendBegins`]
//! notes when the request begins to leave; then the request is made, once. Who finds a begun send without an answer does not know whether
//! Ion has the order: it is `Unconfirmed`, is searched for, and is never sent again but by a person's [`OrderEvent::ResendAsked`], which
//! counts only after a complete search that began when [`LookedInVain::patience`] was over. Before the second request Ion is searched once more.
//!
//! What Ion says of an order wins over what we think of it. An end that Ion named is final; an end that was only decided here gives way
//! when Ion shows the order after all.

mod words;

use std::time::Duration;

use domain::order::{IonOrder, IonOrderStatus, OrderState};
use jiff::Timestamp;

use super::{between, later};
pub use words::{Effect, LookedInVain, News, OrderEvent, Refusal, Step, spoken};

/// An order as the store has it: everything that a decision needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFacts {
    /// How it stands.
    pub state: OrderState,
    /// When it is to be sent, where a time is set.
    pub scheduled_for: Option<Timestamp>,
    /// When the last request began to leave; nothing where none did, or where it is proven that Ion did not look at it.
    pub sent_at: Option<Timestamp>,
    /// Requests that Ion may have looked at.
    pub sends: u32,
    /// Searches since the last request.
    pub looks: u32,
    /// When the last search began.
    pub looked_at: Option<Timestamp>,
    /// The last search read all that there was to read, and nothing was sent since.
    pub looked_complete: bool,
    /// When a complete search past patience did not find it.
    pub not_found_at: Option<Timestamp>,
    /// When somebody asked Ion to call it off.
    pub cancel_asked_at: Option<Timestamp>,
    /// Ion's id of it, once known.
    pub ion_id: Option<String>,
    /// What Ion last said.
    pub ion_status: Option<IonOrderStatus>,
    /// When it last changed at Ion, as far as seen.
    pub ion_updated_at: Option<Timestamp>,
}

impl OrderFacts {
    /// A draft of which nothing was sent.
    pub fn draft() -> Self {
        Self {
            state: OrderState::Draft,
            scheduled_for: None,
            sent_at: None,
            sends: 0,
            looks: 0,
            looked_at: None,
            looked_complete: false,
            not_found_at: None,
            cancel_asked_at: None,
            ion_id: None,
            ion_status: None,
            ion_updated_at: None,
        }
    }

    /// True where the state is final and Ion itself named the end.
    pub fn ended_by_ion(&self) -> bool {
        self.state.is_final() && self.ion_status.is_some_and(is_end)
    }

    /// True where a request must not leave before Ion was searched: an earlier one may have arrived.
    pub fn must_look_first(&self, now: Timestamp) -> bool {
        let looked = self.looked_complete
            && self
                .looked_at
                .is_some_and(|looked| between(looked, now).max(between(now, looked)) <= FRESH);
        self.sends > 0 && !looked
    }
}

/// The least time for which a process must have watched before a search counts as past patience, whatever the wall clock says.
const LEAST_WATCH: Duration = Duration::from_secs(120);
/// A look counts as done just before a second request for so long.
const FRESH: Duration = Duration::from_secs(120);

/// A request leaves within this time after it was noted that it begins, or not at all: who was held up for longer may have been taken for dead.
/// Patience is longer than this, the call's time-out and the time after which Ion lists an order together.
pub const POST_WITHIN: Duration = Duration::from_secs(30);

/// Whether a request that was noted so long ago, by a clock that never steps, may still leave. If not, nothing was sent:
/// [`OrderEvent::RefusedBeforeEffect`] with `retry`.
pub fn may_post(begun_for: Duration) -> bool {
    begun_for <= POST_WITHIN
}

/// What an event does to an order. Nothing is changed where it is refused.
pub fn step(facts: &OrderFacts, event: &OrderEvent<'_>, now: Timestamp) -> Result<Step, Refusal> {
    let mut next = facts.clone();
    let effects = match *event {
        OrderEvent::Confirmed {
            scheduled_for,
            needs_approval,
        } => confirm(&mut next, scheduled_for, needs_approval, now)?,
        OrderEvent::Approved => {
            only(facts, &[OrderState::AwaitingApproval])?;
            release(&mut next, now)
        }
        OrderEvent::TakenBack => {
            // One that is about to be sent, too, while nothing of it ever left.
            let unsent = facts.state == OrderState::Submitting && facts.sends == 0;
            if !unsent {
                only(
                    facts,
                    &[OrderState::AwaitingApproval, OrderState::Scheduled],
                )?;
            }
            next.state = OrderState::Draft;
            next.scheduled_for = None;
            vec![]
        }
        OrderEvent::Due => {
            only(facts, &[OrderState::Scheduled])?;
            if facts.scheduled_for.is_some_and(|time| now < time) {
                return Err(Refusal::NotYet);
            }
            next.state = OrderState::Submitting;
            vec![Effect::Send]
        }
        OrderEvent::TakenUp => take_up(&mut next, now)?,
        OrderEvent::SendBegins => begin(&mut next, now)?,
        OrderEvent::RefusedBeforeEffect { begun_at, retry } => {
            refused(&mut next, begun_at, retry, now)?
        }
        OrderEvent::OutcomeUnclear => lose(&mut next)?,
        OrderEvent::LookedInVain(look) => looked_in_vain(&mut next, look, now)?,
        OrderEvent::ResendAsked => resend(&mut next)?,
        OrderEvent::Answered(order)
        | OrderEvent::FoundByToken(order)
        | OrderEvent::AdoptedByPerson(order) => learn(&mut next, order)?,
        OrderEvent::Polled(order) | OrderEvent::CancelAnswered(order) => hear(&mut next, order)?,
        OrderEvent::Vanished if facts.state.is_followed() => {
            vec![Effect::Notify(News::Vanished), Effect::Poll]
        }
        OrderEvent::CancelAsked => cancel(&mut next, now)?,
        OrderEvent::CancelRefused if facts.cancel_asked_at.is_some() => {
            next.cancel_asked_at = None;
            if facts.state.is_followed() {
                vec![Effect::Notify(News::CancelRefused), Effect::Poll]
            } else {
                vec![]
            }
        }
        OrderEvent::CancelUnclear if facts.state.is_followed() => vec![Effect::Poll],
        OrderEvent::GivenUp { vanished } => give_up(&mut next, vanished)?,
        OrderEvent::Vanished | OrderEvent::CancelRefused | OrderEvent::CancelUnclear => {
            return Err(Refusal::NotInThisState(facts.state));
        }
    };
    Ok(Step {
        to: next.state,
        facts: next,
        effects,
    })
}

/// Our state for what Ion says. A word that we do not know changes nothing that is followed.
pub fn ion_state(status: IonOrderStatus, current: OrderState) -> OrderState {
    match status {
        IonOrderStatus::New | IonOrderStatus::Confirmed => OrderState::Placed,
        IonOrderStatus::OnHold => OrderState::OnHold,
        IonOrderStatus::InProgress => OrderState::InProgress,
        IonOrderStatus::Completed => OrderState::Completed,
        IonOrderStatus::Error => OrderState::Failed,
        IonOrderStatus::Canceled => OrderState::Cancelled,
        IonOrderStatus::Unknown if current.is_followed() => current,
        IonOrderStatus::Unknown => OrderState::Placed,
    }
}

/// Whether Ion can be asked to call it off (`:cancel` works for `NEW` and `ON_HOLD`; Ion API notes 2.5). An unknown word may be tried.
pub fn can_be_called_off(status: Option<IonOrderStatus>) -> bool {
    matches!(
        status,
        None | Some(IonOrderStatus::New | IonOrderStatus::OnHold | IonOrderStatus::Unknown)
    )
}

const fn is_end(status: IonOrderStatus) -> bool {
    matches!(
        status,
        IonOrderStatus::Completed | IonOrderStatus::Error | IonOrderStatus::Canceled
    )
}

fn only(facts: &OrderFacts, states: &[OrderState]) -> Result<(), Refusal> {
    if states.contains(&facts.state) {
        Ok(())
    } else {
        Err(Refusal::NotInThisState(facts.state))
    }
}

fn confirm(
    next: &mut OrderFacts,
    scheduled_for: Option<Timestamp>,
    needs_approval: bool,
    now: Timestamp,
) -> Result<Vec<Effect>, Refusal> {
    only(next, &[OrderState::Draft])?;
    next.scheduled_for = scheduled_for;
    if needs_approval {
        next.state = OrderState::AwaitingApproval;
        return Ok(vec![]);
    }
    Ok(release(next, now))
}

fn release(next: &mut OrderFacts, now: Timestamp) -> Vec<Effect> {
    if next.scheduled_for.is_some_and(|time| now < time) {
        next.state = OrderState::Scheduled;
        return vec![];
    }
    next.state = OrderState::Submitting;
    vec![Effect::Send]
}

/// A begun send without an answer is not known to have failed: its worker may have died on either side of Ion's effect.
fn take_up(next: &mut OrderFacts, now: Timestamp) -> Result<Vec<Effect>, Refusal> {
    match next.state {
        OrderState::Submitting if next.sent_at.is_some() => lose(next),
        OrderState::Submitting if next.must_look_first(now) => Ok(vec![Effect::Search]),
        OrderState::Submitting => Ok(vec![Effect::Send]),
        OrderState::Unconfirmed => Ok(vec![Effect::Search]),
        state => Err(Refusal::NotInThisState(state)),
    }
}

fn begin(next: &mut OrderFacts, now: Timestamp) -> Result<Vec<Effect>, Refusal> {
    match next.state {
        OrderState::Submitting if next.sent_at.is_some() => return Err(Refusal::SentBefore),
        OrderState::Submitting => {}
        OrderState::Unconfirmed => return Err(Refusal::SentBefore),
        state => return Err(Refusal::NotInThisState(state)),
    }
    if next.must_look_first(now) {
        return Err(Refusal::NotSearchedYet);
    }
    next.sent_at = Some(now);
    next.sends += 1;
    (next.looks, next.looked_at, next.looked_complete) = (0, None, false);
    next.not_found_at = None;
    Ok(vec![Effect::Post])
}

fn refused(
    next: &mut OrderFacts,
    begun_at: Timestamp,
    retry: bool,
    now: Timestamp,
) -> Result<Vec<Effect>, Refusal> {
    let of_the_last = next.sent_at == Some(begun_at) && next.sends > 0;
    match next.state {
        OrderState::Submitting if of_the_last => {}
        // Somebody took it for lost in between. A refusal still tells that nothing came of it; another try is a person's.
        OrderState::Unconfirmed if of_the_last && !retry => {}
        state => return Err(Refusal::NotInThisState(state)),
    }
    next.sends -= 1;
    next.sent_at = None;
    (next.looked_at, next.looked_complete) = (None, false);
    if retry {
        return Ok(vec![if next.must_look_first(now) {
            Effect::Search
        } else {
            Effect::Send
        }]);
    }
    next.state = OrderState::Failed;
    let mut effects = vec![Effect::Notify(News::Failed)];
    if next.sends > 0 {
        // An earlier request was searched for and not found before this one left. It is looked for a while longer all the same.
        effects.push(Effect::Search);
    }
    Ok(effects)
}

fn lose(next: &mut OrderFacts) -> Result<Vec<Effect>, Refusal> {
    match next.state {
        OrderState::Submitting if next.sent_at.is_some() => {
            next.state = OrderState::Unconfirmed;
            Ok(vec![Effect::Notify(News::Unconfirmed), Effect::Search])
        }
        OrderState::Unconfirmed => Ok(vec![Effect::Search]),
        state => Err(Refusal::NotInThisState(state)),
    }
}

fn looked_in_vain(
    next: &mut OrderFacts,
    look: LookedInVain,
    now: Timestamp,
) -> Result<Vec<Effect>, Refusal> {
    let counts = look.sent_at == next.sent_at;
    match next.state {
        OrderState::Unconfirmed => {
            if !counts {
                return Ok(vec![Effect::Search]);
            }
            next.looks = next.looks.saturating_add(1);
            (next.looked_at, next.looked_complete) = (Some(look.began_at), look.complete);
            if look.complete && next.not_found_at.is_none() && is_past_patience(next, look) {
                next.not_found_at = Some(now);
                return Ok(vec![Effect::Notify(News::NotFound), Effect::Search]);
            }
            Ok(vec![Effect::Search])
        }
        // A person wants it sent again: this was the look before that.
        OrderState::Submitting if next.sent_at.is_none() && next.sends > 0 => {
            if !counts {
                return Ok(vec![Effect::Search]);
            }
            // Fresh is what has just come to its end: a long list may take minutes.
            (next.looked_at, next.looked_complete) = (Some(now), look.complete);
            Ok(vec![if look.complete {
                Effect::Send
            } else {
                Effect::Search
            }])
        }
        // Ended here, and looked for a while longer.
        state if state.is_final() && next.sends > 0 && !next.ended_by_ion() => {
            next.looks = next.looks.saturating_add(1);
            next.looked_at = Some(look.began_at);
            Ok(vec![Effect::Search])
        }
        state => Err(Refusal::NotInThisState(state)),
    }
}

/// Whether a search that begins now can decide something: that the order is not found, or that it may leave once more. If so, all of Ion's
/// list must be read.
pub fn may_decide(order: &OrderFacts, look: LookedInVain) -> bool {
    order.state != OrderState::Unconfirmed || is_past_patience(order, look)
}

fn is_past_patience(facts: &OrderFacts, look: LookedInVain) -> bool {
    let by_the_wall = facts
        .sent_at
        .is_none_or(|sent| look.began_at >= later(sent, look.patience));
    look.watched_for >= look.patience
        || by_the_wall && look.watched_for >= look.patience.min(LEAST_WATCH)
}

fn resend(next: &mut OrderFacts) -> Result<Vec<Effect>, Refusal> {
    only(next, &[OrderState::Unconfirmed])?;
    if next.not_found_at.is_none() {
        return Err(Refusal::NotSearchedYet);
    }
    next.state = OrderState::Submitting;
    next.sent_at = None;
    (next.looked_at, next.looked_complete) = (None, false);
    Ok(vec![Effect::Search])
}

/// Ion has it: by its answer, by a search, or because a person says so.
fn learn(next: &mut OrderFacts, order: &IonOrder) -> Result<Vec<Effect>, Refusal> {
    if let Some(known) = &next.ion_id {
        if *known != order.ion_id {
            return Ok(vec![Effect::Notify(News::Twice)]);
        }
        return hear(next, order);
    }
    match next.state {
        // Nothing was sent, so no order of Ion's can be it.
        state if state.is_unsent() => return Err(Refusal::NotInThisState(state)),
        OrderState::Submitting if next.sends == 0 => {
            return Err(Refusal::NotInThisState(next.state));
        }
        _ => {}
    }
    let after_all = next.state.is_final();
    next.ion_id = Some(order.ion_id.clone());
    let mut effects = take_over(next, order);
    if after_all {
        effects.insert(0, Effect::Notify(News::FoundAfterAll));
    }
    Ok(effects)
}

/// Ion tells of an order that we know to be there.
fn hear(next: &mut OrderFacts, order: &IonOrder) -> Result<Vec<Effect>, Refusal> {
    if next.ion_id.as_deref() != Some(order.ion_id.as_str()) {
        return Err(Refusal::NotInThisState(next.state));
    }
    if next.ended_by_ion() || is_stale(next, order) {
        return Ok(vec![]);
    }
    let after_all = next.state.is_final();
    let mut effects = take_over(next, order);
    if after_all {
        effects.insert(0, Effect::Notify(News::FoundAfterAll));
    }
    Ok(effects)
}

/// A list may lag behind what was read by id.
fn is_stale(facts: &OrderFacts, order: &IonOrder) -> bool {
    facts
        .ion_updated_at
        .zip(order.updated_at)
        .is_some_and(|(known, read)| read < known)
}

fn take_over(next: &mut OrderFacts, order: &IonOrder) -> Vec<Effect> {
    let before = next.state;
    next.state = ion_state(order.status, before);
    next.ion_status = Some(order.status);
    next.ion_updated_at = order.updated_at.or(next.ion_updated_at);
    next.not_found_at = None;
    let mut effects = vec![Effect::SealSecrets];
    match next.state {
        OrderState::Completed => {
            effects.extend([Effect::ReadSubscriptions, Effect::Notify(News::Completed)]);
        }
        OrderState::Failed => effects.push(Effect::Notify(News::Failed)),
        OrderState::Cancelled => effects.push(Effect::Notify(News::Cancelled)),
        _ => effects.push(Effect::Poll),
    }
    effects
}

fn cancel(next: &mut OrderFacts, now: Timestamp) -> Result<Vec<Effect>, Refusal> {
    match next.state {
        state if state.is_unsent() => {
            next.state = OrderState::Cancelled;
            Ok(vec![])
        }
        OrderState::Submitting if next.sent_at.is_some() => Err(Refusal::UnderWay),
        OrderState::Submitting => {
            next.state = OrderState::Cancelled;
            // An earlier request may have arrived.
            Ok(if next.sends > 0 {
                vec![Effect::Search]
            } else {
                vec![]
            })
        }
        OrderState::Unconfirmed if next.not_found_at.is_none() => Err(Refusal::Unknown),
        OrderState::Unconfirmed => {
            next.state = OrderState::Cancelled;
            Ok(vec![Effect::Search])
        }
        state if state.is_final() => Err(Refusal::NotInThisState(state)),
        _ if !can_be_called_off(next.ion_status) => Err(Refusal::TooLate),
        _ if next.cancel_asked_at.is_some() => Err(Refusal::AskedBefore),
        _ => {
            next.cancel_asked_at = Some(now);
            Ok(vec![Effect::CancelAtIon])
        }
    }
}

fn give_up(next: &mut OrderFacts, vanished: bool) -> Result<Vec<Effect>, Refusal> {
    match next.state {
        OrderState::Unconfirmed if next.not_found_at.is_some() => {
            next.state = OrderState::Cancelled;
            Ok(vec![Effect::Search])
        }
        OrderState::Unconfirmed => Err(Refusal::NotSearchedYet),
        state if state.is_followed() && vanished => {
            next.state = OrderState::Failed;
            Ok(vec![])
        }
        state if state.is_followed() => Err(Refusal::IonHasIt),
        state => Err(Refusal::NotInThisState(state)),
    }
}

#[cfg(test)]
mod tests;
