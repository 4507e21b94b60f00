//! Runs: numbered one by one, and what they tell while they go on and after.

use domain::RunId;
use domain::run::{RunCounts, RunKind, RunStatus};
use store::runs;
use store::testing::for_both;

use crate::make::{Make, seconds};

#[tokio::test]
async fn runs_are_numbered_without_gap_or_clash_by_many_at_once() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1").await;
        let asked = (0..12).map(|_| {
            let (store, id, now) = (store.clone(), RunId::new(&make.ids), make.now());
            tokio::spawn(async move {
                let tx = store.begin().await.unwrap();
                let number = runs::insert(
                    &tx,
                    id,
                    connection,
                    RunKind::CatalogImport,
                    false,
                    "ada",
                    now,
                )
                .await
                .unwrap();
                tx.commit().await.unwrap();
                number
            })
        });
        let mut numbers: Vec<u64> = futures::future::join_all(asked)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn a_run_keeps_its_start_its_counts_and_its_checkpoint_through_an_interruption() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1").await;
        let id = make.run(&store, connection).await;
        let begun = make.now();
        let write = store.write();
        runs::mark_running(&write, id, begun).await.unwrap();
        let counts = RunCounts {
            read: 200,
            pages: 2,
            ..RunCounts::default()
        };
        runs::set_checkpoint(&write, id, &counts, "page-3", make.now())
            .await
            .unwrap();
        runs::set_progress(&write, id, &counts, "Reading", make.now())
            .await
            .unwrap();
        runs::mark_interrupted(&write, id).await.unwrap();
        make.clock.advance(seconds(60));
        runs::mark_running(&write, id, make.now()).await.unwrap();
        let row = runs::find(store.read(), id).await.unwrap().unwrap();
        assert_eq!(
            (row.status, row.started_at),
            (RunStatus::Running, Some(begun))
        );
        assert_eq!(
            (row.counts, row.checkpoint.as_deref()),
            (counts, Some("page-3"))
        );
        assert!(
            runs::find_unfinished(store.read(), connection, RunKind::CatalogImport)
                .await
                .unwrap()
                .is_some()
        );

        assert!(runs::request_stop(&write, id).await.unwrap());
        assert!(runs::stop_requested(store.read(), id).await.unwrap());
        runs::finish(
            &write,
            id,
            RunStatus::Done,
            &counts,
            "Read 200 products",
            make.now(),
        )
        .await
        .unwrap();
        assert!(
            !runs::request_stop(&write, id).await.unwrap(),
            "it has ended"
        );
        assert!(
            !runs::give_up(&write, id, "no", make.now()).await.unwrap(),
            "it has ended"
        );
        let row = runs::find_by_number(store.read(), row.number)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (row.status, row.checkpoint, row.outcome.as_deref()),
            (RunStatus::Done, None, Some("Read 200 products"))
        );
        assert!(
            runs::find_unfinished(store.read(), connection, RunKind::CatalogImport)
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(
            runs::find_last_complete(store.read())
                .await
                .unwrap()
                .unwrap()
                .id,
            id
        );
    })
    .await;
}

#[tokio::test]
async fn the_first_complete_import_is_the_baseline() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1").await;
        let first = make.run(&store, connection).await;
        assert!(
            runs::find(store.read(), first)
                .await
                .unwrap()
                .unwrap()
                .baseline
        );
        runs::finish(
            &store.write(),
            first,
            RunStatus::Failed,
            &RunCounts::default(),
            "",
            make.now(),
        )
        .await
        .unwrap();
        let second = make.run(&store, connection).await;
        assert!(
            runs::find(store.read(), second)
                .await
                .unwrap()
                .unwrap()
                .baseline,
            "the first one failed"
        );
        runs::finish(
            &store.write(),
            second,
            RunStatus::DoneSetAside,
            &RunCounts::default(),
            "",
            make.now(),
        )
        .await
        .unwrap();
        let third = make.run(&store, connection).await;
        assert!(
            !runs::find(store.read(), third)
                .await
                .unwrap()
                .unwrap()
                .baseline
        );
        let numbers =
            |rows: Vec<runs::RunRow>| rows.iter().map(|row| row.number).collect::<Vec<_>>();
        assert_eq!(
            numbers(runs::list(store.read(), None, None, 2).await.unwrap()),
            [3, 2]
        );
        assert_eq!(
            numbers(
                runs::list(store.read(), Some(connection), Some(2), 9)
                    .await
                    .unwrap()
            ),
            [1]
        );
    })
    .await;
}

#[tokio::test]
async fn lines_that_two_write_at_once_are_all_in_the_log() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1").await;
        let id = make.run(&store, connection).await;
        let writers = (0..4).map(|writer| {
            let (store, now) = (store.clone(), make.now());
            tokio::spawn(async move {
                for line in 0..10 {
                    let tx = store.begin().await.unwrap();
                    runs::log(&tx, id, "info", &format!("{writer} wrote {line}"), now)
                        .await
                        .unwrap();
                    tx.commit().await.unwrap();
                }
            })
        });
        for writer in futures::future::join_all(writers).await {
            writer.unwrap();
        }
        let log = runs::list_log(store.read(), id).await.unwrap();
        assert_eq!(log.len(), 40);
        let of_one: Vec<_> = log
            .iter()
            .filter(|line| line.message.starts_with("2 "))
            .map(|line| line.message.as_str())
            .collect();
        assert_eq!(
            of_one,
            (0..10)
                .map(|line| format!("2 wrote {line}"))
                .collect::<Vec<_>>()
        );
    })
    .await;
}
