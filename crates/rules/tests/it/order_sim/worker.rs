//! What a worker does with a job, in the steps that the engine makes, by the rules that the engine asks.

use std::time::Duration;

use domain::order::{IonOrder, OrderState};
use jiff::Timestamp;
use rand::RngExt as _;
use rules::orders::follow::next_poll;
use rules::orders::reconcile::{PageVerdict, SearchPlan, Walk, match_order, next_look_of};
use rules::orders::state::{
    Effect, LookedInVain, News, OrderEvent, Refusal, Step, may_decide, may_post, step,
};

use super::world::{CALL_TIMEOUT, Event, Kind, Outcome, Phase, SECOND, World};

impl World {
    pub(super) fn step_task(&mut self, task: usize) {
        match self.tasks[task].phase.clone() {
            Phase::Taken => match self.tasks[task].kind {
                Kind::Submit => self.take_submission(task),
                Kind::Look => self.take_look(task),
                Kind::Cancel => self.ask_to_cancel(task),
            },
            Phase::Begun => self.post(task),
            Phase::Answered(outcome) => self.write_outcome(task, &outcome),
            Phase::Page => self.read_page(task),
            Phase::Read(read) => self.write_poll(task, *read),
            Phase::CancelDone(done) => self.write_cancel(task, done),
            Phase::Over => {}
        }
    }

    /// Lets something happen to an order, in one transaction. Nothing where the store cannot be written: it is tried again in a second.
    pub(super) fn happens(
        &mut self,
        order: usize,
        server: usize,
        event: &OrderEvent<'_>,
    ) -> Result<Step, Refusal> {
        let now = self.clock(server);
        let step = step(&self.rows[order].facts, event, now);
        let step = match step {
            Ok(step) => step,
            Err(refusal) => {
                self.note(|| format!("order {order}: {event:?} is refused: {refusal}"));
                return Err(refusal);
            }
        };
        let words = event_words(event);
        self.note(|| format!("order {order}: {words} -> {}, {:?}", step.to, step.effects));
        self.judge_step(order, event, &step);
        self.rows[order].facts = step.facts.clone();
        self.follow_from(order, server, event, &step);
        Ok(step)
    }

    /// Jobs that follow from a step, in the same transaction.
    fn follow_from(&mut self, order: usize, server: usize, event: &OrderEvent<'_>, step: &Step) {
        let now = self.clock(server);
        let soon = plus(now, Duration::from_secs(3));
        for effect in &step.effects {
            match effect {
                Effect::Send => {
                    let again = matches!(event, OrderEvent::RefusedBeforeEffect { .. });
                    self.enqueue(order, Kind::Submit, if again { soon } else { now });
                }
                Effect::Search if step.to == OrderState::Submitting => {
                    self.enqueue(order, Kind::Submit, now);
                }
                Effect::Search => {
                    let watched = self.watched_for(server, order);
                    let row = &self.rows[order];
                    let next =
                        next_look_of(&row.facts, row.submitted_at, self.patience, watched, now);
                    if let Some(next) = next {
                        self.enqueue(order, Kind::Look, next);
                    }
                }
                Effect::Poll => {
                    if let Some(next) = next_poll(step.to, now, None, now) {
                        self.enqueue(order, Kind::Look, next);
                    }
                }
                Effect::CancelAtIon => self.enqueue(order, Kind::Cancel, now),
                Effect::Notify(News::Twice) => self.violate("Ion holds one order twice"),
                Effect::Notify(_)
                | Effect::Post
                | Effect::SealSecrets
                | Effect::ReadSubscriptions => {}
            }
        }
    }

    pub(super) fn watched_for(&mut self, server: usize, order: usize) -> Duration {
        let steady = self.steady(server);
        let Some(sent_at) = self.rows[order].facts.sent_at else {
            return Duration::ZERO;
        };
        let first = *self.servers[server]
            .watch
            .entry((order, sent_at))
            .or_insert(steady);
        steady.saturating_sub(first)
    }

    /// The job is done; or goes on at a time.
    fn finish(&mut self, task: usize, again: Option<Timestamp>) {
        let (server, key) = {
            let task = &mut self.tasks[task];
            task.phase = Phase::Over;
            (task.server, (task.order, task.kind))
        };
        self.servers[server].busy -= 1;
        let Some(job) = self.jobs.get_mut(&key) else {
            return;
        };
        // Somebody else holds it by now.
        if job.held.is_none_or(|(_, holder)| holder != task) {
            return;
        }
        match (job.woken, again) {
            (true, None) => job.held = None,
            (true, Some(at)) => {
                job.run_at = job.run_at.min(at);
                job.held = None;
            }
            (false, Some(at)) => {
                job.run_at = at;
                job.held = None;
            }
            (false, None) => {
                self.jobs.remove(&key);
            }
        }
    }

