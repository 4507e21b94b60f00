//! The modelled world: servers, keepers, one store, a journal on each disk, Ion, and true time, which nobody in it knows.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::time::Duration;

use domain::connection::{ConnectionStatus, VendorProfile};
use jiff::Timestamp;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rules::tokens::{Exchange, Login, Observation, Probe, Sight, after_exchange};

use super::ion::{ACCESS_LIFE, Answer, Ion, Pair, SECOND, Token};
use crate::seeds::Hits;

pub(super) const MINUTE: u64 = 60 * SECOND;
pub(super) const HOUR: u64 = 60 * MINUTE;
/// Faults end here; what is left must come to rest by itself.
pub(super) const FAULTS_END: u64 = 9 * HOUR;
pub(super) const END: u64 = FAULTS_END + 5 * HOUR;
/// The call's own time-out.
pub(super) const CALL_TIMEOUT: u64 = 120 * SECOND;

/// What happens next, and to whom.
#[derive(Debug, Clone)]
pub(super) enum Event {
    Look {
        server: usize,
        life: u32,
    },
    Task {
        server: usize,
        life: u32,
        phase: Phase,
        fresh: bool,
    },
    Probed {
        server: usize,
        life: u32,
        decided: Box<Login>,
        found: Probe,
    },
    Looked {
        server: usize,
        life: u32,
        old: Token,
    },
    Call {
        server: usize,
    },
    Start {
        server: usize,
    },
    Keeper {
        keeper: usize,
        step: Step,
        fresh: bool,
    },
    Effect {
        keeper: usize,
        token: Token,
        then: Then,
    },
    Person,
    Chance,
}

/// How far a server is with an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Decided,
    BeforeStart,
    AfterStart,
    AfterKeeper,
    AfterCurrent,
}

/// How far a keeper is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Sending,
    Post,
    Posted,
    Arrived(Outcome),
    Recorded,
}

/// What a keeper sees of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Reply(Answer),
    Cut,
    NotReached,
    OutOfTime,
}

/// What follows when a request reaches Ion.
#[derive(Debug, Clone, Copy)]
pub(super) struct Then {
    /// Whether the token is looked at; else what Ion says without looking.
    pub(super) looks: Option<Answer>,
    /// What comes back: the answer, something else in its place, or nothing.
    pub(super) back: Back,
    pub(super) after: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Back {
    Answer,
    Instead(Outcome),
    Nothing,
}

/// A line of a journal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) attempt: u64,
    pub(super) generation: u64,
    pub(super) what: Written,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Sending,
    NotSent,
    Lost,
    Reply(Answer, Timestamp),
}

/// An exchange in the store.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttemptRow {
    pub(super) from: u64,
    pub(super) node: u64,
    pub(super) started_at: Timestamp,
    pub(super) finished: Option<&'static str>,
}

/// The store: what is written is written, and at times it cannot be reached.
#[derive(Debug, Clone)]
pub(super) struct Store {
    pub(super) login: Login,
    pub(super) pairs: BTreeMap<u64, Pair>,
    pub(super) attempts: BTreeMap<u64, AttemptRow>,
    pub(super) refreshes: u64,
    pub(super) seen: Observation,
    pub(super) looked_at: Option<Timestamp>,
}

/// An exchange that a server is busy with.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) decided: Login,
    pub(super) attempt: Option<u64>,
    pub(super) keeper: Option<usize>,
    pub(super) old_tells: bool,
    pub(super) locked_at: u64,
}

#[derive(Debug)]
pub(super) struct Server {
    pub(super) node: u64,
    pub(super) journal: Vec<Line>,
    pub(super) up: bool,
    /// Counts its starts: what belonged to an earlier one is gone.
    pub(super) life: u32,
    pub(super) stopped_until: u64,
    /// Of the machine's clock, against true time, in ms.
    pub(super) offset: i64,
    pub(super) started: u64,
    pub(super) sight: Sight,
    /// True time of its first sight of a login.
    pub(super) first_seen: Option<u64>,
    pub(super) open_since: BTreeMap<u64, Duration>,
    pub(super) journal_seen: Option<usize>,
    pub(super) task: Option<Task>,
    pub(super) queue: VecDeque<Login>,
}

