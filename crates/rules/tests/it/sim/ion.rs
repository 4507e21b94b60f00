//! A model of Ion's `/oauth`: refresh tokens that work once, without any grace, and access tokens that die by age or by a refresh.

use std::collections::BTreeMap;

/// Seconds, in thousandths.
pub(super) const SECOND: u64 = 1000;
/// Life of an access token.
pub(super) const ACCESS_LIFE: u64 = 7200 * SECOND;

pub(super) type Token = u64;

/// A pair of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) access: Token,
    pub(super) refresh: Token,
}

/// What Ion says to a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Granted(Pair),
    Refused,
    Busy,
    Failed,
}

#[derive(Debug)]
pub(super) struct Ion {
    /// Whether a refresh ends the old access token.
    pub(super) kills: bool,
    /// Whether a consumed token that is presented ends the whole login.
    pub(super) revokes_family: bool,
    next: Token,
    /// The only refresh token that works.
    pub(super) live: Option<Token>,
    /// Access tokens with the time of their end.
    access: BTreeMap<Token, u64>,
    /// The access token that belongs to a refresh token.
    partner: BTreeMap<Token, Token>,
    /// Refresh tokens that were exchanged, with how often they were presented afterwards.
    pub(super) consumed: BTreeMap<Token, u32>,
    /// Refusals of each refresh token.
    pub(super) refusals: BTreeMap<Token, u32>,
}

impl Ion {
    pub(super) fn new(kills: bool, revokes_family: bool) -> Self {
        Self {
            kills,
            revokes_family,
            next: 1,
            live: None,
            access: BTreeMap::new(),
            partner: BTreeMap::new(),
            consumed: BTreeMap::new(),
            refusals: BTreeMap::new(),
        }
    }

    /// *Request New Credentials*: another login; whether the one before lives on is nobody's promise.
    pub(super) fn request_new(&mut self, now: u64) -> Pair {
        self.grant(now)
    }

    fn grant(&mut self, now: u64) -> Pair {
        let pair = Pair {
            access: self.next,
            refresh: self.next + 1,
        };
        self.next += 2;
        self.access.insert(pair.access, now + ACCESS_LIFE);
        self.partner.insert(pair.refresh, pair.access);
        self.live = Some(pair.refresh);
        pair
    }

    /// The effect of an exchange.
    pub(super) fn exchange(&mut self, token: Token, now: u64) -> Answer {
        if self.live == Some(token) {
            self.consumed.insert(token, 0);
            if self.kills {
                self.access.remove(&self.partner[&token]);
            }
            return Answer::Granted(self.grant(now));
        }
        if let Some(times) = self.consumed.get_mut(&token) {
            *times += 1;
            if self.revokes_family {
                self.live = None;
                self.access.clear();
            }
        }
        self.refuse(token)
    }

    /// A refusal without looking at the token: a fault of Ion's cache.
    pub(super) fn refuse(&mut self, token: Token) -> Answer {
        *self.refusals.entry(token).or_default() += 1;
        Answer::Refused
    }

    /// `validateAccess`, and any other call.
    pub(super) fn lives(&self, access: Token, now: u64) -> bool {
        self.access.get(&access).is_some_and(|end| now < *end)
    }

    /// Ion ends an access token before its time.
    pub(super) fn end_access(&mut self, access: Token) {
        self.access.remove(&access);
    }
}
