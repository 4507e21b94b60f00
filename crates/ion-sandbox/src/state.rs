//! Everything that the sandbox knows, behind one lock.

use std::collections::VecDeque;

use crate::carts::CartBook;
use crate::catalog::Listings;
use crate::clock::Clock;
use crate::customers::CustomerBook;
use crate::fault::Rules;
use crate::knobs::Knobs;
use crate::ledger::Ledger;
use crate::oauth::Tokens;
use crate::orders::OrderBook;
use crate::programs::Programs;
use crate::reports::ReportBook;
use crate::schedule::Schedule;
use crate::serve::Received;
use crate::subscriptions::SubscriptionBook;

/// A request whose effect comes later.
#[derive(Debug, Clone)]
pub(crate) struct Late {
    /// The number of the request before which it happens.
    pub(crate) due: u64,
    /// Its own number.
    pub(crate) number: u64,
    pub(crate) received: Received,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) account: String,
    pub(crate) knobs: Knobs,
    pub(crate) rules: Rules,
    pub(crate) clock: Clock,
    pub(crate) tokens: Tokens,
    pub(crate) listings: Listings,
    pub(crate) customers: CustomerBook,
    pub(crate) orders: OrderBook,
    pub(crate) subscriptions: SubscriptionBook,
    pub(crate) carts: CartBook,
    pub(crate) reports: ReportBook,
    pub(crate) programs: Programs,
    /// What happens by itself.
    pub(crate) schedule: Schedule,
    pub(crate) ledger: Ledger,
    pub(crate) requests: u64,
    /// Requests whose effect comes later.
    pub(crate) late: Vec<Late>,
    /// Real milliseconds of the last requests, for the throttle.
    pub(crate) recent: VecDeque<u64>,
}

impl State {
    /// True where this request is one too many in this second.
    pub(crate) fn throttled(&mut self) -> bool {
        let limit = self.knobs.requests_per_second as usize;
        if limit == 0 {
            return false;
        }
        let now = self.clock.real_ms();
        while self
            .recent
            .front()
            .is_some_and(|at| now.saturating_sub(*at) >= 1000)
        {
            self.recent.pop_front();
        }
        if self.recent.len() >= limit {
            return true;
        }
        self.recent.push_back(now);
        false
    }
}
