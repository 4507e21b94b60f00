//! The server killed at every named instant of an order: Ion holds it once, or a person is asked before anything is sent again.

use std::time::Duration;

use domain::order::{OrderContent, OrderState};
use domain::{ConnectionId, CustomerId, OrderId};
use engine::Engine;
use engine::orders::{Confirmation, NewDraft};
use ion_sandbox::{Action, Fault, Sandbox, SandboxConfig};
use store::audit::{Actor, Via};
use store::customers;
use store::orders::{self, OrderRow};
use testkit::{Lab, TestBinary};
use worker::{Worker, WorkerSettings};

use crate::BINARY;

/// Where orders are placed.
const PLACE: &str = "POST /api/v3/accounts/10412/customers/*/orders";

fn kim() -> Actor {
    Actor {
        name: "kim@reseller.example".to_owned(),
        via: Via::Browser,
    }
}

struct Scene {
    lab: Lab,
    engine: Engine,
    worker: Worker,
    connection: ConnectionId,
    customer: CustomerId,
}

impl Scene {
    async fn start() -> Self {
        let config = SandboxConfig {
            customers: 2,
            products: 30,
            ..SandboxConfig::default()
        };
        let mut lab = Lab::start(BINARY, SandboxConfig::default()).await;
        lab.sandbox = Sandbox::start(config).await.unwrap();
        lab.clock.step_wall(crate::tokens::kills::jiff_now());
        let engine = lab.engine(None).await;
        let connection = lab.connect(&engine).await;
        let settings = WorkerSettings {
            import_schedule: String::new(),
            ..WorkerSettings::default()
        };
        let worker = Worker::new(engine.clone(), settings).unwrap();
        engine
            .request_import(connection, false, &kim())
            .await
            .unwrap();
        engine
            .request_sync(connection, false, &kim())
            .await
            .unwrap();
        worker.drain().await.unwrap();
        let theirs = lab.sandbox.portal().ids()[0].clone();
        let link = customers::find_link(engine.store().read(), connection, &theirs)
            .await
            .unwrap()
            .unwrap();
        Self {
            lab,
            engine,
            worker,
            connection,
            customer: link.customer,
        }
    }

    /// What is asked for, as an order and as a file of the command line.
    fn wanted(&self) -> serde_json::Value {
        let offers = self.lab.sandbox.catalog().offers();
        let offer = offers
            .iter()
            .find(|offer| {
                offer.vendor == "Microsoft"
                    && offer.for_sale
                    && !offer.by_use
                    && offer.term.as_deref() == Some("P1M")
            })
            .unwrap();
        serde_json::json!({
            "product": offer.product_id, "sku": offer.sku_id, "plan": offer.plan_id, "quantity": 5,
            "attributes": {"domainName": "contoso.onmicrosoft.com", "renewalSetting": "auto-on"},
        })
    }

    async fn submit(&self) -> OrderId {
        // The child works by the machine's time: what is asked for from now on is due there.
        self.lab.clock.step_wall(crate::tokens::kills::jiff_now());
        let wanted = self.wanted();
        let attributes: Vec<_> = wanted["attributes"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| serde_json::json!({"name": name, "value": value}))
            .collect();
        let line = serde_json::json!({
            "product_ion_id": wanted["product"], "sku_id": wanted["sku"], "plan_id": wanted["plan"],
            "term": "unknown", "billing": "unspecified", "quantity": wanted["quantity"], "attributes": attributes,
        });
        let new = NewDraft {
            customer: Some(self.customer),
            connection: Some(self.connection),
            content: OrderContent {
                lines: vec![serde_json::from_value(line).unwrap()],
                note: String::new(),
            },
        };
        let draft = self.engine.begin_order(new, &kim()).await.unwrap();
        self.engine
            .submit_order(draft.id, draft.version, Confirmation::default(), &kim())
            .await
            .unwrap()
            .id
    }

    async fn row(&self, order: OrderId) -> OrderRow {
        orders::find(self.engine.store().read(), order)
            .await
            .unwrap()
            .unwrap()
    }

    /// Has a server work until it dies at this instant.
    fn work_until(&self, point: &str) {
        let binary =
            TestBinary::new(BINARY, self.lab.environment()).with("IONBRIDGE_KILL_AT", point);
        let ended = binary.start(&["serve", "--only", "worker"]).end();
        assert_eq!(
            ended.code, None,
            "{point}: it was to be killed: {} {}",
            ended.out, ended.err
        );
    }

    /// Another server goes on, once the lease of the dead one has run out, until Ion's end of the order is known. A person sends again
    /// what was searched for completely and not found; gives how often.
    async fn go_on(&self, order: OrderId, point: &str) -> usize {
        let mut again = 0;
        for _ in 0..200 {
            self.lab.pass(Duration::from_secs(30));
            self.worker.beat().await;
            self.worker.drain().await.unwrap();
            let row = self.row(order).await;
            if row.state.is_final() {
                return again;
            }
            if row.state == OrderState::Unconfirmed && row.not_found_at.is_some() {
                self.engine
                    .send_again(order, row.version, &kim())
                    .await
                    .unwrap();
                again += 1;
            }
        }
        panic!("{point}: it stays {}", self.row(order).await.state);
    }

    /// Ion holds it once, and it was posted no more often than a person said.
    async fn is_there_once(&self, order: OrderId, again: usize, point: &str) {
        let row = self.row(order).await;
        let there: Vec<_> = self
            .lab
            .sandbox
            .orders()
            .into_iter()
            .filter(|one| one.reference_id == row.reference)
            .collect();
        assert_eq!(there.len(), 1, "{point}");
        assert_eq!(row.ion_id.as_deref(), Some(there[0].id.as_str()), "{point}");
        let posts = self.lab.sandbox.ledger().order_posts().count();
        assert!(
            posts <= again + 1,
            "{point}: {posts} posts, {again} by a person"
        );
    }
}

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
