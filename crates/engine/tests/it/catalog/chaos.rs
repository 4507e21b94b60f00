//! Lists that change and break while they are read, by seed: nothing that was there throughout is missed for good, nothing that is
//! there is withdrawn, nothing goes on for ever.

use std::collections::BTreeSet;

use domain::run::RunStatus;
use ion_sandbox::{Action, BodyKind, Fault};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use store::testing::TestDatabase;
use store::{Backend, catalog};

use super::bed::Bed;

const LIST: &str = "/api/v3/accounts/10412/products";
const PRODUCTS: usize = 60;
/// Imports of one seed before the quiet ones.
const STORMY: usize = 4;

/// How many seeds: few in every check, many in the sweep.
fn seeds() -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "the sweep asks for more by this variable"
    )]
    let wanted = std::env::var("IONBRIDGE_SWEEP");
    wanted.ok().and_then(|text| text.parse().ok()).unwrap_or(50)
}

fn status(code: u16) -> Action {
    Action::Status {
        code,
        body: BodyKind::Platform,
        retry_after: None,
    }
}

/// Something that goes wrong with a page. Pauses that are asked for are tested elsewhere: they take their time.
fn trouble(chance: &mut StdRng) -> Action {
    let kinds = [
        Action::DuplicatePage,
        Action::DuplicatePage,
        Action::MovedItems,
        Action::Resorted,
        Action::Resorted,
        Action::ShortPage,
        Action::EmptyPage,
        Action::SameToken,
        Action::ExpireToken,
        Action::CutBefore,
        Action::CutAfter,
        Action::CutBody { bytes: 3000 },
        status(429),
        status(503),
        status(500),
        Action::StatusAfter { code: 502 },
    ];
    kinds.choose(chance).unwrap().clone()
}

fn storm(bed: &Bed, chance: &mut StdRng) {
    for _ in 0..chance.random_range(1..5) {
        let action = trouble(chance);
        // Now and then for ever: then the run must end by itself.
        let lasting = chance.random_ratio(1, 12);
        bed.sandbox.inject(Fault {
            path: LIST.to_owned(),
            skip: chance.random_range(0..8),
            times: if lasting {
                0
            } else {
                chance.random_range(1..3)
            },
            every: chance.random_range(1..4),
            action,
        });
    }
    // By id nothing may be known for certain either.
    if chance.random_ratio(1, 2) {
        bed.sandbox.inject(Fault {
            path: format!("{LIST}/*"),
            skip: 0,
            times: 0,
            every: chance.random_range(1..3),
            action: status(403),
        });
    }
}

/// Ids that we show as withdrawn.
async fn withdrawn(bed: &Bed) -> BTreeSet<String> {
    let filter = catalog::ProductFilter {
        connection: Some(bed.connection),
        state: Some("withdrawn".into()),
        limit: 1000,
        ..Default::default()
    };
    let page = catalog::search(bed.store().read(), &filter).await.unwrap();
    page.products.into_iter().map(|hit| hit.ion_id).collect()
}

/// Ids that we show, but for those that are withdrawn.
async fn shown(bed: &Bed) -> BTreeSet<String> {
    let known = catalog::list_missing(bed.store().read(), bed.connection, "", 10_000);
    let ids = known.await.unwrap().into_iter();
    ids.map(|(_, ion_id, _)| ion_id).collect()
}

#[tokio::test]
async fn lists_that_change_and_break_while_they_are_read_come_right() {
    for seed in 0..seeds() {
        // One seed on one database, the next on the other.
        let backend = [Backend::Sqlite, Backend::Postgres][usize::try_from(seed % 2).unwrap()];
        println!("seed {seed} on {backend:?}");
        let database = TestDatabase::migrated(backend).await;
        weather(&Bed::new(database.store(), PRODUCTS).await, seed).await;
    }
}

async fn weather(bed: &Bed, seed: u64) {
    let mut chance = StdRng::seed_from_u64(seed);
    if chance.random_ratio(1, 2) {
        bed.import().await;
    }
    let mut gone: BTreeSet<String> = BTreeSet::new();
    let mut throughout: BTreeSet<String> = bed.sandbox.catalog().ids().into_iter().collect();
    for _ in 0..STORMY {
        match chance.random_range(0..4) {
            0 => {
                let taken = bed.sandbox.catalog().withdraw(chance.random_range(1..4));
                throughout.retain(|id| !taken.contains(id));
                gone.extend(taken);
            }
            1 => bed.sandbox.catalog().add(chance.random_range(1..4)),
            2 => drop(
                bed.sandbox
                    .catalog()
                    .move_prices(100, chance.random_ratio(1, 2)),
            ),
            _ => {}
        }
        storm(bed, &mut chance);
        bed.sandbox.clear_ledger();
        let end = bed.import().await;
        assert!(end.status.is_final(), "seed {seed}: {end:?}");
        // Three lists started anew, each page with a handful of tries, short pages among them; and what is asked for by id.
        let requests = bed.sandbox.ledger().count(LIST);
        assert!(requests < 700, "seed {seed}: {requests} requests");
        let false_ones: Vec<_> = withdrawn(bed).await.difference(&gone).cloned().collect();
        assert!(
            false_ones.is_empty(),
            "seed {seed}: {false_ones:?} are there, and shown as withdrawn"
        );
        bed.sandbox.clear_faults();
    }
    // Two quiet ones: what a list has missed is back, what it has not shown twice is gone.
    bed.import().await;
    let missing: Vec<_> = throughout.difference(&shown(bed).await).cloned().collect();
    assert!(
        missing.is_empty(),
        "seed {seed}: {missing:?} were there throughout"
    );
    assert_eq!(bed.import().await.status, RunStatus::Done, "seed {seed}");
    let there: BTreeSet<String> = bed.sandbox.catalog().ids().into_iter().collect();
    assert_eq!(shown(bed).await, there, "seed {seed}");
    // A comparison of every row finds nothing that is not as Ion says it.
    let run = bed.run(true).await;
    let end = bed.go(run).await.unwrap();
    assert_eq!(
        (end.status, end.counts.unchanged),
        (RunStatus::Done, there.len() as u64),
        "seed {seed}: {end:?}"
    );
}
