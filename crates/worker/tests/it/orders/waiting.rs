//! Orders that wait: for their time, for a login, for a person; and what happens meanwhile.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::order::OrderState;
use domain::{Clock, ManualClock, OrderId};
use engine::orders::Confirmation;
use ion_sandbox::{Action, BodyKind, Fault, Knobs};
use jiff::Timestamp;
use store::orders::{self, OrderEventKind as Kind, OrderRow};
use store::testing::for_both;
use tokio::sync::mpsc::UnboundedSender;

use super::bed::{Bed, PATIENCE, config, kim};

/// Writes a row over what is stored, as a backup does that is put back.
async fn put_back(bed: &Bed, row: &OrderRow) {
    let version = bed.row(row.id).await.version;
    let tx = bed.store.begin().await.unwrap();
    assert!(orders::save(&tx, row, version).await.unwrap());
    tx.commit().await.unwrap();
}

async fn schedule(bed: &Bed, after: Duration) -> OrderRow {
    let draft = bed.draft(&bed.offer("P1M"), 5).await;
    let confirmation = Confirmation {
        at: Some(draft.created_at + after),
        ..Confirmation::default()
    };
    bed.engine
        .submit_order(draft.id, draft.version, confirmation, &kim())
        .await
        .unwrap()
}

#[tokio::test]
async fn an_order_that_a_restored_backup_knows_as_a_draft_is_not_sent_again() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        bed.work().await;
        let draft = bed.draft(&bed.offer("P1M"), 5).await;
        let before = bed.row(draft.id).await;
        bed.place(&before).await.unwrap();
        bed.pass(Duration::from_secs(20)).await;
        assert_eq!(bed.in_ion(draft.id).await.len(), 1);

        put_back(&bed, &before).await;
        bed.engine.doubt_restored_orders().await.unwrap();
        // Nobody knows that it was sent, and somebody places it again before Ion's orders were read.
        let row = bed.row(draft.id).await;
        bed.place(&row).await.unwrap();
        bed.pass(Duration::from_secs(120)).await;
        assert_eq!(bed.posts(draft.id).await, 1);
        assert_eq!(bed.in_ion(draft.id).await.len(), 1);
        let row = bed.row(draft.id).await;
        assert!(row.ion_id.is_some(), "{}", row.state);
    })
    .await;
}

#[tokio::test]
async fn what_a_backup_knows_as_about_to_be_sent_is_searched_for_and_a_persons_to_send() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        bed.work().await;
        let (sent, unsent) = (bed.submit().await, bed.submit().await);
        let (was_sent, was_not) = (bed.row(sent).await, bed.row(unsent).await);
        engine::orders::submit(&bed.engine, sent).await.unwrap();
        put_back(&bed, &was_sent).await;
        put_back(&bed, &was_not).await;
        bed.engine.doubt_restored_orders().await.unwrap();
        bed.pass(PATIENCE + Duration::from_secs(120)).await;
        assert_eq!(bed.posts(sent).await, 1);
        assert!(bed.row(sent).await.ion_id.is_some());
        let row = bed.row(unsent).await;
        assert_eq!(
            (bed.posts(unsent).await, row.state),
            (0, OrderState::Unconfirmed)
        );
        assert!(row.not_found_at.is_some());
        bed.engine
            .send_again(unsent, row.version, &kim())
            .await
            .unwrap();
        bed.pass(Duration::from_secs(10)).await;
        assert_eq!(bed.in_ion(unsent).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn after_a_restore_nothing_new_is_sent_before_ions_orders_were_read() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        bed.work().await;
        bed.engine.doubt_restored_orders().await.unwrap();
        let order = bed.submit().await;
        engine::orders::submit(&bed.engine, order).await.unwrap();
        assert_eq!(bed.posts(order).await, 0);
        assert!(bed.timeline(order).await.contains(&Kind::Postponed));
        bed.pass(Duration::from_secs(30)).await;
        assert_eq!(bed.in_ion(order).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_scheduled_order_that_another_copy_sent_is_found_and_not_sent() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        let scheduled = schedule(&bed, Duration::from_secs(600)).await;
        let before = bed.row(scheduled.id).await;
        bed.pass(Duration::from_secs(620)).await;
        assert_eq!(bed.in_ion(scheduled.id).await.len(), 1);
        // A copy of the machine from before wakes up an hour late.
        put_back(&bed, &before).await;
        bed.lab.pass(Duration::from_secs(3600));
        // It sends before it reads Ion's orders.
        engine::orders::follow(&bed.engine, scheduled.id)
            .await
            .unwrap();
        assert_eq!(bed.state(scheduled.id).await, OrderState::Submitting);
        engine::orders::submit(&bed.engine, scheduled.id)
            .await
            .unwrap();
        assert_eq!(bed.posts(scheduled.id).await, 1);
        assert!(bed.row(scheduled.id).await.ion_id.is_some());
    })
    .await;
}

