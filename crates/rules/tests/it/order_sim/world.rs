//! The modelled world of orders: two or three servers, one store with a queue, people, Ion, and true time, which nobody in it knows.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use domain::order::{IonOrder, OrderState};
use jiff::Timestamp;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rules::orders::reconcile::Walk;
use rules::orders::state::OrderFacts;

use super::ion::{Echo, Ion};
use crate::seeds::Hits;

pub(super) const SECOND: u64 = 1000;
pub(super) const MINUTE: u64 = 60 * SECOND;
pub(super) const HOUR: u64 = 60 * MINUTE;
/// Faults end here; what is left must come to rest.
pub(super) const FAULTS_END: u64 = 2 * HOUR;
pub(super) const END: u64 = FAULTS_END + 6 * HOUR;
/// The call's own time-out.
pub(super) const CALL_TIMEOUT: u64 = 30 * SECOND;
/// How long a worker holds a job. Shorter than some calls, so that jobs are taken over.
const LEASE: u64 = 20 * SECOND;

/// What a job is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Submit,
    Look,
    Cancel,
}

/// A job in the store.
#[derive(Debug, Clone, Copy)]
pub(super) struct Job {
    /// By the clock of who wrote it.
    pub(super) run_at: Timestamp,
    /// True time until which a worker holds it, and which.
    pub(super) held: Option<(u64, usize)>,
    /// Brought forward while it was held.
    pub(super) woken: bool,
}

/// An order in the store.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) facts: OrderFacts,
    pub(super) reference: String,
    pub(super) submitted_at: Timestamp,
    /// Ion refuses it whenever it looks at it.
    pub(super) bad: bool,
}

/// What a worker is busy with.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) server: usize,
    pub(super) life: u32,
    pub(super) order: usize,
    pub(super) kind: Kind,
    pub(super) phase: Phase,
    pub(super) walk: Option<Walk>,
    pub(super) offset: usize,
    pub(super) began_at: Timestamp,
    pub(super) sent_at: Option<Timestamp>,
    pub(super) watched_for: Duration,
    /// By the steady clock of its server.
    pub(super) begun_steady: Duration,
    pub(super) begun_at: Timestamp,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Phase {
    Taken,
    Begun,
    Answered(Outcome),
    Page,
    Read(Box<Result<IonOrder, ()>>),
    CancelDone(Option<bool>),
    Over,
}

/// What a worker sees of its POST.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// Ion's answer: the order that was made.
    Made(usize),
    /// Proven: nothing came of it, and it may be tried again.
    NotSent,
    /// Ion refused it.
    Refused,
    /// Anything else.
    Unclear,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Event {
    Tick {
        server: usize,
        life: u32,
    },
    Task {
        task: usize,
    },
    Effect {
        order: usize,
        task: usize,
        answer: Option<u64>,
    },
    Start {
        server: usize,
    },
    Person,
    Chance,
}

#[derive(Debug)]
pub(super) struct Server {
    pub(super) up: bool,
    pub(super) life: u32,
    pub(super) stopped_until: u64,
    /// Of the machine's clock, against true time, in ms.
    pub(super) offset: i64,
    pub(super) started: u64,
    /// When this process first saw an order as sent, by its steady clock.
    pub(super) watch: BTreeMap<(usize, Timestamp), Duration>,
    pub(super) busy: usize,
}

pub(super) struct World {
    pub(super) now: u64,
    pub(super) chance: ChaCha8Rng,
    pub(super) ion: Ion,
    pub(super) rows: Vec<Row>,
    pub(super) jobs: BTreeMap<(usize, Kind), Job>,
    pub(super) store_down_until: u64,
    pub(super) servers: Vec<Server>,
    pub(super) tasks: Vec<Task>,
    events: BinaryHeap<Reverse<(u64, usize)>>,
    waiting: Vec<Option<Event>>,
    pub(super) patience: Duration,
    /// The longest time from a POST to its effect, and from that to its place in lists.
    pub(super) late: u64,
    pub(super) lag: u64,
    pub(super) clocks_step: bool,
    pub(super) blow_rate: u32,
    pub(super) fault_rate: u32,
    pub(super) hits: Hits,
    pub(super) judge: super::judge::Judge,
    pub(super) history: Option<Vec<String>>,
    pub(super) violation: Option<String>,
}

