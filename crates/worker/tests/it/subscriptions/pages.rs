//! Lists that come in another shape than they should: nothing is lost, and nothing is taken for gone.

use domain::run::RunStatus;
use ion_sandbox::Action;

use super::bed::{Bed, config, on_sqlite, short_pages};

/// Seeded ones.
const COUNT: usize = 50;

/// A first reading by short pages under one fault.
async fn disturbed(action: Action, skip: u32, times: u32) {
    let what = format!("{action:?}");
    on_sqlite(|store| async move {
        let bed = Bed::bare(store, config(COUNT, short_pages(7))).await;
        bed.disturb(action, skip, times);
        let run = bed.read().await;
        assert_eq!(bed.outcome(run).await.0, RunStatus::Done, "{what}");
        let stored = bed.stored().await;
        assert_eq!(stored.len(), COUNT, "{what}");
        assert_eq!(bed.counts(run).await.read, COUNT as u64, "{what}");
        assert!(stored.values().all(|row| row.gone_at.is_none()), "{what}");
        for row in stored.values() {
            assert_eq!(bed.told(row.id).await.len(), 1, "{what}: each is new once");
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_that_comes_twice() {
    disturbed(Action::DuplicatePage, 2, 1).await;
}

#[tokio::test]
async fn pages_of_one_entry() {
    disturbed(Action::ShortPage, 1, 3).await;
}

#[tokio::test]
async fn an_empty_page_in_mid_list() {
    disturbed(Action::EmptyPage, 2, 2).await;
}

#[tokio::test]
async fn entries_that_moved_between_pages() {
    disturbed(Action::MovedItems, 2, 3).await;
}

#[tokio::test]
async fn a_list_that_is_sorted_anew_in_between() {
    disturbed(Action::Resorted, 3, 1).await;
}

#[tokio::test]
async fn a_web_page_in_mid_list() {
    disturbed(Action::Html, 2, 1).await;
}

#[tokio::test]
async fn a_page_that_breaks_off() {
    disturbed(Action::CutBody { bytes: 700 }, 2, 1).await;
}

#[tokio::test]
async fn a_list_that_never_joins_ends_and_takes_nothing_for_gone() {
    on_sqlite(|store| async move {
        let bed = Bed::bare(store, config(COUNT, short_pages(7))).await;
        bed.read().await;
        let gone = bed.running();
        assert!(bed.lab.sandbox.portal().remove_subscription(&gone.id));
        // Each second page is of a list in another order.
        bed.lab.sandbox.inject(ion_sandbox::Fault {
            path: format!(
                "/api/v3/accounts/{}/subscriptions*",
                bed.lab.sandbox.account_id()
            ),
            skip: 0,
            times: 0,
            every: 2,
            action: Action::Resorted,
        });
        bed.lab.sandbox.clear_ledger();
        for _ in 0..3 {
            let run = bed.read().await;
            assert_eq!(bed.outcome(run).await.0, RunStatus::Done);
        }
        assert!(bed.list_requests() < 300, "it comes to an end");
        let row = bed.row(&gone.id).await;
        assert_eq!((row.missed, row.gone_at), (0, None));
        // In order again, it is found to be gone.
        bed.lab.sandbox.clear_faults();
        bed.read().await;
        assert!(bed.row(&gone.id).await.gone_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn one_that_goes_while_the_list_is_read_takes_no_other_with_it() {
    on_sqlite(|store| async move {
        let bed = Bed::bare(store, config(COUNT, short_pages(7))).await;
        bed.read().await;
        let path = format!(
            "/api/v3/accounts/{}/subscriptions",
            bed.lab.sandbox.account_id()
        );
        let mut gate = bed.lab.sandbox.hold(&path);
        let asked = bed
            .engine
            .request_subscription_sync(bed.connection, &super::bed::kim())
            .await
            .unwrap();
        let worker = bed.worker.clone();
        let reading = tokio::spawn(async move { worker.drain().await });
        // Three pages are read; then one of the first page goes.
        for _ in 0..3 {
            gate.arrived(1).await;
            let next = bed.lab.sandbox.hold(&path);
            gate.release();
            gate = next;
        }
        gate.arrived(1).await;
        let mut ids: Vec<_> = bed.in_ion();
        ids.sort_by(|a, b| {
            let number = |text: &str| text.parse::<u64>().unwrap();
            (number(&a.customer_id), number(&a.id)).cmp(&(number(&b.customer_id), number(&b.id)))
        });
        let first = ids[1].id.clone();
        assert!(bed.lab.sandbox.portal().remove_subscription(&first));
        gate.release();
        reading.await.unwrap().unwrap();
        assert_eq!(bed.outcome(asked.run).await.0, RunStatus::Done);
        for (ion_id, row) in bed.stored().await {
            if ion_id != first {
                assert_eq!((row.missed, row.gone_at), (0, None), "{ion_id}");
            }
        }
    })
    .await;
}
