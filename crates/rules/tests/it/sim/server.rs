//! What a server does, in the steps that the engine makes, by the rules that the engine asks.

use std::time::Duration;

use domain::connection::ConnectionStatus;
use rules::tokens::settle::{Record, Stored, adopt, may_start, on_record, settle, settle_probe};
use rules::tokens::state::may_be_asked_for;
use rules::tokens::{
    Attempt, Exchange, Login, Probe, Settled, Sight, Step as Next, long_over, may_refresh_now,
    next, observe, should_look_at_old, tells,
};

use super::ion::{ACCESS_LIFE, Answer, Pair, SECOND, Token};
use super::world::{
    AttemptRow, CALL_TIMEOUT, Event, Keeper, MINUTE, Phase, Step, Task, World, Written,
};

/// Milliseconds that a keeper has for starting its request.
fn start_within() -> u64 {
    u64::try_from(rules::tokens::pace::START_WITHIN.as_millis()).expect("it is short")
}

impl World {
    pub(super) fn start_server(&mut self, server: usize) {
        let now = self.now;
        let process = &mut self.servers[server];
        if process.up {
            return;
        }
        process.up = true;
        process.life += 1;
        (process.started, process.stopped_until) = (now, 0);
        (process.sight, process.journal_seen) = (Sight::default(), None);
        process.first_seen = None;
        process.open_since.clear();
        process.queue.clear();
        process.task = None;
        let life = process.life;
        self.note(|_| format!("server {server} starts"));
        self.later(0, Event::Look { server, life });
    }

    pub(super) fn known_for(&mut self, server: usize, login: &Login) -> Duration {
        let (now, steady) = (self.clock(server), self.steady(server));
        self.servers[server].first_seen.get_or_insert(self.now);
        self.servers[server].sight.look(login, now, steady)
    }

    /// One look at the login: settles what is left of earlier processes, starts what is due.
    pub(super) fn look(&mut self, server: usize) {
        let life = self.servers[server].life;
        let mut again = SECOND;
        if !self.store_is_down() {
            self.recover(server);
            let login = self.store.login.clone();
            let known_for = self.known_for(server, &login);
            let now = self.clock(server);
            match next(&login, now, known_for) {
                Next::Rest => again = 5 * MINUTE,
                Next::Wait(until) => {
                    let wait = until.as_millisecond() - now.as_millisecond();
                    again = u64::try_from(wait).unwrap_or(0).clamp(SECOND, 5 * MINUTE);
                }
                Next::Refresh(_) => self.ask_for_exchange(server, login),
                Next::Probe => return self.probe(server, login),
            }
            if self
                .store
                .attempts
                .values()
                .any(|attempt| attempt.finished.is_none())
            {
                again = SECOND;
            }
        }
        self.later(again, Event::Look { server, life });
    }

    pub(super) fn recover(&mut self, server: usize) {
        let open: Vec<_> = self
            .store
            .attempts
            .iter()
            .filter(|(_, row)| row.finished.is_none())
            .map(|(id, row)| (*id, *row))
            .collect();
        for (id, row) in open {
            if row.node == self.servers[server].node {
                if !self.is_locked(server, id) {
                    let login = self.store.login.clone();
                    let old_tells = tells(&login, self.known_for(server, &login));
                    let old = self.store.pairs.get(&row.from).copied();
                    if self.resolve(server, id, self.finding(server, id))
                        && old_tells
                        && let Some(old) = old
                    {
                        self.look_at_old(server, old.access);
                    }
                }
            } else {
                let steady = self.steady(server);
                let since = *self.servers[server].open_since.entry(id).or_insert(steady);
                if long_over(
                    steady.saturating_sub(since),
                    Duration::from_millis(CALL_TIMEOUT),
                ) {
                    self.resolve(server, id, Written::Lost);
                }
            }
        }
        self.recover_late_replies(server);
    }

