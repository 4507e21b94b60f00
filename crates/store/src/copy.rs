//! A whole installation carried from one database to another: SQLite to PostgreSQL, back, or into a file that is a backup.
//!
//! Every table is read from one state of the source, row by row, and written in one transaction of the target: either all of it is
//! there afterwards or nothing. Sealed values stay sealed; they are bound to rows and not to the database, so the same key opens them.

use futures::TryStreamExt as _;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, QueryResult, Statement, StreamTrait as _, Value,
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::migrate::table_names;
use crate::sql::{count, exec, placeholders, rows, values};
use crate::{Backend, SchemaState, Store, StoreError, Tx};

/// Values that one statement may carry in both databases.
const MOST_VALUES: usize = 30_000;
/// Bytes after which rows are written.
const MOST_BYTES: usize = 1 << 20;
/// Rows after which they are written.
const MOST_ROWS: usize = 1000;

/// Why a copy cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The source has another version.
    #[error("the source is not of this version; bring it up with: ionbridge db migrate")]
    SourceVersion,
    /// The target has another version.
    #[error("the target holds tables of another version; name an empty database")]
    TargetVersion,
    /// There is something in the target.
    #[error(
        "the target is not empty: its table {0} has rows. Name an empty database, or empty this one first"
    )]
    NotEmpty(String),
    /// What was written is not what was read. Nothing was kept.
    #[error(
        "the table {0} is not the same after it was copied; nothing was kept. Check the disks of both databases"
    )]
    Differs(String),
    /// A row that the target does not take.
    #[error("the table {table} could not be copied; nothing was kept")]
    Table {
        /// The table.
        table: String,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// Any other error of a database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A table that was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedTable {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// Hash over all of its rows, in any order; the same in both databases.
    pub hash: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Uuid,
    Bytes,
    Int,
    Bool,
    Text,
}

#[derive(Debug)]
struct Table {
    name: String,
    columns: Vec<(String, Kind)>,
}

/// Copies everything. `progress` is told the table and its rows so far.
///
/// The target gets its tables where it has none. Servers should not run meanwhile: what they do after the copy began is not in it.
pub async fn copy(
    from: &Store,
    to: &Store,
    mut progress: impl FnMut(&str, u64) + Send,
) -> Result<Vec<CopiedTable>, CopyError> {
    if from.schema_state().await? != SchemaState::Current {
        return Err(CopyError::SourceVersion);
    }
    match to.schema_state().await? {
        SchemaState::Empty => to.migrate().await?,
        SchemaState::Current => {}
        SchemaState::Behind(_) | SchemaState::Newer(_) => return Err(CopyError::TargetVersion),
    }
    let source = from.begin_snapshot().await?;
    let target = to.begin().await?;
    for (store, conn) in [(from, &source as &dyn Unhurried), (to, &target)] {
        if store.backend() == Backend::Postgres {
            conn.unhurry().await?;
        }
    }
    let mut copied = Vec::new();
    for table in tables(&source).await? {
        empty(&target, &table.name).await?;
        let failed = |source| CopyError::Table {
            table: table.name.clone(),
            source,
        };
        let (rows, hash) = carry(&source, &target, &table, &mut progress)
            .await
            .map_err(failed)?;
        copied.push(CopiedTable {
            name: table.name,
            rows,
            hash,
        });
    }
    // What the target has now, read back.
    for (table, copied) in tables(&target.inner).await?.into_iter().zip(&copied) {
        if table.name != copied.name
            || digest(&target.inner, &table).await? != (copied.rows, copied.hash.clone())
        {
            return Err(CopyError::Differs(table.name));
        }
    }
    target.commit().await?;
    Ok(copied)
}

/// Statements of a copy take as long as they take.
#[async_trait::async_trait]
trait Unhurried: Sync {
    async fn unhurry(&self) -> Result<(), StoreError>;
}

const UNHURRIED: &str =
    "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";

#[async_trait::async_trait]
impl Unhurried for DatabaseTransaction {
    async fn unhurry(&self) -> Result<(), StoreError> {
        self.execute_unprepared(UNHURRIED).await?;
        Ok(())
    }
}

#[async_trait::async_trait]
impl Unhurried for Tx {
    async fn unhurry(&self) -> Result<(), StoreError> {
        self.execute_unprepared(UNHURRIED).await?;
        Ok(())
    }
}

/// Makes sure that a table of the target is empty. What a look at the disk left behind does not count.
async fn empty(target: &Tx, table: &str) -> Result<(), CopyError> {
    if table == "setting" {
        exec(
            target,
            "DELETE FROM setting WHERE name = 'write_probe'",
            vec![],
        )
        .await?;
    }
    match count(
        target,
        format!("SELECT COUNT(*) FROM (SELECT 1 FROM {table} LIMIT 1) AS found"),
        vec![],
    )
    .await?
    {
        0 => Ok(()),
        _ => Err(CopyError::NotEmpty(table.to_owned())),
    }
}

