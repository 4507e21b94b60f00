//! First, later and interrupted imports.

use std::task::Poll;

use domain::catalog::{ChangeKind, PriceSource, ProductState};
use domain::run::RunStatus;
use engine::catalog::{ImportJob, import_with};
use ion_sandbox::{Corruption, SandboxConfig};
use store::{catalog, runs};
use tokio_util::sync::CancellationToken;

use store::testing::for_both;

use super::bed::{Bed, PAGE};

#[tokio::test]
async fn the_first_import_reads_everything_and_reports_no_changes() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 130).await;
        let run = bed.run(false).await;
        let end = bed.go(run).await.unwrap();
        assert_eq!(end.status, RunStatus::Done);
        assert_eq!(
            (end.counts.read, end.counts.added, end.counts.pages),
            (130, 130, 7)
        );
        assert_eq!(
            bed.sandbox
                .ledger()
                .count("/api/v3/accounts/10412/products"),
            7
        );
        assert!(bed.changes(run).await.is_empty());
        let figures = catalog::figures(store.read()).await.unwrap();
        assert_eq!(
            (figures.products, figures.variants),
            (130, end.counts.variants)
        );
        let row = runs::find(store.read(), run).await.unwrap().unwrap();
        assert_eq!((row.status, row.counts), (RunStatus::Done, end.counts));
        let dump = bed.dump().await;
        assert_eq!(dump.len(), 130);
        assert!(
            dump.iter().all(|line| line.ends_with("true")),
            "each product is found by its name"
        );
        assert!(
            !dump.iter().any(|line| line.contains("blob-signature")),
            "payload secrets are not kept"
        );
    })
    .await;
}

#[tokio::test]
async fn an_unchanged_import_writes_no_row() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 90).await;
        bed.import().await;
        let before = bed.dump().await;
        let versions = super::rows_written(&store).await;
        let end = bed.import().await;
        assert_eq!(
            (end.status, end.counts.read, end.counts.unchanged),
            (RunStatus::Done, 90, 90)
        );
        assert_eq!(
            super::rows_written(&store).await,
            versions,
            "no row of the catalog is written"
        );
        assert_eq!(bed.dump().await, before);
        let run = bed.run(true).await;
        let full = bed.go(run).await.unwrap();
        assert_eq!((full.counts.read, full.counts.unchanged), (90, 90));
        assert_eq!(
            super::rows_written(&store).await,
            versions,
            "a full comparison finds nothing either"
        );
    })
    .await;
}

#[tokio::test]
async fn exactly_the_moved_prices_are_written_whether_or_not_the_etag_moves() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 200).await;
        bed.import().await;
        for touch_etag in [false, true] {
            let moved = bed.sandbox.catalog().move_prices(50, touch_etag);
            assert!(moved.len() >= 5);
            let ledger = super::count_ledger(&store).await;
            let run = bed.run(false).await;
            let end = bed.go(run).await.unwrap();
            assert_eq!(end.counts.changed, moved.len() as u64);
            assert_eq!(
                end.counts.price_up + end.counts.price_down,
                moved.len() as u64
            );
            assert_eq!(
                super::count_ledger(&store).await - ledger,
                i64::try_from(moved.len()).unwrap()
            );
            let changes = bed.changes(run).await;
            assert_eq!(changes.len(), moved.len(), "{changes:?}");
            for change in &changes {
                assert!(
                    moved
                        .iter()
                        .any(|moved| moved.before == change.before && moved.after == change.after)
                );
                assert!(matches!(
                    change.kind,
                    ChangeKind::PriceUp | ChangeKind::PriceDown
                ));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_new_product_and_a_renamed_one_are_reported() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 40).await;
        bed.import().await;
        let renamed = bed.sandbox.catalog().ids()[7].clone();
        bed.sandbox.catalog().rename(&renamed, "Quite another name");
        bed.sandbox.catalog().add(2);
        let run = bed.run(false).await;
        let end = bed.go(run).await.unwrap();
        assert_eq!(
            (end.counts.added, end.counts.changed, end.counts.unchanged),
            (2, 1, 39)
        );
        let kinds: Vec<_> = bed
            .changes(run)
            .await
            .into_iter()
            .map(|change| change.kind)
            .collect();
        assert_eq!(
            kinds
                .iter()
                .filter(|kind| **kind == ChangeKind::New)
                .count(),
            2
        );
        assert_eq!(
            kinds
                .iter()
                .filter(|kind| **kind == ChangeKind::Details)
                .count(),
            1
        );
        assert!(
            bed.dump().await.iter().all(|line| line.ends_with("true")),
            "the search follows the name"
        );
    })
    .await;
}

