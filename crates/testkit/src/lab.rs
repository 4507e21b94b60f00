//! A sandbox and engines on one store.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::{Clock, ConnectionId, ManualClock, SystemIds};
use engine::connection::keeper::KeeperCommand;
use engine::connection::{CredentialDraft, SaveTarget};
use engine::{CatalogSettings, Engine, EngineParts, EngineSettings, IonSettings, NoticeSettings};
use ion_sandbox::{ClockMode, Sandbox, SandboxConfig};
use store::audit::Actor;
use store::seal::{MasterKey, Sealer};
use store::{Store, StoreSettings};

/// A sandbox, and engines on one store. Both clocks stand still until they are moved together.
#[derive(Debug)]
pub struct Lab {
    /// The fake of Ion.
    pub sandbox: Sandbox,
    /// Time of the engines.
    pub clock: Arc<ManualClock>,
    folder: tempfile::TempDir,
    key: MasterKey,
    keeper: KeeperCommand,
}

impl Lab {
    /// A lab whose engines start this binary as their token keeper.
    pub async fn start(keeper: &str, config: SandboxConfig) -> Self {
        let keeper = KeeperCommand {
            program: PathBuf::from(keeper),
            args: vec!["token-keeper".to_owned()],
        };
        Self::start_with(keeper, config).await
    }

    /// A lab whose engines start their token keeper by this command.
    pub async fn start_with(keeper: KeeperCommand, config: SandboxConfig) -> Self {
        let sandbox = Sandbox::start(SandboxConfig {
            clock: ClockMode::Driven,
            ..config
        })
        .await
        .expect("a loopback port is free");
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let clock = Arc::new(ManualClock::new(
            "2026-11-23T10:00:00Z".parse().expect("a time"),
        ));
        let key = MasterKey::generate_file(&folder.path().join("key"))
            .expect("the temporary folder can be written");
        Self {
            sandbox,
            clock,
            folder,
            key,
            keeper,
        }
    }

    /// Reads the key anew: what engines from now on open and seal with.
    pub fn reload_key(&mut self) {
        self.key = MasterKey::from_file(&self.folder.path().join("key"))
            .expect("the key was made by this lab");
    }

    /// The data directory of the first engine, which the binary may use too.
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// The store of this lab, opened anew.
    pub async fn store(&self) -> Store {
        let url = format!(
            "sqlite:{}",
            self.folder.path().join("ionbridge.db").display()
        );
        let store = Store::open(&StoreSettings {
            url: url.into(),
            max_connections: 4,
        })
        .await
        .expect("the database opens");
        store.migrate().await.expect("the database migrates");
        store
    }

    /// An engine on the store, as one server has it. `replica` names its data directory.
    pub async fn engine(&self, replica: Option<&str>) -> Engine {
        let store = self.store().await;
        self.engine_on(store, replica)
    }

    /// An engine on this store.
    pub fn engine_on(&self, store: Store, replica: Option<&str>) -> Engine {
        self.engine_with(store, replica, |_| ())
    }

    /// The same with settings of one's own.
    pub fn engine_with(
        &self,
        store: Store,
        replica: Option<&str>,
        adjust: impl FnOnce(&mut EngineSettings),
    ) -> Engine {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        self.engine_by(clock, store, replica, adjust)
    }

    /// The same with a clock of one's own.
    pub fn engine_by(
        &self,
        clock: Arc<dyn Clock>,
        store: Store,
        replica: Option<&str>,
        adjust: impl FnOnce(&mut EngineSettings),
    ) -> Engine {
        let data_dir = replica.map_or_else(
            || self.folder.path().to_owned(),
            |name| self.folder.path().join(name),
        );
        std::fs::create_dir_all(&data_dir).expect("the temporary folder can be written");
        let mut settings = EngineSettings {
            data_dir,
            host: replica.unwrap_or("first").to_owned(),
            keeper: self.keeper.clone(),
            ion: self.ion(),
            catalog: CatalogSettings::default(),
            customers: engine::CustomerSettings::default(),
            orders: engine::OrderSettings::default(),
            notices: NoticeSettings::default(),
        };
        adjust(&mut settings);
        Engine::new(EngineParts {
            store,
            sealer: Sealer::new(&self.key),
            clock,
            ids: Arc::new(SystemIds),
            settings,
        })
    }

    /// How the sandbox is reached.
    pub fn ion(&self) -> IonSettings {
        IonSettings {
            base_url: self.sandbox.base_url(),
            allowed_hosts: vec![self.sandbox.host()],
            plain_http_loopback: true,
            page_size: 100,
            requests_per_second: 1000,
            ..IonSettings::default()
        }
    }

    /// What the portal shows, as a person would paste it.
    pub fn draft(&self) -> CredentialDraft {
        let credentials = self.sandbox.request_new_credentials();
        CredentialDraft {
            name: "Lab".to_owned(),
            account_id: credentials.account_id,
            access_token: credentials.access_token.into(),
            refresh_token: credentials.refresh_token.into(),
            base_url: None,
        }
    }

    /// Connects the sandbox's account.
    pub async fn connect(&self, engine: &Engine) -> ConnectionId {
        engine
            .save_credentials(self.draft(), SaveTarget::New, &Actor::system())
            .await
            .expect("the sandbox's credentials work")
            .connection
    }

    /// Moves both clocks.
    pub fn pass(&self, time: Duration) {
        self.clock.advance(time);
        self.sandbox.advance(time);
    }

    /// Settings of the binary for this lab, as variables of its environment.
    pub fn environment(&self) -> Vec<(String, String)> {
        vec![
            (
                "IONBRIDGE_DATA_DIR".to_owned(),
                self.folder.path().display().to_string(),
            ),
            (
                "IONBRIDGE_ION__BASE_URL".to_owned(),
                self.sandbox.base_url(),
            ),
            (
                "IONBRIDGE_ION__ALLOWED_HOSTS".to_owned(),
                self.sandbox.host(),
            ),
            (
                "IONBRIDGE_ION__PLAIN_HTTP_LOOPBACK".to_owned(),
                "true".to_owned(),
            ),
            (
                "IONBRIDGE_SERVER__LISTEN".to_owned(),
                "127.0.0.1:0".to_owned(),
            ),
        ]
    }
}
