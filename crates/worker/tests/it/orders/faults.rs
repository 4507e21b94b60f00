//! Everything that can go wrong on the way to Ion and back, at each step: an order is there once, or a person is asked.

use std::pin::pin;
use std::time::Duration;

use domain::order::OrderState;
use domain::{JobId, OrderId};
use engine::orders::JobEnd;
use ion_sandbox::{Action, BodyKind, Fault, Knobs, all_faults, write_faults};
use store::Backend;
use store::orders::OrderEventKind as Kind;
use store::queue::Payload;
use store::testing::{TestDatabase, for_both};

use tokio_util::sync::CancellationToken;

use super::bed::{Bed, PATIENCE, config, kim};

/// Where orders are placed.
const PLACE: &str = "POST /api/v3/accounts/10412/customers/*/orders";
/// Where they are asked for by id.
const ASK: &str = "GET /api/v3/accounts/10412/customers/*/orders/*";
/// Where they are called off.
const CALL_OFF: &str = "POST /api/v3/accounts/10412/customers/*/orders/*:cancel";
/// Where they are listed.
const LIST: &str = "GET /api/v3/accounts/10412/orders";

fn fault(path: &str, action: Action) -> Fault {
    Fault {
        path: path.to_owned(),
        skip: 0,
        times: 1,
        every: 1,
        action,
    }
}

/// What a person does about an order that is not found: sends it again. Gives how often.
async fn with_a_person(bed: &Bed, order: OrderId, what: &str) -> usize {
    let mut again = 0;
    for _ in 0..200 {
        bed.work().await;
        let row = bed.row(order).await;
        match row.state {
            OrderState::Unconfirmed if row.not_found_at.is_some() => {
                // A while later, since an effect may be late.
                bed.lab.sandbox.let_late_effects_happen();
                bed.engine
                    .send_again(order, row.version, &kim())
                    .await
                    .unwrap();
                again += 1;
            }
            OrderState::Submitting | OrderState::Unconfirmed => {
                bed.lab.pass(Duration::from_secs(15));
            }
            _ => return again,
        }
    }
    let timeline = bed.timeline(order).await;
    panic!(
        "{what}: it never left {}: {timeline:?}",
        bed.state(order).await
    );
}

#[tokio::test]
async fn no_fault_of_the_post_makes_a_second_order_or_loses_one() {
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let bed = Bed::start(database.store().clone()).await;
    let mut faults = write_faults(PLACE, 0);
    faults.push(fault(PLACE, Action::Delay { ms: 2500 }));
    for one in faults {
        let what = format!("{:?}", one.action);
        bed.lab.sandbox.inject(one.clone());
        let order = bed.submit().await;
        let again = with_a_person(&bed, order, &what).await;
        bed.lab.sandbox.clear_faults();
        bed.lab.sandbox.let_late_effects_happen();
        let there = bed.in_ion(order).await;
        assert_eq!(there.len(), 1, "{what}");
        assert_eq!(
            bed.row(order).await.ion_id.as_deref(),
            Some(there[0].id.as_str()),
            "{what}"
        );
        let row = bed.row(order).await;
        assert!(
            row.state.is_followed() || row.state == OrderState::Completed,
            "{what}: {}",
            row.state
        );
        // Only what a person was asked about is sent twice; what was proven not to be looked at is sent again by itself.
        let proven = matches!(
            one.action,
            Action::Status {
                code: 401 | 429,
                ..
            } | Action::TokenDies
        );
        let posts = bed.posts(order).await;
        if proven {
            assert_eq!((again, posts), (0, 2), "{what}");
        } else {
            assert_eq!(posts, again + 1, "{what}");
        }
        let not_there = matches!(
            one.action,
            Action::Status { code: 500.., .. }
                | Action::CutBefore
                | Action::Redirect { .. }
                | Action::Html
        );
        assert!(again == 0 || not_there, "{what}: nobody had to be asked");
        if not_there {
            assert!(
                bed.timeline(order).await.contains(&Kind::NotFound),
                "{what}"
            );
        }
    }
    assert!(bed.notices().await.is_empty(), "{:?}", bed.notices().await);
}

