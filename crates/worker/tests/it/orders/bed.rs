//! A connected engine with catalog and customers, and workers on one store, beside a sandbox that takes orders.

use std::sync::Arc;
use std::time::Duration;

use domain::order::{OrderContent, OrderState};
use domain::{Clock, ConnectionId, CustomerId, OrderId};
use engine::orders::{Confirmation, NewDraft, OrderError};
use engine::{Engine, EngineSettings, OrderSettings};
use ion_sandbox::{Knobs, OfferView, OrderView, SandboxConfig};
use jiff::tz::TimeZone;
use store::audit::{Actor, Via};
use store::customers;
use store::orders::{self, OrderEventKind, OrderFilter, OrderRow};
use store::{Store, notices};
use testkit::Lab;
use worker::{Worker, WorkerSettings};

fn adjust(settings: &mut EngineSettings, orders: &OrderSettings) {
    settings.orders = orders.clone();
    settings.ion.timeout_s = 2;
}

/// How long an order is searched for in these tests.
pub(super) const PATIENCE: Duration = Duration::from_secs(900);

pub(super) struct Bed {
    pub(super) lab: Lab,
    pub(super) engine: Engine,
    pub(super) worker: Worker,
    pub(super) connection: ConnectionId,
    pub(super) store: Store,
    /// A customer that is linked.
    pub(super) customer: CustomerId,
    /// Ion's id of it.
    pub(super) ion_customer: String,
    settings: OrderSettings,
}

/// A person who places orders.
pub(super) fn kim() -> Actor {
    person("kim@reseller.example")
}

/// Another one.
pub(super) fn person(name: &str) -> Actor {
    Actor {
        name: name.to_owned(),
        via: Via::Browser,
    }
}

/// A sandbox with what orders need.
pub(super) fn config(knobs: Knobs) -> SandboxConfig {
    SandboxConfig {
        customers: 3,
        products: 30,
        knobs,
        ..SandboxConfig::default()
    }
}

impl Bed {
    pub(super) async fn start(store: Store) -> Self {
        Self::with(store, config(Knobs::default())).await
    }

    pub(super) async fn with(store: Store, config: SandboxConfig) -> Self {
        // Short pages, so that the order of lists matters.
        Self::patient(store, config, PATIENCE, 3).await
    }

    /// With this patience and so many orders a page.
    pub(super) async fn patient(
        store: Store,
        config: SandboxConfig,
        patience: Duration,
        page_size: u32,
    ) -> Self {
        let lab = Lab::start_with(crate::keeper::command(), config).await;
        let settings = OrderSettings {
            patience,
            page_size,
            ..OrderSettings::default()
        };
        let engine = Self::engine(&lab, &store, &settings, None);
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
        let ion_customer = lab.sandbox.portal().ids()[0].clone();
        let link = customers::find_link(store.read(), connection, &ion_customer)
            .await
            .unwrap()
            .expect("customers of Ion are imported and linked");
        lab.sandbox.clear_ledger();
        Self {
            lab,
            engine,
            worker,
            connection,
            store,
            customer: link.customer,
            ion_customer,
            settings,
        }
    }

    fn engine(lab: &Lab, store: &Store, orders: &OrderSettings, replica: Option<&str>) -> Engine {
        lab.engine_with(store.clone(), replica, |settings| adjust(settings, orders))
    }

    /// An engine on the same store that goes by this clock.
    pub(super) fn engine_by(&self, clock: Arc<dyn Clock>) -> Engine {
        let store = self.store.clone();
        self.lab.engine_by(clock, store, None, |settings| {
            adjust(settings, &self.settings);
        })
    }

    /// The server dies and starts anew: nothing is left but the store.
    pub(super) fn restart(&mut self) {
        self.engine = Self::engine(&self.lab, &self.store, &self.settings, None);
        self.worker = worker(&self.engine);
    }

    /// The engine of another server on the same store.
    pub(super) fn engine_of_second(&self) -> Engine {
        Self::engine(&self.lab, &self.store, &self.settings, Some("second"))
    }

    /// Something of Microsoft's that is sold by seats for this term.
    pub(super) fn offer(&self, term: &str) -> OfferView {
        let offers = self.lab.sandbox.catalog().offers();
        offers
            .into_iter()
            .find(|offer| {
                offer.vendor == "Microsoft"
                    && offer.for_sale
                    && !offer.by_use
                    && offer.term.as_deref() == Some(term)
                    && offer.billing == "MONTHLY"
            })
            .expect("the catalog sells it")
    }

    /// A draft of so many seats of it, complete.
    pub(super) async fn draft(&self, offer: &OfferView, quantity: u32) -> OrderRow {
        let new = NewDraft {
            customer: Some(self.customer),
            connection: None,
            content: content(offer, quantity),
        };
        self.engine.begin_order(new, &kim()).await.unwrap()
    }

