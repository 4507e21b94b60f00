//! A connected engine with catalog, customers and a worker on one store, beside a sandbox with subscriptions.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::order::OrderContent;
use domain::run::RunStatus;
use domain::{ConnectionId, CustomerId, RunId, SubscriptionId};
use engine::Engine;
use ion_sandbox::{Action, BodyKind, Fault, Knobs, OfferView, SandboxConfig, SubscriptionView};
use jiff::tz::TimeZone;
use store::audit::{Actor, Via};
use store::notices::NoticeRow;
use store::subscriptions::{self, SubscriptionFilter, SubscriptionRow};
use store::testing::TestDatabase;
use store::{Backend, Store, customers, notices, runs};
use testkit::Lab;
use tokio_util::sync::CancellationToken;
use worker::{Worker, WorkerSettings};

pub(super) struct Bed {
    pub(super) lab: Lab,
    pub(super) engine: Engine,
    pub(super) worker: Worker,
    pub(super) connection: ConnectionId,
    pub(super) store: Store,
}

/// A person who looks after subscriptions.
pub(super) fn kim() -> Actor {
    Actor {
        name: "kim@reseller.example".to_owned(),
        via: Via::Browser,
    }
}

/// Runs a test on a migrated SQLite database: for what no query decides.
pub(super) async fn on_sqlite<T, F>(test: T)
where
    T: FnOnce(Store) -> F,
    F: Future<Output = ()>,
{
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    test(database.store().clone()).await;
}

/// A sandbox with so many subscriptions.
pub(super) fn config(subscriptions: usize, knobs: Knobs) -> SandboxConfig {
    // Stories of months need a login that lives as long.
    let knobs = Knobs {
        refresh_life_s: 3 * 365 * 86_400,
        ..knobs
    };
    SandboxConfig {
        customers: 5,
        products: 30,
        subscriptions,
        knobs,
        ..SandboxConfig::default()
    }
}

/// So many seats of it, with what Microsoft asks for.
pub(super) fn content(offer: &OfferView, quantity: u32) -> OrderContent {
    let line = serde_json::json!({
        "product_ion_id": offer.product_id,
        "sku_id": offer.sku_id,
        "plan_id": offer.plan_id,
        "term": "unknown",
        "billing": "unspecified",
        "quantity": quantity,
        "attributes": [
            {"name": "domainName", "value": "kettle.onmicrosoft.com"},
            {"name": "renewalSetting", "value": "auto-on"},
        ],
    });
    OrderContent {
        lines: vec![serde_json::from_value(line).unwrap()],
        note: String::new(),
    }
}

/// Short pages.
pub(super) fn short_pages(limit: usize) -> Knobs {
    Knobs {
        max_subscription_limit: limit,
        ..Knobs::default()
    }
}

impl Bed {
    /// With catalog and customers, and nothing read of subscriptions.
    pub(super) async fn start(store: Store, subscriptions: usize) -> Self {
        let bed = Self::bare(store, config(subscriptions, Knobs::default())).await;
        bed.import().await;
        bed.sync_customers().await;
        bed
    }

    /// Connected, and nothing read at all.
    pub(super) async fn bare(store: Store, config: SandboxConfig) -> Self {
        let lab = Lab::start_with(crate::keeper::command(), config).await;
        let engine = lab.engine_with(store.clone(), None, |settings| settings.ion.timeout_s = 5);
        let connection = lab.connect(&engine).await;
        let settings = WorkerSettings {
            import_schedule: String::new(),
            time_zone: TimeZone::UTC,
            ..WorkerSettings::default()
        };
        let worker = Worker::new(engine.clone(), settings).unwrap();
        lab.sandbox.clear_ledger();
        Self {
            lab,
            engine,
            worker,
            connection,
            store,
        }
    }

    pub(super) async fn import(&self) {
        self.engine
            .request_import(self.connection, false, &kim())
            .await
            .unwrap();
        self.worker.drain().await.unwrap();
    }

    pub(super) async fn sync_customers(&self) {
        self.engine
            .request_sync(self.connection, false, &kim())
            .await
            .unwrap();
        self.worker.drain().await.unwrap();
    }

    /// A reading that a person asks for.
    pub(super) async fn read(&self) -> RunId {
        let asked = self
            .engine
            .request_subscription_sync(self.connection, &kim())
            .await
            .unwrap();
        self.worker.drain().await.unwrap();
        asked.run
    }

    /// The next reading that is due by itself.
    pub(super) async fn poll(&self) {
        self.lab.pass(Duration::from_secs(3600));
        self.work().await;
    }

    /// Carries out what is due.
    pub(super) async fn work(&self) {
        self.engine.request_due_orders().await.unwrap();
        self.worker.drain().await.unwrap();
    }

    /// Lets time pass in steps, with all that is due in it.
    pub(super) async fn pass(&self, time: Duration) {
        let step = Duration::from_secs(15);
        let mut left = time;
        while !left.is_zero() {
            let now = left.min(step);
            self.lab.pass(now);
            left -= now;
            self.work().await;
        }
    }

    pub(super) async fn outcome(&self, run: RunId) -> (RunStatus, String) {
        let row = runs::find(self.store.read(), run).await.unwrap().unwrap();
        (row.status, row.outcome.unwrap_or_default())
    }

