//! The catalog import against the sandbox.

mod bed;
mod chaos;
mod faults;
mod import;
mod pauses;
mod withdraw;

use store::Store;
use store::catalog::testing;

/// A text that differs as soon as a row of the catalog is written.
async fn rows_written(store: &Store) -> String {
    testing::row_versions(store).await.unwrap()
}

async fn count_ledger(store: &Store) -> i64 {
    testing::ledger_rows(store).await.unwrap()
}
