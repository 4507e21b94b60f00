//! A job is done once, whoever claims it, whoever goes away.

use std::time::Duration;

use domain::run::{JobState, RunStatus};
use domain::{Clock as _, WorkerId};
use store::audit::Actor;
use store::queue::{self, NewJob, Payload};
use store::testing::for_both;
use store::workers;
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, LEASE};

const PRODUCTS: &str = "/api/v3/accounts/10412/products";

#[tokio::test]
async fn two_workers_do_each_job_once() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine_with(|settings| settings.email = None);
        for n in 0..12 {
            bench
                .raise(&engine, &n.to_string(), "An import failed")
                .await;
        }
        let (one, two) = (bench.worker(), bench.worker());
        let (first, second) = tokio::join!(one.drain(), two.drain());
        assert_eq!(first.unwrap() + second.unwrap(), 12);
        let mut ids: Vec<String> = bench
            .hook
            .received()
            .into_iter()
            .map(|request| request.headers["webhook-id"].clone())
            .collect();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), bench.hook.received().len()), (12, 12));
        assert_eq!(bench.jobs(JobState::Done).await.len(), 12);
    })
    .await;
}

#[tokio::test]
async fn a_second_import_is_not_made_while_one_waits_or_runs() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine();
        let connection = bench.lab.connect(&engine).await;
        let ask = async || {
            engine
                .request_import(connection, false, &Actor::cli())
                .await
                .unwrap()
        };
        let (first, second) = (ask().await, ask().await);
        assert_eq!(
            (second.run, second.job, second.already_running),
            (first.run, first.job, true)
        );
        let gate = bench.lab.sandbox.hold(PRODUCTS);
        let worker = bench.worker();
        let running = async {
            gate.arrived(1).await;
            assert!(ask().await.already_running);
            gate.release();
        };
        tokio::join!(async { worker.drain().await.unwrap() }, running);
        assert!(!ask().await.already_running, "the first one has ended");
        assert_eq!(bench.runs(connection).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_dies_in_the_middle_is_followed_by_another_and_the_end_is_the_same() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine();
        let connection = bench.connect(&engine).await;
        let asked = engine
            .request_import(connection, false, &Actor::cli())
            .await
            .unwrap();
        let gate = bench.lab.sandbox.hold(PRODUCTS);
        {
            let dies = bench.worker();
            let job = dies.run_one(asked.job, CancellationToken::new());
            tokio::select! {
                _ = job => panic!("it waits for the list"),
                () = gate.arrived(1) => {}
            }
        }
        assert_eq!(
            bench.job(asked.job).await.state,
            JobState::Running,
            "as it was left"
        );
        let other = bench.worker();
        other.beat().await;
        assert_eq!(other.drain().await.unwrap(), 0, "its lease still holds");
        bench.lab.pass(LEASE + Duration::from_secs(1));
        // Nobody of the dead one extends the lease: it would do so within a second.
        tokio::time::sleep(Duration::from_millis(1200)).await;
        gate.release();
        other.beat().await;
        assert_eq!(
            bench.runs(connection).await[0].status,
            RunStatus::Interrupted
        );
        assert_eq!(other.drain().await.unwrap(), 1);
        let job = bench.job(asked.job).await;
        assert_eq!((job.state, job.attempt, job.fence), (JobState::Done, 2, 2));
        let run = &bench.runs(connection).await[0];
        assert_eq!(
            (run.status, run.counts.read, run.counts.added),
            (RunStatus::Done, 30, 30)
        );
        assert_eq!(
            store::catalog::count_products(bench.store.read(), connection)
                .await
                .unwrap(),
            30
        );
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_ends_nothing() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine();
        let now = bench.lab.clock.now();
        let tx = bench.store.begin().await.unwrap();
        let new = NewJob {
            payload: Payload::Prune,
            run_at: now,
            dedupe_key: None,
            max_attempts: 3,
            run: None,
        };
        let id = queue::enqueue(&tx, engine.ids(), now, &new).await.unwrap();
        tx.commit().await.unwrap();
        // A worker that was stopped for longer than its lease.
        let slow = WorkerId::new(engine.ids());
        let claimed = queue::claim(&bench.store, slow, now + LEASE, now, None)
            .await
            .unwrap()
            .unwrap();
        bench.lab.pass(LEASE + Duration::from_secs(1));
        let worker = bench.worker();
        worker.beat().await;
        assert_eq!(worker.drain().await.unwrap(), 1);
        let now = bench.lab.clock.now();
        assert!(
            !queue::finish(
                bench.store.read(),
                &claimed,
                JobState::Failed,
                Some("late"),
                now
            )
            .await
            .unwrap()
        );
        assert!(
            !queue::extend(bench.store.read(), &claimed, now + LEASE)
                .await
                .unwrap()
        );
        let job = bench.job(id).await;
        assert_eq!((job.state, job.attempt), (JobState::Done, 2));
    })
    .await;
}