    fn go_on(&mut self, task: usize, phase: Phase, after: u64) {
        self.tasks[task].phase = phase;
        self.later(after, Event::Task { task });
    }

    /// Tries the same step again, since the store cannot be written.
    fn wait_for_store(&mut self, task: usize) -> bool {
        let down = self.store_is_down();
        if down {
            self.later(SECOND, Event::Task { task });
        }
        down
    }

    /// A submission is taken up: sent, searched for first, or known to be lost.
    fn take_submission(&mut self, task: usize) {
        if self.strike("submit.taken", task) || self.wait_for_store(task) {
            return;
        }
        let (order, server) = (self.tasks[task].order, self.tasks[task].server);
        let taken = self.happens(order, server, &OrderEvent::TakenUp);
        match taken {
            Ok(step) if step.effects.contains(&Effect::Send) => self.begin(task),
            Ok(step) if step.to == OrderState::Submitting => self.start_walk(task),
            Ok(_) | Err(_) => self.finish(task, None),
        }
    }

    fn begin(&mut self, task: usize) {
        let (order, server) = (self.tasks[task].order, self.tasks[task].server);
        match self.happens(order, server, &OrderEvent::SendBegins) {
            Ok(step) => {
                self.watched_for(server, order);
                self.tasks[task].begun_at = step.facts.sent_at.expect("it begins");
                self.tasks[task].begun_steady = self.steady(server);
                let pause = self.within(1, 50);
                if self.strike("submit.begun", task) {
                    return;
                }
                self.go_on(task, Phase::Begun, pause);
            }
            Err(Refusal::NotSearchedYet) => self.start_walk(task),
            Err(_) => self.finish(task, None),
        }
    }

    /// The one request, unless this process was held up for too long.
    fn post(&mut self, task: usize) {
        let (order, server) = (self.tasks[task].order, self.tasks[task].server);
        let begun_for = self
            .steady(server)
            .saturating_sub(self.tasks[task].begun_steady);
        if !may_post(begun_for) {
            self.note(|| format!("order {order}: held up for {begun_for:?}, does not leave"));
            self.go_on(task, Phase::Answered(Outcome::NotSent), 1);
            return;
        }
        self.judge_post(order);
        self.note(|| format!("order {order}: posted"));
        let there = self.within(5, 500);
        let back = there + self.within(5, 500);
        if self.by_chance(self.fault_rate) {
            self.fault_post(task, order, there);
        } else {
            self.later(there, effect(order, task, Some(back - there)));
        }
        self.strike("submit.posted", task);
    }

    fn fault_post(&mut self, task: usize, order: usize, there: u64) {
        let unclear = |world: &mut Self, after| {
            world.go_on(task, Phase::Answered(Outcome::Unclear), after);
        };
        match self.chance.random_range(0..10) {
            0 => {
                self.hits.hit("post.not-reached");
                self.judge_nothing_came(order);
                self.go_on(task, Phase::Answered(Outcome::NotSent), there);
            }
            1 => {
                self.hits.hit("post.busy");
                self.judge_nothing_came(order);
                self.go_on(task, Phase::Answered(Outcome::NotSent), there);
            }
            2 => {
                self.hits.hit("post.cut-before");
                unclear(self, there);
            }
            3 => {
                self.hits.hit("post.cut-after");
                self.later(there, effect(order, task, None));
                unclear(self, there + 20);
            }
            4 => {
                self.hits.hit("post.failed-before");
                unclear(self, there);
            }
            5 => {
                self.hits.hit("post.failed-after");
                self.later(there, effect(order, task, None));
                unclear(self, there + 20);
            }
            6 => {
                self.hits.hit("post.late-effect");
                let late = self.within(there, self.late);
                self.later(late, effect(order, task, None));
                unclear(self, CALL_TIMEOUT.min(late));
            }
            7 => {
                self.hits.hit("post.late-answer");
                let back = self.within(SECOND, CALL_TIMEOUT);
                self.later(there, effect(order, task, Some(back)));
            }
            8 => {
                self.hits.hit("post.silent");
                unclear(self, CALL_TIMEOUT);
            }
            _ => {
                // Nothing of it reaches Ion, and nobody can tell.
                self.hits.hit("post.cut-before");
                unclear(self, there);
            }
        }
    }

