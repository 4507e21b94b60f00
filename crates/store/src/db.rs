//! Opening the database, and the two ways to use it: reading, and one short write transaction.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    ExecResult, IsolationLevel, QueryResult, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard};

use crate::StoreError;

/// How long a transaction waits for its turn, and a statement of SQLite for another process.
const PATIENCE: Duration = Duration::from_secs(10);

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
    /// SQLite: the file, and whose turn it is to write. First come, first served: without it, an import that begins one
    /// transaction after the other could keep an order waiting, because SQLite itself only polls.
    file: Option<(PathBuf, Arc<Mutex<()>>)>,
    /// Told where this process enqueued a job.
    enqueued: Arc<Notify>,
}

impl Store {
    /// Opens the database. Makes an SQLite file that is not there, readable by its owner only, but no tables: see [`Store::migrate`].
    pub async fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        use secrecy::ExposeSecret as _;
        let url = settings.url.expose_secret();
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Self::open_sqlite(
                Path::new(path.strip_prefix("//").unwrap_or(path)),
                settings.max_connections,
            )
            .await;
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Self::open_postgres(url, settings.max_connections).await;
        }
        Err(StoreError::Address)
    }

    async fn open_sqlite(path: &Path, readers: u32) -> Result<Self, StoreError> {
        // SQLite gives its log files the rights of the database.
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
        {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(sqlx::Error::Io(error).into());
            }
            _ => {}
        }
        let options = sqlite_options(path);
        // Who commits behind so many pages of the log folds them into the file: an import does it, hardly ever an order behind it.
        // Many at once, since an import writes the same pages of an index again and again.
        let folding_at = |pages: &'static str| options.clone().pragma("wal_autocheckpoint", pages);
        let write = folding_at("8000").synchronous(SqliteSynchronous::Full);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(write)
            .await?;
        let import = folding_at("4000").synchronous(SqliteSynchronous::Normal);
        let import = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(0)
            .connect_lazy_with(import);
        // Durable too, should a single statement write here.
        // Small caches, for there are many: what was read stays with the operating system, once for all of them.
        let read = options
            .synchronous(SqliteSynchronous::Full)
            .pragma("cache_size", "-4000");
        let read = SqlitePoolOptions::new()
            .max_connections(readers.max(1))
            .connect_with(read)
            .await?;
        let file = Some((path.to_owned(), Arc::new(Mutex::new(()))));
        Ok(Self {
            pools: Arc::new(Pools {
                backend: Backend::Sqlite,
                read: read.into(),
                write: write.into(),
                import: import.into(),
                file,
                enqueued: Arc::default(),
            }),
        })
    }

    async fn open_postgres(url: &str, connections: u32) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| StoreError::Address)?
            .application_name("ionbridge")
            .options([
                ("lock_timeout", "10s"),
                ("statement_timeout", "120s"),
                ("idle_in_transaction_session_timeout", "120s"),
                // A server may be set to tell of a commit before it is on disk; a token pair must be.
                ("synchronous_commit", "on"),
                ("default_transaction_isolation", "read committed"),
            ]);
        // A pool tries for long what fails at once: a wrong address or password is told now.
        let first = tokio::time::timeout(PATIENCE, options.connect())
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)??;
        first.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(connections.max(4))
            .acquire_timeout(PATIENCE)
            .connect_lazy_with(options);
        let pool = DatabaseConnection::from(pool);
        Ok(Self {
            pools: Arc::new(Pools {
                backend: Backend::Postgres,
                read: pool.clone(),
                write: pool.clone(),
                import: pool,
                file: None,
                enqueued: Arc::default(),
            }),
        })
    }

    /// Which database it is.
    pub fn backend(&self) -> Backend {
        self.pools.backend
    }

    /// For queries that write nothing.
    pub fn read(&self) -> &DatabaseConnection {
        &self.pools.read
    }

    /// The file of an SQLite database.
    pub fn file(&self) -> Option<&Path> {
        self.pools.file.as_ref().map(|(path, _)| path.as_path())
    }

    /// For one statement that writes and stands alone: it has its turn, and is durable when it returns.
    pub fn write(&self) -> OneWrite<'_> {
        OneWrite { store: self }
    }

    /// One write transaction: on SQLite it has the only write lock, so it is kept short.
    ///
    /// Waits up to ten seconds for its turn. Never begin a second one in the same task: each would wait for the other.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(self.begin_on(&self.pools.write).await?)
    }

    /// One write transaction of an import: on SQLite it is durable only with the next [`Store::begin`] that commits.
    pub async fn begin_import(&self) -> Result<Tx, StoreError> {
        Ok(self.begin_on(&self.pools.import).await?)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that begins a write transaction"
    )]
    async fn begin_on(&self, pool: &DatabaseConnection) -> Result<Tx, DbErr> {
        let (turn, mode) = match &self.pools.file {
            None => (None, None),
            Some((_, turns)) => {
                let turn = tokio::time::timeout(PATIENCE, Arc::clone(turns).lock_owned()).await;
                let turn = turn.map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?;
                (Some(turn), Some(SqliteTransactionMode::Immediate))
            }
        };
        let options = TransactionOptions {
            sqlite_transaction_mode: mode,
            ..TransactionOptions::default()
        };
        Ok(Tx {
            inner: pool.begin_with_options(options).await?,
            _turn: turn,
            enqueued: Arc::clone(&self.pools.enqueued),
            has_enqueued: AtomicBool::new(false),
        })
    }

    /// A transaction that reads one state of the database, however long it takes and whatever others write.
    #[expect(
        clippy::disallowed_methods,
        reason = "reads only, so SQLite needs no IMMEDIATE"
    )]
    pub(crate) async fn begin_snapshot(&self) -> Result<DatabaseTransaction, StoreError> {
        let isolation_level =
            (self.backend() == Backend::Postgres).then_some(IsolationLevel::RepeatableRead);
        Ok(self
            .pools
            .read
            .begin_with_options(TransactionOptions {
                isolation_level,
                ..TransactionOptions::default()
            })
            .await?)
    }

    /// Waits until this process enqueued a job, or one may have become due because another ended. What other processes enqueue is not seen.
    pub async fn enqueued(&self) {
        self.pools.enqueued.notified().await;
    }

    /// Says that a job may have become due.
    pub fn tell_workers(&self) {
        self.pools.enqueued.notify_one();
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

/// How every connection to an SQLite file is opened.
pub(crate) fn sqlite_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-16000")
        // What a long reader let the log grow to is given back.
        .pragma("journal_size_limit", "67108864")
        .optimize_on_close(true, None)
}

