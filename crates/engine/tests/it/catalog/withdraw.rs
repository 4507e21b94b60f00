//! Products that the list no longer shows.

use domain::RunId;
use domain::catalog::{ChangeKind, ProductState};
use domain::run::{RunCounts, RunKind, RunStatus};
use engine::catalog::DecideError;
use ion_sandbox::{Action, BodyKind, Fault};
use store::audit::Actor;
use store::{Store, catalog, notices, runs};

use store::testing::for_both;

use super::bed::Bed;

async fn withdrawn(store: &Store, bed: &Bed) -> u64 {
    let filter = catalog::ProductFilter {
        state: Some("withdrawn".into()),
        connection: Some(bed.connection),
        limit: 1,
        ..Default::default()
    };
    catalog::search(store.read(), &filter).await.unwrap().total
}

/// Products that the last list did not show.
async fn missed(store: &Store, bed: &Bed) -> u64 {
    let known = catalog::list_missing(store.read(), bed.connection, "", 1000)
        .await
        .unwrap();
    known.iter().filter(|(_, _, missed)| *missed > 0).count() as u64
}

fn no_answer_by_id() -> Fault {
    Fault {
        path: "/api/v3/accounts/10412/products/*".into(),
        skip: 0,
        times: 0,
        every: 1,
        action: Action::Status {
            code: 403,
            body: BodyKind::Platform,
            retry_after: None,
        },
    }
}

#[tokio::test]
async fn what_ion_says_is_gone_is_withdrawn_at_once() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 100).await;
        bed.import().await;
        let gone = bed.sandbox.catalog().withdraw(3);
        let run = bed.run(false).await;
        let end = bed.go(run).await.unwrap();
        assert_eq!((end.status, end.counts.withdrawn), (RunStatus::Done, 3));
        assert_eq!(withdrawn(&store, &bed).await, 3);
        let changes = bed.changes(run).await;
        assert_eq!(changes.len(), gone.len());
        assert!(
            changes
                .iter()
                .all(|change| change.kind == ChangeKind::Withdrawn)
        );
        assert_eq!(bed.import().await.counts.withdrawn, 0, "once");
    })
    .await;
}

#[tokio::test]
async fn without_an_answer_by_id_two_complete_lists_withdraw() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 100).await;
        bed.import().await;
        bed.sandbox.catalog().withdraw(3);
        bed.sandbox.inject(no_answer_by_id());
        assert_eq!(bed.import().await.counts.withdrawn, 0);
        assert_eq!(withdrawn(&store, &bed).await, 0);
        assert_eq!(bed.import().await.counts.withdrawn, 3);
        assert_eq!(withdrawn(&store, &bed).await, 3);
    })
    .await;
}

#[tokio::test]
async fn one_list_without_a_product_and_one_with_it_withdraw_nothing() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 100).await;
        bed.import().await;
        for _ in 0..3 {
            bed.sandbox.inject(no_answer_by_id());
            // The order changes before the last page, so that some products are on none.
            bed.sandbox.inject(Fault {
                path: "/api/v3/accounts/10412/products".into(),
                skip: 4,
                times: 1,
                every: 1,
                action: Action::Resorted,
            });
            let end = bed.import().await;
            assert!(end.counts.read < 100);
            assert_eq!(end.counts.withdrawn, 0);
            assert_eq!(missed(&store, &bed).await, 100 - end.counts.read);
            bed.sandbox.clear_faults();
            assert_eq!(bed.import().await.counts.withdrawn, 0);
            assert_eq!(missed(&store, &bed).await, 0, "seen again");
        }
        assert_eq!(withdrawn(&store, &bed).await, 0);
    })
    .await;
}