#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) server: usize,
    pub(super) node: u64,
    pub(super) attempt: u64,
    pub(super) generation: u64,
    pub(super) token: Token,
    pub(super) start_before: u64,
    pub(super) alive: bool,
    pub(super) stopped_until: u64,
    pub(super) posted_at: Option<u64>,
    pub(super) started_at: u64,
    pub(super) done: bool,
}

pub(super) struct World {
    pub(super) now: u64,
    pub(super) chance: ChaCha8Rng,
    pub(super) ion: Ion,
    pub(super) store: Store,
    pub(super) store_down_until: u64,
    pub(super) copy: Option<Store>,
    pub(super) servers: Vec<Server>,
    pub(super) keepers: Vec<Keeper>,
    events: BinaryHeap<Reverse<(u64, u64, usize)>>,
    waiting: Vec<Option<Event>>,
    pub(super) next_id: u64,
    pub(super) hits: Hits,
    pub(super) judge: super::judge::Judge,
    /// In ten-thousandths: how likely a blow is at an instant.
    pub(super) blow_rate: u32,
    pub(super) ion_fault_rate: u32,
    pub(super) history: Option<Vec<String>>,
    pub(super) violation: Option<String>,
}

impl World {
    pub(super) fn new(seed: u64, history: bool) -> Self {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let mut ion = Ion::new(chance.random(), chance.random());
        let pair = ion.request_new(0);
        let mut world = Self {
            now: 0,
            ion,
            store: Store {
                login: proven(at(0, 0)),
                pairs: BTreeMap::from([(2, pair)]),
                attempts: BTreeMap::new(),
                refreshes: 0,
                seen: Observation::default(),
                looked_at: None,
            },
            store_down_until: 0,
            copy: None,
            servers: Vec::new(),
            keepers: Vec::new(),
            events: BinaryHeap::new(),
            waiting: Vec::new(),
            next_id: 100,
            hits: Hits::default(),
            judge: super::judge::Judge::default(),
            blow_rate: chance.random_range(0..600),
            ion_fault_rate: chance.random_range(0..4000),
            history: history.then(Vec::new),
            violation: None,
            chance,
        };
        for number in 0..world.chance.random_range(1..=3) {
            world.servers.push(Server::new(number));
            let first = world.within(0, 5 * SECOND);
            world.later(
                first,
                Event::Start {
                    server: usize::try_from(number).unwrap(),
                },
            );
            world.later(
                first + MINUTE,
                Event::Call {
                    server: usize::try_from(number).unwrap(),
                },
            );
        }
        let first = world.within(MINUTE, HOUR);
        world.later(first, Event::Chance);
        world
    }

    /// Runs to the end, or to the first thing that must not be.
    pub(super) fn run(&mut self) {
        while let Some(Reverse((time, _, index))) = self.events.pop() {
            let open = self
                .store
                .attempts
                .values()
                .any(|row| row.finished.is_none());
            // What is under way at the end is waited for.
            if time > END + if open { 10 * MINUTE } else { 0 } || self.violation.is_some() {
                break;
            }
            self.now = time;
            let event = self.waiting[index].take().expect("each event happens once");
            self.happen(event);
            self.watch();
        }
        if self.violation.is_none() {
            self.judge_end();
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Start { server } => self.start_server(server),
            Event::Chance => self.strike_by_chance(),
            Event::Person => self.enter_new_credentials(),
            Event::Effect {
                keeper,
                token,
                then,
            } => self.reach_ion(keeper, token, then),
            Event::Keeper {
                keeper,
                step,
                fresh,
            } => {
                let stopped = self.keepers[keeper].stopped_until;
                if stopped > self.now {
                    self.at(
                        stopped,
                        Event::Keeper {
                            keeper,
                            step,
                            fresh,
                        },
                    );
                } else if self.keepers[keeper].alive {
                    self.step_keeper(keeper, step, fresh);
                }
            }
            Event::Call { server } => {
                let next = self.within(2 * MINUTE, 20 * MINUTE);
                self.later(next, Event::Call { server });
                if self.servers[server].runs(self.now) {
                    self.call_ion(server);
                }
            }
            Event::Look { server, life }
            | Event::Task { server, life, .. }
            | Event::Probed { server, life, .. }
            | Event::Looked { server, life, .. } => {
                let process = &self.servers[server];
                if !process.up || process.life != life {
                    return;
                }
                let stopped = process.stopped_until;
                if stopped > self.now {
                    self.at(stopped, event);
                    return;
                }
                match event {
                    Event::Task { phase, fresh, .. } => self.step_task(server, phase, fresh),
                    Event::Probed { decided, found, .. } => {
                        self.write_probe(server, &decided, found)
                    }
                    Event::Looked { old, .. } => self.write_observation(server, old),
                    _ => self.look(server),
                }
            }
        }
    }