impl World {
    pub(super) fn new(seed: u64, history: bool) -> Self {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let clocks_step = chance.random_bool(0.5);
        // Where clocks step, only two minutes of watching are certain: less than that must be enough for Ion to list an order.
        let (patience, late, lag) = if clocks_step {
            (chance.random_range(180..=900), 25 * SECOND, 30 * SECOND)
        } else {
            (900, 4 * MINUTE, 5 * MINUTE)
        };
        let echo =
            [Echo::All, Echo::NoReference, Echo::OnlyItems, Echo::Cut][chance.random_range(0..4)];
        let mut world = Self {
            now: 0,
            ion: Ion {
                echo,
                filter_ignored: chance.random_bool(0.2),
                sort_ignored: chance.random_bool(0.2),
                no_times: chance.random_bool(0.1),
                page: chance.random_range(1..=4),
                made: Vec::new(),
            },
            rows: Vec::new(),
            jobs: BTreeMap::new(),
            store_down_until: 0,
            servers: Vec::new(),
            tasks: Vec::new(),
            events: BinaryHeap::new(),
            waiting: Vec::new(),
            patience: Duration::from_secs(patience),
            late,
            lag,
            clocks_step,
            blow_rate: chance.random_range(0..900),
            fault_rate: chance.random_range(0..7000),
            hits: Hits::default(),
            judge: super::judge::Judge::default(),
            history: history.then(Vec::new),
            violation: None,
            chance,
        };
        for (name, on) in [
            ("ion.no-reference", echo == Echo::NoReference),
            ("ion.only-items", echo == Echo::OnlyItems),
            ("ion.cut-reference", echo == Echo::Cut),
            ("ion.filter-ignored", world.ion.filter_ignored),
            ("ion.sort-ignored", world.ion.sort_ignored),
            ("ion.no-times", world.ion.no_times),
        ] {
            if on {
                world.hits.hit(name);
            }
        }
        // Oldest first, newest first, or in any order: where Ion ignores the sort, the list begins with these.
        let mut ages: Vec<i64> = (0..world.chance.random_range(0..30))
            .map(|_| world.chance.random_range(1..300))
            .collect();
        match world.chance.random_range(0..3) {
            0 => ages.sort_unstable(),
            1 => ages.sort_unstable_by_key(|age| Reverse(*age)),
            _ => {}
        }
        for older in ages {
            let ours = world.chance.random_bool(0.7);
            world.ion.other(ours, older);
        }
        world.draft_orders();
        for server in 0..world.chance.random_range(2..=3) {
            world.servers.push(Server {
                up: false,
                life: 0,
                stopped_until: 0,
                offset: 0,
                started: 0,
                watch: BTreeMap::new(),
                busy: 0,
            });
            let first = world.within(0, 5 * SECOND);
            world.later(first, Event::Start { server });
        }
        world.later(10 * SECOND, Event::Person);
        let first = world.within(MINUTE, 20 * MINUTE);
        world.later(first, Event::Chance);
        world
    }

    /// Runs to the end, or to the first thing that must not be.
    pub(super) fn run(&mut self) {
        while let Some(Reverse((time, index))) = self.events.pop() {
            if time > END || self.violation.is_some() || self.is_at_rest() {
                break;
            }
            self.now = time;
            let event = self.waiting[index].take().expect("each event happens once");
            self.happen(event);
        }
        if self.violation.is_none() {
            self.judge_end();
        }
    }