#[tokio::test]
async fn an_import_that_dies_at_any_instant_ends_as_one_that_does_not() {
    for_both(|store| async move {
        let whole = Bed::new(&store, 60).await;
        whole.import().await;
        let expected = whole.dump().await;
        let mut polls = 1;
        loop {
            let bed = Bed::new(&store, 60).await;
            let run = bed.run(false).await;
            // Dropped in the middle, as a kill drops it: after so many steps, wherever that is.
            let died = dies_after(polls, bed.go(run)).await;
            if died {
                let end = bed.go(run).await.unwrap();
                assert_eq!(end.status, RunStatus::Done, "{polls}");
                assert_eq!((end.counts.read, end.counts.added), (60, 60), "{polls}");
            }
            assert_eq!(bed.dump().await, expected, "{polls}");
            if !died {
                break;
            }
            polls += 1 + polls / 4;
        }
    })
    .await;
}

/// Polls a future so many times and drops it; false where it ended before.
async fn dies_after<T>(polls: u32, future: impl Future<Output = T>) -> bool {
    let mut left = polls;
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|context| {
        if future.as_mut().poll(context).is_ready() {
            return Poll::Ready(false);
        }
        left -= 1;
        if left == 0 {
            Poll::Ready(true)
        } else {
            Poll::Pending
        }
    })
    .await
}

#[tokio::test]
async fn a_run_that_is_asked_to_stop_keeps_what_was_read() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 100).await;
        let run = bed.run(false).await;
        let gate = bed.sandbox.hold("/api/v3/accounts/10412/products");
        let stop = async {
            gate.arrived(1).await;
            let tx = store.begin().await.unwrap();
            assert!(runs::request_stop(&tx, run).await.unwrap());
            tx.commit().await.unwrap();
            gate.release();
        };
        let (end, ()) = tokio::join!(bed.go(run), stop);
        let end = end.unwrap();
        assert_eq!(end.status, RunStatus::Stopped);
        assert_eq!(end.counts.read, u64::from(PAGE));
        assert_eq!(bed.dump().await.len() as u64, end.counts.read);
        // Nothing that it did not read counts as missing.
        let next = bed.import().await;
        assert_eq!(
            (next.status, next.counts.read, next.counts.withdrawn),
            (RunStatus::Done, 100, 0)
        );
    })
    .await;
}

#[tokio::test]
async fn a_stopped_process_leaves_a_run_that_goes_on() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 60).await;
        let run = bed.run(false).await;
        let gate = bed.sandbox.hold("/api/v3/accounts/10412/products");
        let cancel = CancellationToken::new();
        let job = ImportJob {
            connection: bed.connection,
            run,
        };
        let (end, ()) = tokio::join!(
            import_with(&bed.engine, job, bed.ion.clone(), cancel.clone()),
            async {
                gate.arrived(1).await;
                cancel.cancel();
            }
        );
        assert_eq!(end.unwrap().status, RunStatus::Interrupted);
        assert_eq!(
            runs::find(store.read(), run).await.unwrap().unwrap().status,
            RunStatus::Interrupted
        );
        gate.release();
        assert_eq!(bed.go(run).await.unwrap().status, RunStatus::Done);
        assert_eq!(bed.dump().await.len(), 60);
    })
    .await;
}

#[tokio::test]
async fn prices_that_the_list_does_not_carry_are_asked_for_in_bulk() {
    for_both(|store| async move {
        let with = Bed::new(&store, 60).await;
        with.import().await;
        let expected = prices(&with).await;
        for words in ["any", "name", "number"] {
            let bed = Bed::new(&store, 60).await;
            bed.sandbox
                .set_knob("list-has-price-book", "false")
                .unwrap();
            bed.sandbox.set_knob("pricing-provider", words).unwrap();
            bed.import().await;
            assert_eq!(prices(&bed).await, expected, "{words}");
            bed.sandbox.clear_ledger();
            let versions = super::rows_written(&store).await;
            assert_eq!(bed.import().await.counts.unchanged, 60);
            assert_eq!(super::rows_written(&store).await, versions);
            assert!(
                bed.sandbox
                    .ledger()
                    .count("/api/v3/accounts/10412/products:pricing")
                    <= 20
            );
            // A price moves without the list showing it.
            let moved = bed.sandbox.catalog().move_prices(100, false);
            assert_eq!(bed.import().await.counts.changed, moved.len() as u64);
        }
    })
    .await;
}

