//! What happens by itself when its time has come: orders go on, subscriptions show, terms end.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::state::State;

/// Something that happens by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// An order goes to its next state.
    Order(u64),
    /// Lists show a subscription.
    Shows(u64),
    /// The term of a subscription ends.
    TermEnds(u64),
}

/// What is still to happen, in the order of time.
#[derive(Debug, Default)]
pub(crate) struct Schedule(BTreeSet<(Timestamp, Event)>);

impl Schedule {
    pub(crate) fn add(&mut self, at: Timestamp, event: Event) {
        self.0.insert((at, event));
    }

    pub(crate) fn remove(&mut self, at: Timestamp, event: Event) {
        self.0.remove(&(at, event));
    }

    fn take(&mut self, now: Timestamp) -> Option<(Timestamp, Event)> {
        let first = *self.0.first()?;
        (first.0 <= now).then(|| {
            self.0.pop_first();
            first
        })
    }
}

impl State {
    /// Lets everything happen whose time has come, each at its own time and in that order.
    pub(crate) fn settle(&mut self) {
        let now = self.clock.now();
        while let Some((at, event)) = self.schedule.take(now) {
            match event {
                Event::Order(id) => crate::orders::step(self, id, at),
                Event::Shows(id) => self.subscriptions.show(id),
                Event::TermEnds(id) => crate::subscriptions::end_term(self, id, at),
            }
        }
    }
}
