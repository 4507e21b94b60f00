//! The schema: made once, by one process, and never written by a binary that is too old for it.

use store::testing::{TestDatabase, for_both};
use store::{Backend, ConnectionTrait as _, SchemaState, Store, StoreError};

#[tokio::test]
async fn a_fresh_database_is_empty_then_current() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let database = TestDatabase::empty(backend).await;
        let store = database.store();
        assert_eq!(store.schema_state().await.unwrap(), SchemaState::Empty);
        store.migrate().await.unwrap();
        assert_eq!(store.schema_state().await.unwrap(), SchemaState::Current);
        store.migrate().await.unwrap();
        store.probe_write().await.unwrap();
    }
}

#[tokio::test]
async fn processes_that_migrate_at_once_all_find_it_done() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let database = TestDatabase::empty(backend).await;
        let mut stores = Vec::new();
        for _ in 0..4 {
            stores.push(Store::open(&database.settings()).await.unwrap());
        }
        for result in futures::future::join_all(stores.iter().map(Store::migrate)).await {
            result.unwrap();
        }
        assert_eq!(
            database.store().schema_state().await.unwrap(),
            SchemaState::Current
        );
    }
}

#[tokio::test]
async fn a_migrated_copy_is_current() {
    for_both(|store| async move {
        assert_eq!(store.schema_state().await.unwrap(), SchemaState::Current);
    })
    .await;
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    for_both(|store| async move {
        let newer = store::SCHEMA_VERSION + 1;
        store
            .write()
            .execute_unprepared(&format!(
                "INSERT INTO schema_version (version) VALUES ({newer})"
            ))
            .await
            .unwrap();
        assert_eq!(
            store.schema_state().await.unwrap(),
            SchemaState::Newer(newer)
        );
        let error = store.migrate().await.unwrap_err();
        assert!(
            matches!(error, StoreError::NewerSchema { found, .. } if found == newer),
            "{error:?}"
        );
        assert!(
            error.to_string().contains("newer version of Ionbridge"),
            "{error}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_database_of_any_version_before_keeps_what_it_holds() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        for version in 1..store::SCHEMA_VERSION {
            let database = TestDatabase::empty(backend).await;
            let store = database.store();
            store
                .migrate_as_of(usize::try_from(version).unwrap())
                .await
                .unwrap();
            let behind = store::SCHEMA_VERSION - version;
            assert_eq!(
                store.schema_state().await.unwrap(),
                SchemaState::Behind(behind)
            );
            keeps(store, version).await;
        }
    }
}

/// Fills a database of this version, brings it up, and looks at all that came since.
async fn keeps(store: &Store, version: i64) {
    let make = crate::make::Make::new();
    let connection = make.connection(store, "1001").await;
    let run = make.run(store, connection).await;
    let now = make.now();
    let customer = domain::CustomerId::new(&make.ids);
    let insert = async |id| {
        let tx = store.begin().await.unwrap();
        let number = store::customers::insert(
            &tx,
            id,
            &domain::customer::Customer::default(),
            &store::customers::Origins::new(),
            "kim",
            now,
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        number
    };
    if version >= 2 {
        insert(customer).await;
    }
    store.migrate().await.unwrap();
    assert_eq!(store.schema_state().await.unwrap(), SchemaState::Current);
    let kept = store::runs::find(store.read(), run).await.unwrap();
    assert_eq!(kept.unwrap().connection, connection);
    let found = store::connections::find(store.read(), connection).await;
    assert_eq!(found.unwrap().unwrap().account_id, "1001");
    let customers = u64::from(version >= 2);
    let count = store::customers::count_all(store.read()).await.unwrap();
    assert_eq!(count, customers);
    let number = insert(domain::CustomerId::new(&make.ids)).await;
    assert_eq!(number, customers + 1);
    let due = store::customers::due(store.read(), now).await.unwrap();
    assert_eq!(due, [], "no connection is synced before somebody asks");
    let live = store::subscriptions::count_live(store.read())
        .await
        .unwrap();
    assert_eq!(live, 0);
    let tx = store.begin().await.unwrap();
    assert_eq!(store::orders::next_number(&tx).await.unwrap(), 1);
    tx.commit().await.unwrap();
}
