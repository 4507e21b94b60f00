//! People edit on both sides at any instant, Ion fails now and then: no edit is lost, no customer is doubled, every true conflict is
//! listed, and then both sides rest.
//!
//! `IONBRIDGE_SWEEP` is the number of rounds, `IONBRIDGE_SEED` the first seed.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use domain::CustomerId;
use domain::customer::{CustomerField as Field, LinkState, Winner};
use ion_sandbox::{Action, Fault, all_faults, write_faults};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use store::Backend;
use store::customers;
use store::testing::TestDatabase;

use super::bed::{Bed, kim, ours};

/// Fields that people edit here, with the member by which the portal knows each.
const FIELDS: [(Field, &str); 4] = [
    (Field::Phone, "customerPhone"),
    (Field::Title, "customerTitle"),
    (Field::City, "customerAddress/city"),
    (Field::Suite, "customerAddress/suite"),
];
const CUSTOMERS: usize = 4;
/// Rounds on one store.
const ROUNDS: u64 = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Here,
    There,
}

/// What was done to one field since both sides agreed.
#[derive(Debug, Default)]
struct Told {
    /// Last edit of each side.
    last: BTreeMap<Side, String>,
    /// What each side showed when somebody edited there.
    shown: BTreeMap<Side, HashSet<String>>,
    /// Requests that Ion had got when somebody edited there, each time.
    edited_after: Vec<usize>,
}

#[derive(Default)]
struct Tally {
    edits: u64,
    conflicts: u64,
    window: u64,
    faults: u64,
    creates: u64,
}

/// What Ion is like, another way for each store.
const LIKE: [&[(&str, &str)]; 8] = [
    &[],
    &[("put-answers", "empty")],
    &[("list-lag-s", "900")],
    &[("put-keeps-unsent", "true")],
    &[],
    &[("values-normalised", "all")],
    &[("list-lag-s", "30"), ("put-moves-update-time", "false")],
    &[("customer-order", "random")],
];

fn number(name: &str, otherwise: u64) -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "how much a test does is no setting"
    )]
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

#[tokio::test]
async fn no_interleaving_of_edits_loses_one() {
    let (rounds, seed) = (number("IONBRIDGE_SWEEP", 40), number("IONBRIDGE_SEED", 1));
    let mut tally = Tally::default();
    let mut left = rounds;
    let mut group = seed;
    while left > 0 {
        let count = left.min(ROUNDS);
        let database = TestDatabase::migrated(Backend::Sqlite).await;
        let bed = Bed::start(database.store().clone(), CUSTOMERS).await;
        bed.sync().await;
        for (knob, value) in LIKE[usize::try_from(group).unwrap() % LIKE.len()] {
            bed.lab.sandbox.set_knob(knob, value).unwrap();
        }
        let mut chance = ChaCha8Rng::seed_from_u64(group);
        for round in 0..count {
            let what = format!("seed {group}, round {round}");
            one_round(&bed, &mut chance, &what, &mut tally).await;
        }
        left -= count;
        group += 1;
    }
    println!(
        "{rounds} interleavings: {} edits, {} customers made, {} conflicts listed and decided, {} edits in Ion lost inside the one round trip, {} faults put in; no other lost, none doubled",
        tally.edits, tally.creates, tally.conflicts, tally.window, tally.faults
    );
}

