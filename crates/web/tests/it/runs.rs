//! Runs: asked for, followed, stopped, decided.

use domain::access::Role;
use domain::run::{RunCounts, RunKind, RunStatus};
use domain::{Clock as _, RunId, SystemIds};
use http::StatusCode;
use store::queue::Payload;
use store::{catalog, queue, runs};

use crate::house::House;

#[tokio::test]
async fn an_import_is_asked_for_once_and_can_be_stopped() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let sales = house.browser(Role::Sales).await;
    let path = format!("/settings/integrations/{connection}/import");
    let asked = sales.post(&path, &[]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{asked:?}");
    let run = asked.header("location").to_owned();
    assert_eq!(
        sales.post(&path, &[]).await.header("location"),
        run,
        "the same run"
    );
    assert_eq!(queue::list(house.store.read(), 10).await.unwrap().len(), 1);
    let page = sales.get(&run).await;
    assert!(
        page.text.contains("Catalog import 1")
            && page.text.contains("Queued")
            && page.text.contains(&format!("{run}/events")),
        "{}",
        page.text
    );
    let part = sales.get(&format!("{run}/progress")).await;
    assert!(!part.text.contains("<html") && part.text.contains("data-status"));
    assert_eq!(
        sales.post(&format!("{run}/stop"), &[]).await.status,
        StatusCode::SEE_OTHER
    );
    let id = run.rsplit('/').next().unwrap().parse().unwrap();
    assert!(runs::stop_requested(house.store.read(), id).await.unwrap());
    for path in [
        "/activity/runs",
        "/activity/jobs",
        "/activity/notifications",
        "/",
    ] {
        assert_eq!(sales.get(path).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn events_tell_how_far_it_is_and_end_with_the_run() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let run = house
        .import(
            connection,
            vec![house.product("Teams Phone", "Microsoft", "7.31")],
        )
        .await;
    let sales = house.browser(Role::Sales).await;
    let answer = sales.get(&format!("/activity/runs/{run}/events")).await;
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert!(
        answer.text.starts_with("event: progress\ndata: <div"),
        "{}",
        answer.text
    );
    assert!(answer.text.contains("data-finished"));
    assert_eq!(answer.text.matches("event: progress").count(), 1);
}

#[tokio::test]
async fn what_an_import_held_back_waits_for_a_person() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let write = house.product("Teams Phone", "Microsoft", "7.31");
    let product = write.id;
    house.import(connection, vec![write]).await;
    let run = house.run(connection).await;
    let tx = house.store.begin().await.unwrap();
    catalog::hold_withdrawals(&tx, run, &[product])
        .await
        .unwrap();
    runs::finish(
        &tx,
        run,
        RunStatus::NeedsDecision,
        &RunCounts::default(),
        "This run would withdraw every product.",
        house.clock.now(),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let sales = house.browser(Role::Sales).await;
    let finance = house.browser(Role::Finance).await;
    let path = format!("/activity/runs/{run}");
    assert!(sales.get(&path).await.text.contains("Withdraw 1"));
    assert!(!finance.get(&path).await.text.contains("Withdraw 1"));
    assert_eq!(
        finance
            .post(&format!("{path}/withdrawals/apply"), &[])
            .await
            .status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        sales
            .post(&format!("{path}/withdrawals/apply"), &[])
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    assert!(
        sales
            .get(&format!("/products/{product}"))
            .await
            .text
            .contains("Withdrawn")
    );
    assert_eq!(
        sales
            .post(&format!("{path}/withdrawals/discard"), &[])
            .await
            .status,
        StatusCode::CONFLICT,
        "it is decided"
    );
}

#[tokio::test]
async fn whether_many_subscriptions_are_gone_is_answered_with_one_button() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let sales = house.browser(Role::Sales).await;
    let finance = house.browser(Role::Finance).await;
    let kind = RunKind::SubscriptionSync;
    let ask = async |held| {
        let run = RunId::new(&SystemIds);
        let counts = RunCounts {
            held,
            ..RunCounts::default()
        };
        let (tx, now) = (house.store.begin().await.unwrap(), house.clock.now());
        runs::insert(&tx, run, connection, kind, false, "kim", now)
            .await
            .unwrap();
        let status = RunStatus::NeedsDecision;
        runs::finish(&tx, run, status, &counts, "They are missing.", now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        run
    };
    let answer = async |run: RunId, path: &str| {
        let path = format!("/activity/runs/{run}/withdrawals/{path}");
        sales.post(&path, &[]).await.status
    };
    let run = ask(1240).await;
    let path = format!("/activity/runs/{run}");
    let page = sales.get(&path).await;
    for words in ["1,240 subscriptions are missing", "Mark 1,240 as gone"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(!finance.get(&path).await.text.contains("as gone</"));
    assert_eq!(answer(run, "apply").await, StatusCode::SEE_OTHER);
    // It is a reading that knows how many were meant.
    let jobs = queue::list(house.store.read(), 10).await.unwrap();
    let meant: Vec<_> = jobs
        .iter()
        .filter_map(|job| match job.payload {
            Payload::SyncSubscriptions { gone_up_to, .. } => Some(gone_up_to),
            _ => None,
        })
        .collect();
    assert_eq!(meant, [Some(1240)]);
    assert_eq!(answer(run, "discard").await, StatusCode::CONFLICT);
    let page = sales.get(&path).await;
    assert!(
        page.text.contains("up to 1240 subscriptions are gone"),
        "{}",
        page.text
    );

    // While that goes on nothing is said of another one but that they stay.
    let other = ask(30).await;
    assert_eq!(answer(other, "apply").await, StatusCode::CONFLICT);
    assert_eq!(answer(other, "discard").await, StatusCode::SEE_OTHER);
    let row = runs::find(house.store.read(), other)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((row.status, row.counts.held), (RunStatus::Done, 30));
}
