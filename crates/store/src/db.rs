//! Opening the database, and the two ways to use it: reading, and one short write transaction.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::StoreError;

/// How the database is opened.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// `sqlite:PATH` or `postgres://...`. Never printed: it may hold a password.
    pub url: secrecy::SecretString,
    /// Connections for reading (SQLite) or in all (PostgreSQL).
    pub max_connections: u32,
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// One file on this machine.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// The database, open.
#[derive(Debug, Clone)]
pub struct Store {
    pools: Arc<Pools>,
}

#[derive(Debug)]
struct Pools {
    backend: Backend,
    read: DatabaseConnection,
    /// SQLite: one connection with `synchronous=FULL`; what is committed here survives a power loss.
    write: DatabaseConnection,
    /// SQLite: one connection with `synchronous=NORMAL`, for the bulk of an import.
    import: DatabaseConnection,
}

impl Store {
    /// Opens the database. Makes an SQLite file that is not there, but no tables: see [`Store::migrate`].
    pub async fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        use secrecy::ExposeSecret as _;
        let url = settings.url.expose_secret();
        match url.strip_prefix("sqlite:") {
            Some(path) => Self::open_sqlite(Path::new(path.trim_start_matches("//")), settings.max_connections).await,
            None => Self::open_postgres(url, settings.max_connections).await,
        }
    }

    async fn open_sqlite(path: &Path, readers: u32) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("temp_store", "memory")
            .pragma("cache_size", "-16000")
            .optimize_on_close(true, None);
        let write = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone().synchronous(SqliteSynchronous::Full)).await?;
        let import = SqlitePoolOptions::new().max_connections(1).min_connections(0).connect_lazy_with(options.clone().synchronous(SqliteSynchronous::Normal));
        let read = SqlitePoolOptions::new().max_connections(readers.max(1)).connect_with(options.synchronous(SqliteSynchronous::Normal)).await?;
        Ok(Self { pools: Arc::new(Pools { backend: Backend::Sqlite, read: read.into(), write: write.into(), import: import.into() }) })
    }

    async fn open_postgres(url: &str, connections: u32) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)?.application_name("ionbridge").options([("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "120s")]);
        let pool = PgPoolOptions::new().max_connections(connections.max(4)).acquire_timeout(Duration::from_secs(10)).connect_with(options).await?;
        let pool = DatabaseConnection::from(pool);
        Ok(Self { pools: Arc::new(Pools { backend: Backend::Postgres, read: pool.clone(), write: pool.clone(), import: pool }) })
    }

    /// Which database it is.
    pub fn backend(&self) -> Backend {
        self.pools.backend
    }

    /// For queries that write nothing.
    pub fn read(&self) -> &DatabaseConnection {
        &self.pools.read
    }

    /// One write transaction: on SQLite it has the only write lock, so it is kept short.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        begin(&self.pools.write, self.pools.backend).await
    }

    /// One write transaction of an import: on SQLite it is durable only with the next [`Store::begin`] that commits.
    pub async fn begin_import(&self) -> Result<Tx, StoreError> {
        begin(&self.pools.import, self.pools.backend).await
    }

    /// Proves that the store can be written, durably, at this moment.
    pub async fn probe_write(&self) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        crate::sql::exec(&tx, "INSERT INTO setting (name, value) VALUES ('write_probe', '1') ON CONFLICT (name) DO UPDATE SET value = CASE setting.value WHEN '1' THEN '2' ELSE '1' END", vec![]).await?;
        tx.commit().await
    }

    /// Makes everything that was committed by imports durable.
    pub async fn flush_imports(&self) -> Result<(), StoreError> {
        match self.pools.backend {
            Backend::Sqlite => self.probe_write().await,
            Backend::Postgres => Ok(()),
        }
    }

    /// Closes every connection; the last one of an SQLite file folds its log.
    pub async fn close(&self) {
        for pool in [&self.pools.import, &self.pools.read, &self.pools.write] {
            // A pool that does not close has nothing more to say.
            drop(pool.close_by_ref().await);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that begins a transaction")]
async fn begin(pool: &DatabaseConnection, backend: Backend) -> Result<Tx, StoreError> {
    let options = TransactionOptions { sqlite_transaction_mode: (backend == Backend::Sqlite).then_some(SqliteTransactionMode::Immediate), ..TransactionOptions::default() };
    Ok(Tx { tx: pool.begin_with_options(options).await? })
}

/// A write transaction. Dropped without [`Tx::commit`], it never happened.
#[derive(Debug)]
pub struct Tx {
    tx: DatabaseTransaction,
}

impl Tx {
    /// Makes it happen.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.tx.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.tx.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.tx.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.tx.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.tx.query_all_raw(statement).await
    }
}
