//! For tests: how many rows of the catalog were written, whatever was written into them.

use sea_orm::ConnectionTrait;

use crate::sql::{count, rows};
use crate::{Backend, Store, StoreError};

/// Tables whose rows an unchanged import leaves alone.
const TABLES: [&str; 5] = [
    "product",
    "product_raw",
    "variant",
    "price_entry",
    "catalog_change",
];

/// A text that differs as soon as one row of the catalog is inserted, deleted or updated, even to the same values.
pub async fn row_versions(store: &Store) -> Result<String, StoreError> {
    match store.backend() {
        Backend::Sqlite => {
            let tx = store.begin().await?;
            tx.execute_unprepared("CREATE TABLE IF NOT EXISTS row_write (at TEXT)")
                .await?;
            for table in TABLES {
                for event in ["INSERT", "UPDATE", "DELETE"] {
                    let sql = format!(
                        "CREATE TRIGGER IF NOT EXISTS watch_{table}_{event} AFTER {event} ON {table}
                         BEGIN INSERT INTO row_write VALUES ('{table} {event}'); END"
                    );
                    tx.execute_unprepared(&sql).await?;
                }
            }
            tx.commit().await?;
            let sql = "SELECT at || ' ' || COUNT(*) AS line FROM row_write GROUP BY at ORDER BY at";
            let lines = rows(store.read(), sql, vec![]).await?;
            let lines: Result<Vec<String>, _> = lines.iter().map(|row| row.get("line")).collect();
            Ok(lines?.join(", "))
        }
        Backend::Postgres => {
            let mut versions = String::new();
            for table in TABLES {
                let sql = format!(
                    "SELECT CAST(COALESCE(SUM(CAST(CAST(xmin AS TEXT) AS BIGINT)), 0) AS BIGINT) FROM {table}"
                );
                versions.push_str(&format!(
                    "{table} {}, ",
                    count(store.read(), sql, vec![]).await?
                ));
            }
            Ok(versions)
        }
    }
}

/// Rows of the price ledger.
pub async fn ledger_rows(store: &Store) -> Result<i64, StoreError> {
    count(store.read(), "SELECT COUNT(*) FROM price_entry", vec![]).await
}
