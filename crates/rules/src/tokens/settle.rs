//! What the outcome of an exchange does to the login that the store holds now, however late and from wherever it comes.

use domain::connection::ConnectionStatus;
use jiff::Timestamp;

use super::state::{
    Cause, Exchange, Login, Loss, Probe, after_exchange, after_probe, may_become_current,
};

/// An exchange as the store has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Generation of the token that was presented.
    pub from_generation: u64,
    /// When it was started.
    pub started_at: Timestamp,
    /// It has an outcome already: it was taken for lost, or somebody else was faster.
    pub settled: bool,
}

/// What an outcome changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// A newer pair exists, or the connection was removed: it is too late.
    Superseded,
    /// The exchange was settled before, and this tells nothing that changes it.
    Known,
    /// The login from now on.
    Changed(Login),
}

/// Whether an exchange that was decided on `decided` may still be started where the store now holds `stored`.
///
/// To be asked in the transaction that records the start. Anything that happened in between - another server's exchange, refused or
/// lost - makes it another decision.
pub fn may_start(decided: &Login, stored: &Login) -> bool {
    decided == stored && stored.status != ConnectionStatus::Removed
}

/// What an outcome does to the stored login. To be asked in the transaction that writes it.
///
/// Of an exchange that was settled before, only a granted pair still counts: it may be the only live one. `credential_ends` is when
/// the credential's days are over, as far as known.
pub fn settle(
    login: &Login,
    attempt: Attempt,
    result: Exchange,
    credential_ends: Option<Timestamp>,
    now: Timestamp,
) -> Settled {
    if login.status == ConnectionStatus::Removed
        || !may_become_current(login.generation, attempt.from_generation)
    {
        return Settled::Superseded;
    }
    let result = match result {
        // The clock may have been set meanwhile: an answer came after its start and not in the future.
        Exchange::Granted {
            obtained_at,
            access_life,
            jitter,
        } => Exchange::Granted {
            obtained_at: obtained_at.max(attempt.started_at).min(now),
            access_life,
            jitter,
        },
        _ if attempt.settled => return Settled::Known,
        other => other,
    };
    let mut next = keep_held(login, after_exchange(login, result, now));
    if next.cause == Some(Cause::Refused) && credential_ends.is_some_and(|end| end <= now) {
        next.cause = Some(Cause::Ended);
    }
    Settled::Changed(next)
}

/// What the store says of an exchange that the journal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// Nothing: the store is a copy from before it.
    Unknown,
    /// It was started, and has no outcome yet.
    Open,
    /// It was taken for lost.
    Lost,
    /// It has any other outcome.
    Done,
}

/// What is to be done with an exchange of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// Its reply may have come after all: see [`settle`].
    Settle,
    /// The store does not know it: see [`adopt`].
    Adopt,
    /// Nothing; the record is still needed. The last exchange of a connection stays: by it an older copy of the store is known.
    Keep,
    /// Nothing, and the record may go.
    Forget,
}

/// What to do with an exchange of the journal that presented the token of `from_generation`.
pub fn on_record(login: &Login, from_generation: u64, stored: Stored) -> Record {
    match stored {
        Stored::Lost if may_become_current(login.generation, from_generation) => Record::Settle,
        Stored::Unknown if from_generation >= login.generation => Record::Adopt,
        Stored::Unknown => Record::Forget,
        Stored::Lost | Stored::Done if from_generation + 1 < login.generation => Record::Forget,
        Stored::Open | Stored::Lost | Stored::Done => Record::Keep,
    }
}

/// What an exchange of the journal does to a store that knows nothing of it: the store is a copy from before.
///
/// `None`: nothing, the store is newer. A token that the journal shows as sent is spent, whatever the store holds.
pub fn adopt(
    login: &Login,
    from_generation: u64,
    result: Exchange,
    now: Timestamp,
) -> Option<Login> {
    if login.status == ConnectionStatus::Removed || from_generation < login.generation {
        return None;
    }
    match result {
        Exchange::Granted {
            obtained_at,
            access_life,
            jitter,
        } => {
            let result = Exchange::Granted {
                obtained_at: obtained_at.min(now),
                access_life,
                jitter,
            };
            let next = Login {
                generation: from_generation + 1,
                ..after_exchange(login, result, now)
            };
            Some(keep_held(login, next))
        }
        _ if login.loss.is_some_and(Loss::is_of_a_copy) => None,
        // What was sent may be spent, and the one second presentation after a loss is; of a pair that is not here, the one before it is.
        Exchange::Lost { .. } => Some(in_doubt(login, now)),
        Exchange::Refused if login.status == ConnectionStatus::Unclear => {
            Some(in_doubt(login, now))
        }
        _ if from_generation > login.generation => Some(in_doubt(login, now)),
        Exchange::Refused | Exchange::Busy { .. } | Exchange::NotSent => None,
    }
}

