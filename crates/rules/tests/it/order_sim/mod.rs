//! The submission of orders by simulation: the very rules that the engine asks, in a modelled world, by seed.
//!
//! Two or three servers, one queue, an Ion that lists orders late, forgets references and is cut off in every way, people who press
//! buttons. Ion's own books are the judge: no order is there twice, and none is sent again that nobody asked for.
//!
//! `cargo test -p rules --test it order_sim` runs 300 worlds; `IONBRIDGE_SIM_SEEDS=10000` more, and then holds that every declared fault
//! was put in; `IONBRIDGE_SIM_SEED=n` runs one and prints its history.

mod faults;
mod ion;
mod judge;
mod people;
mod worker;
mod world;

use crate::seeds::{self, Outcome};
use world::World;

fn play(seed: u64, told: bool) -> Outcome {
    let mut world = World::new(seed, told);
    world.run();
    Outcome {
        hits: world.hits,
        history: world.history,
        violation: world.violation,
    }
}

#[test]
fn no_seed_places_an_order_twice() {
    seeds::hold(play, &faults::declared());
}

#[test]
fn a_seed_is_a_history() {
    seeds::hold_repeats(play, 10);
}