#[tokio::test]
async fn a_run_that_two_workers_read_at_once_ends_right() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine();
        let connection = bench.lab.connect(&engine).await;
        let asked = engine
            .request_import(connection, false, &Actor::cli())
            .await
            .unwrap();
        let gate = bench.lab.sandbox.hold(PRODUCTS);
        let (first, second) = (bench.worker(), bench.worker());
        let take_over = async {
            gate.arrived(1).await;
            // To the others the first one went away; it only was slow.
            let later = bench.lab.clock.now() + LEASE * 2;
            queue::requeue_lost(&bench.store, later).await.unwrap();
            bench.lab.pass(LEASE * 2);
            let second = second.run_one(asked.job, CancellationToken::new());
            let release = async {
                gate.arrived(2).await;
                gate.release();
            };
            assert!(tokio::join!(second, release).0.unwrap());
        };
        tokio::join!(
            async {
                first
                    .run_one(asked.job, CancellationToken::new())
                    .await
                    .unwrap()
            },
            take_over
        );
        let run = &bench.runs(connection).await[0];
        assert_eq!(run.status, RunStatus::Done, "{run:?}");
        assert_eq!(bench.job(asked.job).await.state, JobState::Done);
        let read = |id| store::catalog::find_product(bench.store.read(), id);
        let known = store::catalog::list_missing(bench.store.read(), connection, "", 100)
            .await
            .unwrap();
        assert_eq!(known.len(), 30);
        for (id, ..) in known {
            assert!(!read(id).await.unwrap().unwrap().variants.is_empty());
        }
        // A full comparison finds every row as Ion says it.
        engine
            .request_import(connection, true, &Actor::cli())
            .await
            .unwrap();
        first.drain().await.unwrap();
        let run = &bench.runs(connection).await[0];
        assert_eq!(
            (run.status, run.counts.unchanged),
            (RunStatus::Done, 30),
            "{run:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_failed_try_waits_longer_each_time() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine_with(|settings| settings.email = None);
        let worker = bench.worker();
        bench.raise(&engine, "one", "An import failed").await;
        let mut least = 5;
        for attempt in 1..=5 {
            bench.hook.answer("500 Internal Server Error");
            assert_eq!(worker.drain().await.unwrap(), 1);
            let job = &bench.jobs(JobState::Queued).await[0];
            let wait = job.run_at.duration_since(bench.lab.clock.now()).as_secs();
            assert_eq!(job.attempt, attempt);
            assert!(
                (least..=least * 5 / 4 + 1).contains(&wait),
                "{wait} s after try {attempt}"
            );
            bench
                .lab
                .pass(Duration::from_secs(u64::try_from(least).unwrap() - 1));
            assert_eq!(worker.drain().await.unwrap(), 0, "not before its time");
            bench
                .lab
                .pass(Duration::from_secs(u64::try_from(least).unwrap()));
            least *= 2;
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_cancels_what_waits_and_stops_what_runs() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let (engine, worker) = (bench.engine(), bench.worker());
        let connection = bench.lab.connect(&engine).await;
        let asked = engine
            .request_import(connection, false, &Actor::cli())
            .await
            .unwrap();
        let gate = bench.lab.sandbox.hold(PRODUCTS);
        let stop = async {
            gate.arrived(1).await;
            assert!(engine.request_stop(asked.run, &Actor::cli()).await.unwrap());
            gate.release();
        };
        tokio::join!(async { worker.drain().await.unwrap() }, stop);
        assert_eq!(bench.job(asked.job).await.state, JobState::Cancelled);
        assert_eq!(bench.runs(connection).await[0].status, RunStatus::Stopped);
        assert!(
            !engine.request_stop(asked.run, &Actor::cli()).await.unwrap(),
            "it has ended"
        );

        let asked = engine
            .request_import(connection, false, &Actor::cli())
            .await
            .unwrap();
        assert!(
            queue::cancel(bench.store.read(), asked.job, bench.lab.clock.now())
                .await
                .unwrap()
        );
        assert_eq!(worker.drain().await.unwrap(), 0);
        assert_eq!(bench.job(asked.job).await.state, JobState::Cancelled);
    })
    .await;
}

