//! A sandbox, an engine and a clock that goes on by itself and can be moved.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::connection::ConnectionStatus;
use domain::run::{RunKind, RunStatus};
use domain::{Clock, ConnectionId, RunId, SystemClock, SystemIds};
use engine::catalog::{ImportJob, import};
use engine::connection::{CredentialDraft, RefreshOutcome, SaveError, SaveTarget};
use engine::{CatalogSettings, Engine, EngineParts, EngineSettings, IonSettings, NoticeSettings};
use futures::TryStreamExt as _;
use ion_sandbox::{Sandbox, SandboxConfig};
use jiff::Timestamp;
use store::audit::Actor;
use store::seal::{MasterKey, Sealer};
use store::{Store, catalog, connections, notices, runs};
use tokio_util::sync::CancellationToken;

/// Products of the sandbox, in pages of four.
pub(crate) const PRODUCTS: usize = 12;
/// Customers of the sandbox.
pub(crate) const CUSTOMERS: usize = 7;

/// The machine's clock, moved ahead.
#[derive(Debug)]
struct MovedClock {
    clock: SystemClock,
    ahead: Mutex<Duration>,
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        self.clock.now() + *self.ahead.lock().unwrap()
    }

    fn steady(&self) -> Duration {
        self.clock.steady() + *self.ahead.lock().unwrap()
    }
}

/// A sandbox, and an engine that is to survive it.
pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    pub(crate) engine: Engine,
    clock: Arc<MovedClock>,
    _folder: tempfile::TempDir,
}

/// What a person is told where something does not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) String);

/// What everything comes to in the end, whatever happened on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct End {
    status: ConnectionStatus,
    products: Vec<String>,
    customers: Vec<String>,
}

impl Bench {
    pub(crate) async fn start(store: Store, config: SandboxConfig) -> Self {
        let sandbox = Sandbox::start(SandboxConfig {
            products: PRODUCTS,
            customers: CUSTOMERS,
            ..config
        })
        .await
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(MovedClock {
            clock: SystemClock::new(),
            ahead: Mutex::default(),
        });
        let engine = Engine::new(EngineParts {
            store,
            sealer: Sealer::new(&MasterKey::generate()),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            ids: Arc::new(SystemIds),
            settings: EngineSettings {
                data_dir: folder.path().to_owned(),
                host: "test".into(),
                keeper: crate::keeper::command(),
                ion: IonSettings {
                    base_url: sandbox.base_url(),
                    allowed_hosts: vec![sandbox.host()],
                    plain_http_loopback: true,
                    page_size: 4,
                    requests_per_second: 1000,
                    ..IonSettings::default()
                },
                catalog: CatalogSettings::default(),
                customers: engine::CustomerSettings::default(),
                orders: engine::OrderSettings::default(),
                notices: NoticeSettings::default(),
            },
        });
        Self {
            sandbox,
            engine,
            clock,
            _folder: folder,
        }
    }

    pub(crate) fn store(&self) -> &Store {
        self.engine.store()
    }

    /// Moves our clock and Ion's.
    pub(crate) fn pass(&self, time: Duration) {
        *self.clock.ahead.lock().unwrap() += time;
        self.sandbox.advance(time);
    }

    /// What the portal shows, as a person would paste it.
    pub(crate) fn draft(&self) -> CredentialDraft {
        let credentials = self.sandbox.request_new_credentials();
        CredentialDraft {
            name: "Bench".to_owned(),
            account_id: credentials.account_id,
            access_token: credentials.access_token.into(),
            refresh_token: credentials.refresh_token.into(),
            base_url: None,
        }
    }

    /// *Test connection*.
    pub(crate) async fn test(&self, draft: &CredentialDraft) -> Result<(), Refusal> {
        let report = self.engine.test_credentials(draft).await;
        match report.failures().next() {
            None => Ok(()),
            Some(failure) => Err(Refusal(format!("{}: {}", failure.title, failure.detail))),
        }
    }