async fn one_round(bed: &Bed, chance: &mut ChaCha8Rng, what: &str, tally: &mut Tally) {
    let ours: Vec<CustomerId> = bed.all().await.iter().map(|row| row.id).collect();
    let mut ids = Vec::new();
    for id in &ours {
        ids.push(bed.ion_id(*id).await);
    }
    bed.lab.sandbox.clear_ledger();
    let made = if chance.random_bool(0.1) {
        tally.creates += 1;
        let email = format!("{}@new.example", what.replace([' ', ','], ""));
        Some((create(bed, chance, &email).await, email))
    } else {
        None
    };
    if chance.random_bool(0.5) {
        let fault = some_fault(bed, chance, &ids);
        bed.lab.sandbox.inject(fault);
        tally.faults += 1;
    }
    let mut told: BTreeMap<(usize, usize), Told> = BTreeMap::new();
    for step in 0..chance.random_range(2..8) {
        let (n, field) = (
            chance.random_range(0..CUSTOMERS),
            chance.random_range(0..FIELDS.len()),
        );
        let side = if chance.random_bool(0.5) {
            Side::Here
        } else {
            Side::There
        };
        let value = format!("{what}, edit {step}");
        tally.edits += 1;
        let entry = told.entry((n, field)).or_default();
        match chance.random_range(0..4) {
            // At rest.
            0 => edit(bed, (ours[n], &ids[n]), field, side, &value, entry).await,
            // While jobs run, at some instant of theirs.
            1 | 2 => {
                let turns = chance.random_range(0..60);
                // Two servers: a look and a push of the same customer may overlap.
                let working = async { tokio::try_join!(bed.worker.drain(), bed.second.drain()) };
                if chance.random_bool(0.5) {
                    bed.lab.pass(Duration::from_secs(300));
                    bed.engine.request_due_syncs().await.unwrap();
                }
                let meanwhile = async {
                    for _ in 0..turns {
                        tokio::task::yield_now().await;
                    }
                    edit(bed, (ours[n], &ids[n]), field, side, &value, entry).await;
                };
                let (done, ()) = tokio::join!(working, meanwhile);
                done.unwrap();
            }
            // And a look at Ion after it.
            _ => {
                edit(bed, (ours[n], &ids[n]), field, side, &value, entry).await;
                bed.poll().await;
            }
        }
    }
    bed.lab.sandbox.clear_faults();
    bed.settle_down(what).await;
    // Longer than any list lags.
    for _ in 0..4 {
        bed.poll().await;
        bed.settle_down(what).await;
    }
    if let Some((id, email)) = &made {
        assert_eq!(bed.with_email(email), 1, "{what}");
        assert_eq!(bed.row(*id).await.link_state, LinkState::Linked, "{what}");
    }
    for ((n, field), entry) in &told {
        judge(
            bed,
            (ours[*n], &ids[*n]),
            FIELDS[*field],
            entry,
            what,
            tally,
        )
        .await;
    }
    let all = ours.iter().copied().chain(made.map(|(id, _)| id));
    rest(bed, &all.collect::<Vec<_>>(), what).await;
}

/// A customer is made here and sent to Ion, perhaps into a fault.
async fn create(bed: &Bed, chance: &mut ChaCha8Rng, email: &str) -> CustomerId {
    let mut faults = write_faults(&format!("POST {}", bed.path("")), 0);
    if chance.random_bool(0.8) {
        let fault = faults.swap_remove(chance.random_range(0..faults.len()));
        bed.lab.sandbox.inject(fault);
    }
    bed.engine
        .create_customer(ours(email, email), Some(bed.connection), &kim())
        .await
        .unwrap()
}

fn some_fault(bed: &Bed, chance: &mut ChaCha8Rng, ids: &[String]) -> Fault {
    let id = if chance.random_bool(0.3) {
        String::new()
    } else {
        ids[chance.random_range(0..ids.len())].clone()
    };
    let mut faults = all_faults(&bed.path(&id), chance.random_range(0..4));
    if !id.is_empty() {
        faults.extend(write_faults(&format!("PUT {}", bed.path(&id)), 0));
    }
    // An effect that comes later may fall behind an edit that nobody had made when it was sent: that is Ion's, not ours.
    faults.retain(|fault| {
        !matches!(
            fault.action,
            Action::HugeBody | Action::Delay { .. } | Action::EffectLater { .. }
        )
    });
    faults.swap_remove(chance.random_range(0..faults.len()))
}

async fn edit(
    bed: &Bed,
    (id, ion_id): (CustomerId, &str),
    field: usize,
    side: Side,
    value: &str,
    told: &mut Told,
) {
    let (field, member) = FIELDS[field];
    let pointer = format!("/{member}");
    let before = match side {
        Side::Here => bed.row(id).await.customer.fields.get(field).to_owned(),
        Side::There => bed.in_ion(ion_id, &pointer),
    };
    told.shown.entry(side).or_default().insert(before);
    told.last.insert(side, value.to_owned());
    match side {
        // A worker may save the same customer in this instant; a person presses Save again.
        Side::Here => {
            for _ in 0..20 {
                let row = bed.row(id).await;
                let mut customer = row.customer.clone();
                customer.fields.set(field, value);
                if bed
                    .engine
                    .edit_customer(id, row.version, customer, &kim())
                    .await
                    .is_ok()
                {
                    return;
                }
            }
            panic!("an edit was refused again and again");
        }
        Side::There => {
            told.edited_after
                .push(bed.lab.sandbox.ledger().entries.len());
            assert!(bed.lab.sandbox.portal().edit(ion_id, member, value));
        }
    }
}

