//! Jobs: enqueued once, claimed by one, completed under a fence, never lost.

use std::collections::HashMap;

use domain::run::{JobState, RunStatus};
use domain::{Clock as _, ConnectionId, IdGen as _, JobId, NoticeId, RunId, WorkerId};
use store::queue::{self, Job, NewJob, Payload};
use store::testing::for_both;
use store::{ConnectionTrait as _, Store};

use crate::make::{Make, seconds};

fn notice(make: &Make) -> NewJob {
    let payload = Payload::DeliverNotice {
        notice: NoticeId(make.ids.uuid()),
        channel: "email".to_owned(),
    };
    NewJob {
        payload,
        run_at: make.now(),
        dedupe_key: None,
        max_attempts: 3,
        run: None,
    }
}

fn import(make: &Make, connection: ConnectionId, run: RunId) -> NewJob {
    NewJob {
        payload: Payload::ImportCatalog { connection, run },
        run_at: make.now(),
        dedupe_key: None,
        max_attempts: 3,
        run: Some(run),
    }
}

async fn enqueue(make: &Make, store: &Store, new: &NewJob) -> JobId {
    let tx = store.begin().await.unwrap();
    let id = queue::enqueue(&tx, &make.ids, make.now(), new)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn claim(make: &Make, store: &Store) -> Option<Job> {
    queue::claim(
        store,
        WorkerId(make.ids.uuid()),
        make.now() + seconds(30),
        make.now(),
        None,
    )
    .await
    .unwrap()
}

async fn state(store: &Store, id: JobId) -> JobState {
    queue::find(store.read(), id).await.unwrap().unwrap().state
}

#[tokio::test]
async fn a_job_is_done_once_in_the_order_of_its_time() {
    for_both(|store| async move {
        let make = Make::new();
        let later = enqueue(
            &make,
            &store,
            &NewJob {
                run_at: make.now() + seconds(60),
                ..notice(&make)
            },
        )
        .await;
        let sooner = enqueue(&make, &store, &notice(&make)).await;
        assert!(queue::any_due(store.read(), make.now()).await.unwrap());
        let job = claim(&make, &store).await.unwrap();
        assert_eq!((job.id, job.attempt, job.fence), (sooner, 1, 1));
        assert!(
            claim(&make, &store).await.is_none(),
            "the other one is not due"
        );
        assert!(
            queue::finish(&store.write(), &job, JobState::Done, None, make.now())
                .await
                .unwrap()
        );
        assert_eq!(state(&store, sooner).await, JobState::Done);
        make.clock.advance(seconds(60));
        assert_eq!(claim(&make, &store).await.unwrap().id, later);
    })
    .await;
}

#[tokio::test]
async fn a_job_of_a_change_that_is_rolled_back_never_was() {
    for_both(|store| async move {
        let make = Make::new();
        let tx = store.begin().await.unwrap();
        queue::enqueue(&tx, &make.ids, make.now(), &notice(&make))
            .await
            .unwrap();
        drop(tx);
        assert!(claim(&make, &store).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn the_same_key_is_enqueued_again_only_after_the_first_ended() {
    for_both(|store| async move {
        let make = Make::new();
        let new = NewJob {
            dedupe_key: Some("prune".to_owned()),
            payload: Payload::Prune,
            ..notice(&make)
        };
        let first = enqueue(&make, &store, &new).await;
        assert_eq!(enqueue(&make, &store, &new).await, first);
        let job = claim(&make, &store).await.unwrap();
        assert_eq!(
            enqueue(&make, &store, &new).await,
            first,
            "also while it runs"
        );
        assert!(
            queue::finish(
                &store.write(),
                &job,
                JobState::Failed,
                Some("no"),
                make.now()
            )
            .await
            .unwrap()
        );
        assert_ne!(enqueue(&make, &store, &new).await, first);
    })
    .await;
}

#[tokio::test]
async fn one_job_of_a_lane_runs_at_a_time_and_other_lanes_go_on() {
    for_both(|store| async move {
        let make = Make::new();
        let one = make.connection(&store, "1").await;
        let two = make.connection(&store, "2").await;
        for connection in [one, one, two] {
            let run = make.run(&store, connection).await;
            enqueue(&make, &store, &import(&make, connection, run)).await;
        }
        let first = claim(&make, &store).await.unwrap();
        let second = claim(&make, &store).await.unwrap();
        let lanes = [&first, &second].map(|job| match &job.payload {
            Payload::ImportCatalog { connection, .. } => *connection,
            other => panic!("{other:?}"),
        });
        assert_eq!(lanes, [one, two]);
        assert!(
            claim(&make, &store).await.is_none(),
            "the lane of the third is busy"
        );
        assert!(
            queue::finish(&store.write(), &first, JobState::Done, None, make.now())
                .await
                .unwrap()
        );
        assert!(claim(&make, &store).await.is_some());
    })
    .await;
}

/// Each job reaches exactly one worker, and no lane ever runs two: by eight workers that all want everything.
#[tokio::test]
async fn many_workers_do_every_job_exactly_once() {
    for_both(|store| async move {
        let make = Make::new();
        let connections = [
            make.connection(&store, "1").await,
            make.connection(&store, "2").await,
        ];
        let mut expected = 0;
        for number in 0..60 {
            let new = if number % 3 == 0 {
                let connection = connections[number / 3 % 2];
                import(&make, connection, make.run(&store, connection).await)
            } else {
                notice(&make)
            };
            enqueue(&make, &store, &new).await;
            expected += 1;
        }
        let (now, lease) = (make.now(), make.now() + seconds(30));
        let workers = (0..8).map(|_| {
            let (store, worker) = (store.clone(), WorkerId(make.ids.uuid()));
            tokio::spawn(async move {
                let mut done = Vec::new();
                // A worker without a job comes back while others still hold lanes.
                while queue::any_due(store.read(), now).await.unwrap() {
                    let Some(job) = queue::claim(&store, worker, lease, now, None)
                        .await
                        .unwrap()
                    else {
                        tokio::task::yield_now().await;
                        continue;
                    };
                    assert!(
                        queue::finish(&store.write(), &job, JobState::Done, None, now)
                            .await
                            .unwrap()
                    );
                    done.push(job.id);
                }
                done
            })
        });
        let mut times = HashMap::new();
        for worker in futures::future::join_all(workers).await {
            for job in worker.unwrap() {
                *times.entry(job).or_insert(0) += 1;
            }
        }
        assert_eq!(times.len(), expected);
        assert!(times.values().all(|times| *times == 1), "{times:?}");
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_can_write_nothing() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1").await;
        let run = make.run(&store, connection).await;
        enqueue(&make, &store, &import(&make, connection, run)).await;
        let lost = claim(&make, &store).await.unwrap();
        store::runs::mark_running(&store.write(), run, make.now())
            .await
            .unwrap();
        assert!(
            queue::requeue_lost(&store, make.now())
                .await
                .unwrap()
                .is_empty(),
            "its lease still holds"
        );

        make.clock.advance(seconds(31));
        assert_eq!(
            queue::requeue_lost(&store, make.now()).await.unwrap(),
            [run]
        );
        let row = store::runs::find(store.read(), run).await.unwrap().unwrap();
        assert_eq!(row.status, RunStatus::Interrupted);
        let again = claim(&make, &store).await.unwrap();
        assert_eq!((again.id, again.attempt, again.fence), (lost.id, 2, 2));

        let now = make.now();
        assert!(
            !queue::extend(&store.write(), &lost, now + seconds(60))
                .await
                .unwrap()
        );
        assert!(
            !queue::finish(&store.write(), &lost, JobState::Done, None, now)
                .await
                .unwrap()
        );
        assert!(
            !queue::retry(&store.write(), &lost, now, None, true)
                .await
                .unwrap()
        );
        let tx = store.begin().await.unwrap();
        assert!(!queue::hold(&tx, &lost).await.unwrap());
        assert!(queue::hold(&tx, &again).await.unwrap());
        drop(tx);
        assert!(
            queue::extend(&store.write(), &again, now + seconds(60))
                .await
                .unwrap()
        );
        assert!(
            queue::finish(&store.write(), &again, JobState::Done, None, now)
                .await
                .unwrap()
        );
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_every_worker_ends_with_its_run() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1").await;
        let run = make.run(&store, connection).await;
        let id = enqueue(&make, &store, &import(&make, connection, run)).await;
        let mut claims = 0;
        while claim(&make, &store).await.is_some() {
            claims += 1;
            make.clock.advance(seconds(31));
            queue::requeue_lost(&store, make.now()).await.unwrap();
        }
        assert_eq!(claims, 23, "three tries and twenty losses");
        assert_eq!(state(&store, id).await, JobState::Failed);
        let row = store::runs::find(store.read(), run).await.unwrap().unwrap();
        assert_eq!(row.status, RunStatus::Failed);
        assert!(row.outcome.unwrap().contains("went away"));
    })
    .await;
}

#[tokio::test]
async fn a_retry_waits_for_its_time_and_may_not_count() {
    for_both(|store| async move {
        let make = Make::new();
        enqueue(&make, &store, &notice(&make)).await;
        let job = claim(&make, &store).await.unwrap();
        assert!(
            queue::retry(
                &store.write(),
                &job,
                make.now() + seconds(10),
                Some("refused"),
                true
            )
            .await
            .unwrap()
        );
        assert!(claim(&make, &store).await.is_none());
        make.clock.advance(seconds(10));
        let job = claim(&make, &store).await.unwrap();
        assert_eq!(
            (job.attempt, job.last_error.as_deref()),
            (2, Some("refused"))
        );
        assert!(
            queue::retry(&store.write(), &job, make.now(), None, false)
                .await
                .unwrap()
        );
        assert_eq!(
            claim(&make, &store).await.unwrap().attempt,
            2,
            "a stop of the server is no try"
        );
    })
    .await;
}

#[tokio::test]
async fn what_waits_can_be_cancelled_and_what_runs_cannot() {
    for_both(|store| async move {
        let make = Make::new();
        let id = enqueue(&make, &store, &notice(&make)).await;
        assert!(queue::cancel(&store.write(), id, make.now()).await.unwrap());
        assert!(claim(&make, &store).await.is_none());
        let id = enqueue(&make, &store, &notice(&make)).await;
        claim(&make, &store).await.unwrap();
        assert!(!queue::cancel(&store.write(), id, make.now()).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_job_nobody_can_read_does_not_stand_before_the_others() {
    for_both(|store| async move {
        let make = Make::new();
        let broken = enqueue(&make, &store, &notice(&make)).await;
        let newer = enqueue(&make, &store, &notice(&make)).await;
        let good = enqueue(&make, &store, &notice(&make)).await;
        store.write().execute_unprepared(&format!("UPDATE job SET payload = '{{}}' WHERE id = {}", literal(&store, broken))).await.unwrap();
        let sql = format!("UPDATE job SET kind = 'sync-moon', payload = '{{\"kind\":\"sync-moon\"}}' WHERE id = {}", literal(&store, newer));
        store.write().execute_unprepared(&sql).await.unwrap();
        assert_eq!(claim(&make, &store).await.unwrap().id, good);
        let listed: Vec<_> = queue::list(store.read(), 10).await.unwrap().iter().map(|job| job.id).collect();
        assert_eq!(listed, [good]);
        assert!(claim(&make, &store).await.is_none(), "the broken one ended, the newer one waits for a newer worker");
    })
    .await;
}

fn literal(store: &Store, id: JobId) -> String {
    match store.backend() {
        store::Backend::Sqlite => format!("x'{}'", id.0.simple()),
        store::Backend::Postgres => format!("'{id}'"),
    }
}

#[tokio::test]
async fn old_jobs_are_pruned_and_open_ones_stay() {
    for_both(|store| async move {
        let make = Make::new();
        let done = enqueue(&make, &store, &notice(&make)).await;
        let job = claim(&make, &store).await.unwrap();
        queue::finish(&store.write(), &job, JobState::Done, None, make.now())
            .await
            .unwrap();
        let open = enqueue(&make, &store, &notice(&make)).await;
        make.clock.advance(seconds(3600));
        assert_eq!(
            queue::prune(&store.write(), make.clock.now())
                .await
                .unwrap(),
            1
        );
        assert!(queue::find(store.read(), done).await.unwrap().is_none());
        assert_eq!(state(&store, open).await, JobState::Queued);
    })
    .await;
}

/// The words of stored jobs outlive deployments.
#[test]
fn stored_payloads_stay_readable() {
    let id = "00000007-0000-7000-8000-000000000001";
    for text in [
        format!(r#"{{"kind":"import-catalog","connection":"{id}","run":"{id}"}}"#),
        format!(r#"{{"kind":"deliver-notice","notice":"{id}","channel":"webhook"}}"#),
        r#"{"kind":"prune"}"#.to_owned(),
    ] {
        let payload: Payload = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&payload).unwrap(), text);
    }
}

#[tokio::test]
async fn jobs_of_one_order_wait_for_each_other_and_those_of_others_do_not() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, run) = (ConnectionId::new(&make.ids), RunId::new(&make.ids));
        let (order, other) = (
            domain::OrderId::new(&make.ids),
            domain::OrderId::new(&make.ids),
        );
        let template = |provider: &str| Payload::ReadTemplate {
            connection,
            vendor: "MICROSOFT".to_owned(),
            provider: provider.to_owned(),
            action: "CREATE".to_owned(),
        };
        let cancel = Payload::CancelOrder {
            order,
            requested_by: "kim".to_owned(),
        };
        let of_customer = Payload::ReadSubscriptionsOf {
            connection,
            ion_customer_id: "42".to_owned(),
            order: Some(order),
        };
        let reading = Payload::SyncSubscriptions {
            connection,
            run,
            gone_up_to: None,
        };
        // Of each lane the first one is taken, and what it keeps waiting.
        let lanes = [
            vec![
                Payload::SubmitOrder { order },
                Payload::FollowOrder { order },
                cancel,
            ],
            vec![Payload::FollowOrder { order: other }],
            vec![Payload::ReadOrders { connection }],
            vec![reading, of_customer],
            vec![template("AZURE"), template("OFFICE")],
        ];
        for payload in lanes.iter().flatten() {
            let new = NewJob {
                payload: payload.clone(),
                ..notice(&make)
            };
            enqueue(&make, &store, &new).await;
            make.clock.advance(seconds(1));
        }
        let mut taken = Vec::new();
        while let Some(job) = claim(&make, &store).await {
            taken.push(job);
        }
        let first: Vec<&Payload> = lanes.iter().map(|lane| &lane[0]).collect();
        let payloads: Vec<&Payload> = taken.iter().map(|job| &job.payload).collect();
        assert_eq!(payloads, first);
        for (job, lane) in taken.iter().zip(&lanes) {
            let mut done = job.clone();
            for next in &lane[1..] {
                let now = make.now();
                let ended = queue::finish(&store.write(), &done, JobState::Done, None, now).await;
                assert!(ended.unwrap());
                done = claim(&make, &store).await.unwrap();
                assert_eq!(&done.payload, next);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_job_that_waits_is_brought_forward_never_put_off() {
    for_both(|store| async move {
        let make = Make::new();
        let mut new = notice(&make);
        new.run_at = make.now() + seconds(600);
        new.dedupe_key = Some("follow".to_owned());
        let id = enqueue(&make, &store, &new).await;
        let hasten = async |key: &str, after| {
            queue::hasten(&store.write(), key, make.now() + seconds(after))
                .await
                .unwrap()
        };
        assert!(!hasten("other", 0).await);
        assert!(!hasten("follow", 900).await);
        assert!(hasten("follow", 60).await);
        let due = queue::find(store.read(), id).await.unwrap().unwrap().run_at;
        assert_eq!(due, make.now() + seconds(60));
        assert!(hasten("follow", 0).await);
        assert!(claim(&make, &store).await.is_some());
        assert!(!hasten("follow", 0).await, "it has begun");
    })
    .await;
}
