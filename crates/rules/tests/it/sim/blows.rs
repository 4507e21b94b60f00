//! What befalls the processes: kills, stops, a store that is away, clocks that step, people, and copies that are restored.

use domain::connection::ConnectionStatus;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use rules::tokens::settle::{in_doubt, is_in_doubt, replace_credentials};

use super::faults::{Blow, KEEPER_BLOWS, SERVER_BLOWS};
use super::ion::SECOND;
use super::world::{Event, FAULTS_END, HOUR, MINUTE, World, Written, proven};
use crate::seeds::named;

impl World {
    /// Whether the process goes on at an instant that has a name. False: it was killed, or is stopped and goes on later.
    pub(super) fn survives(
        &mut self,
        point: &'static str,
        server: usize,
        keeper: Option<usize>,
    ) -> bool {
        if !self.by_chance(self.blow_rate) {
            return true;
        }
        let blows: &[Blow] = if keeper.is_some() {
            &KEEPER_BLOWS
        } else {
            &SERVER_BLOWS
        };
        let blow = *blows.choose(&mut self.chance).expect("there are some");
        self.hits.hit(named(point, blow));
        self.note(|_| format!("{blow:?} at {point}, server {server}, keeper {keeper:?}"));
        let stop = if self.chance.random() {
            self.within(SECOND, 60 * SECOND)
        } else {
            self.within(60 * SECOND, 400 * SECOND)
        };
        if matches!(blow, Blow::KillServer | Blow::KillBoth) {
            self.kill_server(server);
        }
        if matches!(blow, Blow::StopServer | Blow::StopBoth) {
            self.servers[server].stopped_until = self.now + stop;
        }
        if let Some(keeper) = keeper {
            if matches!(blow, Blow::KillKeeper | Blow::KillBoth) {
                self.end_keeper(keeper);
            }
            if matches!(blow, Blow::StopKeeper | Blow::StopBoth) {
                self.keepers[keeper].stopped_until = self.now + stop;
            }
        }
        match blow {
            Blow::StoreDown => {
                self.store_down_until = self.now + self.chance.random_range(SECOND..300 * SECOND)
            }
            Blow::ClockStep => self.step_clock(server),
            _ => {}
        }
        false
    }

    fn kill_server(&mut self, server: usize) {
        let process = &mut self.servers[server];
        (process.up, process.task) = (false, None);
        process.queue.clear();
        let back = if self.by_chance(500) {
            self.within(HOUR, 3 * HOUR)
        } else {
            self.within(SECOND, 10 * MINUTE)
        };
        self.later(back, Event::Start { server });
    }

    fn step_clock(&mut self, server: usize) {
        let day = 24 * 3600 * 1000;
        let steps = [
            day,
            -day,
            3600 * 1000,
            -3600 * 1000,
            5 * 60 * 1000,
            -45 * 60 * 1000,
        ];
        let step = *steps.choose(&mut self.chance).expect("there are some");
        self.servers[server].offset = if self.servers[server].offset == 0 {
            step
        } else {
            0
        };
        self.note(|world| {
            format!(
                "the clock of server {server} is off by {} s",
                world.servers[server].offset / 1000
            )
        });
    }