/// Whether an edit in Ion fell between a reading of the customer and the write that followed it at once.
fn between_get_and_put(bed: &Bed, ion_id: &str, told: &Told) -> bool {
    let path = bed.path(ion_id);
    let ledger = bed.lab.sandbox.ledger();
    told.edited_after.iter().any(|seen| {
        let (before, after) = ledger.entries.split_at(*seen);
        let read = before.iter().rev().find(|entry| entry.path == path);
        let written = after.iter().find(|entry| entry.path == path);
        read.is_some_and(|entry| entry.method == "GET")
            && written.is_some_and(|entry| entry.method == "PUT" && entry.effect)
    })
}

async fn judge(
    bed: &Bed,
    (id, ion_id): (CustomerId, &str),
    (field, member): (Field, &str),
    told: &Told,
    what: &str,
    tally: &mut Tally,
) {
    let here = bed.row(id).await.customer.fields.get(field).to_owned();
    let there = bed.in_ion(ion_id, &format!("/{member}"));
    let open = customers::list_conflicts(bed.store.read(), id)
        .await
        .unwrap();
    let open = open.iter().find(|row| row.field == field);
    let (ours, theirs) = (told.last.get(&Side::Here), told.last.get(&Side::There));
    let story = format!("{what}: {field}: {told:?}, here {here:?}, there {there:?}, open {open:?}");
    if let Some(open) = open {
        assert_eq!((&open.local, &open.remote), (&here, &there), "{story}");
        assert_eq!((Some(&here), Some(&there)), (ours, theirs), "{story}");
        tally.conflicts += 1;
        return;
    }
    assert_eq!(here, there, "{story}");
    let in_window = between_get_and_put(bed, ion_id, told);
    let knew = |side: Side, value: &String| {
        told.shown
            .get(&side)
            .is_some_and(|shown| shown.contains(value))
    };
    match (ours, theirs) {
        (Some(ours), None) => assert_eq!(&here, ours, "{story}"),
        (None, Some(theirs)) if here != *theirs => {
            assert!(in_window, "{story}");
            tally.window += 1;
        }
        (Some(ours), Some(theirs)) if here == *ours => {
            let known = knew(Side::Here, theirs);
            assert!(
                known || in_window,
                "an edit in Ion was overwritten by one who never saw it: {story}"
            );
            tally.window += u64::from(!known);
        }
        (Some(ours), Some(theirs)) => {
            assert_eq!(&here, theirs, "{story}");
            assert!(
                knew(Side::There, ours),
                "an edit here was overwritten by one who never saw it: {story}"
            );
        }
        _ => {}
    }
}

/// Conflicts are decided; then nothing is written any more, and nobody is there twice.
async fn rest(bed: &Bed, ours: &[CustomerId], what: &str) {
    for id in ours {
        let open = customers::list_conflicts(bed.store.read(), *id)
            .await
            .unwrap();
        if !open.is_empty() {
            let choices: Vec<(Field, Winner)> = open
                .iter()
                .map(|row| (row.field, Winner::Ionbridge))
                .collect();
            bed.engine
                .decide_conflict(bed.connection, *id, &choices, &kim())
                .await
                .unwrap();
        }
    }
    bed.settle_down(what).await;
    bed.poll().await;
    bed.settle_down(what).await;
    bed.lab.sandbox.clear_ledger();
    for _ in 0..2 {
        bed.poll().await;
        bed.settle_down(what).await;
    }
    assert_eq!(
        bed.writes("PUT") + bed.writes("POST"),
        0,
        "{what}: both sides rest"
    );
    assert_eq!(
        (bed.all().await.len(), bed.lab.sandbox.portal().ids().len()),
        (ours.len(), ours.len()),
        "{what}"
    );
    for id in ours {
        let ion_id = bed.ion_id(*id).await;
        let row = bed.row(*id).await;
        for (field, member) in FIELDS {
            assert_eq!(
                row.customer.fields.get(field),
                bed.in_ion(&ion_id, &format!("/{member}")),
                "{what}: {field}"
            );
        }
    }
}