    /// *Save*.
    pub(crate) async fn save(
        &self,
        draft: &CredentialDraft,
        target: SaveTarget,
    ) -> Result<ConnectionId, Refusal> {
        let saved = self
            .engine
            .save_credentials(draft.clone(), target, &Actor::cli())
            .await;
        match saved {
            Ok(saved) => Ok(saved.connection),
            Err(SaveError::Refused(report)) => {
                let failure = report.failures().next().unwrap();
                Err(Refusal(format!("{}: {}", failure.title, failure.detail)))
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    /// A refresh that a person asks for; then what the keeping of logins makes of it, hour after hour.
    ///
    /// Gives what came of the first exchange, and the state after at most three hours.
    pub(crate) async fn refresh(
        &self,
        connection: ConnectionId,
    ) -> (RefreshOutcome, ConnectionStatus) {
        let outcome = self
            .engine
            .refresh_now(connection, &Actor::cli())
            .await
            .unwrap();
        let before = self.row(connection).await.login.generation;
        let waits = outcome != RefreshOutcome::Saved;
        for _ in 0..36 {
            let login = self.row(connection).await.login;
            let renewed = !waits || login.generation > before;
            if login.status == ConnectionStatus::NeedsNewCredentials
                || login.status == ConnectionStatus::Active && renewed
            {
                break;
            }
            self.pass(Duration::from_secs(300));
            self.engine.look_at_logins().await.unwrap();
        }
        (outcome, self.row(connection).await.login.status)
    }

    /// A whole import.
    pub(crate) async fn import(&self, connection: ConnectionId) -> Result<RunId, Refusal> {
        let run = RunId::new(self.engine.ids());
        let tx = self.store().begin().await.unwrap();
        let now = self.engine.clock().now();
        runs::insert(
            &tx,
            run,
            connection,
            RunKind::CatalogImport,
            false,
            "test",
            now,
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let job = ImportJob { connection, run };
        let end = import(&self.engine, job, CancellationToken::new())
            .await
            .unwrap();
        let row = runs::find(self.store().read(), run).await.unwrap().unwrap();
        match end.status {
            RunStatus::Done => Ok(run),
            _ => Err(Refusal(format!(
                "{}: {}",
                end.status,
                row.outcome.unwrap_or_default()
            ))),
        }
    }

    /// Every customer, by Ion's lists, and each once more by id.
    pub(crate) async fn customers(&self, connection: ConnectionId) -> Result<Vec<String>, Refusal> {
        let ion = self.engine.ion(connection).await.unwrap();
        let account = self.sandbox.account_id();
        let told = |error: ion_client::Error| Refusal(error.to_string());
        let pages = ion.customers(&account).list().page_size(3).pages();
        let pages: Vec<_> = pages.try_collect().await.map_err(told)?;
        let mut found = std::collections::BTreeMap::new();
        for item in pages.iter().flat_map(|page| &page.items) {
            let id = item.id().unwrap();
            let one = ion.customers(&account).get(&id).await.map_err(told)?;
            let customer = one.decode().unwrap();
            let email = customer.customer_email.unwrap();
            // A filter may be ignored: what comes is looked at.
            let page = ion.customers(&account).list().email(&email).send();
            let by_email = page.await.map_err(told)?;
            let emails = by_email.items.iter().map(|item| item.decode().unwrap());
            let same = emails
                .filter(|other| other.customer_email.as_ref() == Some(&email))
                .count();
            assert_eq!(same, 1, "one customer has this address");
            found.insert(id, format!("{email} {:?}", customer.customer_organization));
        }
        Ok(found
            .into_iter()
            .map(|(id, text)| format!("{id} {text}"))
            .collect())
    }

    /// What the store holds now.
    pub(crate) async fn end(&self, connection: ConnectionId, customers: Vec<String>) -> End {
        let mut products = Vec::new();
        let known = catalog::list_missing(self.store().read(), connection, "", 10_000)
            .await
            .unwrap();
        for (id, ion_id, missed) in known {
            let found = catalog::find_product(self.store().read(), id)
                .await
                .unwrap()
                .unwrap();
            let variants: Vec<_> = found.variants.iter().map(|one| &one.variant).collect();
            products.push(format!(
                "{ion_id} {missed} {:?} {} {variants:?}",
                found.state, found.product.name
            ));
        }
        End {
            status: self.row(connection).await.login.status,
            products,
            customers,
        }
    }

    /// Titles of what waits for a person.
    pub(crate) async fn waiting(&self) -> Vec<String> {
        let open = notices::list_open(self.store().read()).await.unwrap();
        open.into_iter().map(|notice| notice.title).collect()
    }

    pub(crate) async fn row(&self, connection: ConnectionId) -> connections::ConnectionRow {
        connections::find(self.store().read(), connection)
            .await
            .unwrap()
            .unwrap()
    }

    /// Nothing was sent to Ion's API between a 429 and the end of the pause that it asked for, but for what was on its way already:
    /// with `same_path`, prices and the next page are asked for at the same time.
    pub(crate) fn assert_no_request_too_early(&self, pause_ms: u64, same_path: bool, what: &str) {
        let entries = self.sandbox.ledger().entries;
        let refusals = entries.iter().filter(|entry| entry.status == 429);
        for refusal in refusals.filter(|entry| entry.path.starts_with("/api/")) {
            let early = entries.iter().find(|entry| {
                entry.n > refusal.n
                    && entry.path.starts_with("/api/")
                    && (!same_path || entry.path == refusal.path)
                    && entry.at_ms < refusal.at_ms + pause_ms
            });
            assert!(early.is_none(), "{what}: {refusal:?}, then {early:?}");
        }
    }
}
