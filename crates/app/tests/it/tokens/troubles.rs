//! Refusals, lost replies, a store that cannot be written, a reply that comes late.

use std::time::Duration;

use domain::connection::{ConnectionStatus, VendorProfile};
use engine::connection::RefreshOutcome;
use ion_sandbox::{Action, BodyKind, SandboxConfig};
use rules::tokens::Cause;
use store::audit::Actor;
use testkit::Lab;
use tokio_util::sync::CancellationToken;

use super::{at_token, login, settle};
use crate::BINARY;

async fn connected() -> (Lab, engine::Engine, domain::ConnectionId) {
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
    lab.pass(Duration::from_secs(60));
    (lab, engine, connection)
}

/// Lets the keeping loop run until the login has this state.
async fn keep_until(
    lab: &Lab,
    engine: &engine::Engine,
    connection: domain::ConnectionId,
    step: Duration,
    wanted: impl Fn(ConnectionStatus) -> bool,
) {
    let stop = CancellationToken::new();
    let (keeper, stopped) = (engine.clone(), stop.clone());
    let task = tokio::spawn(async move { keeper.keep_logins(stopped).await });
    while !wanted(login(engine, connection).await.status) {
        lab.pass(step);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.cancel();
    task.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_rechecked_and_a_passing_fault_of_ion_costs_nothing() {
    let (lab, engine, connection) = connected().await;
    lab.sandbox.inject(at_token(
        2,
        Action::Status {
            code: 400,
            body: BodyKind::Oauth,
            retry_after: None,
        },
    ));
    let outcome = engine
        .refresh_now(connection, &Actor::system())
        .await
        .unwrap();
    assert!(matches!(outcome, RefreshOutcome::Refused(_)));
    assert_eq!(
        login(&engine, connection).await.status,
        ConnectionStatus::Rechecking
    );
    assert!(
        engine
            .ion(connection)
            .await
            .unwrap()
            .customers("10412")
            .list()
            .page_size(1)
            .send()
            .await
            .is_ok(),
        "the access token is used meanwhile"
    );
    assert_eq!(
        store::notices::list_open(engine.store().read())
            .await
            .unwrap()
            .len(),
        1,
        "alert at once"
    );
    keep_until(
        &lab,
        &engine,
        connection,
        Duration::from_secs(10),
        |status| status == ConnectionStatus::Active,
    )
    .await;
    assert_eq!(
        (
            lab.sandbox.ledger().exchanges(),
            lab.sandbox.ledger().consumed_presented()
        ),
        (4, 0)
    );
    assert!(
        store::notices::list_open(engine.store().read())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_stays_refused_asks_a_person_and_never_loops() {
    let (lab, engine, connection) = connected().await;
    lab.sandbox.revoke_all();
    engine
        .refresh_now(connection, &Actor::system())
        .await
        .unwrap();
    keep_until(
        &lab,
        &engine,
        connection,
        Duration::from_secs(20),
        |status| status == ConnectionStatus::NeedsNewCredentials,
    )
    .await;
    assert_eq!(
        lab.sandbox.ledger().exchanges(),
        5,
        "one to connect, one that was refused, three looks more"
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
async fn a_lost_reply_where_ion_kills_is_found_out_and_presented_once_more() {
    let (lab, engine, connection) = connected().await;
    lab.sandbox.inject(at_token(1, Action::CutAfter));
    assert!(matches!(
        engine
            .refresh_now(connection, &Actor::system())
            .await
            .unwrap(),
        RefreshOutcome::Lost(_)
    ));
    assert_eq!(
        login(&engine, connection).await.status,
        ConnectionStatus::Unclear
    );
    keep_until(
        &lab,
        &engine,
        connection,
        Duration::from_secs(1),
        |status| status != ConnectionStatus::Unclear,
    )
    .await;
    let login = login(&engine, connection).await;
    assert_eq!(
        (login.status, login.cause),
        (
            ConnectionStatus::NeedsNewCredentials,
            Some(Cause::ReplyLost)
        )
    );
    assert_eq!(lab.sandbox.ledger().consumed_presented(), 1, "at most once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_where_ion_keeps_works_on_to_the_end_of_the_old_access() {
    let (lab, engine, connection) = connected().await;
    lab.sandbox
        .set_knob("refresh-kills-old-access", "false")
        .unwrap();
    lab.sandbox.inject(at_token(1, Action::CutAfter));
    engine
        .refresh_now(connection, &Actor::system())
        .await
        .unwrap();
    let stop = CancellationToken::new();
    let (keeper, stopped) = (engine.clone(), stop.clone());
    let task = tokio::spawn(async move { keeper.keep_logins(stopped).await });
    for _ in 0..20 {
        lab.pass(Duration::from_secs(300));
        tokio::time::sleep(Duration::from_millis(10)).await;
        engine
            .ion(connection)
            .await
            .unwrap()
            .customers("10412")
            .list()
            .page_size(1)
            .send()
            .await
            .expect("the old access token is alive");
    }
    assert_eq!(
        lab.sandbox.ledger().consumed_presented(),
        0,
        "nothing is presented while it lives"
    );
    stop.cancel();
    task.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_never_left_is_sent_again() {
    let (lab, engine, connection) = connected().await;
    lab.sandbox.inject(at_token(1, Action::CutBefore));
    // Cut before the effect: from here it looks like any lost reply. Ion kills old access tokens, so a living one proves that
    // nothing was exchanged, once the profile is known.
    for _ in 0..2 {
        lab.pass(Duration::from_secs(60));
        let outcome = engine.refresh_now(connection, &Actor::system()).await;
        if matches!(outcome, Ok(RefreshOutcome::Lost(_))) {
            break;
        }
    }
    keep_until(
        &lab,
        &engine,
        connection,
        Duration::from_secs(600),
        |status| status == ConnectionStatus::Active,
    )
    .await;
    assert_eq!(lab.sandbox.ledger().consumed_presented(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_be_written_never_spends_a_token() {
    let (lab, engine, connection) = connected().await;
    let before = lab.sandbox.ledger().exchanges();
    // The journal: a folder stands in its place.
    let journal = lab.data_dir().join("token-journal");
    std::fs::rename(&journal, lab.data_dir().join("kept")).unwrap();
    std::fs::create_dir(&journal).unwrap();
    assert!(
        engine
            .refresh_now(connection, &Actor::system())
            .await
            .is_err()
    );
    assert_eq!(lab.sandbox.ledger().exchanges(), before);
    std::fs::remove_dir(&journal).unwrap();
    std::fs::rename(lab.data_dir().join("kept"), &journal).unwrap();
    settle(&engine).await;
    // The database: somebody else holds its only write lock.
    let held = lab.store().await.begin().await.unwrap();
    assert!(
        engine
            .refresh_now(connection, &Actor::system())
            .await
            .is_err()
    );
    assert_eq!(lab.sandbox.ledger().exchanges(), before);
    drop(held);
    lab.pass(Duration::from_secs(60));
    assert_eq!(
        engine
            .refresh_now(connection, &Actor::system())
            .await
            .unwrap(),
        RefreshOutcome::Saved,
        "it recovers by itself"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_reply_is_saved_though_its_caller_is_gone() {
    let (lab, engine, connection) = connected().await;
    let gate = lab.sandbox.hold("/oauth/token");
    let (caller, actor) = (engine.clone(), Actor::system());
    let call = tokio::spawn(async move { caller.refresh_now(connection, &actor).await });
    gate.arrived(1).await;
    call.abort();
    gate.release();
    engine.settle_exchanges().await;
    let login = login(&engine, connection).await;
    assert_eq!(
        (login.status, login.generation),
        (ConnectionStatus::Active, 3)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vendor_is_known_after_a_few_refreshes() {
    for (kills, profile) in [
        ("true", VendorProfile::Kills),
        ("false", VendorProfile::Keeps),
    ] {
        let (lab, engine, connection) = connected().await;
        lab.sandbox
            .set_knob("refresh-kills-old-access", kills)
            .unwrap();
        for _ in 0..2 {
            lab.pass(Duration::from_secs(60));
            assert_eq!(
                engine
                    .refresh_now(connection, &Actor::system())
                    .await
                    .unwrap(),
                RefreshOutcome::Saved
            );
        }
        assert_eq!(login(&engine, connection).await.profile, profile);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_warned_in_time_once_for_each_mark() {
    let (lab, engine, connection) = connected().await;
    for days in [18, 7, 4, 2] {
        lab.pass(Duration::from_secs(days * 86_400));
        let stop = CancellationToken::new();
        let (keeper, stopped) = (engine.clone(), stop.clone());
        let task = tokio::spawn(async move { keeper.keep_logins(stopped).await });
        let mark = login(&engine, connection).await.generation;
        while login(&engine, connection).await.generation == mark {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stop.cancel();
        task.await.unwrap();
    }
    let raised = store::notices::list(engine.store().read(), 50)
        .await
        .unwrap();
    let warnings = raised
        .iter()
        .filter(|notice| notice.kind == domain::notice::NoticeKind::LoginEndsSoon)
        .count();
    assert_eq!(warnings, 4, "{raised:?}");
}