    /// The request reaches Ion. `answer`: how long the answer takes to come back, where one does.
    pub(super) fn reach_ion(&mut self, order: usize, task: usize, answer: Option<u64>) {
        if self.rows[order].bad {
            self.hits.hit("post.refused");
            self.judge_nothing_came(order);
            if let Some(after) = answer {
                self.go_on(task, Phase::Answered(Outcome::Refused), after);
            }
            return;
        }
        let lag = self.within(0, self.lag);
        let chance = self.chance.random();
        let reference = self.rows[order].reference.clone();
        let index = self.ion.make(&reference, self.now, lag, chance);
        self.note(|| format!("Ion makes order {order} as {index}, listed in {lag} ms"));
        self.judge_effect(order);
        if let Some(after) = answer {
            self.go_on(task, Phase::Answered(Outcome::Made(index)), after);
        }
    }

    fn write_outcome(&mut self, task: usize, outcome: &Outcome) {
        if self.strike("submit.answered", task) || self.wait_for_store(task) {
            return;
        }
        let (order, server) = (self.tasks[task].order, self.tasks[task].server);
        let begun_at = self.tasks[task].begun_at;
        let shown;
        let event = match outcome {
            Outcome::Made(index) => {
                shown = self.ion.show(*index, self.now);
                OrderEvent::Answered(&shown)
            }
            Outcome::NotSent => OrderEvent::RefusedBeforeEffect {
                begun_at,
                retry: true,
            },
            Outcome::Refused => OrderEvent::RefusedBeforeEffect {
                begun_at,
                retry: false,
            },
            Outcome::Unclear => OrderEvent::OutcomeUnclear,
        };
        // Whatever became of it meanwhile is right: somebody took it over.
        let _refused = self.happens(order, server, &event);
        self.finish(task, None);
    }

    fn take_look(&mut self, task: usize) {
        if self.strike("look.taken", task) || self.wait_for_store(task) {
            return;
        }
        let order = self.tasks[task].order;
        let facts = &self.rows[order].facts;
        let known = facts.ion_id.clone();
        match known {
            Some(ion_id) if facts.state.is_followed() => self.ask_by_id(task, &ion_id),
            Some(_) => self.finish(task, None),
            None if facts.sends > 0 => self.start_walk(task),
            None => self.finish(task, None),
        }
    }

    fn start_walk(&mut self, task: usize) {
        let (order, server) = (self.tasks[task].order, self.tasks[task].server);
        let watched_for = self.watched_for(server, order);
        let row = &self.rows[order];
        let began_at = self.clock(server);
        let look = LookedInVain {
            sent_at: row.facts.sent_at,
            began_at,
            complete: true,
            patience: self.patience,
            watched_for,
        };
        let plan = SearchPlan::new(&row.reference, "49988", row.submitted_at);
        let plan = if may_decide(&row.facts, look) {
            plan
        } else {
            plan.newest_only()
        };
        let sent_at = row.facts.sent_at;
        let pause = self.within(50, 500);
        let it = &mut self.tasks[task];
        it.sent_at = sent_at;
        it.walk = Some(Walk::new(plan));
        it.offset = 0;
        (it.began_at, it.watched_for) = (began_at, watched_for);
        self.go_on(task, Phase::Page, pause);
    }

    fn read_page(&mut self, task: usize) {
        if self.strike("look.page", task) {
            return;
        }
        let (order, server) = (self.tasks[task].order, self.tasks[task].server);
        if self.by_chance(self.fault_rate / 4) {
            self.hits.hit("look.failed");
            let soon = plus(self.clock(server), Duration::from_secs(10));
            self.finish(task, Some(soon));
            return;
        }
        let (mut page, mut more) = self.ion.list(self.tasks[task].offset, self.now);
        let shown = page.len();
        if self.by_chance(self.fault_rate / 20) {
            self.hits.hit("look.circle");
            (page, more) = (Vec::new(), true);
        }
        let verdict = self.tasks[task]
            .walk
            .as_mut()
            .expect("a walk was begun")
            .judge_page(&page, more);
        match verdict {
            PageVerdict::WalkOn => {
                self.tasks[task].offset += shown;
                let pause = self.within(50, 2000);
                self.go_on(task, Phase::Page, pause);
            }
            PageVerdict::Found { index, .. } => {
                assert!(match_order(&self.rows[order].reference, &page[index]).is_some());
                self.write_look(task, Some(&page[index]), true);
            }
            PageVerdict::NotThere => self.write_look(task, None, true),
            PageVerdict::Incomplete => self.write_look(task, None, false),
        }
    }

