//! A backup put back, as people call it: what was sent since it was made is not sent a second time. Judged by what Ion received.

use std::time::Duration;

use domain::OrderId;
use domain::order::OrderState;
use secrecy::ExposeSecret as _;
use store::testing::TestDatabase;
use store::{Backend, Store, StoreSettings};
use testkit::TestBinary;

use crate::BINARY;
use crate::orders_scene::{Scene, worker};

/// Puts a backup in the place of the database, with the command that people use, and goes on with it.
async fn restore(scene: &mut Scene, file: &str, server: Option<&TestDatabase>) {
    scene.engine.store().close().await;
    let binary = TestBinary::new(BINARY, scene.lab.environment());
    let ended = match server {
        Some(server) => binary.run(&[
            "--database-url",
            server.url().expose_secret(),
            "restore",
            file,
        ]),
        None => binary.run(&["restore", "--force", file]),
    };
    // Into a server others may write too: its login waits until it is proven. Its access token goes on meanwhile.
    let wanted = if server.is_some() { 3 } else { 0 };
    assert_eq!(ended.code, Some(wanted), "{} {}", ended.out, ended.err);
    let store = match server {
        Some(server) => Store::open(&StoreSettings {
            url: server.url().clone(),
            max_connections: 4,
        })
        .await
        .unwrap(),
        None => scene.lab.store().await,
    };
    scene.lab.clock.step_wall(crate::tokens::kills::jiff_now());
    scene.engine = scene.lab.engine_on(store, None);
    scene.worker = worker(&scene.engine);
}

/// How often this order was posted, by its reference.
async fn posts(scene: &Scene, order: OrderId) -> usize {
    let reference = scene.row(order).await.reference;
    let ledger = scene.lab.sandbox.ledger();
    ledger
        .order_posts()
        .filter(|entry| {
            entry
                .sent
                .as_ref()
                .is_some_and(|sent| sent["referenceId"] == reference.as_str())
        })
        .count()
}

/// A backup holds an order that is about to be sent, one more, and a draft; the first and the draft are sent behind it. Put back, nothing
/// is sent a second time, also where a person places the draft again; what was never sent waits for a person.
async fn a_backup_from_before_they_were_sent_is_put_back(server: Option<TestDatabase>) {
    let mut scene = Scene::start().await;
    let (written, unsent) = (scene.submit().await, scene.submit().await);
    let draft = scene.draft().await;
    let binary = TestBinary::new(BINARY, scene.lab.environment());
    let file = scene.lab.data_dir().join("backup.db").display().to_string();
    let made = binary.run(&["backup", &file]);
    assert_eq!(made.code, Some(0), "{}", made.err);

    let row = scene.row(unsent).await;
    scene
        .engine
        .cancel_order(unsent, row.version, &crate::orders_scene::kim())
        .await
        .unwrap();
    scene.place(&draft).await;
    scene.worker.drain().await.unwrap();
    let sent = [written, draft.id];
    for order in sent {
        assert!(scene.row(order).await.ion_id.is_some(), "Ion took it");
        assert_eq!(posts(&scene, order).await, 1);
    }

    restore(&mut scene, &file, server.as_ref()).await;
    let row = scene.row(draft.id).await;
    assert_eq!(row.state, OrderState::Draft, "the backup is put back");
    scene.place(&row).await;
    for _ in 0..40 {
        scene.worker.beat().await;
        scene.worker.drain().await.unwrap();
        scene.lab.pass(Duration::from_secs(60));
    }
    for order in sent {
        assert_eq!(posts(&scene, order).await, 1, "sent once in all");
        let row = scene.row(order).await;
        assert!(row.ion_id.is_some(), "found in Ion: {}", row.state);
    }
    let row = scene.row(unsent).await;
    assert_eq!(
        posts(&scene, unsent).await,
        0,
        "nobody knows that it was not"
    );
    assert_eq!(row.state, OrderState::Unconfirmed);
    assert!(row.not_found_at.is_some(), "a person decides");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_order_is_sent_twice_after_a_backup_is_put_back() {
    Box::pin(a_backup_from_before_they_were_sent_is_put_back(None)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_order_is_sent_twice_after_a_backup_is_put_into_a_server() {
    let server = TestDatabase::empty(Backend::Postgres).await;
    Box::pin(a_backup_from_before_they_were_sent_is_put_back(Some(
        server,
    )))
    .await;
}
