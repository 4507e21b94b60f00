//! `db copy`, `backup` and `restore`, as people call them: nothing lost, and no single-use token presented that may be spent.

use std::time::Duration;

use domain::connection::ConnectionStatus;
use engine::connection::RefreshOutcome;
use ion_sandbox::SandboxConfig;
use rules::tokens::Cause;
use secrecy::ExposeSecret as _;
use store::Backend;
use store::audit::Actor;
use store::testing::TestDatabase;
use testkit::{Lab, TestBinary};
use tokio_util::sync::CancellationToken;

use crate::BINARY;
use crate::tokens::login;

async fn lab() -> (Lab, TestBinary, domain::ConnectionId) {
    let lab = Lab::start(
        BINARY,
        SandboxConfig {
            customers: 1,
            ..SandboxConfig::default()
        },
    )
    .await;
    let engine = lab.engine(None).await;
    let connection = lab.connect(&engine).await;
    engine.store().close().await;
    let binary = TestBinary::new(BINARY, lab.environment());
    (lab, binary, connection)
}

/// Some more exchanges after a backup was made.
async fn refresh(lab: &Lab, connection: domain::ConnectionId, times: usize) {
    let engine = lab.engine(None).await;
    for _ in 0..times {
        lab.pass(Duration::from_secs(60));
        assert_eq!(
            engine
                .refresh_now(connection, &Actor::system())
                .await
                .unwrap(),
            RefreshOutcome::Saved
        );
    }
    engine.store().close().await;
}