    /// Places an order of five seats for a month, as a person does; nothing is sent yet.
    pub(super) async fn submit(&self) -> OrderId {
        self.submit_with(&[]).await
    }

    /// The same with more attributes.
    pub(super) async fn submit_with(&self, more: &[(&str, &str)]) -> OrderId {
        let mut content = content(&self.offer("P1M"), 5);
        for (name, value) in more {
            content.lines[0].set_attribute(name, value);
        }
        let new = NewDraft {
            customer: Some(self.customer),
            connection: None,
            content,
        };
        let row = self.engine.begin_order(new, &kim()).await.unwrap();
        self.place(&row).await.unwrap().id
    }

    pub(super) async fn place(&self, row: &OrderRow) -> Result<OrderRow, OrderError> {
        self.engine
            .submit_order(row.id, row.version, Confirmation::default(), &kim())
            .await
    }

    pub(super) async fn row(&self, order: OrderId) -> OrderRow {
        orders::find(self.store.read(), order)
            .await
            .unwrap()
            .expect("the order is there")
    }

    pub(super) async fn state(&self, order: OrderId) -> OrderState {
        self.row(order).await.state
    }

    /// Its timeline, oldest first.
    pub(super) async fn timeline(&self, order: OrderId) -> Vec<OrderEventKind> {
        let events = orders::list_events(self.store.read(), order).await.unwrap();
        events.iter().rev().map(|event| event.kind).collect()
    }

    /// Orders of Ion's with the reference of this one.
    pub(super) async fn in_ion(&self, order: OrderId) -> Vec<OrderView> {
        let reference = self.row(order).await.reference;
        let all = self.lab.sandbox.orders().into_iter();
        all.filter(|view| view.reference_id == reference).collect()
    }

    /// The one order of Ion's with the reference of this one.
    pub(super) async fn ion_order(&self, order: OrderId) -> OrderView {
        let mut there = self.in_ion(order).await;
        assert_eq!(there.len(), 1, "it is there once");
        there.remove(0)
    }

    /// How many orders there are here.
    pub(super) async fn count(&self) -> u64 {
        let all = orders::search(self.store.read(), &OrderFilter::default()).await;
        all.unwrap().total
    }

    /// Requests that posted this order.
    pub(super) async fn posts(&self, order: OrderId) -> usize {
        let reference = self.row(order).await.reference;
        let ledger = self.lab.sandbox.ledger();
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

    /// Carries out what is due.
    pub(super) async fn work(&self) {
        self.engine.request_due_orders().await.unwrap();
        self.worker.drain().await.unwrap();
    }

    /// Lets time pass in steps, with all that is due in it.
    pub(super) async fn pass(&self, time: Duration) {
        let step = Duration::from_secs(5);
        let mut left = time;
        while !left.is_zero() {
            let now = left.min(step);
            self.lab.pass(now);
            left -= now;
            self.work().await;
        }
    }

    /// Lets time pass until the order stands so.
    pub(super) async fn until(&self, order: OrderId, state: OrderState, what: &str) {
        for _ in 0..60 {
            self.work().await;
            if self.state(order).await == state {
                return;
            }
            self.lab.pass(Duration::from_secs(20));
        }
        let events = orders::list_events(self.store.read(), order).await.unwrap();
        panic!(
            "{what}: it stays {}: {:#?}",
            self.state(order).await,
            events
                .iter()
                .rev()
                .map(|event| format!("{} {} {}", event.at, event.kind, event.message))
                .collect::<Vec<_>>()
        );
    }

    /// Kinds of the notices that are open.
    pub(super) async fn notices(&self) -> Vec<String> {
        let open = notices::list_open(self.store.read()).await.unwrap();
        open.iter().map(|notice| notice.kind.to_string()).collect()
    }
}

pub(super) fn worker(engine: &Engine) -> Worker {
    let settings = WorkerSettings {
        import_schedule: String::new(),
        time_zone: TimeZone::UTC,
        ..WorkerSettings::default()
    };
    Worker::new(engine.clone(), settings).unwrap()
}

/// What is asked for: so many seats of an offer, with what Microsoft needs.
pub(super) fn content(offer: &OfferView, quantity: u32) -> OrderContent {
    let line = serde_json::json!({
        "product_ion_id": offer.product_id, "sku_id": offer.sku_id, "plan_id": offer.plan_id,
        "term": "unknown", "billing": "unspecified", "quantity": quantity,
        "customer_po": "QL-2026-118", "reseller_po": "R-12",
        "attributes": [
            {"name": "domainName", "value": "contoso.onmicrosoft.com"},
            {"name": "renewalSetting", "value": "auto-on"},
        ],
    });
    OrderContent {
        lines: vec![serde_json::from_value(line).unwrap()],
        note: String::new(),
    }
}
