//! A connected engine and a worker on one store, beside a sandbox with customers.

use std::time::Duration;

use domain::customer::{Customer, CustomerField as Field, CustomerFields, LinkState};
use domain::run::{JobState, RunStatus};
use domain::{ConnectionId, CustomerId, PlanId, RunId};
use engine::Engine;
use ion_sandbox::SandboxConfig;
use jiff::tz::TimeZone;
use store::audit::{Actor, Via};
use store::customers::{self, CustomerFilter, CustomerRow, PairRow};
use store::queue::Payload;
use store::{Store, queue, runs};
use testkit::Lab;
use worker::{Worker, WorkerSettings};

pub(super) struct Bed {
    pub(super) lab: Lab,
    pub(super) engine: Engine,
    pub(super) worker: Worker,
    /// Of another server on the same store.
    pub(super) second: Worker,
    pub(super) connection: ConnectionId,
    pub(super) store: Store,
}

/// A person who works with customers.
pub(super) fn kim() -> Actor {
    Actor {
        name: "kim@reseller.example".to_owned(),
        via: Via::Browser,
    }
}

/// What Ion needs of a customer.
pub(super) fn fields(organisation: &str, email: &str) -> CustomerFields {
    [
        (Field::Organisation, organisation),
        (Field::Street, "1 High Street"),
        (Field::City, "London"),
        (Field::State, "London"),
        (Field::Zip, "EC1A 1BB"),
        (Field::Country, "GB"),
        (Field::ContactName, "Sam Sample"),
        (Field::Email, email),
        (Field::Language, "EN"),
    ]
    .into_iter()
    .map(|(field, text)| (field, text.to_owned()))
    .collect()
}

/// One of ours.
pub(super) fn ours(organisation: &str, email: &str) -> Customer {
    Customer {
        fields: fields(organisation, email),
        ..Customer::default()
    }
}

impl Bed {
    pub(super) async fn start(store: Store, customers: usize) -> Self {
        let config = SandboxConfig {
            customers,
            products: 1,
            ..SandboxConfig::default()
        };
        Self::with(store, config).await
    }

    pub(super) async fn with(store: Store, config: SandboxConfig) -> Self {
        Self::with_pages(store, config, 100).await
    }

    /// With so many customers a page.
    pub(super) async fn with_pages(store: Store, config: SandboxConfig, page_size: u32) -> Self {
        let lab = Lab::start_with(crate::keeper::command(), config).await;
        let engine = lab.engine_with(store.clone(), None, |settings| {
            settings.ion.page_size = page_size;
        });
        let connection = lab.connect(&engine).await;
        let settings = WorkerSettings {
            import_schedule: String::new(),
            time_zone: TimeZone::UTC,
            ..WorkerSettings::default()
        };
        let worker = Worker::new(engine.clone(), settings.clone()).unwrap();
        let second = lab.engine_on(store.clone(), Some("second"));
        let second = Worker::new(second, settings).unwrap();
        lab.sandbox.clear_ledger();
        Self {
            lab,
            engine,
            worker,
            second,
            connection,
            store,
        }
    }

    /// A sync that a person asks for, and everything that it asks for.
    pub(super) async fn sync(&self) -> RunId {
        let asked = self
            .engine
            .request_sync(self.connection, false, &kim())
            .await
            .unwrap();
        self.worker.drain().await.unwrap();
        asked.run
    }

    /// The next poll that is due by itself.
    pub(super) async fn poll(&self) {
        self.lab.pass(Duration::from_secs(300));
        self.engine.request_due_syncs().await.unwrap();
        self.worker.drain().await.unwrap();
    }

    /// Applies the plan that waits, as it stands.
    pub(super) async fn apply(&self) -> RunId {
        let plan = customers::find_waiting_plan(self.store.read(), self.connection)
            .await
            .unwrap()
            .unwrap();
        let asked = self.engine.request_apply(plan.id, &kim()).await.unwrap();
        self.worker.drain().await.unwrap();
        asked.run
    }

    pub(super) async fn run(&self, run: RunId) -> (RunStatus, String) {
        let row = runs::find(self.store.read(), run).await.unwrap().unwrap();
        (row.status, row.outcome.unwrap_or_default())
    }

    /// All of ours, by name; archived ones too.
    pub(super) async fn all(&self) -> Vec<CustomerRow> {
        let filter = CustomerFilter {
            states: LinkState::ALL.to_vec(),
            limit: 1000,
            ..CustomerFilter::default()
        };
        let page = customers::search(self.store.read(), &filter).await.unwrap();
        page.customers.into_iter().map(|hit| hit.row).collect()
    }

