//! What is due by the calendar, in the zone of the people, found once by whoever looks.

use std::time::Duration;

use domain::Clock as _;
use domain::run::JobState;
use jiff::Timestamp;
use store::queue::Payload;
use store::testing::for_both;
use worker::{Worker, WorkerSettings};

use crate::bench::{Bench, settings};

const HOUR: u64 = 3600;

/// Instants at which an import was asked for.
async fn asked(bench: &Bench, connection: domain::ConnectionId) -> Vec<Timestamp> {
    let mut at: Vec<_> = bench
        .runs(connection)
        .await
        .iter()
        .map(|run| run.requested_at)
        .collect();
    at.sort();
    at
}

#[tokio::test]
async fn the_daily_import_is_asked_for_once_a_day_by_one_of_many() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine();
        let connection = bench.lab.connect(&engine).await;
        let (one, two) = (bench.worker(), bench.worker());
        // It is 10:00 UTC on 23 November: 3:10 in Berlin is 2:10 UTC.
        for _ in 0..3 * 24 * 6 {
            tokio::join!(one.beat(), two.beat());
            bench.lab.clock.advance(Duration::from_secs(HOUR / 6));
            let waiting = bench.jobs(JobState::Queued).await;
            for job in waiting
                .iter()
                .filter(|job| matches!(job.payload, Payload::ImportCatalog { .. }))
            {
                store::queue::cancel(bench.store.read(), job.id, bench.lab.clock.now())
                    .await
                    .unwrap();
                let tx = bench.store.begin().await.unwrap();
                store::runs::give_up(&tx, job.run.unwrap(), "not here", bench.lab.clock.now())
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
            }
        }
        let days: Vec<String> = asked(&bench, connection)
            .await
            .iter()
            .map(Timestamp::to_string)
            .collect();
        assert_eq!(
            days,
            [
                "2026-11-24T02:10:00Z",
                "2026-11-25T02:10:00Z",
                "2026-11-26T02:10:00Z"
            ]
        );
        let prunes = bench.jobs(JobState::Queued).await;
        assert_eq!(
            prunes
                .iter()
                .filter(|job| job.payload == Payload::Prune)
                .count(),
            1,
            "one waits, whatever was missed"
        );
    })
    .await;
}

#[tokio::test]
async fn what_was_missed_while_nobody_looked_is_made_up_for_once() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine();
        let connection = bench.lab.connect(&engine).await;
        bench.worker().beat().await;
        bench.lab.clock.advance(Duration::from_secs(5 * 24 * HOUR));
        bench.worker().beat().await;
        bench.worker().beat().await;
        assert_eq!(asked(&bench, connection).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_wall_clock_that_steps_back_makes_nothing_due_twice() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine();
        let connection = bench.lab.connect(&engine).await;
        let worker = bench.worker();
        worker.beat().await;
        bench.lab.clock.advance(Duration::from_secs(24 * HOUR));
        worker.beat().await;
        let before = bench.lab.clock.now() - Duration::from_secs(24 * HOUR);
        worker.drain().await.unwrap();
        bench.lab.clock.step_wall(before);
        for _ in 0..24 {
            worker.beat().await;
            bench.lab.clock.advance(Duration::from_secs(HOUR));
        }
        assert_eq!(asked(&bench, connection).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_changed_calendar_holds_at_once() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine();
        let connection = bench.lab.connect(&engine).await;
        let with = |schedule: &str| {
            Worker::new(
                engine.clone(),
                WorkerSettings {
                    import_schedule: schedule.to_owned(),
                    ..settings()
                },
            )
            .unwrap()
        };
        with("0 0 1 1 *").beat().await;
        let daily = with("10 3 * * *");
        daily.beat().await;
        assert!(asked(&bench, connection).await.is_empty());
        bench.lab.clock.advance(Duration::from_secs(24 * HOUR));
        daily.beat().await;
        assert_eq!(
            asked(&bench, connection).await.len(),
            1,
            "the day after, not in January"
        );
    })
    .await;
}

#[tokio::test]
async fn no_calendar_and_no_login_ask_for_nothing() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine();
        let connection = bench.lab.connect(&engine).await;
        let never = Worker::new(
            engine.clone(),
            WorkerSettings {
                import_schedule: String::new(),
                ..settings()
            },
        )
        .unwrap();
        engine
            .remove_connection(connection, &store::audit::Actor::cli())
            .await
            .unwrap();
        for worker in [&never, &bench.worker()] {
            worker.beat().await;
            bench.lab.clock.advance(Duration::from_secs(48 * HOUR));
            worker.beat().await;
        }
        assert!(asked(&bench, connection).await.is_empty());
        assert!(
            Worker::new(
                engine,
                WorkerSettings {
                    import_schedule: "every day".to_owned(),
                    ..settings()
                }
            )
            .is_err()
        );
    })
    .await;
}