/// Every table with its columns, those first that others refer to.
async fn tables(conn: &DatabaseTransaction) -> Result<Vec<Table>, StoreError> {
    let backend = Backend::of(conn);
    let mut tables = Vec::new();
    for name in table_names() {
        let sql = match backend {
            Backend::Sqlite => "SELECT name, type AS kind FROM pragma_table_info($1) ORDER BY name",
            Backend::Postgres => {
                "SELECT column_name::text AS name, data_type::text AS kind FROM information_schema.columns WHERE table_name = $1 AND table_schema = ANY (current_schemas(false)) ORDER BY column_name COLLATE \"C\""
            }
        };
        let mut columns = Vec::new();
        for row in rows(conn, sql, values![name.clone()]).await? {
            let (column, kind): (String, String) = (row.get("name")?, row.get("kind")?);
            let kind = match &*kind.to_ascii_lowercase() {
                "uuid" | "uuid_blob" => Kind::Uuid,
                "bytea" | "blob" => Kind::Bytes,
                "bigint" => Kind::Int,
                "boolean" => Kind::Bool,
                "text" => Kind::Text,
                _ => {
                    return Err(StoreError::Corrupt {
                        table: "schema",
                        column: "type",
                        value: format!("{name}.{column} {kind}"),
                    });
                }
            };
            columns.push((column, kind));
        }
        tables.push(Table { name, columns });
    }
    // Search is another kind of table in each database: its rows are a number and a text.
    tables.push(Table {
        name: SEARCH.to_owned(),
        columns: vec![
            (search_number(conn).to_owned(), Kind::Int),
            ("doc".to_owned(), Kind::Text),
        ],
    });
    Ok(tables)
}

const SEARCH: &str = "product_search";

fn search_number(conn: &DatabaseTransaction) -> &'static str {
    if Backend::of(conn) == Backend::Sqlite {
        "rowid"
    } else {
        "doc_id"
    }
}

async fn carry(
    source: &DatabaseTransaction,
    target: &Tx,
    table: &Table,
    progress: &mut (impl FnMut(&str, u64) + Send),
) -> Result<(u64, String), StoreError> {
    let name = &table.name;
    // Named as the target names them: only the number of a search row differs.
    let own: Vec<_> = table
        .columns
        .iter()
        .map(|(column, _)| {
            if name == SEARCH && *column != "doc" {
                search_number(&target.inner)
            } else {
                column
            }
        })
        .collect();
    let insert = format!("INSERT INTO {name} ({}) VALUES ", own.join(", "));
    let width = table.columns.len();
    let (mut hash, mut done, mut bytes) = (RowHash::default(), 0, 0);
    let mut values: Vec<Value> = Vec::new();
    let mut found = source.stream_raw(select(source, table)).await?;
    while let Some(row) = found.try_next().await? {
        let before = values.len();
        read(&row, table, &mut values)?;
        bytes += hash.add(&values[before..]);
        done += 1;
        if bytes >= MOST_BYTES
            || values.len() + width > MOST_VALUES
            || values.len() >= MOST_ROWS * width
        {
            let full = std::mem::take(&mut values);
            exec(
                target,
                format!("{insert}{}", placeholders(full.len() / width, width)),
                full,
            )
            .await?;
            bytes = 0;
            progress(name, done);
        }
    }
    drop(found);
    if !values.is_empty() {
        exec(
            target,
            format!("{insert}{}", placeholders(values.len() / width, width)),
            values,
        )
        .await?;
    }
    progress(name, done);
    Ok((done, hash.text()))
}

/// Count and hash of a table's rows.
async fn digest(conn: &DatabaseTransaction, table: &Table) -> Result<(u64, String), StoreError> {
    let (mut hash, mut done) = (RowHash::default(), 0);
    let mut found = conn.stream_raw(select(conn, table)).await?;
    let mut values = Vec::new();
    while let Some(row) = found.try_next().await? {
        values.clear();
        read(&row, table, &mut values)?;
        hash.add(&values);
        done += 1;
    }
    Ok((done, hash.text()))
}

fn select(conn: &DatabaseTransaction, table: &Table) -> Statement {
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|(column, _)| column.as_str())
        .collect();
    Statement::from_string(
        ConnectionTrait::get_database_backend(conn),
        format!("SELECT {} FROM {}", columns.join(", "), table.name),
    )
}

fn read(row: &QueryResult, table: &Table, values: &mut Vec<Value>) -> Result<(), StoreError> {
    for (index, (_, kind)) in table.columns.iter().enumerate() {
        values.push(match kind {
            Kind::Uuid => row.try_get_by_index::<Option<Uuid>>(index)?.into(),
            Kind::Bytes => row.try_get_by_index::<Option<Vec<u8>>>(index)?.into(),
            Kind::Int => row.try_get_by_index::<Option<i64>>(index)?.into(),
            Kind::Bool => row.try_get_by_index::<Option<bool>>(index)?.into(),
            Kind::Text => row.try_get_by_index::<Option<String>>(index)?.into(),
        });
    }
    Ok(())
}

/// A hash over rows in any order: the sum of the hash of each, so that neither database needs to sort.
#[derive(Debug, Default)]
struct RowHash([u64; 4]);

impl RowHash {
    /// Adds a row, and tells about how many bytes it has.
    fn add(&mut self, row: &[Value]) -> usize {
        let mut hash = Sha256::new();
        let mut size = 0;
        for value in row {
            let number;
            let (tag, bytes): (u8, &[u8]) = match value {
                Value::BigInt(Some(found)) => {
                    number = found.to_be_bytes();
                    (1, &number)
                }
                Value::Bool(Some(found)) => (2, if *found { &[1] } else { &[0] }),
                Value::String(Some(found)) => (3, found.as_bytes()),
                Value::Bytes(Some(found)) => (4, found),
                Value::Uuid(Some(found)) => (5, found.as_bytes()),
                _ => (0, &[]),
            };
            hash.update([tag]);
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
            size += bytes.len() + 16;
        }
        for (sum, part) in self.0.iter_mut().zip(hash.finalize().chunks_exact(8)) {
            *sum = sum.wrapping_add(u64::from_be_bytes(
                part.try_into().expect("a part has eight bytes"),
            ));
        }
        size
    }

    fn text(&self) -> String {
        self.0.iter().map(|part| format!("{part:016x}")).collect()
    }
}

impl Backend {
    fn of(conn: &impl ConnectionTrait) -> Self {
        if conn.get_database_backend() == sea_orm::DbBackend::Sqlite {
            Self::Sqlite
        } else {
            Self::Postgres
        }
    }
}
