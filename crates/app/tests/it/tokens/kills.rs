//! The server, the command and the keeper killed at every instant that has a name, and at random ones.

use std::time::Duration;

use domain::connection::ConnectionStatus;
use ion_sandbox::{ClockMode, Sandbox, SandboxConfig};
use rules::tokens::Cause;
use testkit::{Lab, TestBinary};
use tokio_util::sync::CancellationToken;

use super::{login, repeats, settle};
use crate::BINARY;

/// The instants of a refresh, and whether the grant survives a death of its process there.
const POINTS: [(&str, bool); 9] = [
    ("token.after-lock", true),
    ("token.after-start-committed", true),
    ("token.before-sending-record", true),
    ("token.before-post", true),
    // The keeper alone can lose it: after the request and before the journal.
    ("token.before-reply-record", false),
    ("token.after-reply-record", true),
    ("token.after-keeper", true),
    ("token.before-current", true),
    ("token.after-current", true),
];

/// The lab's binary: on wall time, with a sandbox whose tokens may be refreshed at once.
async fn lab() -> (Lab, TestBinary, domain::ConnectionId) {
    let mut lab = Lab::start(BINARY, SandboxConfig::default()).await;
    lab.sandbox = Sandbox::start(SandboxConfig {
        customers: 1,
        clock: ClockMode::Automatic,
        ..SandboxConfig::default()
    })
    .await
    .unwrap();
    lab.sandbox.set_knob("access-life-s", "1").unwrap();
    let binary = TestBinary::new(BINARY, lab.environment());
    let credentials = lab.sandbox.request_new_credentials();
    for (name, text) in [
        ("access", &credentials.access_token),
        ("refresh", &credentials.refresh_token),
    ] {
        std::fs::write(lab.data_dir().join(name), text).unwrap();
    }
    let file = |name: &str| lab.data_dir().join(name).display().to_string();
    let connected = binary.run(&[
        "--json",
        "connect",
        "--account-id",
        &credentials.account_id,
        "--access-token-file",
        &file("access"),
        "--refresh-token-file",
        &file("refresh"),
    ]);
    assert_eq!(
        connected.code,
        Some(0),
        "{} {}",
        connected.out,
        connected.err
    );
    let connection = connected.json()["connection"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    (lab, binary, connection)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_at_every_named_instant_of_a_refresh() {
    for (point, survives) in POINTS {
        let (lab, binary, connection) = lab().await;
        tokio::time::sleep(Duration::from_millis(120)).await;
        binary
            .clone()
            .with("IONBRIDGE_KILL_AT", point)
            .run(&["connection", "refresh"]);
        // The next process on the directory settles what is left, and keeps the login.
        let engine = lab.engine(None).await;
        lab.clock.step_wall(jiff_now());
        let stop = CancellationToken::new();
        let (keeper, stopped) = (engine.clone(), stop.clone());
        let task = tokio::spawn(async move { keeper.keep_logins(stopped).await });
        loop {
            lab.clock.step_wall(jiff_now());
            let login = login(&engine, connection).await;
            let settled = store::tokens::list_open_attempts(engine.store().read())
                .await
                .unwrap()
                .is_empty();
            if settled && login.generation >= 3 && login.status == ConnectionStatus::Active {
                assert!(survives, "{point}: nobody could know that the grant lives");
                break;
            }
            if settled && login.status == ConnectionStatus::NeedsNewCredentials {
                assert!(!survives, "{point}: the grant was lost");
                assert_eq!(login.cause, Some(Cause::ReplyLost));
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stop.cancel();
        task.await.unwrap();
        let allowed = usize::from(!survives);
        assert!(
            lab.sandbox.ledger().consumed_presented() <= allowed,
            "{point}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_at_random_instants_loses_no_grant() {
    let (lab, binary, connection) = lab().await;
    let engine = lab.engine(None).await;
    for round in 0..repeats(12) {
        tokio::time::sleep(Duration::from_millis(110)).await;
        let command = binary.start(&["connection", "refresh"]);
        // Spread over the life of the command, without any chance in it: a failing round can be repeated.
        tokio::time::sleep(Duration::from_millis((round as u64 * 37) % 140)).await;
        command.kill();
        drop(command);
        settle(&engine).await;
        let login = login(&engine, connection).await;
        assert_eq!(login.status, ConnectionStatus::Active, "round {round}");
    }
    tokio::time::sleep(Duration::from_millis(110)).await;
    let last = binary.run(&["connection", "refresh"]);
    assert_eq!(
        last.code,
        Some(0),
        "the grant lives: {} {}",
        last.out,
        last.err
    );
    assert_eq!(lab.sandbox.ledger().consumed_presented(), 0);
}

#[expect(
    clippy::disallowed_methods,
    reason = "the binary under test runs on wall time, so the engine beside it must too"
)]
pub(crate) fn jiff_now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}