#[tokio::test]
async fn no_fault_of_the_search_makes_a_second_order_or_loses_one() {
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let bed = Bed::start(database.store().clone()).await;
    for skip in 0..2 {
        for one in all_faults(LIST, skip) {
            let what = format!("{:?} after {skip}", one.action);
            bed.lab.sandbox.inject(fault(PLACE, Action::CutAfter));
            bed.lab.sandbox.inject(one);
            let order = bed.submit().await;
            let again = with_a_person(&bed, order, &what).await;
            bed.lab.sandbox.clear_faults();
            assert_eq!(again, 0, "{what}: it was there to be found");
            assert_eq!(bed.in_ion(order).await.len(), 1, "{what}");
            assert_eq!(bed.posts(order).await, 1, "{what}");
        }
    }
}

#[tokio::test]
async fn no_fault_of_asking_makes_an_order_anything_else() {
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let bed = Bed::start(database.store().clone()).await;
    for one in all_faults(ASK, 0) {
        let what = format!("{:?}", one.action);
        let order = bed.submit().await;
        bed.work().await;
        bed.lab.sandbox.inject(one);
        bed.until(order, OrderState::Completed, &what).await;
        bed.lab.sandbox.clear_faults();
        assert_eq!(bed.posts(order).await, 1, "{what}");
    }
}

#[tokio::test]
async fn whatever_becomes_of_the_wish_to_call_it_off_reading_tells() {
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let bed = Bed::start(database.store().clone()).await;
    for one in write_faults(CALL_OFF, 0) {
        let what = format!("{:?}", one.action);
        bed.lab.sandbox.portal().hold_next_order();
        let order = bed.submit().await;
        bed.work().await;
        assert_eq!(bed.state(order).await, OrderState::OnHold, "{what}");
        bed.lab.sandbox.inject(one);
        let row = bed.row(order).await;
        bed.engine
            .cancel_order(order, row.version, &kim())
            .await
            .unwrap();
        bed.until(order, OrderState::Cancelled, &what).await;
        bed.lab.sandbox.clear_faults();
        bed.lab.sandbox.let_late_effects_happen();
        assert_eq!(bed.in_ion(order).await[0].status, "CANCELED", "{what}");
        assert_eq!(
            bed.lab
                .sandbox
                .ledger()
                .cancels()
                .filter(|entry| entry.order.as_deref() == row.ion_id.as_deref())
                .count(),
            1,
            "{what}"
        );
    }
}

#[tokio::test]
async fn a_pause_that_ion_asks_for_is_kept_and_the_order_keeps_its_place() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        // What else there is to read is read before: nobody may ask in the pause, and the clock stands still.
        bed.work().await;
        bed.lab.sandbox.inject(fault(
            PLACE,
            Action::Status {
                code: 429,
                body: BodyKind::Platform,
                retry_after: Some("2".to_owned()),
            },
        ));
        let order = bed.submit().await;
        bed.work().await;
        assert_eq!(bed.state(order).await, OrderState::Submitting);
        let row = bed.row(order).await;
        assert_eq!((row.sent_at, row.sends), (None, 0));
        assert_eq!(bed.timeline(order).await.last(), Some(&Kind::Postponed));
        bed.work().await;
        assert_eq!(bed.posts(order).await, 1, "not before its time");
        bed.lab.pass(Duration::from_secs(2));
        bed.work().await;
        assert_eq!(bed.state(order).await, OrderState::Placed);
    })
    .await;
}

