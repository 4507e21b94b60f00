//! What must hold at every step, and at the end. The judge sees Ion's own books; the rules do not.

use std::collections::{BTreeMap, BTreeSet};

use domain::order::OrderState;
use rules::orders::state::{Effect, OrderEvent, Step};

use super::world::World;

#[derive(Debug, Default)]
pub(super) struct Judge {
    /// Orders that a person confirmed.
    pub(super) confirmed: BTreeSet<usize>,
    /// Requests of each order of which nobody has proven that nothing came.
    unproven: BTreeMap<usize, u32>,
    /// Times that a person asked to send it again.
    asked: BTreeMap<usize, u32>,
}

impl World {
    /// A request is about to leave.
    pub(super) fn judge_post(&mut self, order: usize) {
        if !self.judge.confirmed.contains(&order) {
            self.violate(format!("order {order} is sent, and nobody confirmed it"));
        }
        let unproven = self.judge.unproven.entry(order).or_default();
        *unproven += 1;
        let (unproven, asked) = (
            *unproven,
            self.judge.asked.get(&order).copied().unwrap_or(0),
        );
        if unproven > asked + 1 {
            self.violate(format!(
                "order {order} is sent again, and nobody asked for that"
            ));
        }
    }

    /// Proven: nothing came of the last request.
    pub(super) fn judge_nothing_came(&mut self, order: usize) {
        if let Some(unproven) = self.judge.unproven.get_mut(&order) {
            *unproven = unproven.saturating_sub(1);
        }
    }

    pub(super) fn judge_effect(&mut self, order: usize) {
        if self.ion.count(&self.rows[order].reference) > 1 {
            self.violate(format!("Ion has order {order} twice"));
        }
    }

    pub(super) fn judge_step(&mut self, order: usize, event: &OrderEvent<'_>, step: &Step) {
        let before = &self.rows[order].facts;
        let person = matches!(event, OrderEvent::ResendAsked);
        if person {
            *self.judge.asked.entry(order).or_default() += 1;
        }
        let sends = step
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Send | Effect::Post));
        let wrong = if before.state == OrderState::Unconfirmed && sends {
            Some("an unconfirmed order is sent by itself")
        } else if before.state == OrderState::Unconfirmed
            && step.to == OrderState::Submitting
            && !person
        {
            Some("an unconfirmed order is taken for unsent")
        } else if before.ended_by_ion() && step.to != before.state {
            Some("an end that Ion named is left")
        } else if step.to != step.facts.state {
            Some("a step and its facts differ")
        } else {
            None
        };
        if let Some(wrong) = wrong {
            self.violate(format!("order {order}: {wrong}"));
        }
    }

    /// When all faults are long over.
    pub(super) fn judge_end(&mut self) {
        for order in 0..self.rows.len() {
            let row = self.rows[order].clone();
            let at_ion = self.ion.count(&row.reference);
            let facts = &row.facts;
            // Its time was set by a clock that stood ahead: it is not due yet, and nothing of it was sent.
            let waits = facts.state == OrderState::Scheduled && facts.sends == 0 && at_ion == 0;
            if waits {
                continue;
            }
            let wrong = if !facts.state.is_final() && facts.state != OrderState::Draft {
                Some(format!("it has not come to rest: {}", facts.state))
            } else if at_ion > 1 {
                Some(format!("Ion has it {at_ion} times"))
            } else if at_ion == 1 && facts.ion_id.is_none() {
                Some("Ion has it, and we do not know".to_owned())
            } else if at_ion == 0 && facts.ion_id.is_some() {
                Some("we know of an order that Ion has not".to_owned())
            } else if at_ion == 0
                && !row.bad
                && facts.state != OrderState::Cancelled
                && facts.state != OrderState::Draft
            {
                Some(format!("it is {}, and Ion never had it", facts.state))
            } else if row.bad && at_ion == 0 && facts.state == OrderState::Completed {
                Some("it is completed, and Ion refused it".to_owned())
            } else {
                None
            };
            if let Some(wrong) = wrong {
                self.violate(format!("order {order}: {wrong}"));
            }
        }
    }
}