    fn write_look(&mut self, task: usize, found: Option<&IonOrder>, complete: bool) {
        if self.strike("look.done", task) {
            return;
        }
        let (order, server) = (self.tasks[task].order, self.tasks[task].server);
        // What was read is forgotten where it cannot be written: the job begins anew when its lease is over.
        if self.store_is_down() {
            let soon = plus(self.clock(server), Duration::from_secs(5));
            self.finish(task, Some(soon));
            return;
        }
        let look = LookedInVain {
            sent_at: self.tasks[task].sent_at,
            began_at: self.tasks[task].began_at,
            complete,
            patience: self.patience,
            watched_for: self.tasks[task].watched_for,
        };
        let event = found.map_or(OrderEvent::LookedInVain(look), OrderEvent::FoundByToken);
        let written = self.happens(order, server, &event);
        let may_go_on = self.tasks[task].kind == Kind::Submit
            && written.is_ok_and(|step| step.effects.contains(&Effect::Send));
        if may_go_on {
            self.begin(task);
        } else {
            self.finish(task, None);
        }
    }

    fn ask_by_id(&mut self, task: usize, ion_id: &str) {
        let index = self.ion.find(ion_id);
        let pause = self.within(20, 500);
        let read = if self.by_chance(self.fault_rate / 4) {
            self.hits.hit("poll.failed");
            Err(())
        } else {
            index.map(|index| self.ion.show(index, self.now)).ok_or(())
        };
        self.go_on(task, Phase::Read(Box::new(read)), pause);
    }

    fn write_poll(&mut self, task: usize, read: Result<IonOrder, ()>) {
        if self.strike("poll.answered", task) || self.wait_for_store(task) {
            return;
        }
        let (order, server) = (self.tasks[task].order, self.tasks[task].server);
        let Ok(shown) = read else {
            let soon = plus(self.clock(server), Duration::from_secs(10));
            self.finish(task, Some(soon));
            return;
        };
        let _refused = self.happens(order, server, &OrderEvent::Polled(&shown));
        self.finish(task, None);
    }

    fn ask_to_cancel(&mut self, task: usize) {
        let order = self.tasks[task].order;
        let Some(index) = self.rows[order]
            .facts
            .ion_id
            .as_deref()
            .and_then(|id| self.ion.find(id))
        else {
            self.finish(task, None);
            return;
        };
        let done = self.ion.cancel(index, self.now);
        let lost = self.by_chance(self.fault_rate / 2);
        if lost {
            self.hits.hit("cancel.lost");
        }
        let pause = self.within(20, 500);
        self.go_on(task, Phase::CancelDone((!lost).then_some(done)), pause);
    }

    fn write_cancel(&mut self, task: usize, done: Option<bool>) {
        if self.strike("cancel.answered", task) || self.wait_for_store(task) {
            return;
        }
        let (order, server) = (self.tasks[task].order, self.tasks[task].server);
        let shown = self.rows[order]
            .facts
            .ion_id
            .as_deref()
            .and_then(|id| self.ion.find(id))
            .map(|index| self.ion.show(index, self.now));
        let event = match (done, &shown) {
            (Some(true), Some(shown)) => OrderEvent::CancelAnswered(shown),
            (Some(false), _) => OrderEvent::CancelRefused,
            _ => OrderEvent::CancelUnclear,
        };
        let _refused = self.happens(order, server, &event);
        self.finish(task, None);
    }
}

fn effect(order: usize, task: usize, answer: Option<u64>) -> Event {
    Event::Effect {
        order,
        task,
        answer,
    }
}

pub(super) fn plus(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).expect("within days of today")
}

/// An event in few words, for the history.
fn event_words(event: &OrderEvent<'_>) -> String {
    match event {
        OrderEvent::Answered(order) => format!("Answered({}, {})", order.ion_id, order.status),
        OrderEvent::FoundByToken(order) => format!("Found({}, {})", order.ion_id, order.status),
        OrderEvent::Polled(order) => format!("Polled({})", order.status),
        OrderEvent::CancelAnswered(order) => format!("CancelAnswered({})", order.status),
        other => format!("{other:?}"),
    }
}
