//! Orders that were placed in Ion's portal appear here, with what becomes of them.

use std::time::Duration;

use domain::order::{OrderAction, OrderOrigin, OrderState};
use ion_sandbox::{Action, Fault, Knobs, all_faults};
use store::Backend;
use store::orders::{self, OrderFilter, OrderRow};
use store::testing::{TestDatabase, for_both};

use super::bed::{Bed, config, kim};

/// Reads what changed at Ion, whether or not it is due.
async fn read(bed: &Bed) {
    bed.engine
        .request_read_orders(bed.connection, &kim())
        .await
        .unwrap();
    bed.work().await;
}

async fn of_ion(bed: &Bed) -> Vec<OrderRow> {
    let filter = OrderFilter {
        origin: Some(OrderOrigin::Ion),
        limit: 1000,
        ..OrderFilter::default()
    };
    let page = orders::search(bed.store.read(), &filter).await.unwrap();
    let mut rows = Vec::new();
    for hit in page.orders {
        rows.push(bed.row(hit.id).await);
    }
    rows
}

#[tokio::test]
async fn what_is_ordered_in_the_portal_appears_here_and_is_followed() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        let offer = bed.offer("P1M");
        let portal = bed.lab.sandbox.portal();
        let id = portal
            .place_order(&offer.order(&bed.ion_customer, 7))
            .unwrap();
        read(&bed).await;
        let rows = of_ion(&bed).await;
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        assert_eq!(row.ion_id.as_deref(), Some(id.as_str()));
        assert_eq!(row.customer, Some(bed.customer));
        assert!(!row.customer_name.is_empty());
        assert_eq!(
            (row.state, row.action),
            (OrderState::Placed, OrderAction::Buy)
        );
        let line = &row.content.lines[0];
        assert_eq!(
            (line.vendor.as_str(), line.quantity),
            ("Microsoft", 7),
            "what the catalog knows of it"
        );
        read(&bed).await;
        assert_eq!(of_ion(&bed).await.len(), 1, "it is one order");
        bed.until(row.id, OrderState::Completed, "it is followed")
            .await;
        assert!(
            bed.notices().await.is_empty(),
            "what others do is theirs to know"
        );
    })
    .await;
}

#[tokio::test]
async fn a_reading_goes_back_to_the_last_one_and_no_further() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        let offer = bed.offer("P1M");
        let portal = bed.lab.sandbox.portal();
        for _ in 0..12 {
            portal
                .place_order(&offer.order(&bed.ion_customer, 1))
                .unwrap();
        }
        bed.lab.pass(Duration::from_secs(60));
        read(&bed).await;
        assert_eq!(of_ion(&bed).await.len(), 12);
        bed.lab.pass(Duration::from_secs(7200));
        // How far was read is told by what Ion showed last, not by our clock: so this one is read with all before it.
        portal
            .place_order(&offer.order(&bed.ion_customer, 2))
            .unwrap();
        read(&bed).await;
        bed.lab.pass(Duration::from_secs(60));
        portal
            .place_order(&offer.order(&bed.ion_customer, 3))
            .unwrap();
        bed.lab.sandbox.clear_ledger();
        read(&bed).await;
        assert_eq!(of_ion(&bed).await.len(), 14);
        let pages = bed
            .lab
            .sandbox
            .ledger()
            .entries
            .iter()
            .filter(|entry| entry.path.ends_with("/accounts/10412/orders"))
            .count();
        assert!(pages <= 2, "{pages} pages of three were read");
    })
    .await;
}

#[tokio::test]
async fn whatever_the_list_is_like_each_order_is_here_once() {
    let knobs = [
        ("order-sort-ignored", "true"),
        ("order-times-missing", "true"),
        ("order-filters-ignored", "true"),
        ("max-page-size", "3"),
        ("order-item-price", "absent"),
    ];
    for (knob, value) in knobs {
        let mut turned = Knobs::default();
        turned.set(knob, value).unwrap();
        let database = TestDatabase::migrated(Backend::Sqlite).await;
        let bed = Bed::with(database.store().clone(), config(turned)).await;
        let offer = bed.offer("P1M");
        for round in 1_u8..=3 {
            for _ in 0..4 {
                bed.lab
                    .sandbox
                    .portal()
                    .place_order(&offer.order(&bed.ion_customer, i64::from(round)))
                    .unwrap();
            }
            bed.lab.pass(Duration::from_secs(400));
            bed.work().await;
            assert_eq!(
                of_ion(&bed).await.len(),
                4 * usize::from(round),
                "{knob}={value}"
            );
        }
    }
}

#[tokio::test]
async fn no_fault_of_the_list_loses_an_order_or_shows_one_twice() {
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let bed = Bed::start(database.store().clone()).await;
    let offer = bed.offer("P1M");
    let mut placed = 0;
    for skip in 0..2 {
        for fault in all_faults("GET /api/v3/accounts/10412/orders", skip) {
            let what = format!("{:?} after {skip}", fault.action);
            for _ in 0..4 {
                bed.lab
                    .sandbox
                    .portal()
                    .place_order(&offer.order(&bed.ion_customer, 1))
                    .unwrap();
            }
            placed += 4;
            bed.lab.sandbox.inject(fault);
            read(&bed).await;
            bed.lab.sandbox.clear_faults();
            bed.pass(Duration::from_secs(610)).await;
            read(&bed).await;
            let mut ids: Vec<_> = of_ion(&bed)
                .await
                .into_iter()
                .filter_map(|row| row.ion_id)
                .collect();
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), placed, "{what}");
        }
    }
}

#[tokio::test]
async fn ours_whose_answer_was_lost_is_found_by_a_reading() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        bed.work().await;
        bed.lab.sandbox.inject(Fault {
            path: "POST /api/v3/accounts/10412/customers/*/orders".to_owned(),
            skip: 0,
            times: 1,
            every: 1,
            action: Action::CutAfter,
        });
        let order = bed.submit().await;
        bed.worker.drain().await.unwrap();
        assert_eq!(bed.state(order).await, OrderState::Unconfirmed);
        // The search is not due yet; the reading is.
        read(&bed).await;
        let row = bed.row(order).await;
        assert!(row.ion_id.is_some(), "{}", row.state);
        assert_eq!(row.looks, 0);
        assert!(of_ion(&bed).await.is_empty());
    })
    .await;
}
