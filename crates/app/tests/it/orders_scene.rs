//! A lab with a customer and something to order, whose orders are carried out by child processes and by workers of this one.

use std::time::Duration;

use domain::order::{OrderContent, OrderState};
use domain::{ConnectionId, CustomerId, OrderId};
use engine::Engine;
use engine::orders::{Confirmation, NewDraft};
use ion_sandbox::{Sandbox, SandboxConfig};
use store::audit::{Actor, Via};
use store::customers;
use store::orders::{self, OrderRow};
use testkit::{Lab, TestBinary};
use worker::{Worker, WorkerSettings};

use crate::BINARY;

pub(crate) fn kim() -> Actor {
    Actor {
        name: "kim@reseller.example".to_owned(),
        via: Via::Browser,
    }
}

pub(crate) struct Scene {
    pub(crate) lab: Lab,
    pub(crate) engine: Engine,
    pub(crate) worker: Worker,
    pub(crate) connection: ConnectionId,
    pub(crate) customer: CustomerId,
}

impl Scene {
    pub(crate) async fn start() -> Self {
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
        let worker = worker(&engine);
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
    pub(crate) fn wanted(&self) -> serde_json::Value {
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

    /// A draft that can be placed as it is.
    pub(crate) async fn draft(&self) -> OrderRow {
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
        self.engine.begin_order(new, &kim()).await.unwrap()
    }

    /// Places a draft; nothing is sent yet.
    pub(crate) async fn place(&self, draft: &OrderRow) -> OrderId {
        self.engine
            .submit_order(draft.id, draft.version, Confirmation::default(), &kim())
            .await
            .unwrap()
            .id
    }

    pub(crate) async fn submit(&self) -> OrderId {
        let draft = self.draft().await;
        self.place(&draft).await
    }

    pub(crate) async fn row(&self, order: OrderId) -> OrderRow {
        orders::find(self.engine.store().read(), order)
            .await
            .unwrap()
            .unwrap()
    }

    /// Has a server work until it dies at this instant.
    pub(crate) fn work_until(&self, point: &str) {
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
    pub(crate) async fn go_on(&self, order: OrderId, point: &str) -> usize {
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
    pub(crate) async fn is_there_once(&self, order: OrderId, again: usize, point: &str) {
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

/// A worker that imports nothing by itself.
pub(crate) fn worker(engine: &Engine) -> Worker {
    let settings = WorkerSettings {
        import_schedule: String::new(),
        ..WorkerSettings::default()
    };
    Worker::new(engine.clone(), settings).unwrap()
}
