//! The token protocol by simulation: the very rules that the engine asks, in a modelled world, by seed.
//!
//! `cargo test -p rules --test it sim` runs 300 worlds; `IONBRIDGE_SIM_SEEDS=10000` more, and then holds that every declared fault was
//! put in; `IONBRIDGE_SIM_SEED=n` runs one and prints its history. There is no clock in it, and no chance but the seed.

mod blows;
mod faults;
mod ion;
mod judge;
mod keeper;
mod server;
mod world;

pub(crate) use world::proven;

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
fn no_seed_breaks_the_token_protocol() {
    seeds::hold(play, &faults::declared());
}

#[test]
fn a_seed_is_a_history() {
    seeds::hold_repeats(play, 20);
}