    /// Nothing more can happen: the faults are long over, whatever was under way has arrived, and no order waits for anything.
    fn is_at_rest(&self) -> bool {
        self.now > FAULTS_END + 15 * MINUTE
            && self
                .rows
                .iter()
                .all(|row| row.facts.state.is_final() || row.facts.state == OrderState::Draft)
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Start { server } => self.start_server(server),
            Event::Person => self.person(),
            Event::Chance => self.strike_by_chance(),
            Event::Effect {
                order,
                task,
                answer,
            } => self.reach_ion(order, task, answer),
            Event::Tick { server, life } => {
                let process = &self.servers[server];
                if !process.up || process.life != life {
                    return;
                }
                if process.stopped_until > self.now {
                    let until = process.stopped_until;
                    self.at(until, Event::Tick { server, life });
                    return;
                }
                self.tick(server);
            }
            Event::Task { task } => {
                let process = &self.servers[self.tasks[task].server];
                if !process.up || process.life != self.tasks[task].life {
                    return;
                }
                if process.stopped_until > self.now {
                    let until = process.stopped_until;
                    self.at(until, Event::Task { task });
                    return;
                }
                self.step_task(task);
            }
        }
    }

    fn start_server(&mut self, server: usize) {
        let now = self.now;
        let process = &mut self.servers[server];
        if process.up {
            return;
        }
        process.up = true;
        process.life += 1;
        (process.started, process.stopped_until, process.busy) = (now, 0, 0);
        process.watch.clear();
        let life = process.life;
        self.note(|| format!("server {server} starts"));
        self.later(0, Event::Tick { server, life });
    }

    /// A worker takes a job that is due and that nobody holds.
    fn tick(&mut self, server: usize) {
        let life = self.servers[server].life;
        let pause = self.within(SECOND, 3 * SECOND);
        self.later(pause, Event::Tick { server, life });
        if self.store_is_down() || self.servers[server].busy >= 3 {
            return;
        }
        let clock = self.clock(server);
        let due: Vec<_> = self
            .jobs
            .iter()
            .filter(|(_, job)| job.held.is_none_or(|(until, _)| until <= self.now))
            .filter(|(_, job)| is_due(job.run_at, clock))
            .map(|(key, _)| *key)
            .collect();
        if due.is_empty() {
            return;
        }
        let key = due[self.chance.random_range(0..due.len())];
        let task = self.tasks.len();
        let until = self.now + LEASE;
        let job = self.jobs.get_mut(&key).expect("it is due");
        job.held = Some((until, task));
        job.woken = false;
        self.servers[server].busy += 1;
        self.tasks.push(Task {
            server,
            life,
            order: key.0,
            kind: key.1,
            phase: Phase::Taken,
            walk: None,
            offset: 0,
            began_at: clock,
            sent_at: None,
            watched_for: Duration::ZERO,
            begun_steady: Duration::ZERO,
            begun_at: clock,
        });
        self.later(10, Event::Task { task });
    }

    /// Enqueues a job, or brings it forward.
    pub(super) fn enqueue(&mut self, order: usize, kind: Kind, run_at: Timestamp) {
        let job = self.jobs.entry((order, kind)).or_insert(Job {
            run_at,
            held: None,
            woken: false,
        });
        if job.held.is_some() {
            job.run_at = if job.woken {
                job.run_at.min(run_at)
            } else {
                run_at
            };
            job.woken = true;
        } else {
            job.run_at = run_at;
        }
    }

    pub(super) fn later(&mut self, after: u64, event: Event) {
        self.at(self.now + after, event);
    }

    pub(super) fn at(&mut self, time: u64, event: Event) {
        let index = self.waiting.len();
        self.waiting.push(Some(event));
        self.events.push(Reverse((time, index)));
    }

    pub(super) fn within(&mut self, least: u64, most: u64) -> u64 {
        self.chance.random_range(least..=most)
    }

    /// True in so many of ten thousand cases, while there are faults.
    pub(super) fn by_chance(&mut self, rate: u32) -> bool {
        self.now < FAULTS_END && self.chance.random_range(0..10_000) < rate
    }

    pub(super) fn store_is_down(&self) -> bool {
        self.store_down_until > self.now
    }

    /// The clock of a server's machine.
    pub(super) fn clock(&self, server: usize) -> Timestamp {
        true_time(self.now)
            .checked_add(jiff::SignedDuration::from_millis(
                self.servers[server].offset,
            ))
            .expect("within days of today")
    }

    pub(super) fn steady(&self, server: usize) -> Duration {
        Duration::from_millis(self.now - self.servers[server].started)
    }

    pub(super) fn note(&mut self, line: impl FnOnce() -> String) {
        if let Some(history) = &mut self.history {
            history.push(format!(
                "{:>6}.{:03} s  {}",
                self.now / 1000,
                self.now % 1000,
                line()
            ));
        }
    }

    pub(super) fn violate(&mut self, what: impl Into<String>) {
        let what = what.into();
        self.note(|| format!("VIOLATION: {what}"));
        self.violation.get_or_insert(what);
    }
}

/// A due time further ahead than any that is ever set was written before the clock stepped back.
fn is_due(run_at: Timestamp, clock: Timestamp) -> bool {
    run_at <= clock || run_at.duration_since(clock) > jiff::SignedDuration::from_hours(3)
}

/// True time as a clock without fault shows it.
pub(super) fn true_time(now: u64) -> Timestamp {
    let now = i64::try_from(now).expect("a simulation is short");
    Timestamp::from_millisecond(1_795_000_000_000 + now).expect("within days of today")
}