/// What PostgreSQL lets one transaction at a time do, until it ends. An SQLite transaction is alone anyway.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Turn {
    Migrate = 4711,
    NumberRun = 4712,
    ChangePeople = 4713,
    NumberCustomer = 4714,
    NumberOrder = 4715,
    TallySubscriptions = 4716,
}

/// Waits until nobody else has this turn, and keeps it until the transaction ends.
pub(crate) async fn take_turn(conn: &impl ConnectionTrait, turn: Turn) -> Result<(), StoreError> {
    if conn.get_database_backend() == DbBackend::Postgres {
        crate::sql::exec(
            conn,
            "SELECT pg_advisory_xact_lock($1)",
            crate::sql::values![turn as i64],
        )
        .await?;
    }
    Ok(())
}

/// See [`Store::write`].
#[derive(Debug, Clone, Copy)]
pub struct OneWrite<'a> {
    store: &'a Store,
}

impl OneWrite<'_> {
    async fn begin(&self) -> Result<Tx, DbErr> {
        self.store.begin_on(&self.store.pools.write).await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for OneWrite<'_> {
    fn get_database_backend(&self) -> DbBackend {
        self.store.pools.write.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let tx = self.begin().await?;
        let result = tx.execute_raw(statement).await?;
        tx.inner.commit().await?;
        Ok(result)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let tx = self.begin().await?;
        let result = tx.execute_unprepared(sql).await?;
        tx.inner.commit().await?;
        Ok(result)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let tx = self.begin().await?;
        let result = tx.query_one_raw(statement).await?;
        tx.inner.commit().await?;
        Ok(result)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let tx = self.begin().await?;
        let result = tx.query_all_raw(statement).await?;
        tx.inner.commit().await?;
        Ok(result)
    }
}

/// A write transaction. Dropped without [`Tx::commit`], it never happened.
#[derive(Debug)]
pub struct Tx {
    pub(crate) inner: DatabaseTransaction,
    _turn: Option<OwnedMutexGuard<()>>,
    enqueued: Arc<Notify>,
    has_enqueued: AtomicBool,
}

impl Tx {
    /// Makes it happen.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.inner.commit().await?;
        if self.has_enqueued.into_inner() {
            self.enqueued.notify_one();
        }
        Ok(())
    }

    /// A job was enqueued: a worker of this process is told once that is so.
    pub(crate) fn tell_workers(&self) {
        self.has_enqueued.store(true, Ordering::Relaxed);
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.inner.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.inner.query_all_raw(statement).await
    }
}