/// What becomes of a customer between the confirmation of an order and its time.
#[derive(Debug, Clone, Copy)]
enum Meanwhile {
    Unlinked,
    Gone,
    Deactivated,
}

#[tokio::test]
async fn a_scheduled_order_of_a_customer_that_may_no_longer_buy_is_taken_back() {
    for meanwhile in [Meanwhile::Unlinked, Meanwhile::Gone, Meanwhile::Deactivated] {
        for_both(|store| async move {
            let bed = Bed::start(store).await;
            let scheduled = schedule(&bed, Duration::from_secs(600)).await;
            let (portal, theirs) = (bed.lab.sandbox.portal(), &bed.ion_customer);
            match meanwhile {
                Meanwhile::Unlinked => {
                    let of = (bed.connection, bed.customer);
                    bed.engine.unlink(of.0, of.1, &kim()).await.unwrap();
                }
                Meanwhile::Gone => assert!(portal.remove(theirs).is_some()),
                Meanwhile::Deactivated => assert!(portal.set_active(theirs, false)),
            }
            bed.engine
                .request_sync(bed.connection, false, &kim())
                .await
                .unwrap();
            bed.pass(Duration::from_secs(620)).await;
            let row = bed.row(scheduled.id).await;
            let now = (row.state, row.payload);
            assert_eq!(now, (OrderState::Draft, None), "{meanwhile:?}");
            let posted = bed.lab.sandbox.ledger().order_posts().count();
            assert_eq!(posted, 0, "{meanwhile:?}");
            assert!(bed.notices().await.contains(&"orders.failed".to_owned()));
        })
        .await;
    }
}

/// Changes a scheduled order so that it can no longer be sent. False where it is not scheduled any more.
async fn spoil(bed: &Bed, order: OrderId) -> bool {
    let tx = bed.store.begin().await.unwrap();
    let mut row = orders::find(&tx, order).await.unwrap().unwrap();
    let (expected, scheduled) = (row.version, row.state == OrderState::Scheduled);
    let price = row.content.lines[0].price.as_mut().unwrap();
    price.cost = domain::Amount::parse("0.01", domain::Scale::Price).unwrap();
    let saved = scheduled && orders::save(&tx, &row, expected).await.unwrap();
    tx.commit().await.unwrap();
    saved
}

/// A clock by which somebody who looks at it for the nth time stands still until told to go on.
#[derive(Debug)]
struct HeldClock {
    time: Arc<ManualClock>,
    looks_left: AtomicU32,
    held: UnboundedSender<()>,
    go_on: Mutex<Receiver<()>>,
}

impl HeldClock {
    fn hold(&self) {
        if self.looks_left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.held.send(()).unwrap();
            let go_on = self.go_on.lock().unwrap();
            tokio::task::block_in_place(|| go_on.recv().unwrap());
        }
    }
}

impl Clock for HeldClock {
    fn now(&self) -> Timestamp {
        self.hold();
        self.time.now()
    }

    fn steady(&self) -> Duration {
        self.time.steady()
    }
}

/// So often a due order's look at it goes by the clock before it begins to write.
const LOOKS_BEFORE_WRITING: u32 = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_somebody_changes_while_it_is_looked_at_is_looked_at_anew() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        for moment in 1..=LOOKS_BEFORE_WRITING {
            let order = schedule(&bed, Duration::from_secs(600)).await.id;
            bed.lab.pass(Duration::from_secs(620));
            let (held, mut is_held) = tokio::sync::mpsc::unbounded_channel();
            let (tell, go_on) = std::sync::mpsc::channel();
            let engine = bed.engine_by(Arc::new(HeldClock {
                time: Arc::clone(&bed.lab.clock),
                looks_left: AtomicU32::new(moment),
                held,
                go_on: Mutex::new(go_on),
            }));
            let look = tokio::spawn(async move { engine::orders::follow(&engine, order).await });
            is_held
                .recv()
                .await
                .expect("it looks at the clock so often");
            assert!(spoil(&bed, order).await, "moment {moment}");
            tell.send(()).unwrap();
            look.await.unwrap().unwrap();
            bed.work().await;
            assert_eq!(bed.posts(order).await, 0, "changed at moment {moment}");
            assert_eq!(bed.state(order).await, OrderState::Draft);
        }
    })
    .await;
}

#[tokio::test]
async fn an_order_that_waited_for_a_login_while_its_price_moved_is_taken_back() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        bed.work().await;
        let order = bed.submit().await;
        // As if a login was missing since then.
        let mut row = bed.row(order).await;
        let price = row.content.lines[0].price.as_mut().unwrap();
        price.cost = domain::Amount::parse("0.01", domain::Scale::Price).unwrap();
        put_back(&bed, &row).await;
        bed.lab.pass(PATIENCE + Duration::from_secs(60));
        bed.worker.drain().await.unwrap();
        let row = bed.row(order).await;
        assert_eq!(row.state, OrderState::Draft);
        assert!(row.price_moved);
        assert_eq!(bed.posts(order).await, 0);
        let events = orders::list_events(bed.store.read(), order).await.unwrap();
        assert!(
            !events.iter().any(|event| event.message.contains("0.01")),
            "what it costs is not for all eyes"
        );
    })
    .await;
}

