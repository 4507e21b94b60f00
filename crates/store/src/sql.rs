//! How a statement is run: one text for both databases, numbered parameters, rows read by column name.

use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Statement, TryGetable, Value};
use uuid::Uuid;

use crate::StoreError;

/// Values of a statement, in the order of its parameters.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$(sea_orm::Value::from($value)),*] };
}
pub(crate) use values;

/// Runs a statement, and tells how many rows it touched.
pub(crate) async fn exec(
    conn: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: Vec<Value>,
) -> Result<u64, StoreError> {
    Ok(conn
        .execute_raw(Statement::from_sql_and_values(
            conn.get_database_backend(),
            sql,
            values,
        ))
        .await?
        .rows_affected())
}

/// All rows of a query.
pub(crate) async fn rows(
    conn: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: Vec<Value>,
) -> Result<Vec<Row>, StoreError> {
    Ok(conn
        .query_all_raw(Statement::from_sql_and_values(
            conn.get_database_backend(),
            sql,
            values,
        ))
        .await?
        .into_iter()
        .map(Row)
        .collect())
}

/// The first row of a query.
pub(crate) async fn row(
    conn: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: Vec<Value>,
) -> Result<Option<Row>, StoreError> {
    Ok(conn
        .query_one_raw(Statement::from_sql_and_values(
            conn.get_database_backend(),
            sql,
            values,
        ))
        .await?
        .map(Row))
}

/// One number, 0 where there is no row.
pub(crate) async fn count(
    conn: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: Vec<Value>,
) -> Result<i64, StoreError> {
    match row(conn, sql, values).await? {
        Some(row) => Ok(row.0.try_get_by_index::<Option<i64>>(0)?.unwrap_or(0)),
        None => Ok(0),
    }
}

/// One row of a result.
#[derive(Debug)]
pub(crate) struct Row(pub(crate) QueryResult);

impl Row {
    /// The value of a column.
    pub(crate) fn get<T: TryGetable>(&self, column: &str) -> Result<T, StoreError> {
        Ok(self.0.try_get("", column)?)
    }

    /// A time.
    pub(crate) fn time(&self, column: &str) -> Result<Timestamp, StoreError> {
        Ok(from_micros(self.get(column)?))
    }

    /// A time that may be missing.
    pub(crate) fn time_opt(&self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.get::<Option<i64>>(column)?.map(from_micros))
    }

    /// A word of one of `domain`'s enumerations.
    pub(crate) fn word<T: std::str::FromStr>(
        &self,
        table: &'static str,
        column: &'static str,
    ) -> Result<T, StoreError> {
        let text: String = self.get(column)?;
        text.parse().map_err(|_| StoreError::Corrupt {
            table,
            column,
            value: text,
        })
    }

    /// Such a word that may be missing.
    pub(crate) fn word_opt<T: std::str::FromStr>(
        &self,
        table: &'static str,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        match self.get::<Option<String>>(column)? {
            Some(_) => self.word(table, column).map(Some),
            None => Ok(None),
        }
    }

    /// A JSON value.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(
        &self,
        table: &'static str,
        column: &'static str,
    ) -> Result<T, StoreError> {
        let text: String = self.get(column)?;
        serde_json::from_str(&text).map_err(|error| StoreError::Corrupt {
            table,
            column,
            value: error.to_string(),
        })
    }

    /// A JSON value that may be missing.
    pub(crate) fn json_opt<T: serde::de::DeserializeOwned>(
        &self,
        table: &'static str,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        match self.get::<Option<String>>(column)? {
            Some(_) => self.json(table, column).map(Some),
            None => Ok(None),
        }
    }

    /// An unsigned number.
    pub(crate) fn count(&self, column: &str) -> Result<u64, StoreError> {
        Ok(u64::try_from(self.get::<i64>(column)?).unwrap_or(0))
    }
}

/// Microseconds since 1970, as stored.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// The time of a stored number.
pub(crate) fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Text of a JSON value, for a column.
pub(crate) fn json_text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// The most that one amount may be, a thousand million: many of them are summed up in the database.
const MOST: i64 = 1_000_000_000_000_000;

/// A sum of money in units of 10^-6, as its column keeps it; nothing where no price is so high.
pub(crate) fn units(mut sum: rust_decimal::Decimal) -> Option<i64> {
    sum = sum.round_dp(6);
    sum.rescale(6);
    (sum.scale() == 6)
        .then(|| i64::try_from(sum.mantissa()).ok())
        .flatten()
        .and_then(sensible)
}

/// The amount, where it may be summed up with others.
pub(crate) fn sensible(units: i64) -> Option<i64> {
    (-MOST..=MOST).contains(&units).then_some(units)
}

/// The 32 bytes in the column `hash`.
pub(crate) fn hash_of(row: &Row, table: &'static str) -> Result<[u8; 32], StoreError> {
    row.get::<Vec<u8>>("hash")?
        .try_into()
        .map_err(|_| StoreError::Corrupt {
            table,
            column: "hash",
            value: "not 32 bytes".to_owned(),
        })
}

/// Holds rows until the transaction ends, in the order of their ids; who else wants one waits. An SQLite transaction is alone anyway.
pub(crate) async fn hold_rows(
    conn: &impl ConnectionTrait,
    table: &str,
    ids: &[Uuid],
) -> Result<(), StoreError> {
    if conn.get_database_backend() == sea_orm::DbBackend::Sqlite {
        return Ok(());
    }
    for part in ids.chunks(100) {
        let sql = format!(
            "SELECT id FROM {table} WHERE id IN {} ORDER BY id FOR UPDATE",
            placeholders(1, part.len())
        );
        rows(conn, sql, part.iter().map(|id| Value::from(*id)).collect()).await?;
    }
    Ok(())
}

/// The last number in the column `seq` of each of these.
pub(crate) async fn last_seqs(
    conn: &impl ConnectionTrait,
    table: &str,
    column: &str,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, i64>, StoreError> {
    let mut last = HashMap::new();
    for part in ids.chunks(100) {
        let sql = format!(
            "SELECT {column} AS id, MAX(seq) AS seq FROM {table} WHERE {column} IN {} GROUP BY {column}",
            placeholders(1, part.len())
        );
        let bound = part.iter().map(|id| Value::from(*id)).collect();
        for row in rows(conn, sql, bound).await? {
            last.insert(row.get("id")?, row.get("seq")?);
        }
    }
    Ok(last)
}

/// `($1,$2),($3,$4)`: the values of a statement for `rows` rows of `columns` columns.
pub(crate) fn placeholders(rows: usize, columns: usize) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(rows * columns * 6);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns {
            if column > 0 {
                text.push(',');
            }
            let _ = write!(text, "${}", row * columns + column + 1);
        }
        text.push(')');
    }
    text
}
