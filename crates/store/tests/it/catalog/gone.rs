//! What is gone, changed, withdrawn or set aside.

use domain::catalog::ChangeKind;
use domain::run::{RunCounts, RunKind, RunStatus};
use domain::{IdGen as _, RunId, SetAsideId, Term};
use rules::catalog::Change;
use store::catalog::{self, ProductFilter, SetAside, testing};
use store::runs;
use store::testing::for_both;

use crate::make::noon;

use super::bed::{Bed, names, product, variant};

#[tokio::test]
async fn what_is_gone_is_kept_and_can_come_back() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let mut write = bed.fresh(product(
            "A",
            "Mail",
            "Microsoft",
            vec![
                variant("a", "X:Y:P1Y:M", Term::P1Y, "10"),
                variant("b", "X:Z:P1Y:M", Term::P1Y, "11"),
            ],
        ));
        bed.write(&store, noon(), std::slice::from_ref(&write))
            .await;
        let gone = write.variants.remove(1);
        write.before = Some(write.product.clone());
        write.doc_id = 1;
        write.product.variants.remove(1);
        write.variants[0].dirty = false;
        (write.gone, write.ledger) = (vec![gone.id], vec![]);
        bed.write(&store, noon(), std::slice::from_ref(&write))
            .await;
        assert_eq!(
            catalog::find_product(store.read(), write.id)
                .await
                .unwrap()
                .unwrap()
                .variants
                .len(),
            1
        );
        let stored = catalog::load_products(store.read(), &[write.id])
            .await
            .unwrap()
            .remove(&write.id)
            .unwrap();
        assert_eq!(
            (stored.product.variants.len(), stored.variants.len()),
            (1, 2)
        );
        assert!(stored.variants[&gone.variant.key].gone);
        (write.gone, write.variants) = (vec![], vec![gone]);
        bed.write(&store, noon(), std::slice::from_ref(&write))
            .await;
        assert_eq!(
            catalog::find_product(store.read(), write.id)
                .await
                .unwrap()
                .unwrap()
                .variants
                .len(),
            2
        );
    })
    .await;
}

#[tokio::test]
async fn changes_are_counted_and_listed_in_their_order() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let mut write = bed.fresh(product(
            "A",
            "Mail",
            "Microsoft",
            vec![variant("a", "X:Y:P1Y:M", Term::P1Y, "10")],
        ));
        let change = |kind, delta: i64| Change {
            kind,
            variant: None,
            label: "cost".into(),
            before: "10".into(),
            after: "x".repeat(2000),
            currency: Some("EUR".parse().unwrap()),
            delta: Some(delta),
            base: Some(10_000_000),
        };
        write.changes = vec![
            (change(ChangeKind::PriceUp, 100_000), None),
            (change(ChangeKind::PriceDown, -5_000_000), None),
            (change(ChangeKind::PriceUp, 300_000), None),
        ];
        bed.write(&store, noon(), std::slice::from_ref(&write))
            .await;
        let counts = catalog::change_counts(store.read(), bed.run).await.unwrap();
        let counts: Vec<_> = counts
            .iter()
            .map(|count| (count.kind, count.count))
            .collect();
        assert_eq!(
            counts,
            [(ChangeKind::PriceDown, 1), (ChangeKind::PriceUp, 2)]
        );
        let rows = catalog::list_changes(store.read(), bed.run, Some(ChangeKind::PriceUp), 1, 10)
            .await
            .unwrap();
        assert_eq!(
            (rows.len(), rows[0].delta, rows[0].after.len()),
            (1, Some(300_000), 500)
        );
        let top = catalog::list_top_moves(store.read(), bed.run, 1)
            .await
            .unwrap();
        assert_eq!(top[0].delta, Some(-5_000_000));
    })
    .await;
}