    pub(super) fn later(&mut self, after: u64, event: Event) {
        self.at(self.now + after, event);
    }

    pub(super) fn at(&mut self, time: u64, event: Event) {
        let index = self.waiting.len();
        self.waiting.push(Some(event));
        self.events.push(Reverse((time, index as u64, index)));
    }

    pub(super) fn within(&mut self, least: u64, most: u64) -> u64 {
        self.chance.random_range(least..=most)
    }

    /// True in so many of ten thousand cases.
    pub(super) fn by_chance(&mut self, rate: u32) -> bool {
        self.now < FAULTS_END && self.chance.random_range(0..10_000) < rate
    }

    pub(super) fn store_is_down(&self) -> bool {
        self.store_down_until > self.now
    }

    /// The clock of a server's machine.
    pub(super) fn clock(&self, server: usize) -> Timestamp {
        at(self.now, self.servers[server].offset)
    }

    pub(super) fn steady(&self, server: usize) -> Duration {
        Duration::from_millis(self.now - self.servers[server].started)
    }

    pub(super) fn note(&mut self, line: impl FnOnce(&Self) -> String) {
        let Some(mut history) = self.history.take() else {
            return;
        };
        history.push(format!(
            "{:>7}.{:03} s  {}",
            self.now / 1000,
            self.now % 1000,
            line(self)
        ));
        self.history = Some(history);
    }

    pub(super) fn violate(&mut self, what: impl Into<String>) {
        let what = what.into();
        self.note(|_| format!("VIOLATION: {what}"));
        self.violation.get_or_insert(what);
    }
}

impl Server {
    fn new(node: u64) -> Self {
        Self {
            node,
            journal: Vec::new(),
            up: false,
            life: 0,
            stopped_until: 0,
            offset: 0,
            started: 0,
            sight: Sight::default(),
            first_seen: None,
            open_since: BTreeMap::new(),
            journal_seen: None,
            task: None,
            queue: VecDeque::new(),
        }
    }

    pub(super) fn runs(&self, now: u64) -> bool {
        self.up && self.stopped_until <= now
    }
}

/// True time as a clock with this offset shows it.
pub(super) fn at(now: u64, offset: i64) -> Timestamp {
    let base: i64 = 1_790_000_000_000;
    let now = i64::try_from(now).expect("a simulation is short");
    Timestamp::from_millisecond(base + now + offset).expect("within days of today")
}

/// A login that was just proven by an exchange.
pub(crate) fn proven(now: Timestamp) -> Login {
    let access_life = Duration::from_millis(ACCESS_LIFE);
    let fresh = Login {
        status: ConnectionStatus::Active,
        profile: VendorProfile::Unknown,
        generation: 1,
        access_expires_at: now,
        access_life,
        refreshed_at: now,
        next_refresh_at: now,
        refusals: 0,
        unsent: 0,
        loss: None,
        cause: None,
    };
    let granted = Exchange::Granted {
        obtained_at: now,
        access_life,
        jitter: 0,
    };
    after_exchange(&fresh, granted, now)
}
