//! The server killed at every named instant of an order: Ion holds it once, or a person is asked before anything is sent again.

use domain::order::OrderState;
use ion_sandbox::{Action, Fault};
use store::customers;
use store::orders;
use testkit::TestBinary;

use crate::BINARY;
use crate::orders_scene::{Scene, kim};

/// Where orders are placed.
const PLACE: &str = "POST /api/v3/accounts/10412/customers/*/orders";

/// All of them where the whole sweep is asked for, else every second one.
fn sampled<'a>(points: &[&'a str]) -> Vec<&'a str> {
    #[expect(
        clippy::disallowed_methods,
        reason = "how much a test tries is no setting"
    )]
    let whole = std::env::var("IONBRIDGE_SWEEP").is_ok();
    let every = if whole { 1 } else { 2 };
    points.iter().copied().step_by(every).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_at_every_named_instant_of_a_submission() {
    for point in sampled(&[
        "order.after-sending-commit",
        "order.before-post",
        "order.after-post",
        "order.before-answer-commit",
        "order.after-answer-commit",
        "order.after-poll",
    ]) {
        let scene = Scene::start().await;
        let order = scene.submit().await;
        scene.work_until(point);
        let again = scene.go_on(order, point).await;
        assert_eq!(scene.row(order).await.state, OrderState::Completed);
        scene.is_there_once(order, again, point).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_at_every_named_instant_of_the_search() {
    for point in ["order.after-search", "order.before-adopt"] {
        let scene = Scene::start().await;
        let order = scene.submit().await;
        scene.lab.sandbox.inject(Fault {
            path: PLACE.to_owned(),
            skip: 0,
            times: 1,
            every: 1,
            action: Action::CutAfter,
        });
        scene.work_until(point);
        let again = scene.go_on(order, point).await;
        assert_eq!(again, 0, "{point}: it was there to be found");
        scene.is_there_once(order, again, point).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_at_every_named_instant_of_calling_it_off() {
    for point in ["order.before-cancel", "order.after-cancel"] {
        let scene = Scene::start().await;
        scene.lab.sandbox.portal().hold_next_order();
        let order = scene.submit().await;
        scene.worker.drain().await.unwrap();
        let row = scene.row(order).await;
        assert_eq!(row.state, OrderState::OnHold, "{point}");
        scene.lab.clock.step_wall(crate::tokens::kills::jiff_now());
        scene
            .engine
            .cancel_order(order, row.version, &kim())
            .await
            .unwrap();
        scene.work_until(point);
        scene.go_on(order, point).await;
        assert_eq!(
            scene.row(order).await.state,
            OrderState::Cancelled,
            "{point}"
        );
        assert_eq!(scene.lab.sandbox.ledger().cancels().count(), 1, "{point}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_right_behind_the_confirmation_sends_it_once() {
    let scene = Scene::start().await;
    scene.lab.clock.step_wall(crate::tokens::kills::jiff_now());
    let number = customers::find(scene.engine.store().read(), scene.customer)
        .await
        .unwrap()
        .unwrap()
        .number;
    let file = scene.lab.data_dir().join("order.json");
    let order =
        serde_json::json!({"customer": format!("C-{number:04}"), "lines": [scene.wanted()]});
    std::fs::write(&file, order.to_string()).unwrap();
    let binary = TestBinary::new(BINARY, scene.lab.environment())
        .with("IONBRIDGE_KILL_AT", "order.after-confirm");
    let file = file.display().to_string();
    let ended = binary.run(&["orders", "create", "--file", &file, "--submit"]);
    assert_eq!(ended.code, None, "{} {}", ended.out, ended.err);
    let found = orders::list_open(scene.engine.store().read(), scene.connection)
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    let again = scene.go_on(found[0], "order.after-confirm").await;
    scene
        .is_there_once(found[0], again, "order.after-confirm")
        .await;
    assert_eq!(again, 0);
}