    fn recover_late_replies(&mut self, server: usize) {
        let length = self.servers[server].journal.len();
        if self.servers[server].journal_seen.replace(length) == Some(length) {
            return;
        }
        let mut seen = Vec::new();
        for line in self.servers[server].journal.clone() {
            if seen.contains(&line.attempt) {
                continue;
            }
            seen.push(line.attempt);
            let stored = match self
                .store
                .attempts
                .get(&line.attempt)
                .map(|row| row.finished)
            {
                None => Stored::Unknown,
                Some(None) => Stored::Open,
                Some(Some("lost")) => Stored::Lost,
                Some(Some(_)) => Stored::Done,
            };
            match on_record(&self.store.login, line.generation, stored) {
                Record::Settle => {
                    self.resolve(server, line.attempt, self.finding(server, line.attempt));
                }
                Record::Adopt if self.is_locked(server, line.attempt) => {
                    self.servers[server].journal_seen = None
                }
                Record::Adopt => self.adopt(server, line.attempt, line.generation),
                Record::Keep | Record::Forget => {}
            }
        }
    }

    fn adopt(&mut self, server: usize, attempt: u64, generation: u64) {
        let now = self.clock(server);
        let (result, pair) = read(self.finding(server, attempt), now);
        // Looked at once; from now on the store knows it.
        let node = self.servers[server].node;
        self.store.attempts.insert(
            attempt,
            AttemptRow {
                from: generation,
                node,
                started_at: now,
                finished: Some("adopted"),
            },
        );
        let Some(next) = adopt(&self.store.login, generation, result, now) else {
            return;
        };
        if let Some(pair) = pair {
            self.store.pairs.insert(next.generation, pair);
        }
        self.note(|_| {
            format!(
                "server {server} takes over from its journal: generation {}, {}",
                next.generation, next.status
            )
        });
        self.store.login = next;
    }

    /// Whether the attempt's lock is held: by its keeper, or by the server that started it.
    fn is_locked(&self, server: usize, attempt: u64) -> bool {
        let node = self.servers[server].node;
        self.keepers.iter().any(|keeper| {
            keeper.attempt == attempt && keeper.node == node && keeper.alive && !keeper.done
        }) || self.servers[server]
            .task
            .as_ref()
            .is_some_and(|task| task.attempt == Some(attempt))
    }

    fn finding(&self, server: usize, attempt: u64) -> Written {
        let mut found = Written::NotSent;
        for line in self.servers[server]
            .journal
            .iter()
            .filter(|line| line.attempt == attempt)
        {
            match line.what {
                Written::Sending => found = Written::Lost,
                Written::Reply(..) => return line.what,
                other => found = other,
            }
        }
        found
    }

    /// Carries an outcome into the store. True where it brought a pair.
    fn resolve(&mut self, server: usize, id: u64, finding: Written) -> bool {
        let now = self.clock(server);
        let row = self.store.attempts[&id];
        let (result, pair) = read(finding, row.started_at);
        let attempt = Attempt {
            from_generation: row.from,
            started_at: row.started_at,
            settled: row.finished.is_some(),
        };
        let word = match settle(&self.store.login, attempt, result, None, now) {
            Settled::Known => return false,
            Settled::Superseded => "superseded",
            Settled::Changed(next) => {
                if let Some(pair) = pair {
                    self.store.pairs.insert(next.generation, pair);
                    self.store
                        .pairs
                        .retain(|generation, _| generation + 1 >= next.generation);
                    self.store.refreshes += 1;
                }
                self.note(|_| {
                    format!(
                        "server {server} settles exchange {id} as {result:?}: generation {}, {}",
                        next.generation, next.status
                    )
                });
                self.store.login = next;
                let login = self.store.login.clone();
                self.known_for(server, &login);
                match result {
                    Exchange::Granted { .. } => "saved",
                    Exchange::Lost { .. } => "lost",
                    _ => "other",
                }
            }
        };
        self.store
            .attempts
            .get_mut(&id)
            .expect("it was just read")
            .finished
            .get_or_insert(word);
        if attempt.settled && word == "saved" {
            self.store
                .attempts
                .get_mut(&id)
                .expect("it was just read")
                .finished = Some("saved");
        }
        word == "saved"
    }

    /// One exchange for all who ask; those who come later wait for their turn.
    fn ask_for_exchange(&mut self, server: usize, decided: Login) {
        if self.servers[server].queue.len() < 5 {
            self.servers[server].queue.push_back(decided);
            self.take_turn(server);
        }
    }