    pub(super) async fn row(&self, id: CustomerId) -> CustomerRow {
        customers::find(self.store.read(), id)
            .await
            .unwrap()
            .unwrap()
    }

    pub(super) async fn field(&self, id: CustomerId, field: Field) -> String {
        self.row(id).await.customer.fields.get(field).to_owned()
    }

    pub(super) async fn waiting_plan(&self) -> PlanId {
        customers::find_waiting_plan(self.store.read(), self.connection)
            .await
            .unwrap()
            .expect("a plan waits")
            .id
    }

    pub(super) async fn proposed(&self) -> Vec<PairRow> {
        customers::list_pairs(self.store.read(), Some(self.connection), "", None, 100)
            .await
            .unwrap()
            .0
    }

    /// What moves with each write of a customer: versions, revisions of links, lines of history.
    pub(super) async fn written(&self) -> Vec<(CustomerId, u64, u64, usize)> {
        let mut written = Vec::new();
        for row in self.all().await {
            let link = customers::find_link_of(self.store.read(), self.connection, row.id)
                .await
                .unwrap();
            let lines = customers::list_changes(self.store.read(), row.id, None, 1000)
                .await
                .unwrap();
            let revision = link.map_or(0, |link| link.revision);
            written.push((row.id, row.version, revision, lines.len()));
        }
        written
    }

    /// Sets one field, as a person does.
    pub(super) async fn edit(&self, id: CustomerId, field: Field, text: &str) {
        let row = self.row(id).await;
        let mut customer = row.customer.clone();
        customer.fields.set(field, text);
        self.engine
            .edit_customer(id, row.version, customer, &kim())
            .await
            .unwrap();
    }

    /// Ion's id of one of ours.
    pub(super) async fn ion_id(&self, id: CustomerId) -> String {
        customers::find_link_of(self.store.read(), self.connection, id)
            .await
            .unwrap()
            .unwrap()
            .ion_id
    }

    /// A member of Ion's customer, by its path.
    pub(super) fn in_ion(&self, ion_id: &str, pointer: &str) -> String {
        let customer = self.lab.sandbox.portal().customer(ion_id).unwrap();
        let customer = serde_json::Value::from(customer);
        customer
            .pointer(pointer)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
            .to_owned()
    }

    /// Requests of this method that had an effect, since the ledger was cleared.
    pub(super) fn writes(&self, method: &str) -> usize {
        let ledger = self.lab.sandbox.ledger();
        ledger
            .entries
            .iter()
            .filter(|entry| {
                entry.method == method && entry.path.contains("/customers") && entry.effect
            })
            .count()
    }

    /// Lines of a customer's history: kind, way, field, rule.
    pub(super) async fn history(&self, id: CustomerId) -> Vec<String> {
        let lines = customers::list_changes(self.store.read(), id, None, 100)
            .await
            .unwrap();
        lines
            .iter()
            .rev()
            .map(|line| {
                let field = line.field.as_deref().unwrap_or("-");
                let rule = line.rule.map_or("-", |rule| rule.as_str());
                format!("{} {} {field} {rule}", line.kind, line.way)
            })
            .collect()
    }

    /// Lets time pass until no job waits.
    pub(super) async fn settle_down(&self, what: &str) {
        for _ in 0..40 {
            self.worker.drain().await.unwrap();
            let jobs = queue::list(self.store.read(), 50).await.unwrap();
            if jobs
                .iter()
                .all(|job| !matches!(job.state, JobState::Queued | JobState::Running))
            {
                let failed: Vec<_> = jobs
                    .iter()
                    .filter(|job| job.state == JobState::Failed)
                    // A look that Ion broke off is done anew with the next one.
                    .filter(|job| !matches!(job.payload, Payload::SyncCustomers { .. }))
                    .collect();
                assert!(failed.is_empty(), "{what}: {failed:?}");
                return;
            }
            self.lab.pass(Duration::from_secs(60));
        }
        panic!("{what}: a job never ended");
    }

    /// How many of Ion's have an e-mail.
    pub(super) fn with_email(&self, email: &str) -> usize {
        let all = self.lab.sandbox.portal().customers();
        all.iter()
            .filter(|one| one["customerEmail"] == email)
            .count()
    }
}
