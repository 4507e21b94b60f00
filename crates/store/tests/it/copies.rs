//! Copies: from one database to another and back, and backups.

use std::os::unix::fs::PermissionsExt as _;

use secrecy::ExposeSecret as _;
use store::audit::{self, Actor, Chain};
use store::backup::{self, BackupError};
use store::copy::{CopiedTable, CopyError, copy};
use store::seal::{MasterKey, Sealer};
use store::testing::TestDatabase;
use store::tokens::{self, TokenPair};
use store::{Backend, ConnectionTrait as _, Store, StoreSettings};

use crate::make::Make;

mod customers;
mod orders;

/// Rows in tables of each kind: uuids, bytes, booleans, nulls, long texts, references, search, the audit chain, a sealed pair.
async fn fill(store: &Store, make: &Make, sealer: &Sealer) -> domain::ConnectionId {
    let connection = make.connection(store, "1001").await;
    make.connection(store, "1002").await;
    make.person(store, "ada@example.com", domain::access::Role::Admin)
        .await;
    let tx = store.begin().await.unwrap();
    let pair = TokenPair {
        access: "access-1".to_owned().into(),
        refresh: "refresh-1".to_owned().into(),
    };
    tokens::insert_pair(&tx, sealer, connection, 1, &pair, make.now())
        .await
        .unwrap();
    for number in 0..3 {
        audit::append(
            &tx,
            &make.clock,
            &Actor::cli(),
            "test",
            "this",
            &format!("entry {number}, with 'quotes' and \u{1f980}"),
        )
        .await
        .unwrap();
    }
    let number = if store.backend() == Backend::Sqlite {
        "rowid"
    } else {
        "doc_id"
    };
    for chunk in 0..25 {
        let rows: Vec<_> = (0..100)
            .map(|row| format!("('many-{}', '{}')", chunk * 100 + row, "long ".repeat(200)))
            .collect();
        tx.execute_unprepared(&format!(
            "INSERT INTO setting (name, value) VALUES {}",
            rows.join(",")
        ))
        .await
        .unwrap();
    }
    tx.execute_unprepared(&format!("INSERT INTO product_search ({number}, doc) VALUES (7, 'microsoft 365 business premium'), (9, 'acronis')")).await.unwrap();
    tx.commit().await.unwrap();
    customers::fill(store, make, connection).await;
    orders::fill(store, make, connection).await;
    connection
}

async fn holds(store: &Store, connection: domain::ConnectionId, sealer: &Sealer) {
    let pair = tokens::find_pair(store.read(), sealer, connection, 1)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        pair.refresh.expose_secret(),
        "refresh-1",
        "sealed rows stay readable under the same key"
    );
    assert!(matches!(
        audit::verify(store.read()).await.unwrap(),
        Chain::Whole(3)
    ));
    assert_eq!(
        store::connections::list(store.read()).await.unwrap().len(),
        2
    );
    customers::holds(store).await;
    orders::holds(store).await;
    store.probe_write().await.unwrap();
}

fn rows(copied: &[CopiedTable], name: &str) -> u64 {
    copied.iter().find(|table| table.name == name).unwrap().rows
}

#[tokio::test]
async fn everything_goes_from_one_database_to_the_other_and_back() {
    for (first, second) in [
        (Backend::Sqlite, Backend::Postgres),
        (Backend::Postgres, Backend::Sqlite),
    ] {
        let (make, sealer) = (Make::new(), Sealer::new(&MasterKey::generate()));
        let (from, to, back) = (
            TestDatabase::migrated(first).await,
            TestDatabase::empty(second).await,
            TestDatabase::migrated(first).await,
        );
        let connection = fill(from.store(), &make, &sealer).await;
        back.store().probe_write().await.unwrap();
        let mut told = Vec::new();
        let there = copy(from.store(), to.store(), |table, rows| {
            told.push((table.to_owned(), rows))
        })
        .await
        .unwrap();
        assert_eq!(
            (
                rows(&there, "connection"),
                rows(&there, "audit"),
                rows(&there, "setting"),
                rows(&there, "product_search")
            ),
            (2, 3, 2501, 2)
        );
        for table in customers::TABLES.iter().chain(&orders::TABLES) {
            assert!(rows(&there, table) > 0, "{table}");
        }
        assert!(
            told.contains(&("setting".to_owned(), 1000))
                && told.contains(&("setting".to_owned(), 2501)),
            "{told:?}"
        );
        holds(to.store(), connection, &sealer).await;
        to.store()
            .write()
            .execute_unprepared("DELETE FROM setting WHERE name = 'write_probe'")
            .await
            .unwrap();
        let again = copy(to.store(), back.store(), |_, _| ()).await.unwrap();
        assert_eq!(
            there, again,
            "the same rows, the same hashes, in both databases"
        );
        holds(back.store(), connection, &sealer).await;
    }
}