async fn prices(bed: &Bed) -> Vec<(String, String, PriceSource)> {
    let mut prices = Vec::new();
    for (id, ion_id, _) in catalog::list_missing(bed.store().read(), bed.connection, "", 1000)
        .await
        .unwrap()
    {
        let found = catalog::find_product(bed.store().read(), id)
            .await
            .unwrap()
            .unwrap();
        for stored in found.variants {
            for price in stored.variant.prices {
                prices.push((
                    format!(
                        "{ion_id} {:?} {}",
                        stored.variant.key, stored.variant.in_price_book
                    ),
                    price.cost.text().to_owned(),
                    price.source,
                ));
            }
        }
    }
    prices
}

#[tokio::test]
async fn malformed_products_are_set_aside_and_come_back_by_themselves() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 60).await;
        bed.import().await;
        let before = bed.dump().await;
        let ids = bed.sandbox.catalog().ids();
        // A price can be spoiled only where there is one.
        let priced = prices(&bed).await;
        let priced = ids.iter().filter(|id| {
            let own = priced
                .iter()
                .filter(|(key, ..)| key.starts_with(&format!("{id} ")));
            own.clone().count() > 0
                && own.clone().all(|(key, _, source)| {
                    key.ends_with("true") && *source == PriceSource::PriceBook
                })
        });
        let spoiled: Vec<_> = priced.zip(Corruption::ALL).collect();
        assert_eq!(spoiled.len(), Corruption::ALL.len());
        for (id, corruption) in &spoiled {
            bed.sandbox.catalog().corrupt(id, Some(*corruption));
        }
        bed.sandbox.catalog().add(1);
        let end = bed.import().await;
        assert_eq!(end.status, RunStatus::DoneSetAside);
        assert_eq!(
            (end.counts.set_aside, end.counts.added),
            (spoiled.len() as u64, 1)
        );
        let aside = catalog::list_set_aside(store.read()).await.unwrap();
        let of_bed: Vec<_> = aside
            .iter()
            .filter(|row| ids.contains(&row.ion_id))
            .collect();
        assert_eq!(of_bed.len(), spoiled.len());
        for row in of_bed {
            let (_, corruption) = spoiled.iter().find(|(id, _)| **id == row.ion_id).unwrap();
            assert_eq!(row.json_path, corruption.json_path(), "{row:?}");
            let one = catalog::find_set_aside(store.read(), row.id)
                .await
                .unwrap()
                .unwrap();
            assert!(!one.raw.is_empty());
            let product = catalog::find_product(store.read(), row.product.unwrap())
                .await
                .unwrap()
                .unwrap();
            assert_eq!(product.state, ProductState::SetAside);
            assert!(!product.variants.is_empty(), "what was known is kept");
        }
        // Still spoiled: it is noted, and no product is written.
        let versions = super::rows_written(&store).await;
        assert_eq!(bed.import().await.counts.set_aside, spoiled.len() as u64);
        assert_eq!(super::rows_written(&store).await, versions);
        for (id, _) in &spoiled {
            bed.sandbox.catalog().corrupt(id, None);
        }
        let end = bed.import().await;
        assert_eq!((end.status, end.counts.set_aside), (RunStatus::Done, 0));
        assert!(
            catalog::list_set_aside(store.read())
                .await
                .unwrap()
                .is_empty()
        );
        let after = bed.dump().await;
        assert!(before.iter().all(|line| after.contains(line)));
    })
    .await;
}

#[tokio::test]
async fn a_list_of_many_products_is_read_in_the_pages_that_ion_gives() {
    for_both(|store| async move {
        let config = SandboxConfig {
            products: 50,
            ..SandboxConfig::default()
        };
        let bed = Bed::with(&store, config, |_| ()).await;
        bed.sandbox.set_knob("max-page-size", "7").unwrap();
        let end = bed.import().await;
        assert_eq!((end.counts.read, end.counts.pages), (50, 8));
    })
    .await;
}
