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

use faults::Hits;
use world::World;

fn run(seed: u64) -> (Hits, Option<String>) {
    let mut world = World::new(seed, false);
    world.run();
    (world.hits, world.violation)
}

/// Runs one world again, and tells all that happened in it.
#[expect(clippy::print_stdout, reason = "a history is read by a person")]
fn tell(seed: u64) -> Option<String> {
    let mut world = World::new(seed, true);
    world.run();
    for line in world.history.unwrap_or_default() {
        println!("{line}");
    }
    world.violation
}

fn asked_for(name: &str) -> Option<u64> {
    #[expect(
        clippy::disallowed_methods,
        reason = "says how many seeds, or which one"
    )]
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is a number")),
    )
}

#[test]
fn no_seed_places_an_order_twice() {
    if let Some(seed) = asked_for("IONBRIDGE_SIM_SEED") {
        assert_eq!(tell(seed), None, "seed {seed}");
        return;
    }
    let seeds = asked_for("IONBRIDGE_SIM_SEEDS").unwrap_or(300);
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let parts: Vec<_> = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads as u64)
            .map(|part| {
                scope.spawn(move || {
                    let mut hits = Hits::default();
                    let mut broken = Vec::new();
                    for seed in (part..seeds).step_by(threads) {
                        let (found, violation) = run(seed);
                        hits.add(&found);
                        broken.extend(violation.map(|violation| (seed, violation)));
                    }
                    (hits, broken)
                })
            })
            .collect();
        parts
            .into_iter()
            .map(|part| part.join().expect("no world panics"))
            .collect()
    });
    let mut hits = Hits::default();
    let mut broken = Vec::new();
    for (found, violations) in parts {
        hits.add(&found);
        broken.extend(violations);
    }
    broken.sort();
    let declared = faults::declared();
    let missed: Vec<_> = declared
        .iter()
        .filter(|name| hits.count(name) == 0)
        .collect();
    println!(
        "{seeds} seeds, {} of {} declared faults put in; never: {missed:?}",
        declared.len() - missed.len(),
        declared.len()
    );
    if let Some((seed, violation)) = broken.first() {
        tell(*seed);
        panic!(
            "{} of {seeds} seeds break it; the first is IONBRIDGE_SIM_SEED={seed}: {violation}\n{broken:#?}",
            broken.len()
        );
    }
    assert!(
        seeds < 1000 || missed.len() * 20 <= declared.len(),
        "more than 5 % of the declared faults were never put in: {missed:?}"
    );
}

#[test]
fn a_seed_is_a_history() {
    let (mut one, mut two) = (World::new(7, true), World::new(7, true));
    one.run();
    two.run();
    assert!(one.history.as_ref().is_some_and(|lines| lines.len() > 10));
    assert_eq!(one.history, two.history);
}
