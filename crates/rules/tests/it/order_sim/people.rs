//! What people do, and what strikes.

use domain::OrderId;
use domain::order::OrderState;
use domain::{IdGen as _, SeededIds};
use jiff::SignedDuration;
use rand::RngExt as _;
use rules::orders::reconcile::reference;
use rules::orders::state::{OrderEvent, OrderFacts};

use super::faults::{BLOWS, Blow};
use super::world::{Event, FAULTS_END, HOUR, MINUTE, Row, SECOND, World, true_time};
use crate::seeds::named;

impl World {
    pub(super) fn draft_orders(&mut self) {
        let ids = SeededIds::new(self.chance.random());
        for _ in 0..self.chance.random_range(1..=6) {
            self.rows.push(Row {
                facts: OrderFacts::draft(),
                reference: reference(OrderId(ids.uuid())),
                submitted_at: true_time(0),
                bad: self.chance.random_bool(0.08),
            });
        }
    }

    /// A person looks at one of the orders, and at times does something.
    pub(super) fn person(&mut self) {
        let next = if self.now < FAULTS_END {
            self.within(5 * SECOND, 60 * SECOND)
        } else {
            self.within(30 * SECOND, 3 * MINUTE)
        };
        self.later(next, Event::Person);
        let Some(server) = (0..self.servers.len()).find(|server| {
            self.servers[*server].up && self.servers[*server].stopped_until <= self.now
        }) else {
            return;
        };
        if self.store_is_down() {
            return;
        }
        // What waits for a person is what they look at first.
        let waits = self.rows.iter().position(|row| {
            row.facts.state == OrderState::Unconfirmed && row.facts.not_found_at.is_some()
        });
        let order = match waits {
            Some(order) if self.chance.random_bool(0.7) => order,
            _ => self.chance.random_range(0..self.rows.len()),
        };
        let facts = self.rows[order].facts.clone();
        let dice = self.chance.random_range(0..100);
        let late = self.now >= FAULTS_END;
        match facts.state {
            OrderState::Draft => self.confirm(order, server, dice),
            OrderState::Scheduled if dice < 5 && !late => self.cancel(order, server, &facts),
            OrderState::Scheduled => {
                let _not_yet = self.happens(order, server, &OrderEvent::Due);
            }
            OrderState::Unconfirmed if facts.not_found_at.is_some() => {
                if dice < 70 || late {
                    self.hits.hit("person.resends");
                    let _refused = self.happens(order, server, &OrderEvent::ResendAsked);
                } else if dice < 85 {
                    self.hits.hit("person.gives-up");
                    let _refused =
                        self.happens(order, server, &OrderEvent::GivenUp { vanished: false });
                } else {
                    self.cancel(order, server, &facts);
                }
            }
            OrderState::Unconfirmed if dice < 30 => {
                self.hits.hit("person.resends-too-early");
                let asked = self.happens(order, server, &OrderEvent::ResendAsked);
                if asked.is_ok() {
                    self.violate("an order may be sent again before it was searched for");
                }
            }
            _ if dice < 3 && !late => self.cancel(order, server, &facts),
            OrderState::Placed | OrderState::OnHold if dice < 15 && !late => {
                self.cancel(order, server, &facts);
            }
            _ => {}
        }
    }

    fn confirm(&mut self, order: usize, server: usize, dice: u32) {
        let now = self.clock(server);
        self.rows[order].submitted_at = now;
        let scheduled_for = (dice < 10).then(|| {
            self.hits.hit("person.schedules");
            now.checked_add(SignedDuration::from_mins(5)).expect("soon")
        });
        let event = OrderEvent::Confirmed {
            scheduled_for,
            needs_approval: false,
        };
        self.judge.confirmed.insert(order);
        let _refused = self.happens(order, server, &event);
    }

    fn cancel(&mut self, order: usize, server: usize, facts: &OrderFacts) {
        let name = if facts.state.is_followed() {
            "person.cancels-placed"
        } else {
            "person.cancels-unsent"
        };
        if self
            .happens(order, server, &OrderEvent::CancelAsked)
            .is_ok()
        {
            self.hits.hit(name);
        }
    }

    /// Something strikes the server of a task at a named instant; true where the task does not go on now.
    pub(super) fn strike(&mut self, point: &str, task: usize) -> bool {
        if !self.by_chance(self.blow_rate) {
            return false;
        }
        let server = self.tasks[task].server;
        let blow = BLOWS[self.chance.random_range(0..BLOWS.len())];
        if blow == Blow::ClockStep && !self.clocks_step {
            return false;
        }
        self.hits.hit(named(point, blow));
        self.note(|| format!("{point}: {blow:?} of server {server}"));
        self.blow(server, blow);
        match blow {
            Blow::Kill => true,
            Blow::Stop => {
                // It goes on with this very step when it wakes up. What was posted has its own way back.
                if !matches!(point, "submit.posted" | "submit.begun") {
                    self.later(0, Event::Task { task });
                }
                if point == "submit.begun" {
                    self.tasks[task].phase = super::world::Phase::Begun;
                    self.later(0, Event::Task { task });
                }
                true
            }
            Blow::StoreDown | Blow::ClockStep => false,
        }
    }

    fn blow(&mut self, server: usize, blow: Blow) {
        match blow {
            Blow::Kill => {
                self.servers[server].up = false;
                let back = self.within(SECOND, 2 * MINUTE);
                self.later(back, Event::Start { server });
            }
            Blow::Stop => {
                // Held up for a moment, or for so long that everybody else takes it for dead.
                let long = self.chance.random_bool(0.5);
                let patience = u64::try_from(self.patience.as_millis()).expect("it is short");
                let until = self.now
                    + if long {
                        patience + self.within(SECOND, 5 * MINUTE)
                    } else {
                        self.within(SECOND, MINUTE)
                    };
                self.servers[server].stopped_until = until;
            }
            Blow::StoreDown => self.store_down_until = self.now + self.within(SECOND, MINUTE),
            Blow::ClockStep => {
                let day = i64::try_from(24 * HOUR).expect("a day is short");
                self.servers[server].offset = self.chance.random_range(-day..=day);
            }
        }
    }

    /// Now and then a server dies or a clock steps while nothing happens; at the end of the faults all is mended.
    pub(super) fn strike_by_chance(&mut self) {
        if self.now >= FAULTS_END {
            for server in &mut self.servers {
                server.offset = 0;
            }
            return;
        }
        let next = self
            .within(MINUTE, 20 * MINUTE)
            .min(FAULTS_END.saturating_sub(self.now).max(1));
        self.later(next, Event::Chance);
        let server = self.chance.random_range(0..self.servers.len());
        if self.servers[server].up && self.by_chance(self.blow_rate * 8) {
            let blow = if self.clocks_step && self.chance.random_bool(0.5) {
                Blow::ClockStep
            } else {
                Blow::Kill
            };
            self.note(|| format!("by chance: {blow:?} of server {server}"));
            self.blow(server, blow);
        }
    }
}