#[tokio::test]
async fn a_wish_to_call_it_off_whose_job_was_lost_is_found() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        bed.lab.sandbox.portal().hold_next_order();
        let order = bed.submit().await;
        bed.work().await;
        let row = bed.row(order).await;
        bed.engine
            .cancel_order(order, row.version, &kim())
            .await
            .unwrap();
        for job in store::queue::list(bed.store.read(), 50).await.unwrap() {
            if matches!(job.payload, store::queue::Payload::CancelOrder { .. }) {
                let now = bed.engine.clock().now();
                assert!(
                    store::queue::cancel(bed.store.read(), job.id, now)
                        .await
                        .unwrap()
                );
            }
        }
        bed.pass(Duration::from_secs(2400)).await;
        assert_eq!(bed.state(order).await, OrderState::Cancelled);
    })
    .await;
}

#[tokio::test]
async fn an_order_without_its_subscription_is_told_after_a_while() {
    for_both(|store| async move {
        let knobs = Knobs {
            subscription_after_s: 100_000,
            ..Knobs::default()
        };
        let bed = Bed::with(store, config(knobs)).await;
        let order = bed.submit().await;
        bed.until(order, OrderState::Completed, "it is carried out")
            .await;
        for _ in 0..8 {
            bed.lab.pass(Duration::from_secs(600));
            bed.work().await;
        }
        assert!(bed.row(order).await.stuck_at.is_some());
        assert!(bed.notices().await.contains(&"orders.stuck".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn an_order_that_stands_for_long_is_told_and_one_that_vanished_can_be_closed() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        bed.lab.sandbox.portal().hold_next_order();
        let order = bed.submit().await;
        bed.work().await;
        for _ in 0..26 {
            bed.lab.pass(Duration::from_secs(3600));
            bed.work().await;
        }
        let row = bed.row(order).await;
        assert!(row.stuck_at.is_some());
        assert!(bed.notices().await.contains(&"orders.stuck".to_owned()));
        assert!(
            bed.engine
                .give_up_order(order, row.version, &kim())
                .await
                .is_err(),
            "Ion shows it"
        );
        assert!(
            bed.lab
                .sandbox
                .portal()
                .remove_order(row.ion_id.as_deref().unwrap())
        );
        for _ in 0..2 {
            bed.lab.pass(Duration::from_secs(3600));
            bed.work().await;
        }
        let told = bed.timeline(order).await;
        let stuck = told.iter().filter(|kind| **kind == Kind::Stuck);
        assert_eq!(
            stuck.count(),
            2,
            "that it stands, and that it is gone: {told:?}"
        );
        let row = bed.row(order).await;
        bed.engine
            .give_up_order(order, row.version, &kim())
            .await
            .unwrap();
        assert_eq!(bed.state(order).await, OrderState::Failed);
    })
    .await;
}

#[tokio::test]
async fn an_order_that_ion_shows_again_is_followed_to_its_end_and_told_so() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        bed.lab.sandbox.portal().hold_next_order();
        let order = bed.submit().await;
        bed.work().await;
        let ion_id = bed.row(order).await.ion_id.unwrap();
        let asked = format!("/api/v3/accounts/*/customers/*/orders/{ion_id}");
        bed.lab.sandbox.inject(Fault {
            path: asked,
            skip: 0,
            times: 1,
            every: 1,
            action: Action::Status {
                code: 404,
                body: BodyKind::Platform,
                retry_after: None,
            },
        });
        let messages = async || {
            let events = orders::list_events(bed.store.read(), order).await.unwrap();
            let told = |text: &str| events.iter().filter(|event| event.message == text).count();
            (
                told("Ion answers that it does not know this order (404). It is asked again."),
                told("Ion shows the order again."),
            )
        };
        for _ in 0..40 {
            if messages().await.0 > 0 {
                break;
            }
            bed.pass(Duration::from_secs(300)).await;
        }
        assert_eq!(messages().await, (1, 0));
        assert!(bed.row(order).await.stuck_at.is_some());
        for _ in 0..3 {
            bed.lab.pass(Duration::from_secs(3600));
            bed.work().await;
        }
        assert_eq!(messages().await, (1, 1), "told once");
        let row = bed.row(order).await;
        assert_eq!((row.state, row.stuck_at), (OrderState::OnHold, None));
        assert!(
            bed.engine
                .give_up_order(order, row.version, &kim())
                .await
                .is_err(),
            "Ion shows it: it is not closed here"
        );
        bed.lab.sandbox.portal().complete_order(&ion_id);
        bed.until(order, OrderState::Completed, "it goes on").await;
    })
    .await;
}
