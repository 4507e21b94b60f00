//! The schema and its versions. Each version is one SQL text for both databases; `{uuid}` and `{bytes}` stand for their types.

use sea_orm::{ConnectionTrait, DatabaseConnection};

use crate::db::{Backend, Store, Turn, take_turn};
use crate::sql::{count, exec, row, values};
use crate::{StoreError, Tx};

/// Every version, the first one first. A version that was released is never changed, only followed.
const VERSIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_customers.sql"),
    include_str!("migrations/0003_orders.sql"),
];

/// What the two databases write differently: full-text search, and that the audit log is only ever appended to.
const ONLY_SQLITE: &[&str] = &[
    include_str!("migrations/search_sqlite.sql"),
    include_str!("migrations/audit_sqlite.sql"),
];
const ONLY_POSTGRES: &[&str] = &[
    include_str!("migrations/search_postgres.sql"),
    include_str!("migrations/audit_postgres.sql"),
];

/// The version that this binary writes.
#[expect(clippy::cast_possible_wrap, reason = "a handful of versions")]
pub const SCHEMA_VERSION: i64 = VERSIONS.len() as i64;

/// How the database stands to this binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// No tables yet.
    Empty,
    /// What this binary needs.
    Current,
    /// Older by this many versions.
    Behind(i64),
    /// Written by a newer binary.
    Newer(i64),
}

impl Store {
    /// How the database stands to this binary.
    pub async fn schema_state(&self) -> Result<SchemaState, StoreError> {
        Ok(match version(self.read()).await? {
            0 => SchemaState::Empty,
            found if found == SCHEMA_VERSION => SchemaState::Current,
            found if found < SCHEMA_VERSION => SchemaState::Behind(SCHEMA_VERSION - found),
            found => SchemaState::Newer(found),
        })
    }

    /// Brings the database to this binary's version. One process at a time; the others wait and find it done.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.migrate_up_to(VERSIONS.len()).await
    }

    /// Brings a database as far as an older binary would have: for tests of what comes after.
    #[cfg(feature = "testing")]
    pub async fn migrate_as_of(&self, version: usize) -> Result<(), StoreError> {
        self.migrate_up_to(version).await
    }

    async fn migrate_up_to(&self, last: usize) -> Result<(), StoreError> {
        match self.schema_state().await? {
            SchemaState::Current => return Ok(()),
            SchemaState::Newer(found) => {
                return Err(StoreError::NewerSchema {
                    found,
                    known: SCHEMA_VERSION,
                });
            }
            SchemaState::Empty | SchemaState::Behind(_) => {}
        }
        let tx = self.begin().await?;
        if self.backend() == Backend::Postgres {
            tx.execute_unprepared(
                "SET LOCAL lock_timeout = '10min'; SET LOCAL statement_timeout = 0",
            )
            .await?;
        }
        take_turn(&tx, Turn::Migrate).await?;
        tx.execute_unprepared(
            "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)",
        )
        .await?;
        // Looked at again: somebody else may have had the turn before us.
        let found = count(
            &tx,
            "SELECT COALESCE(MAX(version), 0) FROM schema_version",
            vec![],
        )
        .await?;
        if found > SCHEMA_VERSION {
            return Err(StoreError::NewerSchema {
                found,
                known: SCHEMA_VERSION,
            });
        }
        for (number, text) in (1_i64..)
            .zip(VERSIONS.iter().take(last))
            .skip(usize::try_from(found).unwrap_or(0))
        {
            apply(&tx, text, self.backend()).await?;
            exec(
                &tx,
                "INSERT INTO schema_version (version) VALUES ($1)",
                values![number],
            )
            .await?;
        }
        if found == 0 {
            let only = if self.backend() == Backend::Sqlite {
                ONLY_SQLITE
            } else {
                ONLY_POSTGRES
            };
            for text in only {
                apply(&tx, text, self.backend()).await?;
            }
        }
        tx.commit().await
    }
}

/// Every table that both databases have alike, in the order in which they are made: those first that others refer to.
pub(crate) fn table_names() -> Vec<String> {
    let text = VERSIONS.concat();
    text.split("CREATE TABLE ")
        .skip(1)
        .filter_map(|rest| rest.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// Everything that makes a fresh database, as one text: tests tell schemas apart by it.
#[cfg(feature = "testing")]
pub(crate) fn schema_text() -> String {
    [VERSIONS, ONLY_SQLITE, ONLY_POSTGRES].concat().concat()
}

async fn apply(tx: &Tx, text: &str, backend: Backend) -> Result<(), StoreError> {
    let (uuid, bytes) = match backend {
        // Both are stored as bytes; the word tells `transfer` which they are.
        Backend::Sqlite => ("UUID_BLOB", "BLOB"),
        Backend::Postgres => ("UUID", "BYTEA"),
    };
    tx.execute_unprepared(&text.replace("{uuid}", uuid).replace("{bytes}", bytes))
        .await?;
    Ok(())
}

pub(crate) async fn version(conn: &DatabaseConnection) -> Result<i64, StoreError> {
    let exists = match conn.get_database_backend() {
        sea_orm::DbBackend::Sqlite => {
            "SELECT 1 AS one FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'"
        }
        _ => {
            "SELECT 1 AS one FROM information_schema.tables WHERE table_name = 'schema_version' AND table_schema = ANY (current_schemas(false))"
        }
    };
    if row(conn, exists, vec![]).await?.is_none() {
        return Ok(0);
    }
    count(
        conn,
        "SELECT COALESCE(MAX(version), 0) FROM schema_version",
        vec![],
    )
    .await
}
