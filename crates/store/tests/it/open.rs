//! Opening, reading, writing, and what errors mean.

use std::os::unix::fs::PermissionsExt as _;

use store::testing::{TestDatabase, for_both};
use store::{Backend, ConnectionTrait as _, Store, StoreError, StoreSettings};

async fn setting(store: &Store, name: &str) -> Option<String> {
    let sql = format!("SELECT value FROM setting WHERE name = '{name}'");
    let statement = sea_orm::Statement::from_string(store.read().get_database_backend(), sql);
    store
        .read()
        .query_one_raw(statement)
        .await
        .unwrap()
        .map(|row| row.try_get("", "value").unwrap())
}

fn insert(name: &str) -> String {
    format!("INSERT INTO setting (name, value) VALUES ('{name}', 'here')")
}

#[tokio::test]
async fn what_is_committed_is_read_and_what_is_dropped_never_was() {
    for_both(|store| async move {
        let tx = store.begin().await.unwrap();
        tx.execute_unprepared(&insert("kept")).await.unwrap();
        assert_eq!(
            setting(&store, "kept").await,
            None,
            "a reader sees only what is committed"
        );
        tx.commit().await.unwrap();
        let tx = store.begin().await.unwrap();
        tx.execute_unprepared(&insert("dropped")).await.unwrap();
        drop(tx);
        let tx = store.begin_import().await.unwrap();
        tx.execute_unprepared(&insert("imported")).await.unwrap();
        tx.commit().await.unwrap();
        store.flush_imports().await.unwrap();
        store
            .write()
            .execute_unprepared(&insert("alone"))
            .await
            .unwrap();
        assert_eq!(setting(&store, "kept").await.as_deref(), Some("here"));
        assert_eq!(setting(&store, "dropped").await, None);
        assert_eq!(setting(&store, "imported").await.as_deref(), Some("here"));
        assert_eq!(setting(&store, "alone").await.as_deref(), Some("here"));
    })
    .await;
}

/// Read, then write, by many at once and through both pools: nothing is lost, nothing is refused as locked.
#[tokio::test]
async fn writers_at_once_take_turns() {
    for_both(|store| async move {
        store
            .write()
            .execute_unprepared("INSERT INTO setting (name, value) VALUES ('count', '0')")
            .await
            .unwrap();
        let writers = (0..8).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..15 {
                    let tx = if writer % 2 == 0 {
                        store.begin().await
                    } else {
                        store.begin_import().await
                    }
                    .unwrap();
                    let lock = if store.backend() == Backend::Postgres {
                        " FOR UPDATE"
                    } else {
                        ""
                    };
                    let sql = format!("SELECT value FROM setting WHERE name = 'count'{lock}");
                    let statement = sea_orm::Statement::from_string(tx.get_database_backend(), sql);
                    let count: String = tx
                        .query_one_raw(statement)
                        .await
                        .unwrap()
                        .unwrap()
                        .try_get("", "value")
                        .unwrap();
                    let next = count.parse::<u32>().unwrap() + 1;
                    tx.execute_unprepared(&format!(
                        "UPDATE setting SET value = '{next}' WHERE name = 'count'"
                    ))
                    .await
                    .unwrap();
                    tx.commit().await.unwrap();
                }
            })
        });
        for writer in futures::future::join_all(writers).await {
            writer.unwrap();
        }
        assert_eq!(setting(&store, "count").await.as_deref(), Some("120"));
    })
    .await;
}

#[tokio::test]
async fn a_value_that_is_taken_is_a_conflict_that_names_its_rule() {
    for_both(|store| async move {
        store
            .write()
            .execute_unprepared(&insert("twice"))
            .await
            .unwrap();
        let error = StoreError::from(
            store
                .write()
                .execute_unprepared(&insert("twice"))
                .await
                .unwrap_err(),
        );
        let StoreError::Conflict { constraint } = &error else {
            panic!("{error:?}")
        };
        assert!(constraint.contains("setting"), "{constraint}");
    })
    .await;
}

#[tokio::test]
async fn an_sqlite_file_belongs_to_its_owner_only() {
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let path = database.store().file().unwrap().to_owned();
    for end in ["", "-wal", "-shm"] {
        let file = format!("{}{end}", path.display());
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600,
            "{file}"
        );
    }
}

#[tokio::test]
async fn commits_wait_for_the_disk() {
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let pragma = async |conn: &dyn PragmaOf, name: &str| conn.pragma(name).await;
    assert_eq!(
        pragma(&database.store().begin().await.unwrap(), "synchronous").await,
        2,
        "FULL"
    );
    assert_eq!(
        pragma(
            &database.store().begin_import().await.unwrap(),
            "synchronous"
        )
        .await,
        1,
        "NORMAL"
    );
    assert_eq!(
        pragma(&database.store().begin().await.unwrap(), "foreign_keys").await,
        1
    );

    let database = TestDatabase::migrated(Backend::Postgres).await;
    for (name, value) in [
        ("synchronous_commit", "on"),
        ("transaction_isolation", "read committed"),
        ("lock_timeout", "10s"),
        ("statement_timeout", "2min"),
    ] {
        let tx = database.store().begin().await.unwrap();
        let statement =
            sea_orm::Statement::from_string(tx.get_database_backend(), format!("SHOW {name}"));
        let shown: String = tx
            .query_one_raw(statement)
            .await
            .unwrap()
            .unwrap()
            .try_get_by_index(0)
            .unwrap();
        assert_eq!(shown, value, "{name}");
    }
}

#[async_trait::async_trait]
trait PragmaOf: Sync {
    async fn pragma(&self, name: &str) -> i32;
}

#[async_trait::async_trait]
impl PragmaOf for store::Tx {
    async fn pragma(&self, name: &str) -> i32 {
        let statement =
            sea_orm::Statement::from_string(self.get_database_backend(), format!("PRAGMA {name}"));
        self.query_one_raw(statement)
            .await
            .unwrap()
            .unwrap()
            .try_get_by_index(0)
            .unwrap()
    }
}

#[tokio::test]
async fn what_cannot_be_opened_says_why_and_not_the_password() {
    let open = async |url: &str| {
        Store::open(&StoreSettings {
            url: url.to_owned().into(),
            max_connections: 4,
        })
        .await
        .unwrap_err()
    };
    assert!(matches!(
        open("mysql://root:secret@localhost/x").await,
        StoreError::Address
    ));
    assert!(matches!(
        open("sqlite:/no/such/folder/ionbridge.db").await,
        StoreError::Gone(_)
    ));
    let gone = open("postgres://root:secret@127.0.0.1:1/x").await;
    assert!(matches!(gone, StoreError::Gone(_)), "{gone:?}");
    assert!(!format!("{gone:?} {gone}").contains("secret"));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_called_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ionbridge.db");
    std::fs::write(
        &path,
        "this is a letter to my mother, and no database at all".repeat(100),
    )
    .unwrap();
    let opened = Store::open(&StoreSettings {
        url: format!("sqlite:{}", path.display()).into(),
        max_connections: 2,
    })
    .await;
    let error = match opened {
        Err(error) => error,
        Ok(store) => store.migrate().await.unwrap_err(),
    };
    assert!(matches!(error, StoreError::Damaged(_)), "{error:?}");
}
