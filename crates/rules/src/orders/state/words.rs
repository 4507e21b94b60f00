//! What happens to an order, what follows, and why something is refused.

use std::time::Duration;

use domain::order::{IonOrder, OrderState};
use jiff::Timestamp;

use super::OrderFacts;

/// A search that did not find the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookedInVain {
    /// The request that it was for: what [`OrderFacts::sent_at`] said when the search began. One that began before the last request left
    /// tells nothing of it.
    pub sent_at: Option<Timestamp>,
    /// When the search began.
    pub began_at: Timestamp,
    /// All that had to be read was read.
    pub complete: bool,
    /// How long an order is searched for after it was sent, before people are asked.
    pub patience: Duration,
    /// How long this process knew the order to be sent when the search began, by a clock that never steps: so no stepped clock alone
    /// ends the patience.
    pub watched_for: Duration,
}

/// Something that happens to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderEvent<'a> {
    /// A person or program confirmed the draft.
    Confirmed {
        /// Sent at this time; at once where nothing.
        scheduled_for: Option<Timestamp>,
        /// A second person must agree first.
        needs_approval: bool,
    },
    /// The second person agreed.
    Approved,
    /// Taken back to be changed, before anything was sent.
    TakenBack,
    /// The time of a scheduled order may have come.
    Due,
    /// A worker takes a submission up, perhaps from one that died.
    TakenUp,
    /// A request is about to leave. Must be durable before it does.
    SendBegins,
    /// Ion answered with the order.
    Answered(&'a IonOrder),
    /// Proven: nothing came of the last request. With `retry` it may be made again (not connected, too many requests), else Ion refused it.
    RefusedBeforeEffect {
        /// The request that it is of: what [`OrderFacts::sent_at`] said when it began. News of an earlier one tell nothing of the last.
        begun_at: Timestamp,
        /// It may be made again as it is.
        retry: bool,
    },
    /// The answer was lost, or proves nothing (time-out, cut, 5xx, 409).
    OutcomeUnclear,
    /// A search found an order with our reference.
    FoundByToken(&'a IonOrder),
    /// A person says that this order of Ion's is it.
    AdoptedByPerson(&'a IonOrder),
    /// A search did not find it.
    LookedInVain(LookedInVain),
    /// A person, or a program by an explicit call, wants it sent again.
    ResendAsked,
    /// Ion was asked for it by id.
    Polled(&'a IonOrder),
    /// Ion does not know its id any more (404).
    Vanished,
    /// A person or program wants it called off.
    CancelAsked,
    /// Ion answered the request to call it off.
    CancelAnswered(&'a IonOrder),
    /// Ion does not call it off.
    CancelRefused,
    /// The answer to that request was lost. Reading the order tells.
    CancelUnclear,
    /// A person closes an order that Ion does not show.
    GivenUp {
        /// Ion was just asked for its id, and does not know it.
        vanished: bool,
    },
}

/// What follows from a step. What goes to Ion is a job of the same transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Enqueue the submission.
    Send,
    /// Make the one request, now that it is durable that it begins.
    Post,
    /// Search Ion, at [`crate::orders::reconcile::next_look`].
    Search,
    /// Ask Ion by id, at [`crate::orders::follow::next_poll`].
    Poll,
    /// Ask Ion to call it off.
    CancelAtIon,
    /// Seal first log-ins that came with it.
    SealSecrets,
    /// Read the customer's subscriptions.
    ReadSubscriptions,
    /// Tell people.
    Notify(News),
}

/// What people are told of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Nobody knows whether Ion has it.
    Unconfirmed,
    /// Searched completely and past patience: a person decides.
    NotFound,
    /// Ion has it after all, though it was ended here.
    FoundAfterAll,
    /// Ion holds two orders with our reference.
    Twice,
    /// Ion refused it, or the vendor failed.
    Failed,
    /// Carried out.
    Completed,
    /// Called off.
    Cancelled,
    /// Ion does not know it any more.
    Vanished,
    /// Ion did not call it off.
    CancelRefused,
}

/// What an event comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How the order stands now.
    pub to: OrderState,
    /// All facts of it now; `to` is its state.
    pub facts: OrderFacts,
    /// What follows, in this order.
    pub effects: Vec<Effect>,
}

/// Why an event changes nothing, in words for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The order stands differently.
    #[error("This order is {}; that can no longer be done with it.", spoken(*.0))]
    NotInThisState(OrderState),
    /// A request left already.
    #[error(
        "This order was sent before. It is searched for; it is not sent a second time by itself."
    )]
    SentBefore,
    /// It must be searched for first.
    #[error(
        "Ion was not searched completely yet. It can be sent again once it was, and is not found."
    )]
    NotSearchedYet,
    /// The time has not come.
    #[error("This order is sent later; its time has not come.")]
    NotYet,
    /// An answer is under way.
    #[error("This order is being sent. Wait for Ion's answer, then it can be called off.")]
    UnderWay,
    /// Nobody knows whether Ion has it.
    #[error(
        "Nobody knows yet whether Ion has this order. It can be called off once that is known."
    )]
    Unknown,
    /// Ion works on it.
    #[error(
        "Ion works on this order already and no longer calls it off. Change or cancel the subscription that comes of it."
    )]
    TooLate,
    /// Ion was asked already.
    #[error("Ion was asked already to call this order off.")]
    AskedBefore,
    /// Ion still shows it.
    #[error("Ion shows this order. It is followed until Ion ends it.")]
    IonHasIt,
}

/// The state as it stands in a sentence.
pub fn spoken(state: OrderState) -> &'static str {
    match state {
        OrderState::Draft => "a draft",
        OrderState::AwaitingApproval => "waiting for approval",
        OrderState::Scheduled => "scheduled",
        OrderState::Submitting => "being sent",
        OrderState::Unconfirmed => "unconfirmed",
        OrderState::Placed => "placed",
        OrderState::OnHold => "on hold",
        OrderState::InProgress => "in progress",
        OrderState::Completed => "completed",
        OrderState::Failed => "failed",
        OrderState::Cancelled => "cancelled",
    }
}
