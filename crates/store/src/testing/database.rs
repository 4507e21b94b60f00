//! One database for one test, gone with it.

use std::str::FromStr;
use std::sync::OnceLock;

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use super::server;
use crate::migrate::schema_text;
use crate::{Backend, Store, StoreSettings};

/// Held on the server while somebody makes the database that the others are copied from.
const TEMPLATE_LOCK: i64 = 4_711_000;

/// A database that lives as long as this value.
#[derive(Debug)]
pub struct TestDatabase {
    store: Store,
    url: SecretString,
    home: Home,
}

#[derive(Debug)]
enum Home {
    /// Removed with this value.
    Folder {
        _folder: tempfile::TempDir,
    },
    Server {
        address: SecretString,
        name: String,
    },
}

impl TestDatabase {
    /// A database with all tables.
    pub async fn migrated(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                let database = Self::empty(backend).await;
                database
                    .store
                    .migrate()
                    .await
                    .expect("a fresh SQLite file can be migrated");
                database
            }
            Backend::Postgres => {
                let server = server::get();
                let template = template(&server.address).await;
                Self::on_server(
                    server.address,
                    &format!("TEMPLATE {template} {}", server.strategy),
                )
                .await
            }
        }
    }

    /// A database without tables.
    pub async fn empty(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder can be made");
                let url = SecretString::from(format!(
                    "sqlite:{}",
                    folder.path().join("ionbridge.db").display()
                ));
                Self {
                    store: open(&url).await,
                    url,
                    home: Home::Folder { _folder: folder },
                }
            }
            Backend::Postgres => Self::on_server(server::get().address, "TEMPLATE template0").await,
        }
    }

    async fn on_server(address: SecretString, how: &str) -> Self {
        // Random: a server that is named from outside may serve the tests of several machines.
        let name = format!("ionbridge_test_{:016x}", rand::random::<u64>());
        let mut admin = connect(&address).await;
        run(&mut admin, &format!("CREATE DATABASE {name} {how}")).await;
        drop(admin.close().await);
        let url = url_of(&address, &name);
        Self {
            store: open(&url).await,
            url,
            home: Home::Server { address, name },
        }
    }

    /// The database, open.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Its address, to open it once more, as another process would.
    pub fn url(&self) -> &SecretString {
        &self.url
    }

    /// Its settings.
    pub fn settings(&self) -> StoreSettings {
        StoreSettings {
            url: self.url.clone(),
            max_connections: 8,
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        match &self.home {
            Home::Folder { .. } => {}
            Home::Server { address, name } => {
                let (address, sql) = (
                    address.clone(),
                    format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
                );
                // In a thread of its own: the runtime of the test may be at its end, and a test that panicked cleans up too.
                let dropped = std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build()
                        .expect("a runtime can be made");
                    runtime.block_on(async { run(&mut connect(&address).await, &sql).await });
                })
                .join();
                if dropped.is_err() {
                    #[expect(clippy::print_stderr, reason = "tests print")]
                    {
                        eprintln!("the test database {name} was left behind");
                    }
                }
            }
        }
    }
}

async fn open(url: &SecretString) -> Store {
    Store::open(&StoreSettings {
        url: url.clone(),
        max_connections: 8,
    })
    .await
    .expect("a test database can be opened")
}

async fn connect(address: &SecretString) -> PgConnection {
    let options = PgConnectOptions::from_str(address.expose_secret())
        .expect("TEST_DATABASE_URL is postgres://USER:PASSWORD@HOST/DATABASE");
    options
        .connect()
        .await
        .expect("the PostgreSQL server for tests answers")
}

async fn run(admin: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(admin)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Name of a migrated database that others are copied from. It is made once for each schema: a test then starts in milliseconds.
async fn template(address: &SecretString) -> String {
    static KNOWN: OnceLock<String> = OnceLock::new();
    if let Some(name) = KNOWN.get() {
        return name.clone();
    }
    let hash: String = Sha256::digest(schema_text())
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let name = format!("ionbridge_template_{hash}");
    let mut admin = connect(address).await;
    // Ends with this connection, also when the process dies.
    run(
        &mut admin,
        &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})"),
    )
    .await;
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
            .bind(&name)
            .fetch_one(&mut admin)
            .await
            .expect("pg_database can be read");
    if !exists {
        // Made under another name first, so that one that was cut off half-way is never taken for whole.
        let part = format!("{name}_part");
        run(
            &mut admin,
            &format!("DROP DATABASE IF EXISTS {part} WITH (FORCE)"),
        )
        .await;
        run(
            &mut admin,
            &format!("CREATE DATABASE {part} TEMPLATE template0"),
        )
        .await;
        let store = open(&url_of(address, &part)).await;
        store
            .migrate()
            .await
            .expect("a fresh PostgreSQL database can be migrated");
        store.close().await;
        run(
            &mut admin,
            &format!("ALTER DATABASE {part} RENAME TO {name}"),
        )
        .await;
    }
    drop(admin.close().await);
    KNOWN.get_or_init(|| name).clone()
}

/// The address of another database on the same server.
fn url_of(address: &SecretString, database: &str) -> SecretString {
    let address = address.expose_secret();
    let (address, query) = address
        .split_once('?')
        .map_or((address, String::new()), |(address, query)| {
            (address, format!("?{query}"))
        });
    let (scheme, rest) = address.split_once("://").expect("an address has a scheme");
    let host = rest.split('/').next().unwrap_or_default();
    SecretString::from(format!("{scheme}://{host}/{database}{query}"))
}