#[tokio::test]
async fn an_order_that_ion_has_is_found_and_not_sent_again() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        bed.lab.sandbox.inject(fault(PLACE, Action::CutAfter));
        let order = bed.submit().await;
        bed.worker.drain().await.unwrap();
        assert_eq!(bed.state(order).await, OrderState::Unconfirmed);
        assert_eq!(bed.notices().await, ["orders.unconfirmed"]);
        let row = bed.row(order).await;
        assert!(
            bed.engine
                .send_again(order, row.version, &kim())
                .await
                .is_err(),
            "not before it was searched for"
        );
        bed.pass(Duration::from_secs(15)).await;
        assert!(bed.row(order).await.ion_id.is_some());
        assert!(bed.timeline(order).await.contains(&Kind::Found));
        assert!(bed.notices().await.is_empty());
        assert_eq!(bed.posts(order).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_found_is_a_persons_to_close_and_is_taken_over_where_it_appears() {
    for_both(|store| async move {
        let knobs = Knobs {
            order_list_lag_s: 2000,
            ..Knobs::default()
        };
        let bed = Bed::with(store, config(knobs)).await;
        bed.lab.sandbox.inject(fault(PLACE, Action::CutAfter));
        let order = bed.submit().await;
        bed.work().await;
        bed.pass(PATIENCE + Duration::from_secs(20)).await;
        let row = bed.row(order).await;
        assert_eq!(row.state, OrderState::Unconfirmed);
        assert!(row.not_found_at.is_some());
        assert!(bed.notices().await.contains(&"orders.not_found".to_owned()));
        bed.engine
            .give_up_order(order, row.version, &kim())
            .await
            .unwrap();
        assert_eq!(bed.state(order).await, OrderState::Cancelled);
        // Ion's list was slower than our patience: it is found within the hour, and told.
        for _ in 0..3 {
            bed.lab.pass(Duration::from_secs(3700));
            bed.work().await;
        }
        assert!(bed.row(order).await.ion_id.is_some());
        assert_eq!(bed.posts(order).await, 1);
        assert!(
            bed.notices().await.contains(&"orders.stuck".to_owned())
                || bed.state(order).await == OrderState::Completed
        );
    })
    .await;
}

#[tokio::test]
async fn of_two_submitters_one_sends() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        let order = bed.submit().await;
        let second = bed.engine_of_second();
        let gate = bed.lab.sandbox.hold(PLACE);
        let watch = async {
            gate.arrived(1).await;
            gate.release();
        };
        let (one, other, ()) = tokio::join!(
            engine::orders::submit(&bed.engine, order),
            engine::orders::submit(&second, order),
            watch,
        );
        assert_eq!(one.unwrap(), JobEnd::Done);
        assert_eq!(other.unwrap(), JobEnd::Done);
        bed.pass(Duration::from_secs(30)).await;
        assert_eq!(bed.in_ion(order).await.len(), 1);
        assert_eq!(bed.posts(order).await, 1);
        assert!(bed.row(order).await.ion_id.is_some());
    })
    .await;
}

/// Polls a future so often, then drops it, as a server that dies does. True where it came to its end before.
async fn dies_after<F: Future>(polls: usize, work: F) -> bool {
    let mut work = pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return std::task::Poll::Ready(false);
        }
        left -= 1;
        work.as_mut().poll(context).map(|_| true)
    })
    .await
}

/// The job that sends an order.
async fn job_of(bed: &Bed, order: OrderId) -> JobId {
    let jobs = store::queue::list(bed.store.read(), 1000).await.unwrap();
    let sends =
        |payload: &Payload| matches!(payload, Payload::SubmitOrder { order: of } if *of == order);
    let job = jobs.into_iter().find(|job| sends(&job.payload));
    job.expect("an order that was placed has a job that sends it")
        .id
}

#[tokio::test]
async fn a_server_that_dies_at_any_instant_of_a_submission_sends_no_second_order() {
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let mut bed = Bed::start(database.store().clone()).await;
    #[expect(
        clippy::disallowed_methods,
        reason = "how often a test tries is no setting"
    )]
    let whole = std::env::var("IONBRIDGE_SWEEP").is_ok();
    let rounds = if whole { 5 } else { 1 };
    // Deaths before the send was begun, and from then on until its answer was stored.
    let (mut before, mut between) = (0, 0);
    for round in 0..rounds {
        for polls in 1.. {
            let order = bed.submit().await;
            let job = job_of(&bed, order).await;
            let worker = bed.worker.clone();
            // Its job alone: what else is due would be what dies.
            let work = worker.run_one(job, CancellationToken::new());
            if dies_after(polls, work).await {
                break;
            }
            let row = bed.row(order).await;
            match row.sends {
                0 => before += 1,
                _ if row.ion_id.is_none() => between += 1,
                _ => {}
            }
            bed.restart();
            // The lease of the dead worker runs out.
            bed.lab.pass(Duration::from_secs(40));
            bed.worker.beat().await;
            let what = format!("dead after {polls} polls, round {round}");
            let again = with_a_person(&bed, order, &what).await;
            let there = bed.in_ion(order).await;
            assert_eq!(there.len(), 1, "{what}");
            let posts = bed.posts(order).await;
            assert!(
                posts <= again + 1,
                "{what}: {posts} posts, {again} by a person"
            );
            assert_eq!(
                bed.row(order).await.ion_id.as_deref(),
                Some(there[0].id.as_str()),
                "{what}"
            );
        }
    }
    assert!(
        before > 0 && between > 0,
        "it died {before} times before the send was begun, {between} times before its answer was stored"
    );
}
