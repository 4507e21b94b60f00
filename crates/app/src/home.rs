//! The data directory: its lock, the key, the database, and the engine made of them.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use domain::{SystemClock, SystemIds};
use engine::connection::keeper::KeeperCommand;
use engine::{Engine, EngineParts, EngineSettings};
use secrecy::{ExposeSecret as _, SecretString};
use store::seal::{MasterKey, Sealer};
use store::{SchemaState, Store, StoreSettings};

use crate::config::Config;

/// The data directory with its settings.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub(crate) config: Config,
    pub(crate) data_dir: PathBuf,
    pub(crate) database_url: Option<SecretString>,
    pub(crate) public_url: String,
}

impl Home {
    /// The directory of these settings; made where it is not there.
    pub(crate) fn new(
        config: Config,
        data_dir: Option<PathBuf>,
        database_url: Option<SecretString>,
    ) -> anyhow::Result<Self> {
        let data_dir = data_dir.unwrap_or_else(|| config.data_dir.clone());
        if !data_dir.exists() {
            make_private(&data_dir)?;
        }
        let data_dir = data_dir
            .canonicalize()
            .with_context(|| format!("the data directory {} cannot be used", data_dir.display()))?;
        let public_url = if config.server.public_url.is_empty() {
            format!("http://{}", config.server.listen)
        } else {
            config.server.public_url.trim_end_matches('/').to_owned()
        };
        Ok(Self {
            config,
            data_dir,
            database_url,
            public_url,
        })
    }

    /// The address of the database.
    pub(crate) fn url(&self) -> SecretString {
        let configured = &self.config.database.url;
        match &self.database_url {
            Some(url) => url.clone(),
            None if configured.expose_secret().is_empty() => {
                format!("sqlite:{}", self.data_dir.join("ionbridge.db").display()).into()
            }
            None => configured.clone(),
        }
    }

    /// Opens the database as it is.
    pub(crate) async fn open_store(&self) -> anyhow::Result<Store> {
        let settings = StoreSettings {
            url: self.url(),
            max_connections: self.config.database.max_connections,
        };
        Store::open(&settings)
            .await
            .context("the database cannot be opened")
    }

    /// Opens the database and brings it to this version.
    pub(crate) async fn store(&self) -> anyhow::Result<Store> {
        let store = self.open_store().await?;
        if !matches!(store.schema_state().await?, SchemaState::Current) {
            store.migrate().await?;
        }
        Ok(store)
    }

    /// Where the key is.
    pub(crate) fn key_path(&self) -> PathBuf {
        if !self.config.key.file.as_os_str().is_empty() {
            return self.config.key.file.clone();
        }
        match std::env::var_os("CREDENTIALS_DIRECTORY")
            .map(|folder| PathBuf::from(folder).join("ionbridge-key"))
        {
            Some(path) if path.exists() => path,
            _ => self.data_dir.join("key"),
        }
    }

    /// The key: read, or made where nothing was ever sealed.
    async fn key(&self, store: &Store) -> anyhow::Result<MasterKey> {
        let path = self.key_path();
        if path.exists() {
            return Ok(MasterKey::from_file(&path)?);
        }
        if store::connections::any_sealed(store.read()).await? {
            bail!(
                "the key {} is missing, and the database holds secrets that only it opens. Put the key back (it is never in a backup), or name its place: key.file",
                path.display()
            );
        }
        Ok(MasterKey::generate_file(&path)?)
    }

    /// The engine on this directory.
    pub(crate) async fn engine(&self) -> anyhow::Result<Engine> {
        self.engine_on(self.store().await?).await
    }

    /// An engine on this store.
    pub(crate) async fn engine_on(&self, store: Store) -> anyhow::Result<Engine> {
        let sealer = Sealer::new(&self.key(&store).await?);
        self.engine_with(store, sealer)
    }

    fn engine_with(&self, store: Store, sealer: Sealer) -> anyhow::Result<Engine> {
        let program = own_program()?;
        let settings = EngineSettings {
            data_dir: self.data_dir.clone(),
            host: host_name(),
            keeper: KeeperCommand {
                program,
                args: vec!["token-keeper".to_owned()],
            },
            ion: self.config.ion(),
            catalog: self.config.catalog(),
            customers: self.config.customers(),
            orders: self.config.orders(),
            notices: self.config.notices(&self.public_url),
        };
        Ok(Engine::new(EngineParts {
            store,
            sealer,
            clock: Arc::new(SystemClock::new()),
            ids: Arc::new(SystemIds),
            settings,
        }))
    }

    /// The lock that one server holds on the directory.
    pub(crate) fn lock(&self) -> anyhow::Result<DirectoryLock> {
        DirectoryLock::take(&self.data_dir)
    }
}

/// Makes a folder that only this user can read.
pub(crate) fn make_private(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("the data directory {} cannot be made", folder.display()))
}

/// What the keeper is started from: this very program, even where an upgrade has put another file in its place.
fn own_program() -> anyhow::Result<PathBuf> {
    let own = Path::new("/proc/self/exe");
    if own.exists() {
        return Ok(own.to_owned());
    }
    std::env::current_exe().context("the path of this program is not known")
}

/// Name of this host, for people.
pub(crate) fn host_name() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

/// Held while a server uses the data directory.
#[derive(Debug)]
pub(crate) struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    fn take(data_dir: &Path) -> anyhow::Result<Self> {
        let path = data_dir.join("server.lock");
        let open = || {
            std::fs::OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
        };
        let mut file = open().with_context(|| {
            format!(
                "the data directory {} cannot be written; give this user the right to write it",
                data_dir.display()
            )
        })?;
        if let Err(std::fs::TryLockError::WouldBlock) = file.try_lock() {
            let mut pid = String::new();
            drop(file.read_to_string(&mut pid));
            bail!(
                "another Ionbridge (process {}) uses the data directory {}; stop it, or choose another directory with --data-dir",
                if pid.trim().is_empty() {
                    "unknown"
                } else {
                    pid.trim()
                },
                data_dir.display()
            );
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(std::process::id().to_string().as_bytes()))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Self { _file: file })
    }
}