#[tokio::test]
async fn a_graceful_stop_gives_the_job_back_without_a_try_and_leaves() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine();
        let connection = bench.connect(&engine).await;
        let asked = engine
            .request_import(connection, false, &Actor::cli())
            .await
            .unwrap();
        let gate = bench.lab.sandbox.hold(PRODUCTS);
        let stop = CancellationToken::new();
        let worker = bench.worker();
        let since = bench.lab.clock.now();
        let alive = async || {
            workers::count_since(bench.store.read(), since)
                .await
                .unwrap()
        };
        let asks = async {
            gate.arrived(1).await;
            assert_eq!(alive().await, 1, "its sign of life");
            stop.cancel();
        };
        tokio::join!(worker.run(stop.clone()), asks);
        assert_eq!(alive().await, 0);
        let job = bench.job(asked.job).await;
        assert_eq!((job.state, job.attempt), (JobState::Queued, 0));
        assert_eq!(
            bench.runs(connection).await[0].status,
            RunStatus::Interrupted
        );
        gate.release();
        assert_eq!(bench.worker().drain().await.unwrap(), 1);
        assert_eq!(bench.runs(connection).await[0].status, RunStatus::Done);
    })
    .await;
}

#[tokio::test]
async fn what_this_process_enqueues_is_taken_up_without_a_look_at_the_clock() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine();
        let worker = Bench::worker_that_polls(engine.clone(), Duration::from_secs(86_400));
        let stop = CancellationToken::new();
        let since = bench.lab.clock.now();
        let asks = async {
            while workers::count_since(bench.store.read(), since)
                .await
                .unwrap()
                == 0
            {
                tokio::task::yield_now().await;
            }
            // Of one lane: the second may go on when the first has ended.
            let mut ids = Vec::new();
            for _ in 0..2 {
                let tx = bench.store.begin().await.unwrap();
                let new = NewJob {
                    payload: Payload::Prune,
                    run_at: since,
                    dedupe_key: None,
                    max_attempts: 3,
                    run: None,
                };
                let id = queue::enqueue(&tx, engine.ids(), since, &new).await;
                ids.push(id.unwrap());
                tx.commit().await.unwrap();
            }
            for id in ids {
                while bench.job(id).await.state != JobState::Done {
                    tokio::task::yield_now().await;
                }
            }
            stop.cancel();
        };
        // It would come to them after a day.
        let both = async { tokio::join!(worker.run(stop.clone()), asks) };
        let ended = tokio::time::timeout(Duration::from_secs(60), both).await;
        assert!(ended.is_ok(), "nobody told the worker");
    })
    .await;
}

#[tokio::test]
async fn a_worker_without_a_sign_of_life_is_not_counted() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        bench.worker().beat().await;
        let since = bench.lab.clock.now();
        assert_eq!(
            workers::count_since(bench.store.read(), since)
                .await
                .unwrap(),
            1
        );
        bench.lab.pass(Duration::from_secs(20));
        let since = bench.lab.clock.now() - Duration::from_secs(15);
        assert_eq!(
            workers::count_since(bench.store.read(), since)
                .await
                .unwrap(),
            0
        );
    })
    .await;
}

#[tokio::test]
async fn ended_jobs_go_after_their_time_and_open_ones_stay() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine_with(|settings| settings.email = None);
        let worker = bench.worker();
        bench.raise(&engine, "ends", "An import failed").await;
        worker.drain().await.unwrap();
        let prune = async || {
            let tx = bench.store.begin().await.unwrap();
            let now = bench.lab.clock.now();
            let new = NewJob {
                payload: Payload::Prune,
                run_at: now,
                dedupe_key: None,
                max_attempts: 1,
                run: None,
            };
            let id = queue::enqueue(&tx, engine.ids(), now, &new).await.unwrap();
            tx.commit().await.unwrap();
            assert!(worker.run_one(id, CancellationToken::new()).await.unwrap());
        };
        bench.raise(&engine, "waits", "An import failed").await;
        bench.lab.pass(Duration::from_secs(29 * 86_400));
        prune().await;
        assert_eq!(
            bench.jobs(JobState::Done).await.len(),
            2,
            "the delivery and the pruning itself"
        );
        bench.lab.pass(Duration::from_secs(2 * 86_400));
        prune().await;
        let kinds = bench.jobs(JobState::Done).await;
        assert!(
            kinds.iter().all(|job| job.payload == Payload::Prune),
            "{kinds:?}"
        );
        assert_eq!(bench.jobs(JobState::Queued).await.len(), 1);
    })
    .await;
}