#[tokio::test]
async fn a_target_that_holds_anything_is_left_alone() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let make = Make::new();
        let (from, to) = (
            TestDatabase::migrated(Backend::Sqlite).await,
            TestDatabase::migrated(backend).await,
        );
        make.connection(from.store(), "1001").await;
        make.person(to.store(), "ada@example.com", domain::access::Role::Admin)
            .await;
        let refused = copy(from.store(), to.store(), |_, _| ()).await.unwrap_err();
        assert!(
            matches!(&refused, CopyError::NotEmpty(table) if table == "person"),
            "{refused:?}"
        );
        assert!(refused.to_string().contains("Name an empty database"));
        assert!(
            store::connections::list_all(to.store().read())
                .await
                .unwrap()
                .is_empty(),
            "nothing was kept"
        );
        let empty = TestDatabase::empty(backend).await;
        assert!(matches!(
            copy(empty.store(), to.store(), |_, _| ()).await,
            Err(CopyError::SourceVersion)
        ));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_one_state_of_the_source_whatever_is_written_meanwhile() {
    for (first, second) in [
        (Backend::Sqlite, Backend::Postgres),
        (Backend::Postgres, Backend::Sqlite),
    ] {
        let (make, sealer) = (Make::new(), Sealer::new(&MasterKey::generate()));
        let (from, to) = (
            TestDatabase::migrated(first).await,
            TestDatabase::empty(second).await,
        );
        fill(from.store(), &make, &sealer).await;
        let (writer, mut wrote) = (from.store().clone(), false);
        let (ask, asked) = tokio::sync::oneshot::channel();
        let mut ask = Some(ask);
        // Written when the first table was read: in a table that is read later.
        let write = tokio::spawn(async move {
            asked.await.unwrap();
            writer
                .write()
                .execute_unprepared("INSERT INTO login_failure (account, at) VALUES ('ada', 1)")
                .await
                .unwrap();
        });
        let mut write = Some(write);
        let copied = copy(from.store(), to.store(), |_, _| {
            if let (Some(ask), Some(write)) = (ask.take(), write.take()) {
                ask.send(()).unwrap();
                tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(write))
                    .unwrap();
                wrote = true;
            }
        })
        .await;
        assert_eq!(rows(&copied.unwrap(), "login_failure"), 0);
        assert!(wrote);
    }
}

#[tokio::test]
async fn a_backup_is_one_whole_file_without_the_key_whatever_the_database() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let (make, sealer) = (Make::new(), Sealer::new(&MasterKey::generate()));
        let database = TestDatabase::migrated(backend).await;
        let connection = fill(database.store(), &make, &sealer).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("it's a backup.db");
        let size = backup::backup(database.store(), &file).await.unwrap();
        let facts = std::fs::metadata(&file).unwrap();
        assert_eq!(
            (facts.len(), facts.permissions().mode() & 0o777),
            (size, 0o600)
        );
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "one file and nothing else"
        );
        let bytes = std::fs::read(&file).unwrap();
        assert!(
            !bytes.windows(9).any(|part| part == b"refresh-1"),
            "secrets are sealed"
        );
        let again = backup::backup(database.store(), &file).await;
        assert!(
            matches!(
                again,
                Err(BackupError::File {
                    what: "written",
                    ..
                })
            ),
            "a backup is never replaced"
        );
        assert_eq!(std::fs::read(&file).unwrap(), bytes);
        let place = folder.path().join("restored.db");
        backup::fetch(&file, &place).unwrap();
        backup::check(&place).await.unwrap();
        let opened = Store::open(&StoreSettings {
            url: format!("sqlite:{}", place.display()).into(),
            max_connections: 2,
        })
        .await
        .unwrap();
        holds(&opened, connection, &sealer).await;
    }
}

#[tokio::test]
async fn a_damaged_file_is_no_backup() {
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    fill(
        database.store(),
        &Make::new(),
        &Sealer::new(&MasterKey::generate()),
    )
    .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.db");
    backup::backup(database.store(), &file).await.unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0xff);
    std::fs::write(&file, bytes).unwrap();
    assert!(backup::check(&file).await.is_err());
}

#[test]
fn what_is_replaced_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (round, kept) in [
        (1, None),
        (2, Some(path("db.replaced-1"))),
        (3, Some(path("db.replaced-2"))),
    ] {
        std::fs::write(path("prepared"), format!("round {round}")).unwrap();
        assert_eq!(
            backup::replace(&path("prepared"), &path("db")).unwrap(),
            kept
        );
        assert_eq!(
            std::fs::read_to_string(path("db")).unwrap(),
            format!("round {round}")
        );
    }
    assert_eq!(
        std::fs::read_to_string(path("db.replaced-1")).unwrap(),
        "round 1"
    );
}