#[tokio::test]
async fn withdrawn_products_leave_the_list_and_are_reported_once() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let writes: Vec<_> = (0..5)
            .map(|n| {
                bed.fresh(product(
                    &format!("p{n}"),
                    &format!("Product {n}"),
                    "Other",
                    vec![],
                ))
            })
            .collect();
        bed.write(&store, noon(), &writes).await;
        let ids: Vec<_> = writes.iter().map(|write| write.id).collect();
        let tx = store.begin().await.unwrap();
        catalog::mark_missed(&tx, &ids[..2]).await.unwrap();
        catalog::mark_seen_again(&tx, &ids[..1]).await.unwrap();
        assert_eq!(
            catalog::withdraw(&tx, bed.run, &ids[3..], true, noon())
                .await
                .unwrap(),
            2
        );
        assert_eq!(
            catalog::withdraw(&tx, bed.run, &ids[3..], true, noon())
                .await
                .unwrap(),
            0
        );
        catalog::hold_withdrawals(&tx, bed.run, &ids[..2])
            .await
            .unwrap();
        catalog::hold_withdrawals(&tx, bed.run, &ids[1..3])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            names(&store, ProductFilter::default()).await,
            ["Product 0", "Product 1", "Product 2"]
        );
        assert_eq!(
            catalog::count_products(store.read(), bed.connection)
                .await
                .unwrap(),
            3
        );
        assert_eq!(
            catalog::list_changes(store.read(), bed.run, None, 0, 10)
                .await
                .unwrap()
                .len(),
            2
        );
        let missing = catalog::list_missing(store.read(), bed.connection, "p0", 10)
            .await
            .unwrap();
        assert_eq!(
            missing
                .iter()
                .map(|(_, ion_id, missed)| (ion_id.as_str(), *missed))
                .collect::<Vec<_>>(),
            [("p1", 1), ("p2", 0)]
        );
        assert_eq!(catalog::count_held(store.read(), bed.run).await.unwrap(), 3);
        let held = catalog::list_held(store.read(), bed.run, 1, 1)
            .await
            .unwrap();
        assert_eq!(held[0].name, "Product 1");
    })
    .await;
}

#[tokio::test]
async fn only_a_run_that_waits_for_a_decision_is_settled() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let settle = async || {
            let tx = store.begin().await.unwrap();
            let settled = catalog::settle_decision(
                &tx,
                bed.run,
                RunStatus::Done,
                &RunCounts::default(),
                "decided",
            )
            .await
            .unwrap();
            tx.commit().await.unwrap();
            settled
        };
        assert!(!settle().await);
        let tx = store.begin().await.unwrap();
        runs::finish(
            &tx,
            bed.run,
            RunStatus::NeedsDecision,
            &RunCounts::default(),
            "look",
            noon(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            catalog::list_undecided(store.read(), bed.connection)
                .await
                .unwrap(),
            [bed.run]
        );
        assert!(settle().await);
        assert!(!settle().await);
    })
    .await;
}

#[tokio::test]
async fn an_import_settles_imports_and_nothing_else() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let sync = RunId(bed.make.ids.uuid());
        let tx = store.begin().await.unwrap();
        let kind = RunKind::CustomerSync;
        runs::insert(&tx, sync, bed.connection, kind, false, "ada", noon())
            .await
            .unwrap();
        let counts = RunCounts::default();
        runs::finish(&tx, sync, RunStatus::NeedsDecision, &counts, "look", noon())
            .await
            .unwrap();
        assert!(
            !catalog::settle_decision(&tx, sync, RunStatus::Done, &counts, "decided")
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        let undecided = catalog::list_undecided(store.read(), bed.connection).await;
        assert_eq!(undecided.unwrap(), []);
        let run = runs::find(store.read(), sync).await.unwrap().unwrap();
        assert_eq!(run.status, RunStatus::NeedsDecision);
    })
    .await;
}

#[tokio::test]
async fn what_is_set_aside_is_kept_once_until_it_reads_again() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let write = bed.fresh(product(
            "A",
            "Mail",
            "Microsoft",
            vec![variant("a", "X:Y:P1Y:M", Term::P1Y, "10")],
        ));
        bed.write(&store, noon(), std::slice::from_ref(&write))
            .await;
        let entry = |message: &str| SetAside {
            id: SetAsideId(bed.make.ids.uuid()),
            ion_id: "A".into(),
            name: "Mail".into(),
            json_path: "$.x".into(),
            message: message.into(),
            raw: vec![9],
        };
        for message in ["first", "second"] {
            let tx = store.begin().await.unwrap();
            catalog::set_aside(&tx, bed.connection, bed.run, &entry(message), noon())
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        let aside = catalog::list_set_aside(store.read()).await.unwrap();
        assert_eq!(
            (aside.len(), aside[0].message.as_str(), aside[0].product),
            (1, "second", Some(write.id))
        );
        assert_eq!(
            catalog::find_set_aside(store.read(), aside[0].id)
                .await
                .unwrap()
                .unwrap()
                .raw,
            [9]
        );
        let known = catalog::load_known(store.read(), bed.connection, &["A".into(), "B".into()])
            .await
            .unwrap();
        assert!(known["A"].set_aside && known.len() == 1);
        let versions = testing::row_versions(&store).await.unwrap();
        let tx = store.begin().await.unwrap();
        catalog::set_aside(&tx, bed.connection, bed.run, &entry("second"), noon())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            testing::row_versions(&store).await.unwrap(),
            versions,
            "the product is not written again"
        );
        let tx = store.begin().await.unwrap();
        catalog::resolve_set_aside(&tx, bed.connection, "A", noon())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(
            catalog::list_set_aside(store.read())
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}