/// Lets the keeping loop run, and time pass, until the login is so.
async fn keep_until(
    lab: &Lab,
    engine: &engine::Engine,
    connection: domain::ConnectionId,
    wanted: impl Fn(&rules::tokens::Login) -> bool,
) {
    let stop = CancellationToken::new();
    let (keeper, stopped) = (engine.clone(), stop.clone());
    let task = tokio::spawn(async move { keeper.keep_logins(stopped).await });
    while !wanted(&login(engine, connection).await) {
        lab.pass(Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.cancel();
    task.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_moves_to_postgresql_and_back_with_its_logins() {
    let (lab, binary, connection) = lab().await;
    let server = TestDatabase::empty(Backend::Postgres).await;
    let url = server.url().expose_secret();
    let copied = binary.run(&["--json", "db", "copy", "--to", url]);
    assert_eq!(copied.code, Some(0), "{} {}", copied.out, copied.err);
    let tables = copied.json()["tables"].as_array().unwrap().clone();
    let rows = |name: &str| {
        tables.iter().find(|table| table["table"] == name).unwrap()["rows"]
            .as_u64()
            .unwrap()
    };
    assert_eq!((rows("connection"), rows("connection_token")), (1, 2));
    let again = binary.run(&["db", "copy", "--to", url]);
    assert!(
        again.code == Some(1) && again.err.contains("is not empty"),
        "{}",
        again.err
    );
    // On the server, with the same key and the same data directory, the login works.
    let tested = binary.run(&["--database-url", url, "connection", "test"]);
    assert_eq!(tested.code, Some(0), "{} {}", tested.out, tested.err);
    let back = lab.data_dir().join("back.db");
    let copied = binary.run(&[
        "--database-url",
        url,
        "db",
        "copy",
        "--to",
        &format!("sqlite:{}", back.display()),
    ]);
    assert_eq!(copied.code, Some(0), "{} {}", copied.out, copied.err);
    let tested = binary.run(&[
        "--database-url",
        &format!("sqlite:{}", back.display()),
        "connection",
        "test",
    ]);
    assert_eq!(tested.code, Some(0), "{} {}", tested.out, tested.err);
    assert_eq!(lab.sandbox.ledger().consumed_presented(), 0);
    assert_eq!(
        login(&lab.engine(None).await, connection).await.generation,
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_while_a_server_runs_and_nothing_is_restored_or_moved_then() {
    let (lab, binary, _) = lab().await;
    let running = binary.start(&["serve"]);
    let lock = lab.data_dir().join("server.lock");
    while std::fs::read_to_string(&lock)
        .unwrap_or_default()
        .is_empty()
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let file = lab.data_dir().join("backup.db").display().to_string();
    let made = binary.run(&["--json", "backup", &file]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    assert_eq!(made.json()["key_included"], false);
    assert!(
        binary.run(&["backup", &file]).code == Some(1),
        "a backup is never replaced"
    );
    let copy = format!("sqlite:{}", lab.data_dir().join("other.db").display());
    for refused in [
        vec!["restore", "--force", &file],
        vec!["db", "copy", "--to", &copy],
    ] {
        let ended = binary.run(&refused);
        assert!(
            ended.code == Some(1) && ended.err.contains(&format!("process {}", running.id())),
            "{}",
            ended.err
        );
    }
    running.terminate();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_store_goes_on_with_the_newest_pair_of_the_journal() {
    let (lab, binary, connection) = lab().await;
    let file = lab.data_dir().join("backup.db").display().to_string();
    assert_eq!(binary.run(&["backup", &file]).code, Some(0));
    refresh(&lab, connection, 3).await;
    let refused = binary.run(&["restore", &file]);
    assert!(
        refused.code == Some(1) && refused.err.contains("--force"),
        "{}",
        refused.err
    );
    let restored = binary.run(&["--json", "restore", "--force", &file]);
    assert_eq!(restored.code, Some(0), "{} {}", restored.out, restored.err);
    assert!(
        std::path::Path::new(restored.json()["replaced"].as_str().unwrap()).exists(),
        "the old database is kept"
    );
    let engine = lab.engine(None).await;
    let found = login(&engine, connection).await;
    assert_eq!(
        (found.status, found.generation),
        (ConnectionStatus::Active, 5)
    );
    // The command ran on wall time, hours ahead of this lab: for the lab the clock stepped back. It goes on all the same.
    keep_until(&lab, &engine, connection, |login| login.generation == 6).await;
    assert_eq!(lab.sandbox.ledger().consumed_presented(), 0);
    assert_eq!(binary.run(&["audit", "verify"]).code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_restored_without_its_journal_never_presents_its_token() {
    let (lab, binary, connection) = lab().await;
    let file = lab.data_dir().join("backup.db").display().to_string();
    assert_eq!(binary.run(&["backup", &file]).code, Some(0));
    refresh(&lab, connection, 1).await;
    // Another machine: nothing is there but the backup and the key.
    for name in ["token-journal", "node-id", "ionbridge.db"] {
        std::fs::remove_file(lab.data_dir().join(name)).unwrap();
    }
    let restored = binary.run(&["--json", "restore", &file]);
    assert_eq!(restored.code, Some(3), "{} {}", restored.out, restored.err);
    assert_eq!(restored.json()["connections"][0]["in_doubt"], true);
    let before = lab.sandbox.ledger().exchanges();
    let engine = lab.engine(None).await;
    assert_eq!(
        login(&engine, connection).await.status,
        ConnectionStatus::Unclear
    );
    keep_until(&lab, &engine, connection, |login| {
        login.status == ConnectionStatus::NeedsNewCredentials
    })
    .await;
    assert_eq!(
        login(&engine, connection).await.cause,
        Some(Cause::Restored)
    );
    assert_eq!(
        lab.sandbox.ledger().exchanges(),
        before,
        "no token was presented at all"
    );
    let saved = engine
        .save_credentials(
            lab.draft(),
            engine::connection::SaveTarget::Existing(connection),
            &Actor::system(),
        )
        .await;
    assert!(
        saved.is_ok() && login(&engine, connection).await.status == ConnectionStatus::Active,
        "new credentials take one step"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_other_secrets_or_of_nothing_is_refused() {
    let (lab, binary, _) = lab().await;
    let file = lab.data_dir().join("backup.db").display().to_string();
    assert_eq!(binary.run(&["backup", &file]).code, Some(0));
    let other = tempfile::tempdir().unwrap();
    let stranger = TestBinary::new(
        BINARY,
        vec![(
            "IONBRIDGE_DATA_DIR".into(),
            other.path().display().to_string(),
        )],
    );
    let nothing = stranger.run(&["restore", BINARY]);
    assert!(
        nothing.code == Some(1) && nothing.err.contains("is no backup"),
        "{}",
        nothing.err
    );
    let without = stranger.run(&["restore", &file]);
    assert!(
        without.code == Some(1) && without.err.contains("Put the key back"),
        "{}",
        without.err
    );
    store::seal::MasterKey::generate_file(&other.path().join("key")).unwrap();
    let wrong = stranger.run(&["restore", &file]);
    assert!(
        wrong.code == Some(1) && wrong.err.contains("cannot be made safe"),
        "{}",
        wrong.err
    );
    assert!(
        !other.path().join("ionbridge.db").exists()
            && !other.path().join("ionbridge.db.restoring").exists(),
        "nothing was put in place"
    );
}
