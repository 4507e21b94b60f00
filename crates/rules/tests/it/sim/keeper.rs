//! What a keeper does, and what becomes of its request on the way to Ion and back.

use super::faults::ION;
use super::ion::{Answer, SECOND, Token};
use super::world::{Back, CALL_TIMEOUT, Event, Line, Outcome, Phase, Step, Then, World, Written};
use rand::RngExt as _;

impl World {
    pub(super) fn step_keeper(&mut self, keeper: usize, step: Step, fresh: bool) {
        let (server, done, answered) = {
            let process = &self.keepers[keeper];
            (process.server, process.done, self.is_answered(keeper))
        };
        if done || (answered && matches!(step, Step::Arrived(_))) {
            return;
        }
        let point = match step {
            Step::Sending => "keeper.before-sending",
            Step::Post => "keeper.before-post",
            Step::Posted => "keeper.posted",
            Step::Arrived(_) => "keeper.before-record",
            Step::Recorded => "keeper.after-record",
        };
        if fresh && !self.survives(point, server, Some(keeper)) {
            return self.later(
                1,
                Event::Keeper {
                    keeper,
                    step,
                    fresh: false,
                },
            );
        }
        match step {
            Step::Sending => {
                if self.by_chance(200) {
                    // Its silence proves that nothing was sent.
                    self.hits.hit("journal.not-written");
                    return self.end_keeper(keeper);
                }
                self.write(keeper, Written::Sending);
                self.later(
                    3,
                    Event::Keeper {
                        keeper,
                        step: Step::Post,
                        fresh: true,
                    },
                );
            }
            Step::Post if self.now > self.keepers[keeper].start_before => {
                self.note(|_| {
                    format!("keeper {keeper} was stopped for too long, and sends nothing")
                });
                self.write(keeper, Written::NotSent);
                self.later(
                    1,
                    Event::Keeper {
                        keeper,
                        step: Step::Recorded,
                        fresh: true,
                    },
                );
            }
            Step::Post => self.post(keeper),
            Step::Posted => {}
            Step::Arrived(outcome) => {
                let clock = self.clock(server);
                self.write(
                    keeper,
                    match outcome {
                        Outcome::Reply(answer) => Written::Reply(answer, clock),
                        Outcome::Cut | Outcome::OutOfTime => Written::Lost,
                        Outcome::NotReached => Written::NotSent,
                    },
                );
                self.later(
                    2,
                    Event::Keeper {
                        keeper,
                        step: Step::Recorded,
                        fresh: true,
                    },
                );
            }
            Step::Recorded => self.end_keeper(keeper),
        }
    }

    /// Whether its outcome is in the journal.
    pub(super) fn is_answered(&self, keeper: usize) -> bool {
        let process = &self.keepers[keeper];
        self.servers[process.server]
            .journal
            .iter()
            .any(|line| line.attempt == process.attempt && line.what != Written::Sending)
    }

    fn write(&mut self, keeper: usize, what: Written) {
        let process = &self.keepers[keeper];
        let (server, line) = (
            process.server,
            Line {
                attempt: process.attempt,
                generation: process.generation,
                what,
            },
        );
        if self.servers[server].node == process.node {
            self.note(|_| {
                format!(
                    "keeper {keeper} writes {what:?} for exchange {}",
                    line.attempt
                )
            });
            if let Written::Reply(Answer::Granted(_), _) = what {
                self.judge.succeeded.insert(self.keepers[keeper].token);
            }
            self.servers[server].journal.push(line);
        }
    }

    /// It ended, or was killed: its server, where it still waits, reads the journal.
    pub(super) fn end_keeper(&mut self, keeper: usize) {
        let process = &mut self.keepers[keeper];
        (process.alive, process.done) = (false, true);
        let server = process.server;
        let waits = self.servers[server]
            .task
            .as_ref()
            .is_some_and(|task| task.keeper == Some(keeper));
        if self.servers[server].up && waits {
            let life = self.servers[server].life;
            self.later(
                1,
                Event::Task {
                    server,
                    life,
                    phase: Phase::AfterKeeper,
                    fresh: true,
                },
            );
        }
    }

    fn post(&mut self, keeper: usize) {
        let token = self.keepers[keeper].token;
        let fault = self
            .by_chance(self.ion_fault_rate)
            .then(|| ION[self.chance.random_range(0..ION.len())]);
        if let Some(fault) = fault {
            self.hits.hit(fault);
        }
        self.note(|world| {
            format!(
                "keeper {keeper} posts token {token} of generation {} {}",
                world.keepers[keeper].generation,
                fault.unwrap_or("")
            )
        });
        if fault == Some("ion.not-reached") {
            let wait = self.within(1, 5 * SECOND);
            return self.later(
                wait,
                Event::Keeper {
                    keeper,
                    step: Step::Arrived(Outcome::NotReached),
                    fresh: true,
                },
            );
        }
        self.judge_post(keeper, token);
        self.keepers[keeper].posted_at = Some(self.now);
        self.later(
            1,
            Event::Keeper {
                keeper,
                step: Step::Posted,
                fresh: true,
            },
        );
        self.later(
            CALL_TIMEOUT,
            Event::Keeper {
                keeper,
                step: Step::Arrived(Outcome::OutOfTime),
                fresh: true,
            },
        );
        let (to, after) = match fault {
            Some("ion.slow") => (self.within(10, 60 * SECOND), self.within(10, 50 * SECOND)),
            _ => (self.within(5, 60), self.within(5, 200)),
        };
        let (looks, back) = match fault {
            Some("ion.cut-before") => (Some(Answer::Failed), Back::Instead(Outcome::Cut)),
            Some("ion.cut-after") => (None, Back::Instead(Outcome::Cut)),
            Some("ion.failed-before") => (Some(Answer::Failed), Back::Answer),
            Some("ion.failed-after") => (None, Back::Instead(Outcome::Reply(Answer::Failed))),
            Some("ion.busy") => (Some(Answer::Busy), Back::Answer),
            Some("ion.cache-miss") => (Some(Answer::Refused), Back::Answer),
            Some("ion.silent") => (None, Back::Nothing),
            _ => (None, Back::Answer),
        };
        self.later(
            to,
            Event::Effect {
                keeper,
                token,
                then: Then { looks, back, after },
            },
        );
    }

    /// The request is at Ion: whoever sent it may be dead by now.
    pub(super) fn reach_ion(&mut self, keeper: usize, token: Token, then: Then) {
        let answer = match then.looks {
            None => self.ion.exchange(token, self.now),
            Some(Answer::Refused) => self.ion.refuse(token),
            Some(other) => other,
        };
        self.note(|_| format!("Ion: token {token}: {answer:?}"));
        self.judge_effect(token, answer, then.looks.is_none());
        let outcome = match then.back {
            Back::Answer => Outcome::Reply(answer),
            Back::Instead(outcome) => outcome,
            Back::Nothing => return,
        };
        self.later(
            then.after,
            Event::Keeper {
                keeper,
                step: Step::Arrived(outcome),
                fresh: true,
            },
        );
    }
}