    pub(super) fn take_turn(&mut self, server: usize) {
        let (now, life) = (self.now, self.servers[server].life);
        if self.servers[server].task.is_none()
            && let Some(decided) = self.servers[server].queue.pop_front()
        {
            self.servers[server].task = Some(Task {
                decided,
                attempt: None,
                keeper: None,
                old_tells: false,
                locked_at: now,
            });
            self.later(
                1,
                Event::Task {
                    server,
                    life,
                    phase: Phase::Decided,
                    fresh: true,
                },
            );
        }
    }

    pub(super) fn end_task(&mut self, server: usize) {
        self.servers[server].task = None;
        self.take_turn(server);
    }

    pub(super) fn step_task(&mut self, server: usize, phase: Phase, fresh: bool) {
        let point = match phase {
            Phase::Decided => "server.decided",
            Phase::BeforeStart => "server.before-start",
            Phase::AfterStart => "server.after-start",
            Phase::AfterKeeper => "server.before-current",
            Phase::AfterCurrent => "server.after-current",
        };
        let life = self.servers[server].life;
        if fresh && !self.survives(point, server, None) {
            return self.later(
                1,
                Event::Task {
                    server,
                    life,
                    phase,
                    fresh: false,
                },
            );
        }
        let Some(task) = self.servers[server].task.clone() else {
            return;
        };
        let then = match phase {
            _ if phase != Phase::AfterStart && self.store_is_down() => None,
            Phase::Decided => {
                // As it is now: who had to wait for another exchange does not go on by what he knew.
                let same = self.store.login == task.decided;
                if same {
                    self.servers[server]
                        .task
                        .as_mut()
                        .expect("it is there")
                        .locked_at = self.now;
                }
                same.then_some(Phase::BeforeStart)
            }
            Phase::BeforeStart => self
                .start_attempt(server, &task)
                .then_some(Phase::AfterStart),
            Phase::AfterStart => return self.start_keeper(server, &task),
            Phase::AfterKeeper => {
                let attempt = task.attempt.expect("it was started");
                let old = self.store.pairs.get(&task.decided.generation).copied();
                if self.resolve(server, attempt, self.finding(server, attempt))
                    && task.old_tells
                    && let Some(old) = old
                {
                    self.look_at_old(server, old.access);
                }
                Some(Phase::AfterCurrent)
            }
            Phase::AfterCurrent => None,
        };
        let wait = self.within(1, 60);
        match then {
            Some(phase) => self.later(
                wait,
                Event::Task {
                    server,
                    life,
                    phase,
                    fresh: true,
                },
            ),
            None => self.end_task(server),
        }
    }

    fn start_attempt(&mut self, server: usize, task: &Task) -> bool {
        let busy = self
            .store
            .attempts
            .values()
            .any(|attempt| attempt.finished.is_none());
        if busy || !may_start(&task.decided, &self.store.login) {
            return false;
        }
        let id = self.next_id;
        self.next_id += 1;
        let (node, started_at) = (self.servers[server].node, self.clock(server));
        self.store.attempts.insert(
            id,
            AttemptRow {
                from: task.decided.generation,
                node,
                started_at,
                finished: None,
            },
        );
        let old_tells = tells(&task.decided, self.known_for(server, &task.decided));
        let task = self.servers[server].task.as_mut().expect("it is there");
        (task.attempt, task.old_tells) = (Some(id), old_tells);
        self.note(|world| {
            format!(
                "server {server} starts exchange {id} of generation {}",
                world.store.login.generation
            )
        });
        true
    }

    fn start_keeper(&mut self, server: usize, task: &Task) {
        let (generation, attempt) = (
            task.decided.generation,
            task.attempt.expect("it was started"),
        );
        // Read before the start, as the engine does; new credentials may have come since.
        let Some(pair) = self.store.pairs.get(&generation).copied() else {
            return self.end_task(server);
        };
        self.keepers.push(Keeper {
            server,
            node: self.servers[server].node,
            attempt,
            generation,
            token: pair.refresh,
            start_before: task.locked_at + start_within(),
            alive: true,
            stopped_until: 0,
            posted_at: None,
            started_at: self.now,
            done: false,
        });
        let keeper = self.keepers.len() - 1;
        self.servers[server]
            .task
            .as_mut()
            .expect("it is there")
            .keeper = Some(keeper);
        self.later(
            5,
            Event::Keeper {
                keeper,
                step: Step::Sending,
                fresh: true,
            },
        );
    }

