//! Temporary databases for tests: an SQLite file, and a database of its own on a PostgreSQL server.
//!
//! ```ignore
//! #[tokio::test]
//! async fn keeps_what_was_written() {
//!     for_both(|store| async move { ... }).await;
//! }
//! ```
//!
//! The server is the one that `TEST_DATABASE_URL` names, else the one inside the npm package under `e2e`, which is started when the
//! first test needs it and ends by itself when no test process is left. Where neither is there the test fails and says what to run.

mod database;
mod server;

pub use database::TestDatabase;

use crate::{Backend, Store};

/// Runs a test on a migrated SQLite database, then on a migrated PostgreSQL database.
pub async fn for_both<T, F>(test: T)
where
    T: Fn(Store) -> F,
    F: Future<Output = ()>,
{
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let database = TestDatabase::migrated(backend).await;
        // Shown with the output of a test that failed: on which database it was.
        #[expect(clippy::print_stdout, reason = "tests print")]
        {
            println!("on {backend:?}");
        }
        test(database.store().clone()).await;
    }
}

/// Makes an SQLite file look as if a newer version had written it.
pub async fn pretend_newer(path: &std::path::Path) {
    let settings = crate::StoreSettings {
        url: format!("sqlite:{}", path.display()).into(),
        max_connections: 1,
    };
    let store = Store::open(&settings)
        .await
        .expect("the file is a database");
    let tx = store.begin().await.expect("the file can be written");
    crate::sql::exec(
        &tx,
        "INSERT INTO schema_version (version) VALUES ($1)",
        crate::sql::values![crate::SCHEMA_VERSION + 1],
    )
    .await
    .expect("the table is there");
    tx.commit().await.expect("the file can be written");
    store.close().await;
}
