//! An engine on a store, and a sandbox that it imports from.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::connection::{ConnectionStatus, VendorProfile};
use domain::run::RunKind;
use domain::{Clock, ConnectionId, RunId, SystemClock, SystemIds};
use engine::catalog::{ImportEnd, ImportError, ImportJob, import_with};
use engine::connection::keeper::KeeperCommand;
use engine::{CatalogSettings, Engine, EngineParts, EngineSettings, IonSettings, NoticeSettings};
use ion_client::{AccessToken, FixedToken, IonClient, PacedBudget};
use ion_sandbox::{Sandbox, SandboxConfig};
use rules::tokens::Login;
use secrecy::SecretString;
use store::connections::{self, NewConnection};
use store::seal::{MasterKey, Sealer};
use store::{Store, catalog, runs};
use tokio_util::sync::CancellationToken;

/// Records a page: small, so that a list has many.
pub(crate) const PAGE: u32 = 20;

pub(crate) struct Bed {
    pub(crate) engine: Engine,
    pub(crate) sandbox: Sandbox,
    pub(crate) ion: IonClient,
    pub(crate) connection: ConnectionId,
}

impl Bed {
    pub(crate) async fn new(store: &Store, products: usize) -> Self {
        Self::with(
            store,
            SandboxConfig {
                products,
                ..SandboxConfig::default()
            },
            |_| (),
        )
        .await
    }

    pub(crate) async fn with(
        store: &Store,
        config: SandboxConfig,
        tune: impl FnOnce(&mut CatalogSettings),
    ) -> Self {
        Self::made(store, config, Arc::new(SystemClock::new()), tune).await
    }

    pub(crate) async fn with_clock(
        store: &Store,
        config: SandboxConfig,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self::made(store, config, clock, |_| ()).await
    }

    async fn made(
        store: &Store,
        config: SandboxConfig,
        clock: Arc<dyn Clock>,
        tune: impl FnOnce(&mut CatalogSettings),
    ) -> Self {
        let sandbox = Sandbox::start(config).await.unwrap();
        let mut settings = IonSettings {
            base_url: sandbox.base_url(),
            allowed_hosts: vec![sandbox.host()],
            plain_http_loopback: true,
            page_size: PAGE,
            ..IonSettings::default()
        };
        settings.requests_per_second = 10_000;
        let mut catalog = CatalogSettings::default();
        tune(&mut catalog);
        let engine = Engine::new(EngineParts {
            store: store.clone(),
            sealer: Sealer::new(&MasterKey::generate()),
            clock,
            ids: Arc::new(SystemIds),
            settings: EngineSettings {
                data_dir: PathBuf::from("/nowhere"),
                host: "test".into(),
                keeper: KeeperCommand {
                    program: PathBuf::from("/nowhere"),
                    args: vec![],
                },
                ion: settings.clone(),
                catalog,
                customers: engine::CustomerSettings::default(),
                orders: engine::OrderSettings::default(),
                notices: NoticeSettings::default(),
            },
        });
        let credentials = sandbox.request_new_credentials();
        let token = AccessToken::new(SecretString::from(credentials.access_token.clone()), 1);
        let mut http = settings.http();
        http.retry.first_wait = Duration::from_millis(1);
        let ion = IonClient::new(
            &http,
            Arc::new(FixedToken::new(token)),
            Arc::new(PacedBudget::per_second(10_000)),
        )
        .unwrap();
        let connection = ConnectionId::new(engine.ids());
        let now = engine.clock().now();
        let login = Login {
            status: ConnectionStatus::Active,
            profile: VendorProfile::Unknown,
            generation: 1,
            access_expires_at: now + Duration::from_secs(7200),
            access_life: Duration::from_secs(7200),
            refreshed_at: now,
            next_refresh_at: now + Duration::from_secs(3600),
            refusals: 0,
            unsent: 0,
            loss: None,
            cause: None,
        };
        let new = NewConnection {
            id: connection,
            name: "Test".into(),
            account_id: sandbox.account_id(),
            base_url: sandbox.base_url(),
            sandbox: true,
            login,
            fingerprint: vec![1],
            created_by: "test".into(),
            at: now,
        };
        let tx = store.begin().await.unwrap();
        connections::insert(&tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        Self {
            engine,
            sandbox,
            ion,
            connection,
        }
    }

    pub(crate) fn store(&self) -> &Store {
        self.engine.store()
    }

    /// A run that waits.
    pub(crate) async fn run(&self, full: bool) -> RunId {
        let run = RunId::new(self.engine.ids());
        let tx = self.store().begin().await.unwrap();
        runs::insert(
            &tx,
            run,
            self.connection,
            RunKind::CatalogImport,
            full,
            "test",
            self.engine.clock().now(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        run
    }

    pub(crate) async fn go(&self, run: RunId) -> Result<ImportEnd, ImportError> {
        let job = ImportJob {
            connection: self.connection,
            run,
        };
        import_with(
            &self.engine,
            job,
            self.ion.clone(),
            CancellationToken::new(),
        )
        .await
    }

    /// A whole import.
    pub(crate) async fn import(&self) -> ImportEnd {
        let run = self.run(false).await;
        self.go(run).await.unwrap()
    }

    /// The whole stored catalog as text, without ids and times of ours: what two ways to the same end must agree on.
    pub(crate) async fn dump(&self) -> Vec<String> {
        let mut dump = Vec::new();
        let mut after = String::new();
        loop {
            let part = catalog::list_missing(self.store().read(), self.connection, &after, 200)
                .await
                .unwrap();
            let Some((_, last, _)) = part.last() else {
                return dump;
            };
            after.clone_from(last);
            for (id, ion_id, missed) in part {
                let found = catalog::find_product(self.store().read(), id)
                    .await
                    .unwrap()
                    .unwrap();
                let raw = catalog::find_raw(self.store().read(), id)
                    .await
                    .unwrap()
                    .unwrap();
                let variants: Vec<_> = found
                    .variants
                    .iter()
                    .map(|stored| (&stored.variant, stored.previous_units))
                    .collect();
                let ledger = catalog::ledger(self.store().read(), id, None)
                    .await
                    .unwrap();
                let ledger: Vec<_> = ledger
                    .iter()
                    .map(|row| {
                        (
                            &row.label,
                            row.currency,
                            &row.meter,
                            row.cost.text(),
                            &row.list,
                        )
                    })
                    .collect();
                let hit = self.hit(&found.product.name, &ion_id).await;
                dump.push(format!(
                    "{ion_id} {missed} {:?} {:?} {variants:?} {ledger:?} {} {hit}",
                    found.product,
                    found.state,
                    blake3::hash(&raw)
                ));
            }
        }
    }

    async fn hit(&self, name: &str, ion_id: &str) -> bool {
        let filter = catalog::ProductFilter {
            text: name.to_owned(),
            limit: 1000,
            ..Default::default()
        };
        let page = catalog::search(self.store().read(), &filter).await.unwrap();
        page.products.iter().any(|hit| hit.ion_id == ion_id)
    }

    /// Rows that a run reported, of every kind.
    pub(crate) async fn changes(&self, run: RunId) -> Vec<catalog::ChangeRow> {
        catalog::list_changes(self.store().read(), run, None, 0, 100_000)
            .await
            .unwrap()
    }
}