    fn probe(&mut self, server: usize, decided: Login) {
        let access = self
            .store
            .pairs
            .get(&decided.generation)
            .map(|pair| pair.access);
        let unanswered = self.by_chance(500);
        if unanswered {
            self.hits.hit("ion.probe-unanswered");
        }
        let found = match access {
            _ if unanswered => Probe::Unknown,
            Some(access) if self.ion.lives(access, self.now) => Probe::Alive,
            _ => Probe::Dead,
        };
        let (wait, life) = (self.within(20, 2 * SECOND), self.servers[server].life);
        self.note(|_| format!("server {server} looks at the old access token: {found:?}"));
        self.later(
            wait,
            Event::Probed {
                server,
                life,
                decided: Box::new(decided),
                found,
            },
        );
    }

    pub(super) fn write_probe(&mut self, server: usize, decided: &Login, found: Probe) {
        let life = self.servers[server].life;
        if !self.store_is_down()
            && let Some(next) = settle_probe(decided, &self.store.login, found, self.clock(server))
        {
            self.note(|_| {
                format!(
                    "server {server} concludes: {}, {:?}",
                    next.status, next.loss
                )
            });
            self.store.login = next;
        }
        self.later(SECOND, Event::Look { server, life });
    }

    fn look_at_old(&mut self, server: usize, old: Token) {
        let days = self
            .store
            .looked_at
            .map(|at| -rules::tokens::days_left(at, self.clock(server)));
        if should_look_at_old(self.store.refreshes, days) {
            let (wait, life) = (self.within(20, SECOND), self.servers[server].life);
            self.later(wait, Event::Looked { server, life, old });
        }
    }

    pub(super) fn write_observation(&mut self, server: usize, old: Token) {
        if !self.store_is_down() {
            let (seen, profile) = observe(self.store.seen, self.ion.lives(old, self.now));
            (self.store.seen, self.store.login.profile) = (seen, profile);
            self.store.looked_at = Some(self.clock(server));
            self.note(|_| format!("server {server} learns: Ion {profile} old access tokens"));
        }
    }

    /// Some work that needs an access token.
    pub(super) fn call_ion(&mut self, server: usize) {
        if self.store_is_down() {
            return;
        }
        let login = self.store.login.clone();
        let known_for = self.known_for(server, &login);
        let usable = matches!(
            login.status,
            ConnectionStatus::Active | ConnectionStatus::Rechecking | ConnectionStatus::Unclear
        );
        let Some(pair) = self
            .store
            .pairs
            .get(&login.generation)
            .copied()
            .filter(|_| usable)
        else {
            return;
        };
        if self.ion.lives(pair.access, self.now) {
            return;
        }
        self.note(|_| {
            format!(
                "server {server}: Ion refuses the access token, {}",
                login.status
            )
        });
        if may_refresh_now(&login, known_for) {
            self.ask_for_exchange(server, login);
        }
    }

    /// A person presses *Refresh now*.
    pub(super) fn refresh_now(&mut self, server: usize) {
        if self.store_is_down() {
            return;
        }
        let login = self.store.login.clone();
        if may_be_asked_for(&login, self.known_for(server, &login)) {
            self.judge.asked += 1;
            self.note(|_| format!("a person asks server {server} for a refresh"));
            self.ask_for_exchange(server, login);
        }
    }
}

/// What a journal's finding means.
fn read(finding: Written, started_at: jiff::Timestamp) -> (Exchange, Option<Pair>) {
    match finding {
        Written::NotSent => (Exchange::NotSent, None),
        Written::Reply(Answer::Granted(pair), at) => {
            let life = Duration::from_millis(ACCESS_LIFE);
            (
                Exchange::Granted {
                    obtained_at: at,
                    access_life: life,
                    jitter: 500,
                },
                Some(pair),
            )
        }
        Written::Reply(Answer::Refused, _) => (Exchange::Refused, None),
        Written::Reply(Answer::Busy, _) => (Exchange::Busy { wait: None }, None),
        Written::Reply(Answer::Failed, _) | Written::Lost | Written::Sending => {
            (Exchange::Lost { started_at }, None)
        }
    }
}