    /// Something that happens at no particular instant.
    pub(super) fn strike_by_chance(&mut self) {
        if self.now >= FAULTS_END {
            // What is left: half of the worlds get their clocks right again.
            if self.chance.random() {
                self.servers.iter_mut().for_each(|server| server.offset = 0);
            }
            return;
        }
        let next = self.within(2 * MINUTE, HOUR);
        self.later(next, Event::Chance);
        let server = self.chance.random_range(0..self.servers.len());
        match self.chance.random_range(0..12) {
            0 => {
                if let Some(pair) = self.store.pairs.get(&self.store.login.generation).copied() {
                    self.hits.hit("ion.access-ended");
                    self.note(|_| format!("Ion ends access token {}", pair.access));
                    self.ion.end_access(pair.access);
                }
            }
            1 if self.chance.random_range(0..4) == 0 => {
                self.hits.hit("person.new-credentials");
                self.enter_new_credentials();
            }
            2 | 3 if self.servers[server].runs(self.now) => {
                self.hits.hit("person.asked");
                self.refresh_now(server);
            }
            4 | 5 => self.step_clock(server),
            6 => self.store_down_until = self.now + self.chance.random_range(SECOND..10 * MINUTE),
            7 if self.servers[server].up => self.kill_server(server),
            8 => {
                self.servers[server].stopped_until =
                    self.now + self.chance.random_range(SECOND..10 * MINUTE)
            }
            9 => {
                self.copy = Some(self.store.clone());
                self.note(|world| {
                    format!(
                        "a copy is made of generation {}",
                        world.store.login.generation
                    )
                });
            }
            10 if self.copy.is_some() && self.chance.random() => self.restore_copy(),
            _ => {}
        }
    }

    /// New credentials are proven and take the place of those in use.
    pub(super) fn enter_new_credentials(&mut self) {
        if self.store_is_down() {
            return self.later(10 * MINUTE, Event::Person);
        }
        let pair = self.ion.request_new(self.now);
        let candidate = proven(self.clock(0));
        self.store.login = replace_credentials(&self.store.login, &candidate);
        self.store.login.profile = domain::connection::VendorProfile::Unknown;
        self.store.seen = rules::tokens::Observation::default();
        self.store.pairs.insert(self.store.login.generation, pair);
        self.judge.person_comes = false;
        self.note(|world| {
            format!(
                "a person enters new credentials: generation {}",
                world.store.login.generation
            )
        });
    }

    /// The store is replaced by an older copy. No server runs meanwhile; a keeper may.
    fn restore_copy(&mut self) {
        let Some(copy) = self.copy.clone() else {
            return;
        };
        let without_journal: bool = self.chance.random();
        self.hits.hit(if without_journal {
            "copy.restored-without-journal"
        } else {
            "copy.restored"
        });
        self.note(|_| {
            format!(
                "a copy of generation {} is restored{}",
                copy.login.generation,
                if without_journal {
                    " on other machines"
                } else {
                    ""
                }
            )
        });
        for server in 0..self.servers.len() {
            let process = &mut self.servers[server];
            (process.up, process.task) = (false, None);
            process.queue.clear();
            if without_journal {
                process.journal.clear();
                process.node += 100;
            }
            let wait = self.within(SECOND, 10 * MINUTE);
            self.later(wait, Event::Start { server });
        }
        if without_journal {
            self.keepers
                .iter_mut()
                .for_each(|keeper| (keeper.alive, keeper.done) = (false, true));
        }
        self.store = copy;
        self.store_down_until = 0;
        self.judge.restored_at = Some(self.now);
        // The command itself: what the journal of this directory knows is taken over, and the rest is doubted.
        let server = self.chance.random_range(0..self.servers.len());
        self.servers[server].journal_seen = None;
        self.recover(server);
        let spent = self.servers[server]
            .journal
            .iter()
            .filter(|line| line.what == Written::Sending)
            .map(|line| line.generation)
            .max();
        if self.servers.len() > 1 || is_in_doubt(&self.store.login, spent) {
            self.store.login = in_doubt(&self.store.login, self.clock(server));
        }
        self.note(|world| {
            format!(
                "after the restore: generation {}, {}",
                world.store.login.generation, world.store.login.status
            )
        });
    }

    /// Called when somebody is needed.
    pub(super) fn call_person(&mut self) {
        if self.store.login.status == ConnectionStatus::NeedsNewCredentials
            && !self.judge.person_comes
        {
            self.judge.person_comes = true;
            let wait = self.within(10 * MINUTE, 2 * HOUR);
            self.later(wait, Event::Person);
        }
    }
}