    pub(super) async fn counts(&self, run: RunId) -> domain::run::RunCounts {
        runs::find(self.store.read(), run)
            .await
            .unwrap()
            .unwrap()
            .counts
    }

    /// All that are stored, by Ion's id.
    pub(super) async fn stored(&self) -> BTreeMap<String, SubscriptionRow> {
        let mut filter = SubscriptionFilter {
            with_ended: true,
            limit: 200,
            ..SubscriptionFilter::default()
        };
        let mut all = BTreeMap::new();
        loop {
            let page = subscriptions::search(self.store.read(), &filter)
                .await
                .unwrap();
            for row in page.subscriptions {
                let ion_id = row.subscription.ion_id.clone();
                assert!(all.insert(ion_id, row).is_none(), "each is listed once");
            }
            match page.next {
                Some(next) => filter.after = Some(next),
                None => return all,
            }
        }
    }

    pub(super) async fn row(&self, ion_id: &str) -> SubscriptionRow {
        subscriptions::find_by_ion(self.store.read(), self.connection, ion_id)
            .await
            .unwrap()
            .expect("the subscription is stored")
    }

    /// What happened with one, the oldest first: kind, before, after.
    pub(super) async fn told(&self, id: SubscriptionId) -> Vec<String> {
        let events = subscriptions::list_events(self.store.read(), id)
            .await
            .unwrap();
        events
            .iter()
            .rev()
            .map(|event| {
                format!("{} {} -> {}", event.kind, event.before, event.after)
                    .trim()
                    .to_owned()
            })
            .collect()
    }

    /// The last kinds of what happened with one.
    pub(super) async fn last(&self, id: SubscriptionId) -> String {
        self.told(id).await.pop().unwrap_or_default()
    }

    /// What the sandbox holds and shows.
    pub(super) fn in_ion(&self) -> Vec<SubscriptionView> {
        let mut all = self.lab.sandbox.subscriptions();
        all.retain(|one| one.shown);
        all
    }

    /// One of the sandbox's that runs, renews, and has seats.
    pub(super) fn running(&self) -> SubscriptionView {
        let now = self.now();
        self.in_ion()
            .into_iter()
            .find(|one| {
                one.status == "active" && one.auto_renew && one.quantity > 2 && one.end > now
            })
            .expect("the seeded stock has one")
    }

    pub(super) fn now(&self) -> jiff::Timestamp {
        self.engine.clock().now()
    }

    /// Something of Microsoft's that is sold by seats, for a term.
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

    /// A customer that is linked: ours, and Ion's id.
    pub(super) async fn customer(&self, nth: usize) -> (CustomerId, String) {
        let ion_id = self.lab.sandbox.portal().ids()[nth].clone();
        let link = customers::find_link(self.store.read(), self.connection, &ion_id)
            .await
            .unwrap()
            .expect("customers of Ion are imported and linked");
        (link.customer, ion_id)
    }

    /// One bought in the portal. Gives Ion's id.
    pub(super) fn buy(&self, offer: &OfferView, customer: &str, seats: i64) -> String {
        self.lab
            .sandbox
            .portal()
            .add_subscription(&offer.order(customer, seats))
            .expect("the customer and the offer are there")
    }

    /// Ion answers this path with a status, for ever.
    pub(super) fn refuse(&self, path: &str, code: u16) {
        self.lab.sandbox.inject(Fault {
            path: path.to_owned(),
            skip: 0,
            times: 0,
            every: 1,
            action: Action::Status {
                code,
                body: BodyKind::Platform,
                retry_after: None,
            },
        });
    }

    /// A fault of lists that meets these requests of the list of subscriptions.
    pub(super) fn disturb(&self, action: Action, skip: u32, times: u32) {
        self.lab.sandbox.inject(Fault {
            path: format!(
                "/api/v3/accounts/{}/subscriptions*",
                self.lab.sandbox.account_id()
            ),
            skip,
            times,
            every: 1,
            action,
        });
    }

    /// Requests of the list of subscriptions since the ledger was cleared.
    pub(super) fn list_requests(&self) -> usize {
        let ledger = self.lab.sandbox.ledger();
        ledger
            .entries
            .iter()
            .filter(|entry| entry.path.ends_with("/subscriptions"))
            .count()
    }

    pub(super) async fn notices(&self) -> Vec<NoticeRow> {
        notices::list(self.store.read(), 100).await.unwrap()
    }

    /// What moves with each write of a subscription.
    pub(super) async fn written(&self) -> Vec<(String, jiff::Timestamp, jiff::Timestamp, usize)> {
        let mut written = Vec::new();
        for (ion_id, row) in self.stored().await {
            let told = self.told(row.id).await.len();
            written.push((ion_id, row.changed_at, row.read_at, told));
        }
        written
    }

    /// Lets a long time pass at once, with what is due at its end.
    pub(super) async fn pass_quietly(&self, time: Duration) {
        self.lab.pass(time);
        self.engine.look_at_logins().await.unwrap();
        self.work().await;
    }

    #[expect(clippy::unused_self, reason = "read as a word of the story")]
    pub(super) fn never(&self) -> CancellationToken {
        CancellationToken::new()
    }
}