#[tokio::test]
async fn too_many_at_once_wait_for_a_person_who_discards_or_applies() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 100).await;
        bed.import().await;
        bed.sandbox.catalog().withdraw(40);
        let first = bed.run(false).await;
        assert_eq!(bed.go(first).await.unwrap().status, RunStatus::NeedsDecision);
        assert_eq!((withdrawn(&store, &bed).await, catalog::count_held(store.read(), first).await.unwrap()), (0, 40));
        let outcome = runs::find(store.read(), first).await.unwrap().unwrap().outcome.unwrap();
        assert_eq!(outcome, "Nothing was withdrawn: this run would mark 40 products withdrawn (40 %, limit 30 %). All else is up to date. Look at the list, then apply or discard it.");
        assert_eq!(notices::list_open(store.read()).await.unwrap().len(), 1);

        // A later list takes its place.
        let second = bed.run(false).await;
        assert_eq!(bed.go(second).await.unwrap().status, RunStatus::NeedsDecision);
        let actor = Actor::cli();
        assert!(matches!(bed.engine.decide_withdrawals(first, true, &actor).await, Err(DecideError::Settled)));
        assert_eq!(bed.engine.decide_withdrawals(second, false, &actor).await.unwrap(), 0);
        assert_eq!((withdrawn(&store, &bed).await, notices::list_open(store.read()).await.unwrap().len()), (0, 0));
        assert_eq!(runs::find(store.read(), second).await.unwrap().unwrap().status, RunStatus::Done);

        let third = bed.run(false).await;
        bed.go(third).await.unwrap();
        assert_eq!(catalog::list_held(store.read(), third, 0, 10).await.unwrap().len(), 10);
        assert_eq!(bed.engine.decide_withdrawals(third, true, &actor).await.unwrap(), 40);
        assert_eq!(withdrawn(&store, &bed).await, 40);
        assert_eq!(bed.changes(third).await.len(), 40);
        assert!(matches!(bed.engine.decide_withdrawals(third, true, &actor).await, Err(DecideError::Settled)));
        assert_eq!(bed.import().await.status, RunStatus::Done);
    })
    .await;
}

#[tokio::test]
async fn a_decision_about_withdrawals_is_of_imports_alone() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 5).await;
        for kind in [RunKind::CustomerSync, RunKind::SubscriptionSync] {
            let (run, now) = (RunId::new(bed.engine.ids()), bed.engine.clock().now());
            let tx = store.begin().await.unwrap();
            runs::insert(&tx, run, bed.connection, kind, false, "kim", now)
                .await
                .unwrap();
            let counts = RunCounts::default();
            let status = RunStatus::NeedsDecision;
            runs::finish(&tx, run, status, &counts, "look", now)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            for apply in [true, false] {
                let decided = bed
                    .engine
                    .decide_withdrawals(run, apply, &Actor::cli())
                    .await;
                assert!(matches!(decided, Err(DecideError::Settled)), "{kind}");
            }
            let row = runs::find(store.read(), run).await.unwrap().unwrap();
            let is = (row.status, row.outcome.as_deref());
            assert_eq!(is, (RunStatus::NeedsDecision, Some("look")), "{kind}");
            assert_eq!(runs::list_log(store.read(), run).await.unwrap().len(), 0);
        }
    })
    .await;
}

#[tokio::test]
async fn an_empty_list_withdraws_nothing() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 5).await;
        bed.import().await;
        bed.sandbox.catalog().withdraw(5);
        let end = bed.import().await;
        assert_eq!((end.status, end.counts.read), (RunStatus::NeedsDecision, 0));
        assert_eq!(withdrawn(&store, &bed).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_product_that_comes_back_is_offered_again() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 30).await;
        bed.import().await;
        let (id, ion_id, _) = catalog::list_missing(store.read(), bed.connection, "", 1)
            .await
            .unwrap()
            .remove(0);
        let run = bed.run(false).await;
        let tx = store.begin().await.unwrap();
        catalog::withdraw(&tx, run, &[id], true, bed.engine.clock().now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        bed.go(run).await.unwrap();
        let changes = bed.changes(run).await;
        assert_eq!(
            changes.last().map(|change| (change.kind, change.product)),
            Some((ChangeKind::Returned, id))
        );
        let product = catalog::find_product(store.read(), id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (product.state, product.product.ion_id),
            (ProductState::Available, ion_id)
        );
    })
    .await;
}
