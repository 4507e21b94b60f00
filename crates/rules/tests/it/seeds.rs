//! A simulation over many seeds: each makes one world, and none of them may come to what must not be.
//!
//! 300 worlds are run where nothing is said; `IONBRIDGE_SIM_SEEDS=10000` more, and then holds that every declared fault was put in;
//! `IONBRIDGE_SIM_SEED=n` runs one and prints its history.

use std::collections::BTreeMap;
use std::fmt::Debug;

/// How often each fault was put in.
#[derive(Debug, Default, Clone)]
pub(crate) struct Hits(BTreeMap<String, u64>);

impl Hits {
    pub(crate) fn hit(&mut self, name: impl Into<String>) {
        *self.0.entry(name.into()).or_default() += 1;
    }

    fn add(&mut self, other: &Self) {
        for (name, count) in &other.0 {
            *self.0.entry(name.clone()).or_default() += count;
        }
    }

    fn count(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(0)
    }
}

/// The name of a blow at an instant.
pub(crate) fn named(point: &str, blow: impl Debug) -> String {
    format!("{point}/{blow:?}")
}

/// What became of one world.
pub(crate) struct Outcome {
    pub(crate) hits: Hits,
    /// All that happened in it, where that was asked for.
    pub(crate) history: Option<Vec<String>>,
    /// The first thing that must not be.
    pub(crate) violation: Option<String>,
}

/// Makes the world of a seed and runs it to its end, with its history or without.
pub(crate) type Play = fn(u64, bool) -> Outcome;

/// Runs the worlds of many seeds, or tells that of the one that is asked for. Panics where one comes to what must not be, and where many
/// seeds leave out more than one in twenty of the declared faults.
#[expect(clippy::print_stdout, reason = "what was run is read by a person")]
pub(crate) fn hold(play: Play, declared: &[String]) {
    if let Some(seed) = asked_for("IONBRIDGE_SIM_SEED") {
        assert_eq!(tell(play, seed), None, "seed {seed}");
        return;
    }
    let seeds = asked_for("IONBRIDGE_SIM_SEEDS").unwrap_or(300);
    let (hits, broken) = play_all(play, seeds);
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
        tell(play, *seed);
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

/// A seed makes the same world each time, with more than so many lines in its history.
pub(crate) fn hold_repeats(play: Play, lines: usize) {
    let (one, two) = (play(7, true), play(7, true));
    assert!(one.history.as_ref().is_some_and(|told| told.len() > lines));
    assert_eq!(one.history, two.history);
}

/// The worlds of all seeds below this number, over the threads that there are: which faults were put in, and the seeds that broke.
fn play_all(play: Play, seeds: u64) -> (Hits, Vec<(u64, String)>) {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let parts: Vec<_> = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads as u64)
            .map(|part| {
                scope.spawn(move || {
                    let mut hits = Hits::default();
                    let mut broken = Vec::new();
                    for seed in (part..seeds).step_by(threads) {
                        let outcome = play(seed, false);
                        hits.add(&outcome.hits);
                        broken.extend(outcome.violation.map(|violation| (seed, violation)));
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
    (hits, broken)
}

/// Runs one world again, and tells all that happened in it.
#[expect(clippy::print_stdout, reason = "a history is read by a person")]
fn tell(play: Play, seed: u64) -> Option<String> {
    let outcome = play(seed, true);
    for line in outcome.history.unwrap_or_default() {
        println!("{line}");
    }
    outcome.violation
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