/// A login of a restored copy of which nothing proves that it is the newest: its refresh token may have been used since.
///
/// It works on its access token while that lives, and the refresh token is presented only on proof that it was not used.
#[must_use]
pub fn in_doubt(login: &Login, now: Timestamp) -> Login {
    match login.status {
        ConnectionStatus::Active | ConnectionStatus::Rechecking | ConnectionStatus::Unclear => {
            Login {
                status: ConnectionStatus::Unclear,
                unsent: 0,
                loss: Some(Loss::of_a_copy(now)),
                ..login.clone()
            }
        }
        // What comes late must not be taken for the newest here either.
        ConnectionStatus::NeedsNewCredentials => Login {
            loss: Some(Loss::of_a_copy(now)),
            ..login.clone()
        },
        ConnectionStatus::NotFinished | ConnectionStatus::Paused | ConnectionStatus::Removed => {
            login.clone()
        }
    }
}

/// Whether a restored copy is in doubt. `spent` is the newest generation that the journal shows as presented.
///
/// The journal of a directory has every exchange that was made there. Where its last one gave the pair that the copy holds, the copy
/// is the newest; what it shows beyond the copy is taken over by [`adopt`]; where it ends before the copy, or has nothing, others may
/// have exchanged the token since.
pub fn is_in_doubt(login: &Login, spent: Option<u64>) -> bool {
    spent.is_none_or(|spent| spent + 1 < login.generation)
}

/// The login after a look at the old access token that was decided on `decided`. `None`: something else happened meanwhile, and what
/// was seen may no longer hold. To be asked in the transaction that writes it.
pub fn settle_probe(
    decided: &Login,
    stored: &Login,
    probe: Probe,
    now: Timestamp,
) -> Option<Login> {
    (decided == stored && stored.status == ConnectionStatus::Unclear)
        .then(|| after_probe(stored, probe, now))
}

/// Generations of one credential: it lives 32 days, and is exchanged about 800 times.
const OF_ONE_CREDENTIAL: u64 = 1_000_000;

/// Seconds by which no clock was ever wrong.
const BEYOND_CLOCKS: u64 = 366 * 86_400;

/// The first generation of new credentials: beyond all that a journal may hold of others, also where the store is a restored copy and
/// knows nothing of those. So it is made of the time; in a copy, of a time that no clock has shown before.
fn first_generation(current: &Login, now: Timestamp) -> u64 {
    let by_clock = u64::try_from(now.as_second()).unwrap_or(0);
    let copy = current.loss.is_some_and(Loss::is_of_a_copy);
    let ahead = if copy { BEYOND_CLOCKS } else { 0 };
    (current.generation / OF_ONE_CREDENTIAL + 1).max(by_clock + ahead) * OF_ONE_CREDENTIAL
}

/// The login when a person's new credentials, proven as `proven`, take the place of those in use.
#[must_use]
pub fn replace_credentials(current: &Login, proven: &Login) -> Login {
    Login {
        status: ConnectionStatus::Active,
        profile: current.profile,
        generation: first_generation(current, proven.refreshed_at),
        refusals: 0,
        unsent: 0,
        loss: None,
        cause: None,
        ..proven.clone()
    }
}

/// A set-up that is not finished and a paused connection keep their state: the pair is proven, and nothing else. So does a copy in
/// doubt: what comes from before it was made may not be the newest either.
fn keep_held(login: &Login, next: Login) -> Login {
    match login.status {
        ConnectionStatus::NotFinished | ConnectionStatus::Paused => Login {
            status: login.status,
            cause: None,
            ..next
        },
        _ if login.loss.is_some_and(Loss::is_of_a_copy) => in_doubt(&next, next.refreshed_at),
        _ => next,
    }
}
